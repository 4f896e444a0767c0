"""The ISV check itself: rules and facts in, a decision out. No language model, no index, no clock.

Knows how a rule fires, what follows from a value, and which fact is still missing.
Knows nothing of words or of what a reader sees.

A rule is tried in three-valued logic (Kleene, *On notation for ordinal numbers*, 1938): it fires, it is out,
or it waits for facts that are not known. An outcome stands as soon as every rule that is not out leads to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.core.amounts import Bound
from bot.core.decision import (
    CATEGORIES,
    CheckRules,
    Decision,
    Fact,
    FactName,
    Facts,
    Known,
    Limit,
    Outcome,
    Rule,
    Threshold,
    Tried,
    WarningKind,
    in_order,
)

NO_THRESHOLD = WarningKind.NO_THRESHOLD
CONTRADICTED = WarningKind.CONTRADICTED

NEAR = 0.10
"""A value within this share of the threshold calls for a warning: an estimate may well end on the other side."""

FIRST_YEAR = 2017
"""The year in which the present policy began; in which month, only a third party says (notitie-geschiedenis)."""


def decide(rules: CheckRules, facts: Facts, as_of: date) -> Decision:
    """Give the outcome for these facts, for a tender published on their date or, where none is told, on ``as_of``.

    Where only the month or the year was told, the day is missing if another one of it would be decided otherwise or
    by other rules.
    """
    day = day_of(facts, as_of)
    told = facts.get(FactName.DATE)
    if told is None or told.within is None:
        return _on(day, rules, facts)
    periods = _apart([_on(first, rules, facts) for first in rules.first_days(told.within)])
    return _on(day, rules, facts) if len(periods) == 1 else _of_periods(periods, day)


def _on(day: date, rules: CheckRules, facts: Facts) -> Decision:
    limit = _limit(facts, rules.threshold_on(day))
    is_contradicted = _is_contradicted(facts, limit)
    known = {**facts, **_derived(facts, rules.threshold_on(day))}
    if is_contradicted:
        del known[FactName.EUROPEAN_TENDER]
    tried = tuple(_try(rule, known) for rule in rules.rules if rule.validity.covers(day))
    open_rules = [one for one in tried if one.fired or not one.against]
    outcomes = {one.rule.outcome for one in open_rules}
    settled = len(outcomes) == 1 and all(
        one.fired or one.rule.outcome is not Outcome.UNDETERMINED for one in open_rules
    )
    missing = () if settled else in_order([name for one in open_rules for name in one.lacking])
    has_threshold = FactName.EUROPEAN_TENDER not in missing or _has_threshold(known, rules.threshold_on(day))
    contradicted = (CONTRADICTED,) if is_contradicted and FactName.EUROPEAN_TENDER in missing else ()
    outcome = outcomes.pop() if settled else Outcome.UNDETERMINED
    is_current = settled and any(one.rule.validity.until is None for one in open_rules)
    return Decision(
        outcome=outcome,
        as_of=day,
        facts=known,
        missing=missing,
        tried=tuple(_carrying(one, settled=settled) for one in tried),
        limit=limit,
        warnings=(*contradicted, *_warnings(known, limit, day, has_threshold=has_threshold)),
        todos=rules.todos[outcome] if is_current else (),
        unknowns=rules.unknowns[outcome] if is_current else (),
    )


def _apart(periods: Sequence[Decision]) -> tuple[Decision, ...]:
    """Leave out each period that is decided as the one before it is: the same outcome by the same rules."""
    return tuple(period for i, period in enumerate(periods) if i == 0 or _grounds(period) != _grounds(periods[i - 1]))


def _grounds(decision: Decision) -> tuple[object, ...]:
    open_rules = [one.rule.id for one in decision.tried if not one.against]
    return decision.outcome, decision.missing, open_rules, decision.limit, NO_THRESHOLD in decision.warnings


def _of_periods(periods: tuple[Decision, ...], day: date) -> Decision:
    """Give one decision for days that differ; what is said of it is what holds in all of them."""
    first = periods[0]
    outcomes = {period.outcome for period in periods}
    missing = {FactName.DATE, *(name for period in periods for name in period.missing)}
    tried: dict[str, Tried] = {}
    for one in (one for period in periods for one in period.tried):
        if one.rule.id not in tried or tried[one.rule.id].against:
            tried[one.rule.id] = one
    return Decision(
        outcome=first.outcome if len(outcomes) == 1 else Outcome.UNDETERMINED,
        as_of=day,
        facts={n: f for n, f in first.facts.items() if all(period.facts.get(n) == f for period in periods)},
        missing=in_order(missing),
        tried=tuple(tried.values()),
        limit=first.limit if all(period.limit == first.limit for period in periods) else None,
        warnings=tuple(dict.fromkeys(warning for period in periods for warning in period.warnings)),
        periods=periods,
    )


def day_of(facts: Facts, as_of: date) -> date:
    """Give the day whose rules hold: the tender's own date where it is known."""
    told = facts.get(FactName.DATE)
    return told.value if told is not None and isinstance(told.value, date) else as_of


def _try(rule: Rule, facts: Facts) -> Tried:
    against = [name for name, allowed in rule.when.items() if name in facts and facts[name].value not in allowed]
    lacking = [name for name in rule.when if name not in facts]
    return Tried(rule, not against and not lacking, in_order(against), () if against else in_order(lacking))


def _carrying(tried: Tried, *, settled: bool) -> Tried:
    """Where the open rules agree, each of them carries the outcome, though a fact is not known."""
    if settled and not tried.against:
        return replace(tried, fired=True)
    return tried


def _derived(facts: Facts, threshold: Threshold | None) -> dict[FactName, Fact]:
    """Give what follows from the value: whether the tender has to be European."""
    value = facts.get(FactName.VALUE_EUR)
    if FactName.EUROPEAN_TENDER in facts or value is None or threshold is None or not isinstance(value.value, int):
        return {}
    limits = _amounts(facts, threshold)
    is_above = {_is_above(value.value, value.bound, limit) for limit in limits}
    answer = is_above.pop() if len(is_above) == 1 else None
    return {} if answer is None else {FactName.EUROPEAN_TENDER: Fact(FactName.EUROPEAN_TENDER, answer, Known.DERIVED)}


def _is_above(value: int, bound: Bound, limit: int) -> bool | None:
    """Say whether a value is at or above a threshold; ``None`` where its bound leaves that open."""
    match bound:
        case Bound.EXACT:
            return value >= limit
        case Bound.AT_LEAST:
            return True if value >= limit else None
        case Bound.AT_MOST:
            return False if value < limit else None
        case Bound.BELOW:
            return False if value <= limit else None


def _amounts(facts: Facts, threshold: Threshold) -> tuple[int, ...]:
    """Give the thresholds that may hold: one where authority and kind are known, more where they are not."""
    kind = facts[FactName.KIND].value if FactName.KIND in facts else "supplies"
    if kind == "works":
        return (threshold.works,)
    if kind == "social_services":
        return () if threshold.social is None else (threshold.social,)
    if FactName.AUTHORITY not in facts:
        return (threshold.central, threshold.local)
    return (threshold.central,) if facts[FactName.AUTHORITY].value == "rijk" else (threshold.local,)


def _has_threshold(facts: Facts, threshold: Threshold | None) -> bool:
    """Say whether a value can be compared; also where none is told yet, for then it is asked for first."""
    return FactName.VALUE_EUR not in facts or (threshold is not None and bool(_amounts(facts, threshold)))


def _limit(facts: Facts, threshold: Threshold | None) -> Limit | None:
    if threshold is None or FactName.VALUE_EUR not in facts:
        return None
    amounts = _amounts(facts, threshold)
    if len(amounts) != 1:
        return None
    told = facts.get(FactName.KIND)
    kind = str(told.value) if told is not None and told.value in ("works", "social_services") else "supplies"
    return Limit(amounts[0], kind, threshold.passage_id)


def _is_contradicted(facts: Facts, limit: Limit | None) -> bool:
    """Say whether words tell that a tender is not European, and a value that makes it so; a choice settles it."""
    value, tender = facts.get(FactName.VALUE_EUR), facts.get(FactName.EUROPEAN_TENDER)
    if limit is None or value is None or tender is None or not isinstance(value.value, int):
        return False
    is_from_words = tender.known in (Known.QUESTION, Known.HISTORY)
    return is_from_words and tender.value is False and _is_above(value.value, value.bound, limit.amount_eur) is True


def _warnings(facts: Facts, limit: Limit | None, day: date, *, has_threshold: bool) -> tuple[WarningKind, ...]:
    found: list[WarningKind] = [] if has_threshold else [NO_THRESHOLD]
    value = facts.get(FactName.VALUE_EUR)
    told = facts.get(FactName.EUROPEAN_TENDER)
    if limit is not None and value is not None and isinstance(value.value, int):
        if value.bound is Bound.EXACT and abs(value.value - limit.amount_eur) <= NEAR * limit.amount_eur:
            found.append(WarningKind.NEAR_THRESHOLD)
        if told is not None and told.value is (not _is_above(value.value, value.bound, limit.amount_eur)):
            found.append(WarningKind.TOLD_OTHERWISE)
        if limit.kind == "works" and _in_a_category(facts):
            found.append(WarningKind.WORKS_IN_CATEGORY)
    if FactName.SPLITTING in facts and facts[FactName.SPLITTING].value is True:
        found.append(WarningKind.SPLITTING)
    if day.year == FIRST_YEAR:
        found.append(WarningKind.FIRST_YEAR)
    return tuple(found)


def _in_a_category(facts: Facts) -> bool:
    """Say whether what is bought is on the list, or may be, as where several things are told."""
    return FactName.CATEGORY not in facts or facts[FactName.CATEGORY].value in CATEGORIES
