"""The real channel as somebody else's fake of Telegram sees it: tg-auto-test, which needs Python 3.12 or newer.

It hands updates to an Application of python-telegram-bot, which isvbot does not use; here one passes each update on to
the channel as it came, and the channel sends through that Application's bot.
"""

import asyncio
import json
from typing import Any

import pytest
from telegram import Update
from telegram.ext import Application, TypeHandler

from bot.channels.telegram.channel import Channel
from bot.channels.telegram.inbound import Me
from bot.channels.telegram.sender import Sender
from tests.builders import desk
from tests.channels.telegram import run
from tests.core.test_desk import ASK, PARTS
from tests.servers.telegram_api import PATIENCE_S

auto = pytest.importorskip(
    "tg_auto_test.test_utils.serverless_telegram_client", reason="tg-auto-test is there for Python 3.12 and newer"
)


class Telling(Sender):
    """Tells when a reply was sent: the fake looks for it as soon as an update was handled."""

    sent: asyncio.Event

    async def send(self, *given: Any) -> None:
        """Send a reply."""
        await super().send(*given)
        self.sent.set()


def passing_on(builder: Any, channels: list[Channel]) -> Any:
    """Build an Application that passes updates on to a channel of its own."""
    made: Application[Any, Any, Any, Any, Any, Any] = builder.build()
    sent = asyncio.Event()

    async def begin(application: Any) -> None:
        bot = application.bot
        sender = Telling(bot, ())
        sender.sent = sent
        channels.append(Channel(desk(PARTS), bot, sender, Me(bot.id, bot.username)))

    async def pass_on(update: Update, _: object) -> None:
        sent.clear()
        await channels[0].take(json.loads(update.to_json()))
        async with asyncio.timeout(PATIENCE_S):
            await sent.wait()

    made.post_init = begin
    made.add_handler(TypeHandler(Update, pass_on))
    return made


def test_a_question_a_button_and_a_command_are_answered_in_somebody_elses_fake() -> None:
    async def test() -> None:
        channels: list[Channel] = []
        client = auto.ServerlessTelegramClient(lambda builder: passing_on(builder, channels))
        await client.connect()
        async with client.conversation("isvbot", timeout=20) as conversation:
            await conversation.send_message(ASK)
            answer = await conversation.get_response()
            labels = [button.text for row in answer.buttons for button in row]
            await answer.click(text=labels[0])
            suggested = await conversation.get_response()
            await conversation.send_message("/bron 1")
            quoted = await conversation.get_response()
        assert await channels[0].finish(20)
        await client.disconnect()
        assert "8 risicocategorieën" in answer.text
        assert "[1]" in answer.text
        assert labels[0] == "Vraag gemeente?"
        assert "Gemeenten zijn niet verplicht" in suggested.text
        assert "“" in quoted.text

    run(test)
