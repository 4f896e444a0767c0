"""Ten thousand hostile updates: no crash, one line each, nothing of our code in a reply, bounded memory."""

import gc
import json
import logging
import resource
import sys
import time

import pytest
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.activity import Pace
from bot.channels.telegram.channel import Channel
from bot.channels.telegram.inbound import Me
from bot.channels.telegram.run import prepare_libraries
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.updates import read_update
from bot.core.corpus import Role
from tests.channels.hostile import Hostile, deep
from tests.channels.telegram import new_desk, run
from tests.servers.telegram_api import ME, TOKEN, FakeTelegram

COUNT = 10_000
SEED = 20_261_121
MOST_MB = 100
"""Megabytes by which the process may grow; what is read is more than four times as much."""

TOLD = ("Traceback", 'File "', "Error", "Exception", ".py")


class InProcess(BaseRequest):
    """Carries the calls of python-telegram-bot to our own Bot API without a network."""

    def __init__(self, fake: FakeTelegram) -> None:
        self._fake = fake

    @property
    def read_timeout(self) -> float:
        return 5

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(  # type: ignore[override]  # the timeouts are of no use here
        self, url: str, method: str, request_data: RequestData | None = None, **_: object
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        params = request_data.json_parameters if request_data is not None else {}
        code, body = await self._fake.call(TOKEN, name, dict(params))
        return code, body.encode()


class Everybody(dict[int, str]):
    """Every chat is there, and private where its number is positive."""

    def __contains__(self, chat: object) -> bool:
        return True

    def __missing__(self, chat: int) -> str:
        return "private" if chat > 0 else "supergroup"


def megabytes() -> float:
    """The most memory that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1024 if sys.platform == "linux" else used / 1024**2


def test_ten_thousand_hostile_updates_each_cost_one_line_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    prepare_libraries()
    caplog.set_level(logging.INFO, "bot.channels.telegram.channel")
    replies: set[str] = set()

    async def test() -> None:
        fake = FakeTelegram(chats=Everybody())
        bot = ExtBot(TOKEN, request=InProcess(fake), get_updates_request=InProcess(fake))
        async with bot:
            me = Me(ME["id"], ME["username"])  # type: ignore[arg-type]  # of a dict of several kinds
            channel = Channel(new_desk(unknown=Role.OFFICER), bot, Sender(bot, ()), me, pace=Pace(0, 0, 60, 0))
            before, started = megabytes(), time.monotonic()
            for number, update in enumerate(Hostile(SEED).updates(COUNT)):
                await channel.take(update)
                if number % 200 == 0:
                    replies.update(sent.seen for sent in fake.sent.values())
                    fake.sent.clear()
                    fake.calls.clear()
                    fake.at.clear()
            assert await channel.finish(30)
            gc.collect()
            assert channel.activities.going == 0
            assert time.monotonic() - started < 60
            assert megabytes() - before < MOST_MB
        replies.update(sent.seen for sent in fake.sent.values())

    run(test)
    lines = [record for record in caplog.records if record.name == "bot.channels.telegram.channel"]
    assert len(lines) == COUNT
    assert not [line.getMessage() for line in lines if "dropped" in line.getMessage()]
    assert all(len(line.getMessage()) < 200 and "\n" not in line.getMessage() for line in lines)
    assert not [record for record in caplog.records if record.exc_info]
    assert len(replies) > 15
    assert not [reply for reply in replies for word in TOLD if word in reply]


def test_the_same_seed_gives_the_same_updates() -> None:
    first, second = (json.dumps(list(Hostile(1).updates(50)), default=str) for _ in range(2))
    assert first == second


def test_an_update_nested_too_deep_is_no_update() -> None:
    assert read_update({"update_id": 1, "message": deep(50_000)}) is None
