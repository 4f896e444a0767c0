"""docs/add-a-channel.md is true: its two channels are run as they stand there, and the terminal goes the first way."""

import ast
import asyncio
import inspect
import re
import textwrap
from dataclasses import fields
from typing import Any

import pytest

from bot.adapters.memory_store import memory_store
from bot.channels.console import chat
from bot.core.errors import NotDelivered, StoreUnavailable
from bot.core.front import Front
from bot.core.incoming import Incoming
from bot.core.keeping import Store
from bot.core.reply import Reply
from tests.builders import Clock, desk
from tests.channels.telegram import PARTS, echo
from tests.conftest import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "add-a-channel.md").read_text("utf-8")


def channels() -> dict[str, Any]:
    """Give the classes of the document."""
    known: dict[str, Any] = {"Incoming": Incoming, "Front": Front, "StoreUnavailable": StoreUnavailable}
    for block in re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL):
        exec(block, known)  # of our own document
    return known


class Shown:
    """What a channel showed."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []
        self.fails = 0

    def __call__(self, where: str, reply: Reply) -> None:
        if self.fails:
            self.fails -= 1
            raise NotDelivered("the service is away")
        self.texts.append((where, reply.text.partition("\n")[0]))


def test_a_channel_that_shows_replies_at_once_is_one_class() -> None:
    shown = Shown()
    counter = channels()["Counter"](desk(PARTS, ask=echo), shown)
    for number, text in (("1", "Wat is ISV?"), ("1", "Wat is ISV?"), ("2", "/taal en")):
        counter.said("anna", number, text)
    assert shown.texts[0] == ("anna", "Wat is ISV?")
    assert len(shown.texts) == 2


def service(shown: Shown, store: Store) -> Any:
    return channels()["Service"](desk(PARTS, ask=echo, store=store), shown, every_s=0.05)


def test_a_channel_of_a_service_answers_each_message_once_and_what_a_colleague_answers() -> None:
    shown, store = Shown(), memory_store(Clock())

    async def test() -> None:
        channel = service(shown, store)
        await channel.begin()
        for number, text in (("1", "Wat is ISV?"), ("1", "Wat is ISV?"), ("2", "/collega En nu?")):
            assert await channel.said("anna", number, text)
        async with asyncio.timeout(20):
            while not store.queue.open():  # noqa: ASYNC110  # the queue has no event
                await asyncio.sleep(0)
        (handed,) = store.queue.open()
        assert store.queue.reply(handed.id, "Dat mag.")
        async with asyncio.timeout(20):
            while not any("collega antwoordt" in text for _, text in shown.texts):  # noqa: ASYNC110  # as above
                await asyncio.sleep(0)
        await channel.end()

    asyncio.run(test())
    assert shown.texts[0] == ("anna", "Wat is ISV?")
    assert sum(text == "Wat is ISV?" for _, text in shown.texts) == 1
    assert sum("collega antwoordt" in text for _, text in shown.texts) == 1


def test_what_the_service_does_not_take_is_sent_after_a_restart() -> None:
    shown, store = Shown(), memory_store(Clock())
    shown.fails = 1

    async def once(text: str) -> None:
        channel = service(shown, store)
        await channel.begin()
        if text:
            assert await channel.said("anna", "1", text)
        await channel.front.finish(0.2 if text else 20)

    asyncio.run(once("Wat is ISV?"))
    assert shown.texts == []
    asyncio.run(once(""))
    assert shown.texts == [("anna", "Wat is ISV?")]


def test_the_terminal_goes_the_first_way() -> None:
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(chat.Chat))))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert "handle" in called
    assert not called & {"accept", "answer", "delivered", "receive"}


@pytest.mark.parametrize(("table", "named"), [("In", Incoming), ("Out", Reply)])
def test_the_tables_name_fields_that_there_are(table: str, named: type) -> None:
    section = DOCUMENT.partition(f"## {table}: ")[2].partition("\n## ")[0]
    firsts = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    told = {name for first in firsts for name in re.findall(r"`(\w+)`", first)}
    assert told
    assert told <= {found.name for found in fields(named)} | set(dir(named))
