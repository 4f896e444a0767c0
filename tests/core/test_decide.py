"""The rules of the check, tried on every combination of facts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.amounts import Bound
from bot.core.corpus import Validity
from bot.core.decide import day_of, decide
from bot.core.decision import (
    MAX_VALUE_EUR,
    NO_CATEGORY,
    VALUES,
    CheckRules,
    Decision,
    Fact,
    FactName,
    Facts,
    FactValue,
    Known,
    Outcome,
    WarningKind,
)
from knowledge.check_rules import read_check_rules
from tests.builders import TODAY

CHECK = read_check_rules()
DECIDING = (
    FactName.EXISTING_CONTRACT,
    FactName.AUTHORITY,
    FactName.CATEGORY,
    FactName.EUROPEAN_TENDER,
    FactName.MANIFEST_SIGNATORY,
)
"""The facts that rules look at."""

DUTY = {
    Outcome.OBLIGATORY: 3,
    Outcome.UNDETERMINED: 2,
    Outcome.MANIFEST_COMMITMENT: 1,
    Outcome.OWN_POLICY: 1,
    Outcome.VOLUNTARY: 0,
}
"""How far each outcome binds, to compare them."""


def facts(**values: FactValue) -> Facts:
    """Facts by name, told in the question."""
    named = {FactName(name): value for name, value in values.items()}
    return {name: Fact(name, value, Known.QUESTION) for name, value in named.items()}


def purchase(**values: FactValue) -> Facts:
    """A new tender of central government, with other values as given."""
    start: dict[str, FactValue] = {"existing_contract": False, "authority": "rijk", "manifest_signatory": False}
    return facts(**{**start, **values})


def first_days() -> list[date]:
    """A day in every period in which other rules or thresholds hold."""
    edges = {date(2010, 6, 1)}
    for validity in (*(rule.validity for rule in CHECK.rules), *(t.validity for t in CHECK.thresholds)):
        edges |= {validity.since} if validity.since else set()
        edges |= {validity.until + timedelta(days=1)} if validity.until else set()
    return sorted(edges)


def every_case(*, whole: bool) -> Iterator[Facts]:
    """Every combination of deciding facts: all told, or any of them missing."""
    values = [list(VALUES[name]) + ([] if whole else [None]) for name in DECIDING]
    for combination in product(*values):
        told = zip(DECIDING, combination, strict=True)
        yield {name: Fact(name, value, Known.QUESTION) for name, value in told if value is not None}


@pytest.mark.parametrize("day", first_days(), ids=str)
def test_whole_facts_lead_to_exactly_one_rule(day: date) -> None:
    for told in every_case(whole=True):
        decision = decide(CHECK, told, day)
        fired = [tried.rule.id for tried in decision.tried if tried.fired]
        assert len(fired) == 1, (day, {n: f.value for n, f in told.items()}, fired)
        assert decision.missing == ()
        assert decision.ground is not None
        assert decision.outcome is decision.ground.outcome


@pytest.mark.parametrize("day", first_days(), ids=str)
def test_with_facts_missing_an_outcome_stands_or_a_fact_is_asked_for(day: date) -> None:
    for told in every_case(whole=False):
        decision = decide(CHECK, told, day)
        if decision.missing:
            assert decision.outcome is Outcome.UNDETERMINED
            assert not set(decision.missing) & set(told)
        else:
            assert decision.ground is not None


@pytest.mark.parametrize("day", [date(2015, 1, 1), date(2019, 1, 1), TODAY], ids=str)
def test_an_outcome_that_stands_is_that_of_every_way_to_fill_in_the_rest(day: date) -> None:
    for told in every_case(whole=False):
        decision = decide(CHECK, told, day)
        if decision.missing:
            continue
        open_names = [name for name in DECIDING if name not in told]
        for rest in product(*(VALUES[name] for name in open_names)):
            filled = {**told, **{n: Fact(n, v, Known.ASKED) for n, v in zip(open_names, rest, strict=True)}}
            assert decide(CHECK, filled, day).outcome is decision.outcome


@pytest.mark.parametrize("day", [TODAY], ids=str)
def test_asking_for_what_is_missing_ends_in_an_outcome(day: date) -> None:
    for told in every_case(whole=False):
        answers = dict(told)
        for _ in DECIDING:
            decision = decide(CHECK, answers, day)
            if not decision.missing:
                break
            name = decision.missing[0]
            answers[name] = Fact(name, VALUES[name][0], Known.ASKED)
        assert not decide(CHECK, answers, day).missing


def test_no_rule_is_unreachable() -> None:
    reached = {
        tried.rule.id
        for day in first_days()
        for told in every_case(whole=True)
        for tried in decide(CHECK, told, day).tried
        if tried.fired
    }
    assert reached == {rule.id for rule in CHECK.rules}


def test_not_obligatory_is_only_said_where_all_that_decides_is_known() -> None:
    for told in every_case(whole=False):
        if decide(CHECK, told, TODAY).outcome is Outcome.VOLUNTARY:
            known = {name: fact.value for name, fact in told.items()}
            assert known[FactName.AUTHORITY] == "rijk"
            assert known[FactName.EXISTING_CONTRACT] is False
            below = known.get(FactName.EUROPEAN_TENDER) is False
            assert below or known.get(FactName.CATEGORY) == NO_CATEGORY


values = st.integers(1, 10**7)
authorities = st.sampled_from(VALUES[FactName.AUTHORITY])
categories = st.sampled_from(VALUES[FactName.CATEGORY])
kinds = st.sampled_from(VALUES[FactName.KIND])
days = st.dates(date(2017, 1, 1), date(2027, 12, 31))


@given(low=values, high=values, authority=authorities, category=categories, kind=kinds, day=days)
def test_a_higher_value_never_binds_less(
    low: int, high: int, authority: FactValue, category: FactValue, kind: FactValue, day: date
) -> None:
    low, high = sorted((low, high))
    told: dict[str, FactValue] = {"authority": authority, "category": category, "kind": kind}
    outcomes = [decide(CHECK, purchase(**told, value_eur=value), day).outcome for value in (low, high)]
    assert DUTY[outcomes[0]] <= DUTY[outcomes[1]] or Outcome.UNDETERMINED in outcomes


@given(value=values, category=categories, kind=kinds, day=days)
def test_a_risk_category_never_binds_less_than_none(
    value: int, category: FactValue, kind: FactValue, day: date
) -> None:
    told: dict[str, FactValue] = {"value_eur": value, "kind": kind}
    inside = decide(CHECK, purchase(**told, category=category), day).outcome
    outside = decide(CHECK, purchase(**told, category=NO_CATEGORY), day).outcome
    assert DUTY[outside] <= DUTY[inside] or Outcome.UNDETERMINED in (inside, outside)


def limits() -> list[tuple[date, str, int]]:
    """Every threshold of central government on the first and the last day of its period."""
    return [
        (day, kind, amount)
        for t in CHECK.thresholds
        for day in (t.validity.since, t.validity.until)
        for kind, amount in (("supplies", t.central), ("works", t.works), ("social_services", t.social))
        if day is not None and amount is not None and day >= date(2017, 1, 1)
    ]


@pytest.mark.parametrize(("day", "kind", "limit"), limits())
def test_the_threshold_itself_is_european_and_a_euro_less_is_not(day: date, kind: str, limit: int) -> None:
    at = decide(CHECK, purchase(value_eur=limit, kind=kind, category="energie"), day)
    below = decide(CHECK, purchase(value_eur=limit - 1, kind=kind, category="energie"), day)
    assert (at.outcome, below.outcome) == (Outcome.OBLIGATORY, Outcome.VOLUNTARY)
    assert at.limit is not None
    assert at.limit.amount_eur == limit


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (date(2023, 12, 31), Outcome.OBLIGATORY),
        (date(2024, 1, 1), Outcome.VOLUNTARY),
        (date(2025, 12, 31), Outcome.VOLUNTARY),
        (date(2026, 1, 1), Outcome.OBLIGATORY),
    ],
)
def test_the_day_of_a_new_threshold_changes_the_outcome(day: date, outcome: Outcome) -> None:
    assert decide(CHECK, purchase(value_eur=141_000, category="energie"), day).outcome is outcome


def test_the_day_of_the_tender_goes_before_the_day_of_the_question() -> None:
    told = purchase(value_eur=141_000, category="energie", date=date(2024, 6, 1))
    assert day_of(told, TODAY) == date(2024, 6, 1)
    assert decide(CHECK, told, TODAY).outcome is Outcome.VOLUNTARY


def test_a_local_authority_has_the_higher_threshold() -> None:
    assert european(purchase(authority="gemeente", value_eur=200_000)) is False
    assert european(purchase(authority="rijk", value_eur=200_000)) is True


def test_without_an_authority_a_value_between_the_thresholds_says_nothing() -> None:
    assert european(facts(value_eur=200_000)) is None
    assert european(facts(value_eur=300_000)) is True
    assert european(facts(value_eur=100_000)) is False


@pytest.mark.parametrize(
    ("bound", "value", "expected"),
    [
        (Bound.AT_LEAST, 150_000, True),
        (Bound.AT_LEAST, 100_000, None),
        (Bound.BELOW, 140_000, False),
        (Bound.BELOW, 500_000, None),
    ],
)
def test_a_bound_decides_only_on_its_own_side(bound: Bound, value: int, expected: bool | None) -> None:
    told = {**purchase(), FactName.VALUE_EUR: Fact(FactName.VALUE_EUR, value, Known.QUESTION, bound=bound)}
    assert european(told) is expected


def test_a_threshold_that_no_source_states_decides_nothing() -> None:
    assert european(purchase(value_eur=800_000, kind="social_services", date=date(2016, 6, 1))) is None


def test_before_the_first_threshold_a_value_decides_nothing() -> None:
    assert european(purchase(value_eur=800_000, date=date(2014, 6, 1))) is None


def european(told: Facts) -> bool | None:
    """Whether a decision takes the tender for a European one; ``None`` if it does not know."""
    fact = decide(CHECK, told, TODAY).facts.get(FactName.EUROPEAN_TENDER)
    return None if fact is None else bool(fact.value)


# A day of which only the month or the year is told.


def within(first: date, last: date) -> Facts:
    """A date of which only the days are told, of which it is one."""
    return {FactName.DATE: Fact(FactName.DATE, first, Known.QUESTION, within=Validity(first, last))}


def year(number: int) -> Facts:
    """A date of which only the year is told."""
    return within(date(number, 1, 1), date(number, 12, 31))


@pytest.mark.parametrize(
    ("told", "outcome", "missing", "days"),
    [
        (purchase(european_tender=True, category="energie"), Outcome.OBLIGATORY, (FactName.DATE,), ["01-01", "06-13"]),
        (purchase(european_tender=True, category="none"), Outcome.VOLUNTARY, (FactName.DATE,), ["01-01", "06-13"]),
        (purchase(european_tender=False), Outcome.VOLUNTARY, (), []),
        (
            purchase(authority="gemeente", manifest_signatory=True),
            Outcome.UNDETERMINED,
            (FactName.DATE,),
            ["01-01", "11-24"],
        ),
        (purchase(authority="gemeente"), Outcome.OWN_POLICY, (), []),
        (facts(existing_contract=False, authority="zbo"), Outcome.UNDETERMINED, (), []),
    ],
)
def test_the_day_is_missing_where_rules_change_within_the_told_year(
    told: Facts, outcome: Outcome, missing: tuple[FactName, ...], days: list[str]
) -> None:
    decision = decide(CHECK, {**told, **year(2022)}, TODAY)
    assert (decision.outcome, decision.missing) == (outcome, missing)
    assert [f"{period.as_of:%m-%d}" for period in decision.periods] == days


@pytest.mark.parametrize("number", [2018, 2019, 2020, 2021, 2023, 2024, 2025, 2026, 2027])
def test_a_year_is_enough_where_nothing_changes_in_it(number: int) -> None:
    told = {**purchase(value_eur=300_000, category="energie"), **year(number)}
    decision = decide(CHECK, told, TODAY)
    assert (decision.outcome, decision.missing, decision.periods) == (Outcome.OBLIGATORY, (), ())


def test_a_month_is_enough_where_nothing_changes_in_it() -> None:
    told = purchase(european_tender=True, category="energie")
    assert decide(CHECK, {**told, **within(date(2022, 7, 1), date(2022, 7, 31))}, TODAY).missing == ()
    assert decide(CHECK, {**told, **within(date(2022, 6, 1), date(2022, 6, 30))}, TODAY).missing == (FactName.DATE,)


def test_the_day_is_asked_for_after_what_may_make_it_needless() -> None:
    decision = decide(CHECK, {**purchase(), **year(2022)}, TODAY)
    assert decision.missing == (FactName.CATEGORY, FactName.EUROPEAN_TENDER, FactName.DATE)


@pytest.mark.parametrize("number", [2016, 2022])
def test_an_outcome_of_a_year_is_that_of_every_day_in_it(number: int) -> None:
    days = [date(number, month, day) for month in (1, 6, 11, 12) for day in (1, 28)]
    for told in every_case(whole=True):
        decision = decide(CHECK, {**told, **year(number)}, TODAY)
        outcomes = {decide(CHECK, told, day).outcome for day in days}
        assert outcomes == {decision.outcome} or decision.missing == (FactName.DATE,)
        assert decision.outcome in outcomes or decision.outcome is Outcome.UNDETERMINED


def test_a_rule_that_ends_within_a_year_makes_its_day_count_whatever_the_year() -> None:
    """The days come from the rules: with one that ends in 2024, the day of 2024 is missing."""
    ended = tuple(
        replace(rule, validity=Validity(rule.validity.since, date(2024, 5, 1)))
        if rule.id == "isv-obligatory-rijk"
        else rule
        for rule in CHECK.rules
    )
    told = {**purchase(european_tender=True, category="energie"), **year(2024)}
    decision = decide(replace(CHECK, rules=ended), told, TODAY)
    assert FactName.DATE in decision.missing
    assert [period.as_of for period in decision.periods] == [date(2024, 1, 1), date(2024, 5, 2)]


# No threshold, a contract that is split, works in a category.


@pytest.mark.parametrize(
    ("day", "kind"),
    [(date(2030, 6, 1), "supplies"), (date(2015, 6, 1), "works"), (date(2016, 6, 1), "social_services")],
)
def test_a_value_without_a_threshold_to_compare_with_is_warned_of(day: date, kind: str) -> None:
    told = purchase(value_eur=800_000, kind=kind, category="energie", date=day)
    decision = decide(CHECK, told, TODAY)
    assert decision.missing == (FactName.EUROPEAN_TENDER,)
    assert WarningKind.NO_THRESHOLD in decision.warnings


def test_no_threshold_is_not_spoken_of_where_it_does_not_matter() -> None:
    far = date(2030, 6, 1)
    assert decide(CHECK, purchase(authority="gemeente", value_eur=800_000, date=far), TODAY).warnings == ()
    assert decide(CHECK, purchase(category="energie", date=far), TODAY).warnings == ()
    told = purchase(category="energie", value_eur=800_000, european_tender=True, date=far)
    assert decide(CHECK, told, TODAY).warnings == ()


@pytest.mark.parametrize("value", [10_000, 1_000_000])
def test_a_contract_that_is_split_is_warned_of_whatever_its_value(value: int) -> None:
    told = purchase(value_eur=value, category="energie")
    assert WarningKind.SPLITTING in decide(CHECK, {**told, **facts(splitting=True)}, TODAY).warnings
    assert WarningKind.SPLITTING not in decide(CHECK, {**told, **facts(splitting=False)}, TODAY).warnings


def test_works_in_a_category_are_warned_of() -> None:
    told = purchase(value_eur=20_000, kind="works", category="energie")
    assert WarningKind.WORKS_IN_CATEGORY in decide(CHECK, told, TODAY).warnings
    assert decide(CHECK, purchase(value_eur=20_000, kind="works", category="none"), TODAY).warnings == ()


@pytest.mark.parametrize(("value", "near"), [(126_000, True), (125_999, False), (154_000, True), (154_001, False)])
def test_a_value_within_a_tenth_of_the_threshold_is_warned_of(value: int, near: bool) -> None:
    warnings = decide(CHECK, purchase(value_eur=value, category="energie"), TODAY).warnings
    assert (WarningKind.NEAR_THRESHOLD in warnings) is near


def test_a_value_that_does_not_fit_what_was_told_is_warned_of() -> None:
    decision = decide(CHECK, purchase(value_eur=20_000, european_tender=True, category="energie"), TODAY)
    assert decision.outcome is Outcome.OBLIGATORY
    assert WarningKind.TOLD_OTHERWISE in decision.warnings


@pytest.mark.parametrize("known", [Known.QUESTION, Known.HISTORY])
def test_words_that_the_value_contradicts_are_no_ground_to_be_free(known: Known) -> None:
    told = {**purchase(value_eur=300_000, category="energie")}
    told[FactName.EUROPEAN_TENDER] = Fact(FactName.EUROPEAN_TENDER, False, known, "niet Europees")
    decision = decide(CHECK, told, TODAY)
    assert (decision.outcome, decision.missing) == (Outcome.UNDETERMINED, (FactName.EUROPEAN_TENDER,))
    assert decision.warnings == (WarningKind.CONTRADICTED,)
    below = {**told, FactName.VALUE_EUR: Fact(FactName.VALUE_EUR, 20_000, Known.QUESTION)}
    assert decide(CHECK, below, TODAY).outcome is Outcome.VOLUNTARY


def test_works_with_more_than_one_thing_in_it_are_warned_of() -> None:
    told = {**purchase(value_eur=20_000, kind="works", category="none")}
    del told[FactName.CATEGORY]
    assert WarningKind.WORKS_IN_CATEGORY in decide(CHECK, told, TODAY).warnings


def test_the_first_year_of_the_policy_is_warned_of() -> None:
    told = purchase(european_tender=True, category="energie", date=date(2017, 2, 1))
    assert decide(CHECK, told, TODAY).warnings == (WarningKind.FIRST_YEAR,)


def test_what_to_do_is_told_for_rules_that_still_hold_and_not_for_old_ones() -> None:
    told = purchase(european_tender=True, category="energie")
    assert decide(CHECK, told, TODAY).todos == CHECK.todos[Outcome.OBLIGATORY]
    assert decide(CHECK, told, date(2015, 1, 1)).todos == ()


def test_a_rule_that_did_not_fire_says_which_fact_stopped_it() -> None:
    decision = decide(CHECK, purchase(european_tender=False, category="energie"), TODAY)
    stopped = {tried.rule.id: tried.against for tried in decision.tried if not tried.fired}
    assert stopped["isv-obligatory-rijk"] == (FactName.EUROPEAN_TENDER,)


def test_the_same_facts_always_give_the_same_decision() -> None:
    told = purchase(value_eur=MAX_VALUE_EUR, category="energie")
    first: Decision = decide(CHECK, told, TODAY)
    assert first == decide(CHECK, told, TODAY)


def test_without_rules_nothing_is_decided() -> None:
    empty = CheckRules((), (), dict.fromkeys(Outcome, ()), dict.fromkeys(Outcome, ()), {})
    decision = decide(empty, purchase(), TODAY)
    assert (decision.outcome, decision.ground, decision.missing) == (Outcome.UNDETERMINED, None, ())
