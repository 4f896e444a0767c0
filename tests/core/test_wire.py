import json
from datetime import date

import pytest

from bot.bootstrap import build_messages
from bot.core.corpus import Corpus, Language, Role, Validity
from bot.core.decision import MAX_VALUE_EUR, VALUES, Fact, FactName, FactValue, Known
from bot.core.errors import UsageError
from bot.core.model import MAX_QUESTION_CHARS, Turn
from bot.core.wire import (
    SHOWN_CHARS,
    answer_object,
    checked_question,
    day_of,
    facts_of,
    language_from,
    role_of,
    turns_of,
)
from tests.builders import TODAY, ask, passage, source

KEYS = [
    "id", "question", "standalone_question", "language", "role", "as_of", "status", "text", "draft", "citations",
    "decision", "warnings", "follow_ups", "passages", "timings_ms",
]  # fmt: skip
CITATION_KEYS = [
    "n", "source_id", "title", "publisher", "date", "reference", "locator", "grade", "quote", "start", "end", "url",
]  # fmt: skip


def test_the_object_is_the_contract() -> None:
    owner = source("Gemeenten mogen ISV gebruiken.")
    found = answer_object(
        ask(Corpus((owner,), (passage(owner.text, of=owner),), (), ()), "mogen gemeenten ISV gebruiken")
    )
    assert list(found) == KEYS
    assert list(found["citations"][0]) == CITATION_KEYS  # type: ignore[index]  # a list of objects
    assert list(found["passages"][0]) == ["id", "source_id", "score", "text"]  # type: ignore[index]  # a list of objects
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u202e", "\x00"])
def test_a_question_without_visible_characters_is_empty(text: str) -> None:
    with pytest.raises(UsageError, match="empty_question"):
        checked_question(text, role=Role.OFFICER, as_of=TODAY)


def test_a_question_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert checked_question("a" * MAX_QUESTION_CHARS, role=Role.OFFICER, as_of=TODAY)
    with pytest.raises(UsageError, match="100000"):
        checked_question("a" * 100_000, role=Role.OFFICER, as_of=TODAY)


def test_history_is_questions_or_turns() -> None:
    assert turns_of(["a", {"question": "b", "answer": "c"}]) == (Turn("a"), Turn("b", "c"))
    assert turns_of(None) == ()


@pytest.mark.parametrize("value", ["tekst", 3, [3], [{"vraag": "x"}], {"question": "x"}])
def test_another_history_is_an_error(value: object) -> None:
    with pytest.raises(UsageError, match="bad_history"):
        turns_of(value)


def test_options_are_read_or_named() -> None:
    assert role_of("helpdesk") is Role.HELPDESK
    assert language_from("en") is Language.EN
    assert day_of("2026-11-21") == date(2026, 11, 21)
    for read, wrong in ((role_of, "baas"), (language_from, "fr"), (day_of, "gisteren")):
        with pytest.raises(UsageError, match=wrong):
            read(wrong)


def told(name: FactName, value: object) -> FactValue:
    """The value of the only fact of an object."""
    found = facts_of({name.value: value})
    assert list(found) == [name]
    assert found[name] == Fact(name, found[name].value, Known.ASKED)
    return found[name].value


def test_facts_are_read_by_name_in_the_order_of_the_object() -> None:
    given = {"value_eur": 200_000, "authority": "rijk", "date": "2026-11-27", "european_tender": True}
    assert facts_of(given) == {
        FactName.VALUE_EUR: Fact(FactName.VALUE_EUR, 200_000, Known.ASKED),
        FactName.AUTHORITY: Fact(FactName.AUTHORITY, "rijk", Known.ASKED),
        FactName.DATE: Fact(FactName.DATE, date(2026, 11, 27), Known.ASKED),
        FactName.EUROPEAN_TENDER: Fact(FactName.EUROPEAN_TENDER, True, Known.ASKED),
    }
    assert [name.value for name in facts_of(given)] == list(given)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in VALUES for value in VALUES[name]])
def test_every_value_of_a_fact_is_read_as_itself(name: FactName, value: FactValue) -> None:
    assert told(name, value) is value


@pytest.mark.parametrize("value", [1, 140_000, MAX_VALUE_EUR])
def test_a_value_in_euro_is_a_whole_number_within_its_bounds(value: int) -> None:
    assert told(FactName.VALUE_EUR, value) == value


def test_the_facts_of_an_answer_can_be_read_again() -> None:
    """What stands in an answer as name and value is what a file of facts holds."""
    given = {"existing_contract": False, "category": "energie", "value_eur": 300_000, "kind": "supplies"}
    found = {name.value: fact.value for name, fact in facts_of(given).items()}
    assert facts_of(json.loads(json.dumps(found))) == facts_of(given)


@pytest.mark.parametrize("value", [None, "rijk", 3, [], ["authority"], [{"authority": "rijk"}], {}, True])
def test_facts_of_another_shape_are_an_error(value: object) -> None:
    with pytest.raises(UsageError, match="bad_facts"):
        facts_of(value)


@pytest.mark.parametrize("name", ["kleur", "", "Authority", "AUTHORITY", " authority", "authority\n", 3, None])
def test_a_name_that_is_no_fact_is_named_with_those_that_are(name: object) -> None:
    with pytest.raises(UsageError, match="unknown_fact") as caught:
        facts_of({"authority": "rijk", name: "rijk"})
    assert caught.value.holes == {"value": " ".join(str(name).split()), "allowed": ", ".join(FactName)}


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("authority", "baas", "rijk, gemeente, provincie, waterschap, zbo, other"),
        ("authority", "Rijk", "rijk, gemeente, provincie, waterschap, zbo, other"),
        ("authority", None, "rijk, gemeente, provincie, waterschap, zbo, other"),
        ("authority", ["rijk"], "rijk, gemeente, provincie, waterschap, zbo, other"),
        ("category", "laptops", "datacenters, connectiviteit, none"),
        ("category", None, "datacenters, connectiviteit, none"),
        ("existing_contract", "false", "false, true"),
        ("existing_contract", 0, "false, true"),
        ("european_tender", 1, "true, false"),
        ("european_tender", "ja", "true, false"),
        ("manifest_signatory", 1.0, "true, false"),
        ("kind", "spullen", "supplies, services, works, social_services"),
    ],
)
def test_a_value_that_a_fact_cannot_have_is_named_with_those_it_can(name: str, value: object, allowed: str) -> None:
    with pytest.raises(UsageError, match="bad_fact: ") as caught:
        facts_of({name: value})
    assert (caught.value.holes["fact"], caught.value.holes["value"]) == (name, str(value))
    assert str(caught.value.holes["allowed"]).endswith(allowed)


@pytest.mark.parametrize(
    "value", ["200000", 140_000.5, 200_000.0, float("nan"), True, None, 0, -1, MAX_VALUE_EUR + 1], ids=str
)
def test_a_value_that_is_no_whole_amount_is_named_and_asked_for_in_whole_euros(value: object) -> None:
    with pytest.raises(UsageError, match="bad_value") as caught:
        facts_of({"value_eur": value})
    assert caught.value.holes == {"value": str(value), "maximum": MAX_VALUE_EUR}
    for language, wanted in ((Language.NL, "zonder centen"), (Language.EN, "without cents")):
        said = build_messages().say(caught.value.name, language, **caught.value.holes)
        assert str(value) in said
        assert wanted in said


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [("2022", date(2022, 1, 1), date(2022, 12, 31)), ("2024-02", date(2024, 2, 1), date(2024, 2, 29))],
)
def test_a_month_or_a_year_stands_for_all_of_its_days(value: str, first: date, last: date) -> None:
    fact = facts_of({"date": value})[FactName.DATE]
    assert (fact.value, fact.within) == (first, Validity(first, last))


@pytest.mark.parametrize("value", ["gisteren", "2026-02-30", "20261127", "27-11-2026", 20261127, None, True, ""])
def test_a_date_that_is_no_day_is_named(value: object) -> None:
    with pytest.raises(UsageError, match="bad_day"):
        facts_of({"date": value})


@pytest.mark.parametrize("facts", [{"a" * 500: 1}, {"authority": "a" * 500}, {"date": "a" * 500}, ["a" * 500]])
def test_an_error_shows_the_beginning_of_a_long_value(facts: object) -> None:
    with pytest.raises(UsageError) as caught:
        facts_of(facts)
    assert "a" * (SHOWN_CHARS // 2) in str(caught.value)
    assert "a" * (SHOWN_CHARS + 1) not in str(caught.value)
