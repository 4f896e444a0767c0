"""The front: what a channel hands over is answered in order, in threads, and once."""

import asyncio
import threading
from dataclasses import replace

import pytest

from bot.adapters.memory_store import memory_store
from bot.core.corpus import Corpus, Language, Role, Status
from bot.core.desk import Desk, Outgoing
from bot.core.front import Front
from bot.core.incoming import Incoming
from bot.core.keeping import Handed, Store
from bot.core.model import Answer, Question
from bot.core.reply import Reply
from tests.builders import NOON, TODAY, Clock, desk, said, tools

PARTS = tools(Corpus((), (), (), ()))


def echo(question: Question) -> Answer:
    return Answer(
        "id-1", question.text, question.text, Language.NL, Role.OFFICER, TODAY, Status.ANSWERED, question.text
    )


class Sent:
    """What a channel was asked to send."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []

    async def __call__(self, incoming: Incoming, replies: tuple[Reply, ...]) -> None:
        self.texts += [(incoming.conversation, found.text) for found in replies]


def new(store: Store | None = None) -> Desk:
    return desk(PARTS, ask=echo, store=store)


def test_messages_are_answered_in_the_order_of_their_conversation_and_once() -> None:
    sent = Sent()

    async def run() -> None:
        front = Front(new(), sent)
        for n in range(20):
            for conversation in ("c1", "c2"):
                message = said(f"vraag {n}", f"{n}", conversation=conversation)
                assert await front.receive(message)
                assert not await front.receive(message)
        assert await front.finish(20)

    asyncio.run(run())
    for conversation in ("c1", "c2"):
        assert [text for where, text in sent.texts if where == conversation] == [f"vraag {n}" for n in range(20)]


def test_different_conversations_are_answered_side_by_side() -> None:
    together = threading.Barrier(2, timeout=10)

    def ask(question: Question) -> Answer:
        together.wait()
        return echo(question)

    sent = Sent()

    async def run() -> None:
        front = Front(desk(PARTS, ask=ask), sent, workers=2)
        await front.receive(said("een", conversation="c1"))
        await front.receive(said("twee", conversation="c2"))
        assert await front.finish(20)

    asyncio.run(run())
    assert sorted(text for _, text in sent.texts) == ["een", "twee"]


def test_what_was_confirmed_and_not_delivered_is_delivered_after_a_restart() -> None:
    store = memory_store(Clock())
    sent = Sent()

    async def fails(incoming: Incoming, replies: tuple[Reply, ...]) -> None:
        raise ConnectionError

    async def first() -> None:
        front = Front(new(store), fails)
        await front.receive(said("een"))
        await front.finish(20)

    async def second() -> None:
        front = Front(new(store), sent)
        assert await front.resume("test") == 1
        assert await front.finish(20)
        assert await Front(new(store), sent).resume("test") == 0

    asyncio.run(first())
    asyncio.run(second())
    assert sent.texts == [("c1", "een")]


def test_who_sends_too_much_at_once_is_told_and_nothing_is_kept() -> None:
    go = threading.Event()

    def ask(question: Question) -> Answer:
        assert go.wait(20)
        return echo(question)

    sent, store = Sent(), memory_store(Clock())

    async def run() -> None:
        front = Front(desk(PARTS, ask=ask, store=store), sent)
        taken = [await front.receive(said(f"vraag {n}", f"{n}")) for n in range(25)]
        assert taken == [True] * 20 + [False] * 5
        assert not await front.receive(said("niet voor de bot", "99", is_group=True, is_addressed=False))
        assert len(store.inbox.waiting("test")) == 20
        go.set()
        assert await front.finish(20)

    asyncio.run(run())
    busy = PARTS.messages.say("too_busy", Language.NL)
    assert [text for _, text in sent.texts].count(busy) == 5
    assert len(sent.texts) == 25


def test_the_beginning_of_an_answer_can_be_shown() -> None:
    asked: list[str] = []

    async def run() -> None:
        front = Front(new(), Sent(), partial=lambda incoming: asked.append(incoming.text))
        await front.receive(said("een"))
        await front.finish(20)

    asyncio.run(run())
    assert asked == ["een"]


def test_what_a_colleague_answers_is_sent_and_what_fails_is_sent_later(caplog: pytest.LogCaptureFixture) -> None:
    store = memory_store(Clock())
    handed = Handed("n1", "p", "test", "ergens", "vraag", (), "", Language.NL, Role.OFFICER, NOON)
    for number in ("n1", "n2"):
        store.queue.hand_over(replace(handed, id=number))
        store.queue.reply(number, f"antwoord {number}")
    sent: list[str] = []

    async def send(outgoing: Outgoing) -> None:
        if outgoing.id == "n1" and not sent:
            raise ConnectionError
        sent.append(outgoing.id)

    async def run() -> None:
        front = Front(new(store), Sent())
        assert await front.send_outgoing("test", send) == 1
        assert await front.send_outgoing("test", send) == 1
        assert await front.send_outgoing("test", send) == 0
        await front.finish()

    asyncio.run(run())
    assert sent == ["n2", "n1"]
    assert "ConnectionError" in caplog.text
