"""The front: what a channel hands over is answered in order, in threads, and once."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.adapters.memory_store import memory_store
from bot.core.corpus import Corpus, Language, Role, Status
from bot.core.delivery import Delivery
from bot.core.desk import Desk
from bot.core.doubtful import MAX_DOUBTFUL, Doubtful
from bot.core.errors import ChannelTaken, NotDelivered, StoreUnavailable
from bot.core.front import Front
from bot.core.identity import Identities
from bot.core.incoming import Incoming
from bot.core.keeping import Handed, Inbox, Store
from bot.core.model import Answer, Question
from tests.builders import KEY, NOON, TODAY, Clock, desk, said, tools

PARTS = tools(Corpus((), (), (), ()))
BUSY = PARTS.messages.say("too_busy", Language.NL)


def echo(question: Question) -> Answer:
    return Answer(
        "id-1", question.text, question.text, Language.NL, Role.OFFICER, TODAY, Status.ANSWERED, question.text
    )


class Sent:
    """What a channel was asked to send."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []
        self.changed = asyncio.Event()
        self.last = Delivery("", ())

    async def __call__(self, delivery: Delivery) -> None:
        assert delivery.incoming is not None
        self.last = delivery
        self.texts += [(delivery.incoming.conversation, found.text) for found in delivery.replies]
        self.changed.set()

    async def until(self, count: int) -> None:
        """Wait until so many texts were sent."""
        async with asyncio.timeout(20):
            while len(self.texts) < count:
                self.changed.clear()
                await self.changed.wait()


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

    async def fails(delivery: Delivery) -> None:
        raise ConnectionError

    async def first() -> None:
        front = Front(new(store), fails)
        await front.receive(said("een"))
        await front.finish(20)

    async def second() -> None:
        front = Front(new(store), sent)
        assert await front.open("test") == 1
        assert await front.finish(20)
        assert await Front(new(store), sent).open("test") == 0

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
        assert not await front.receive(said("vraag 3", "3"))
        assert len(store.inbox.waiting("test")) == 20
        go.set()
        assert await front.finish(20)

    asyncio.run(run())
    assert [text for _, text in sent.texts].count(BUSY) == 1
    assert len(sent.texts) == 21


def test_a_message_that_comes_in_again_while_there_is_no_room_is_told_nothing() -> None:
    go, sent = threading.Event(), Sent()

    def ask(question: Question) -> Answer:
        assert go.wait(20)
        return echo(question)

    async def run() -> None:
        front = Front(desk(PARTS, ask=ask), sent)
        for n in range(20):
            assert await front.receive(said(f"vraag {n}", f"{n}"))
        assert not await front.receive(said("vraag 3", "3"))
        go.set()
        assert await front.finish(20)

    asyncio.run(run())
    assert BUSY not in [text for _, text in sent.texts]


def test_who_floods_a_group_holds_up_nobody_else_in_it() -> None:
    go, sent = threading.Event(), Sent()
    told = asyncio.Event()

    def ask(question: Question) -> Answer:
        assert question.text == "van ben" or go.wait(20)
        return echo(question)

    async def slowly(delivery: Delivery) -> None:
        if delivery.replies[0].text == BUSY:
            await told.wait()  # telling the one who floods takes long
        await sent(delivery)

    async def run() -> None:
        front = Front(desk(PARTS, ask=ask), slowly)
        for n in range(25):
            await front.receive(said(f"vraag {n}", f"{n}", is_group=True))
        assert await front.receive(said("van ben", "b", is_group=True, person="ben"))
        await sent.until(1)
        assert sent.texts == [("c1", "van ben")]
        go.set()
        told.set()
        assert await front.finish(20)

    asyncio.run(run())


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

    async def send(delivery: Delivery) -> None:
        assert delivery.incoming is None
        number = delivery.replies[0].text[-2:]
        if number == "n1" and not sent:
            raise ConnectionError
        sent.append(number)

    async def run() -> None:
        front = Front(new(store), send, again_s=(0.01,), every_s=0.02)
        await front.open("test")
        async with asyncio.timeout(20):
            while len(sent) < 2:  # noqa: ASYNC110  # what a colleague says arrives without an event
                await asyncio.sleep(0.01)
        await front.finish()
        assert store.queue.unsent("test") == ()

    asyncio.run(run())
    assert sent == ["n2", "n1"]
    assert "ConnectionError" in caplog.text


class Failing(Sent):
    """A channel that cannot send for a number of tries."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        super().__init__()
        self.failures = failures
        self.error = error or NotDelivered("ConnectError")
        self.arrived: list[int] = []

    async def __call__(self, delivery: Delivery) -> None:
        assert delivery.incoming is not None
        if delivery.incoming.conversation == "c1":
            self.arrived.append(delivery.arrived)
            if self.failures:
                self.failures -= 1
                delivery.arrived += 1
                raise self.error
        await super().__call__(delivery)


def test_what_cannot_be_sent_now_is_sent_later_in_order_and_holds_up_no_other_conversation() -> None:
    sent, asked = Failing(3), []

    def ask(question: Question) -> Answer:
        asked.append(question.text)
        return echo(question)

    async def run() -> None:
        store = memory_store(Clock())
        front = Front(desk(PARTS, ask=ask, store=store), sent, workers=1, again_s=(0.01,))
        for n, (conversation, text) in enumerate((("c1", "een"), ("c1", "twee"), ("c2", "drie"))):
            await front.receive(said(text, f"{n}", conversation=conversation))
        await sent.until(3)
        assert await front.finish(20)
        assert store.inbox.waiting("test") == ()

    asyncio.run(run())
    assert sent.texts == [("c2", "drie"), ("c1", "een"), ("c1", "twee")]
    assert sorted(asked) == ["drie", "een", "twee"]
    assert sent.arrived == [0, 1, 2, 3, 0]  # a new try goes on where the last one stopped


def test_an_error_of_another_kind_is_not_tried_again_and_the_next_message_is_answered() -> None:
    sent = Failing(1, ValueError("our own mistake"))

    async def run() -> None:
        front = Front(new(), sent, again_s=(0.01,))
        await front.receive(said("een", "1"))
        await front.receive(said("twee", "2"))
        assert await front.finish(20)

    asyncio.run(run())
    assert sent.texts == [("c1", "twee")]


def test_a_stop_does_not_wait_for_what_must_be_sent_later_and_loses_nothing() -> None:
    store, sent = memory_store(Clock()), Sent()

    async def first() -> None:
        front = Front(new(store), Failing(99), again_s=(3600.0,))
        await front.receive(said("een", "1"))
        await front.receive(said("twee", "2"))
        assert not await front.finish(20)
        with pytest.raises(ChannelTaken):
            await front.receive(said("drie", "3"))

    async def second() -> None:
        front = Front(new(store), sent)
        assert await front.open("test") == 2
        assert await front.finish(20)

    asyncio.run(first())
    asyncio.run(second())
    assert sent.texts == [("c1", "een"), ("c1", "twee")]


class PassedOn:
    """An inbox that passes all on to another one, and tells when it was noted that a reply arrived."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.is_noted = threading.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._inbox, name)

    def deliver(self, key: str) -> None:
        self._inbox.deliver(key)
        self.is_noted.set()


class Forgetful(PassedOn):
    """One that cannot note at first that a reply arrived."""

    failures = 2

    def deliver(self, key: str) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise StoreUnavailable("away")
        super().deliver(key)


def test_that_a_reply_arrived_is_noted_later_where_it_cannot_be_now_and_it_is_sent_once() -> None:
    sent, kept = Sent(), memory_store(Clock())
    inbox = Forgetful(kept.inbox)
    store = replace(kept, inbox=inbox)  # type: ignore[arg-type]  # it passes the rest on

    async def run() -> None:
        front = Front(new(store), sent, again_s=(0.01,))
        await front.receive(said("een"))
        await asyncio.to_thread(inbox.is_noted.wait, 20)
        assert await front.finish(20)

    asyncio.run(run())
    assert sent.texts == [("c1", "een")]


class Uncertain(PassedOn):
    """One that keeps a message without being able to say so."""

    fails = True

    def accept(self, key: str, person: str, incoming: Incoming) -> bool:
        is_new = self._inbox.accept(key, person, incoming)
        if self.fails:
            raise StoreUnavailable("gone after the commit")
        return is_new


def test_a_message_of_which_nobody_knows_whether_it_was_kept_is_answered_when_it_comes_again() -> None:
    sent, kept = Sent(), memory_store(Clock())
    inbox = Uncertain(kept.inbox)
    store = replace(kept, inbox=inbox)  # type: ignore[arg-type]  # it passes the rest on

    async def run() -> None:
        front = Front(new(store), sent)
        with pytest.raises(StoreUnavailable):
            await front.receive(said("een"))
        inbox.fails = False
        assert await front.receive(said("een"))
        assert not await front.receive(said("een")), "now it is in line"
        assert await front.finish(20)

    asyncio.run(run())
    assert sent.texts == [("c1", "een")]


def test_what_was_answered_is_not_answered_again_after_a_doubt() -> None:
    sent, kept = Sent(), memory_store(Clock())
    inbox = Uncertain(kept.inbox)
    inbox.fails = False
    store = replace(kept, inbox=inbox)  # type: ignore[arg-type]  # it passes the rest on

    async def run() -> None:
        front = Front(new(store), sent)
        assert await front.receive(said("een"))
        await sent.until(1)
        await asyncio.to_thread(inbox.is_noted.wait, 20)
        inbox.fails = True
        with pytest.raises(StoreUnavailable):
            await front.receive(said("een"))
        inbox.fails = False
        assert not await front.receive(said("een"))
        assert await front.finish(20)

    asyncio.run(run())
    assert sent.texts == [("c1", "een")]


def test_only_so_many_doubtful_messages_are_remembered() -> None:
    doubtful = Doubtful()
    for n in range(MAX_DOUBTFUL + 1):
        doubtful.add(said(message_id=str(n)))
    assert not doubtful.take(said(message_id="0"))
    assert doubtful.take(said(message_id="1"))
    assert not doubtful.take(said(message_id="1"))


def test_what_is_in_line_is_not_doubtful() -> None:
    doubtful = Doubtful()
    doubtful.put_in_line(said("een"))
    doubtful.add(said("een"))
    assert said("een") not in doubtful
    doubtful.out_of_line(said("een"))
    doubtful.add(said("een"))
    assert said("een") in doubtful


class Elsewhere:
    """Claims that another process takes over at some moment."""

    def __init__(self, *, is_ours: bool = True) -> None:
        self.is_ours = is_ours

    def take(self, channel: str) -> bool:
        return self.is_ours

    def give_back(self, channel: str) -> None: ...


def test_only_who_has_the_channel_answers() -> None:
    claims, sent = Elsewhere(is_ours=False), Failing(1)
    store = replace(memory_store(Clock()), claims=claims)

    async def run() -> None:
        front = Front(new(store), sent, again_s=(0.2,), every_s=0.01)
        with pytest.raises(ChannelTaken, match="another process answers for test"):
            await front.open("test")
        claims.is_ours = True
        assert await front.open("test") == 0
        await front.receive(said("een"))
        while not sent.arrived:  # noqa: ASYNC110  # a try that failed has no event of its own
            await asyncio.sleep(0)
        claims.is_ours = False
        async with asyncio.timeout(20):
            await front.taken_over.wait()
        claims.is_ours = True
        with pytest.raises(ChannelTaken):
            await front.receive(said("twee", "2"))
        assert not await front.finish(20)

    asyncio.run(run())
    assert sent.texts == [], "who lost the channel sends nothing any more"
    assert [incoming.text for incoming in store.inbox.waiting("test")] == ["een"]


def test_what_cannot_be_sent_keeps_nobody_from_being_heard() -> None:
    store, sent = memory_store(Clock()), Failing(99)

    async def run() -> None:
        front = Front(new(store), sent, again_s=(3600.0,))
        await front.receive(said("een vraag", "1"))
        await front.receive(said("/vergeet", "2"))
        while any(kept(store).values()):  # noqa: ASYNC110  # forgetting has no event
            await asyncio.sleep(0.01)
        await front.finish(20)

    asyncio.run(asyncio.wait_for(run(), 20))


def kept(store: Store) -> Mapping[str, object]:
    """All that is kept of Anna."""
    return store.retention.export(Identities(KEY).person("test", "anna"))


def test_what_is_being_answered_while_its_person_has_all_forgotten_leaves_nothing() -> None:
    store, go, asked, sent = memory_store(Clock()), threading.Event(), threading.Event(), Sent()

    def ask(question: Question) -> Answer:
        asked.set()
        assert go.wait(20)
        return echo(question)

    async def run() -> None:
        made = desk(PARTS, ask=ask, store=store)
        front = Front(made, sent)
        await front.receive(said("een vraag", "1", conversation="groep", is_group=True))
        await asyncio.to_thread(asked.wait, 20)
        await front.receive(said("/vergeet", "2"))
        await front.receive(said("/collega Een latere vraag?", "3"))
        await sent.until(2)
        go.set()
        assert await front.finish(20)

    asyncio.run(run())
    assert sent.texts[2] == ("groep", "een vraag")
    assert not sent.last.replies[0].takes_feedback
    assert not kept(store)["records"]
    assert [handed.question for handed in store.queue.open()] == ["Een latere vraag?"]


class Slow(PassedOn):
    """One that takes long to keep the first message."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(inbox)
        self.is_asked, self.go_on = threading.Event(), threading.Event()

    def accept(self, key: str, person: str, incoming: Incoming) -> bool:
        if incoming.text == "een":
            self.is_asked.set()
            assert self.go_on.wait(20)
        return self._inbox.accept(key, person, incoming)


def test_of_two_messages_that_come_at_once_the_first_is_answered_first() -> None:
    kept, sent = memory_store(Clock()), Sent()
    inbox = Slow(kept.inbox)
    store = replace(kept, inbox=inbox)  # type: ignore[arg-type]  # it passes the rest on

    async def run() -> None:
        front = Front(new(store), sent)
        first = asyncio.create_task(front.receive(said("een", "1")))
        await asyncio.to_thread(inbox.is_asked.wait, 20)
        second = asyncio.create_task(front.receive(said("twee", "2")))
        await asyncio.wait([second], timeout=0.2)
        inbox.go_on.set()
        assert all(await asyncio.gather(first, second))
        assert await front.finish(20)

    asyncio.run(run())
    assert sent.texts == [("c1", "een"), ("c1", "twee")]


def test_what_is_on_its_way_when_the_time_is_up_is_not_cut_off() -> None:
    sent, store = Sent(), memory_store(Clock())

    async def slowly(delivery: Delivery) -> None:
        begun.set()
        await asyncio.sleep(0.2)  # a service that takes its time
        await sent(delivery)

    async def run() -> None:
        front = Front(new(store), slowly)
        await front.receive(said("een"))
        await begun.wait()
        assert await front.finish(0)

    begun = asyncio.Event()
    asyncio.run(run())
    assert sent.texts == [("c1", "een")]
    assert store.inbox.waiting("test") == ()
