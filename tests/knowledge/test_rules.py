"""The rules that are data agree with the texts that they rest on."""

from datetime import timedelta
from functools import cache
from itertools import pairwise

import pytest

from bot.core.corpus import Cite, Passage, PassageId
from bot.core.decision import CATEGORIES, NO_CATEGORY, VALUES, CheckRules, FactName, Outcome, Threshold
from ingest.passages import full_register, passages_of
from knowledge.check_rules import read_check_rules, read_phrases
from knowledge.loader import read_glossary, read_register, read_rules, read_sources
from tests.builders import TODAY

RULES = read_check_rules()

NAMED = {
    "central": "leveringen en diensten van het Rijk",
    "local": "leveringen en diensten van decentrale overheden",
    "works": "werken",
    "social": "sociale en andere specifieke diensten",
}
"""How the passage names each amount of a period."""


@cache
def passages() -> dict[PassageId, Passage]:
    files = read_sources()
    register = full_register(files, read_register())
    return {passage.id: passage for file in files for passage in passages_of(file, register)}


def cites(rules: CheckRules) -> list[Cite]:
    todos = [todo.passage_id for outcome in Outcome for todo in rules.todos[outcome]]
    unknowns = [unknown.passage_id for outcome in Outcome for unknown in rules.unknowns[outcome]]
    return [
        *(cite for rule in rules.rules for cite in rule.cites),
        *(cite for claim in rules.categories.values() for cite in claim.cites),
        *(Cite(passage_id) for passage_id in (*todos, *unknowns)),
        *(Cite(threshold.passage_id) for threshold in rules.thresholds),
    ]


def amounts() -> list[object]:
    """Every period with the name of each of its amounts; one of them has a known fault."""
    return [
        pytest.param(
            threshold,
            name,
            id=f"{threshold.passage_id}-{name}",
        )
        for threshold in RULES.thresholds
        for name in NAMED
        if getattr(threshold, name) is not None
    ]


@pytest.mark.parametrize(("threshold", "name"), amounts())
def test_a_threshold_is_the_amount_of_the_passage_that_it_names(threshold: Threshold, name: str) -> None:
    amount = f"{getattr(threshold, name):,}".replace(",", ".")
    assert f"- {NAMED[name]}: {amount} euro" in passages()[threshold.passage_id].text


@pytest.mark.parametrize("threshold", RULES.thresholds, ids=lambda threshold: threshold.passage_id)
def test_a_threshold_holds_as_long_as_the_passage_that_it_names(threshold: Threshold) -> None:
    assert threshold.validity == passages()[threshold.passage_id].validity
    assert threshold.validity.since is not None
    assert threshold.validity.until is not None


def test_the_periods_of_the_thresholds_neither_overlap_nor_leave_gaps() -> None:
    for earlier, later in pairwise(RULES.thresholds):
        assert earlier.validity.until is not None
        assert later.validity.since == earlier.validity.until + timedelta(days=1)


def test_the_thresholds_of_today_and_of_every_day_of_the_policy_are_known() -> None:
    assert RULES.threshold_on(TODAY) is not None
    assert RULES.threshold_on(TODAY.replace(year=2017, month=1, day=1)) is not None


def test_the_threshold_of_central_government_is_the_lowest() -> None:
    assert all(t.central < t.local < (t.social or 750_000) < t.works for t in RULES.thresholds)


def test_every_passage_that_a_rule_rests_on_exists() -> None:
    assert [cite.passage_id for cite in cites(RULES) if cite.passage_id not in passages()] == []


def test_every_quote_of_a_rule_stands_in_its_passage() -> None:
    quotes = [(cite.passage_id, cite.quote) for cite in cites(RULES) if cite.quote is not None]
    assert quotes
    assert [quote for passage_id, quote in quotes if quote not in passages()[passage_id].text] == []


def test_every_category_has_a_sentence_on_what_belongs_to_it() -> None:
    assert sorted(RULES.categories) == sorted((*CATEGORIES, NO_CATEGORY))


def test_every_outcome_that_is_known_says_what_to_do() -> None:
    assert [outcome for outcome in Outcome if not RULES.todos[outcome]] == [Outcome.UNDETERMINED]


def test_every_rule_holds_from_a_day_or_until_one() -> None:
    assert all(rule.validity.since or rule.validity.until for rule in RULES.rules)


def test_a_phrase_tells_a_value_that_its_fact_may_have() -> None:
    assert [p.value for p in read_phrases() if p.value is not None and p.value not in VALUES.get(p.name, ())] == []


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("authority", VALUES[FactName.AUTHORITY]),
        ("category", (*CATEGORIES, NO_CATEGORY)),
        ("product", (*CATEGORIES, NO_CATEGORY)),
    ],
)
def test_a_term_tells_a_value_that_its_fact_may_have(kind: str, values: tuple[str, ...]) -> None:
    told = {term.value for term in read_glossary() if term.kind == kind and term.value}
    assert told
    assert told <= set(values)


def test_a_form_that_stands_under_two_terms_tells_one_value() -> None:
    told: dict[str, set[str]] = {}
    for term in read_glossary():
        for form in (term.nl, term.en, *term.also):
            told.setdefault(form.lower(), set()).add(term.value)
    assert [form for form, values in told.items() if len(values) > 1] == []


def test_the_thresholds_of_the_zones_are_in_order() -> None:
    calibration = read_rules().calibration
    assert 0 < calibration.refuse_below <= calibration.sure_above < 1
