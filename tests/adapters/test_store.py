"""Every store keeps, gives out and deletes the same: in memory, in SQLite and in PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.adapters.memory_store import memory_store
from bot.core.audit import Record
from bot.core.corpus import Grade, Language, Role, Status
from bot.core.dialogue import Said, Talk
from bot.core.incoming import MessageKind, Rating, Reason
from bot.core.keeping import Conversation, Counts, Finished, Handed, KeptTurn, ShownAnswer, Store
from bot.core.pairing import Pairing, Reach
from bot.core.receipt import Versions
from bot.core.reply import Button, Reply, ReplyKind, ShownSource
from tests.adapters.stores import KINDS, store_of
from tests.builders import NOON, Clock, said

ANNA, BEN = "a" * 64, "b" * 64
SOURCE = ShownSource(
    1, "Brief (13 juni 2022)", "Brief", date(2022, 6, 13), Grade.OFFICIAL, "officieel", "BZK", "nr. 1", "“é” 🙂", ""
)
REPLY = Reply(
    ReplyKind.ANSWER,
    Language.NL,
    ("Ja. [1]", "- en ook"),
    sources=(SOURCE,),
    warnings=("Let op",),
    choices=(Button("step:00:rijk", "het Rijk"),),
    answer_id="id-1",
    takes_feedback=True,
    status=Status.ANSWERED,
)
TALK = Talk(Role.HELPDESK, date(2026, 1, 2), Language.EN, (Said("laptops", "ict_werkomgeving_rijk"), Said("1")))
TURN = KeptTurn("m1", "vraag", "antwoord [1]", "id-1", NOON, "vraag over ISV")
CONVERSATION = Conversation(ANNA, Language.EN, Role.HELPDESK, (TURN,), TALK, REPLY, "vraag", "id-1")
RECORD = Record("id-1", ANNA, Status.ANSWERED, Versions("0.1", "c", "r", "p", "m"), "extractive", 2, 1, "", {"a": [1]})
HANDED = Handed("n1", ANNA, "test", "adres van anna", "vraag", (("v", "a"),), "id-1", Language.NL, Role.OFFICER, NOON)
SHOWN = ShownAnswer("m" * 64, "p" * 64, ANNA, "id-1", Language.EN, NOON)
PAIRING = Pairing(ANNA, "test", "CODE1", NOON, reach=Reach("adres van anna", Language.EN))
BEFORE = NOON - timedelta(seconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """A store of each kind, empty."""
    with store_of(request.param, tmp_path, clock) as found:
        yield found


def fill(store: Store, person: str = ANNA, key: str = "k") -> None:
    """Keep one of each for a person."""
    store.inbox.accept(f"{key}-m", person, said())
    store.inbox.finish(f"{key}-m", Finished((REPLY,), key, replace(CONVERSATION, person=person)))
    store.records.add(replace(RECORD, id=f"{key}-r", asker=person))
    store.feedback.add(person, Rating("id-1", is_good=True))
    store.queue.hand_over(replace(HANDED, id=f"{key}-h", person=person))
    store.people.ask(replace(PAIRING, person=person, code=f"{key}-c"))
    store.shown.add([replace(SHOWN, person=person, message=f"{key}-s")], f"{key}-m")


ONE_OF_EACH = Counts(1, 1, 1, 1, 1)


def test_a_message_is_accepted_once(store: Store) -> None:
    assert store.inbox.accept("m", ANNA, said())
    assert not store.inbox.accept("m", ANNA, said())
    store.inbox.finish("m", Finished((REPLY,)))
    assert not store.inbox.accept("m", ANNA, said())
    store.inbox.deliver("m")
    assert not store.inbox.accept("m", ANNA, said())


def test_what_is_not_delivered_waits_in_the_order_in_which_it_came(store: Store, clock: Clock) -> None:
    messages = [said(f"vraag {n}", str(n), kind=MessageKind.EDITED, address="ergens") for n in range(4)]
    for n, message in enumerate(messages):
        clock.now = NOON + timedelta(seconds=n)
        store.inbox.accept(f"m{n}", ANNA, message)
    store.inbox.accept("other", ANNA, said(channel="other"))
    store.inbox.finish("m1", Finished((REPLY,)))
    store.inbox.finish("m2", Finished((REPLY,)))
    store.inbox.deliver("m2")
    assert store.inbox.waiting("test") == (messages[0], messages[1], messages[3])


def test_replies_come_back_as_they_were_until_they_are_delivered(store: Store) -> None:
    store.inbox.accept("m", ANNA, said())
    assert store.inbox.replies("m") is None
    store.inbox.finish("m", Finished((REPLY, REPLY)))
    assert store.inbox.replies("m") == (REPLY, REPLY)
    store.inbox.deliver("m")
    assert store.inbox.replies("m") is None
    assert store.inbox.replies("nobody") is None


def test_a_conversation_comes_back_as_it_was(store: Store) -> None:
    assert store.conversations.load("k") is None
    store.inbox.finish("m", Finished((), "k", CONVERSATION))
    assert store.conversations.load("k") == CONVERSATION


def test_a_conversation_takes_the_place_of_the_one_before(store: Store) -> None:
    store.inbox.finish("m", Finished((), "k", CONVERSATION))
    later = Conversation(ANNA, turns=(replace(TURN, question="b"), replace(TURN, question="a")))
    store.inbox.finish("m", Finished((), "k", later))
    assert store.conversations.load("k") == later


def test_without_a_conversation_nothing_is_saved(store: Store) -> None:
    store.inbox.finish("m", Finished((REPLY,), "k", None))
    assert store.conversations.load("k") is None


def test_the_last_rating_of_a_person_counts(store: Store) -> None:
    store.feedback.add(ANNA, Rating("id-1", is_good=True))
    assert store.feedback.find(ANNA, "id-1") == Rating("id-1", is_good=True)
    later = Rating("id-1", is_good=False, reason=Reason.OUTDATED, text="oud")
    store.feedback.add(ANNA, later)
    assert store.feedback.find(ANNA, "id-1") == later
    assert store.feedback.find(BEN, "id-1") is None
    store.feedback.add(BEN, Rating("id-1", is_good=True))
    assert store.retention.forget(ANNA, "now") == Counts(feedback=1)
    assert store.retention.forget(BEN, "now") == Counts(feedback=1)


def test_where_an_answer_stands_is_remembered_by_each_of_its_messages(store: Store) -> None:
    assert store.shown.find("m1") is None
    assert store.shown.only(SHOWN.place) is None
    first, second = replace(SHOWN, message="m1"), replace(SHOWN, message="m2")
    for key in ("k1", "k2"):
        store.inbox.accept(key, ANNA, said())
        store.inbox.finish(key, Finished((REPLY,)))
    store.shown.add([first, second], "k1")
    store.shown.add([first], "k1")
    assert store.shown.find("m2") == second
    assert store.shown.only(SHOWN.place) in (first, second)
    store.shown.add([replace(SHOWN, message="m3", place="q" * 64, answer_id="id-2")], "k2")
    assert store.shown.only(SHOWN.place) is not None
    store.shown.add([replace(SHOWN, message="m4", answer_id="id-2")], "k2")
    assert store.shown.only(SHOWN.place) is None


def test_what_was_suggested_under_an_answer_is_told_to_who_asked(store: Store) -> None:
    store.records.add(replace(RECORD, body={"follow_ups": ["En gemeenten?", "En provincies?"]}))
    store.records.add(replace(RECORD, id="id-2", body={}))
    assert store.suggestions.under(ANNA, RECORD.id) == ("En gemeenten?", "En provincies?")
    assert store.suggestions.under(ANNA, "id-2") == ()
    assert store.suggestions.under(BEN, RECORD.id) == ()
    assert store.suggestions.under(ANNA, "id-3") == ()


def test_a_question_for_a_colleague_is_answered_and_sent_once(store: Store) -> None:
    store.queue.hand_over(HANDED)
    store.queue.hand_over(replace(HANDED, question="nog eens"))
    assert store.queue.open() == (HANDED,)
    assert not store.queue.reply("n2", "onbekend")
    assert store.queue.unsent("test") == ()
    assert store.queue.reply("n1", "Zo zit het.")
    assert not store.queue.reply("n1", "Toch niet.")
    assert store.queue.open() == ()
    assert store.queue.unsent("other") == ()
    assert store.queue.unsent("test") == (replace(HANDED, reply="Zo zit het."),)
    store.queue.sent("n1")
    assert store.queue.unsent("test") == ()


def test_people_are_let_in_and_put_out_by_code(store: Store) -> None:
    assert store.people.find(ANNA) is None
    store.people.ask(PAIRING)
    store.people.ask(replace(PAIRING, person=BEN, code="CODE2", asked_at=NOON + timedelta(hours=1)))
    assert not store.people.approve("CODE9", Role.OFFICER, BEFORE)
    assert store.people.approve("CODE1", Role.HELPDESK, BEFORE)
    assert store.people.find(ANNA) == replace(PAIRING, role=Role.HELPDESK)
    assert [pairing.code for pairing in store.people.all()] == ["CODE1", "CODE2"]
    assert store.people.remove("CODE1")
    assert not store.people.remove("CODE1")
    assert store.people.find(ANNA) is None


def test_a_code_that_has_run_out_lets_nobody_in_and_puts_nobody_out(store: Store) -> None:
    store.people.ask(PAIRING)
    assert not store.people.approve("CODE1", Role.OFFICER, NOON)
    assert store.people.find(ANNA) == PAIRING
    assert store.people.approve("CODE1", Role.OFFICER, BEFORE)
    assert store.people.approve("CODE1", Role.HELPDESK, NOON + timedelta(days=365))
    assert store.people.find(ANNA) == replace(PAIRING, role=Role.HELPDESK)


def test_who_is_let_in_is_told_once_and_then_not_reached_any_more(store: Store) -> None:
    store.people.ask(replace(PAIRING, person=BEN, code="CODE2", asked_at=NOON + timedelta(hours=1)))
    store.people.ask(PAIRING)
    assert store.people.untold("test") == ()
    for code in ("CODE1", "CODE2"):
        store.people.approve(code, Role.OFFICER, BEFORE)
    assert store.people.untold("other") == ()
    assert [pairing.code for pairing in store.people.untold("test")] == ["CODE1", "CODE2"]
    assert store.people.untold("test")[0] == replace(PAIRING, role=Role.OFFICER)
    store.people.told("CODE1")
    store.people.told("CODE9")
    assert [pairing.code for pairing in store.people.untold("test")] == ["CODE2"]
    assert store.people.find(ANNA) == replace(PAIRING, role=Role.OFFICER, reach=None)
    store.people.approve("CODE1", Role.HELPDESK, BEFORE)
    assert [pairing.code for pairing in store.people.untold("test")] == ["CODE2"]


def test_where_somebody_can_be_reached_is_not_kept_longer_than_the_rest(store: Store) -> None:
    store.people.ask(PAIRING)
    store.people.approve("CODE1", Role.OFFICER, BEFORE)
    store.retention.purge(NOON)
    assert len(store.people.untold("test")) == 1
    store.retention.purge(NOON + timedelta(seconds=1))
    assert store.people.untold("test") == ()
    assert store.people.find(ANNA) == replace(PAIRING, role=Role.OFFICER, reach=None)


def test_a_later_request_takes_the_place_of_the_earlier(store: Store) -> None:
    store.people.ask(PAIRING)
    store.people.ask(replace(PAIRING, code="CODE2"))
    assert [pairing.code for pairing in store.people.all()] == ["CODE2"]


def test_forgetting_deletes_all_of_one_person_and_says_how_much(store: Store) -> None:
    fill(store, ANNA, "k")
    fill(store, BEN, "l")
    assert store.retention.forget(ANNA, "now") == ONE_OF_EACH
    assert store.retention.forget(ANNA, "now") == Counts()
    assert not any(store.retention.export(ANNA).values())
    assert store.inbox.replies("k-m") is None
    assert store.shown.find("k-s") is None
    assert store.shown.find("l-s") is not None
    assert not store.inbox.accept("k-m", ANNA, said())
    assert store.conversations.load("l") == replace(CONVERSATION, person=BEN)
    assert store.retention.forget(BEN, "now") == ONE_OF_EACH


def test_of_what_came_in_before_nothing_is_kept_and_what_came_in_later_is_answered(store: Store) -> None:
    for key, person in (("a", ANNA), ("b", BEN), ("now", ANNA), ("z", ANNA)):
        store.inbox.accept(key, person, said(key, key))
    store.retention.forget(ANNA, "now")
    assert [incoming.text for incoming in store.inbox.waiting("test")] == ["b", "now", "z"]
    store.records.add(RECORD)
    store.queue.hand_over(HANDED)
    store.feedback.add(ANNA, Rating("id-1", is_good=True))
    assert not store.inbox.finish("a", Finished((REPLY,), "k", CONVERSATION, handed="n1"))
    assert store.retention.forget(ANNA, "now") == Counts(), "of what was being answered nothing is left"
    assert store.inbox.replies("a") == ()
    assert store.conversations.load("k") is None
    assert not store.inbox.accept("a", ANNA, said("a", "a"))
    store.inbox.deliver("a")
    assert store.inbox.finish("z", Finished((REPLY,), "k", CONVERSATION))
    assert store.conversations.load("k") == CONVERSATION


def test_where_an_answer_stands_is_not_kept_of_who_was_forgotten(store: Store) -> None:
    store.inbox.accept("a", ANNA, said())
    store.shown.add([SHOWN], "a")
    assert store.shown.find(SHOWN.message) is None, "it has no answer yet"
    store.inbox.finish("a", Finished((REPLY,)))
    store.retention.forget(ANNA, "now")
    store.shown.add([SHOWN], "a")
    assert store.shown.find(SHOWN.message) is None


def test_what_was_answered_already_changes_nothing_when_it_is_answered_again(store: Store) -> None:
    store.inbox.accept("m", ANNA, said())
    store.inbox.finish("m", Finished((REPLY,), "k", CONVERSATION))
    late = Finished((), "k", replace(CONVERSATION, asked="iets van eerder"))
    store.inbox.finish("m", late)
    store.inbox.deliver("m")
    store.inbox.finish("m", late)
    assert store.conversations.load("k") == CONVERSATION


def test_what_came_in_before_is_known_and_waits_until_it_is_delivered(store: Store) -> None:
    store.inbox.accept("m", ANNA, said())
    assert (store.inbox.has("m"), store.inbox.has("n")) == (True, False)
    assert (store.inbox.is_waiting("m"), store.inbox.is_waiting("n")) == (True, False)
    store.inbox.finish("m", Finished((REPLY,)))
    assert store.inbox.is_waiting("m")
    store.inbox.deliver("m")
    assert store.inbox.has("m")
    assert not store.inbox.is_waiting("m")


def test_what_was_said_is_purged_also_where_the_conversation_goes_on(store: Store, clock: Clock) -> None:
    store.inbox.finish("m", Finished((), "k", CONVERSATION))
    clock.now = NOON + timedelta(days=60)
    chosen = replace(CONVERSATION, language=Language.NL, turns=())
    store.inbox.finish("m", Finished((), "k", chosen))
    store.retention.purge(NOON)
    assert store.conversations.load("k") == chosen
    store.retention.purge(NOON + timedelta(days=1))
    assert store.conversations.load("k") == replace(chosen, talk=None, last=None, asked="", rated="")


def test_an_export_holds_what_was_kept(store: Store) -> None:
    fill(store)
    shown = str(store.retention.export(ANNA))
    assert all(text in shown for text in ("antwoord [1]", "k-c", "vraag", "'a': [1]"))
    assert len(store.retention.export(ANNA)["shown"]) == 1  # type: ignore[arg-type]  # a list
    assert not any(store.retention.export(BEN).values())


def test_what_is_old_is_purged_and_what_is_new_is_not(store: Store, clock: Clock) -> None:
    fill(store)
    assert store.retention.purge(NOON) == Counts()
    assert store.shown.find("k-s") is not None
    clock.now = NOON + timedelta(days=91)
    fresh = replace(TURN, at=clock.now)
    store.inbox.finish("m", Finished((), "fresh", Conversation(BEN, turns=(TURN, fresh))))
    assert store.retention.purge(NOON + timedelta(seconds=1)) == ONE_OF_EACH
    assert store.conversations.load("fresh") == Conversation(BEN, turns=(fresh,))
    assert store.shown.find("k-s") is None
    assert store.inbox.accept("k-m", ANNA, said())


def test_who_was_let_in_stays_when_old_requests_are_purged(store: Store) -> None:
    store.people.ask(PAIRING)
    store.people.approve("CODE1", Role.OFFICER, BEFORE)
    store.retention.purge(NOON + timedelta(days=365))
    assert store.people.find(ANNA) is not None


def test_the_twin_in_memory_gives_out_its_records() -> None:
    store = memory_store(Clock())
    fill(store)
    assert store.records.all() == (replace(RECORD, id="k-r"),)  # type: ignore[attr-defined]  # of the twin only
