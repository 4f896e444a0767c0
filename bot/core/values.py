"""The facts of a purchase in words, for people.

Knows how a value, an amount and a date are written, and how to say where a fact comes from.
Knows nothing of how facts are found or used.
"""

from datetime import date

from bot.core.amounts import Bound
from bot.core.corpus import Language
from bot.core.days import day_in_words
from bot.core.decision import Decision, Fact, FactName, Known, Outcome, Refused, WarningKind, in_order
from bot.core.messages import Messages

_SHOWN = (FactName.AUTHORITY, FactName.CATEGORY, FactName.VALUE_EUR, FactName.EUROPEAN_TENDER, FactName.DATE)
"""The facts that a reader sees even where they are assumed; others only where somebody told them."""

_BOUNDS = {
    Bound.EXACT: "value_eur",
    Bound.AT_LEAST: "value_eur_at_least",
    Bound.AT_MOST: "value_eur_at_most",
    Bound.BELOW: "value_eur_below",
}


def amount(euros: int, language: Language) -> str:
    """Write an amount as the language does: 140.000 in Dutch, 140,000 in English."""
    written = f"{euros:,}"
    return written.replace(",", ".") if language is Language.NL else written


def value_name(fact: Fact, messages: Messages, language: Language) -> str:
    """Give a fact's value in words."""
    if fact.name is FactName.KIND and fact.known is Known.DEFAULT:
        return messages.say("value_kind_default", language)
    if isinstance(fact.value, bool):
        return messages.say(f"value_{fact.name}_{str(fact.value).lower()}", language)
    if isinstance(fact.value, int):
        return messages.say(_BOUNDS[fact.bound], language, amount=amount(fact.value, language))
    if isinstance(fact.value, date):
        return messages.say("value_date", language, day=_day(fact, fact.value, messages, language))
    return messages.say(f"value_{fact.name}_{fact.value}", language)


def _day(fact: Fact | None, day: date, messages: Messages, language: Language) -> str:
    """Write a day in words; where only a period was told, as it was told."""
    if fact is not None and fact.within is not None:
        return fact.words
    return day_in_words(day, language, messages)


def question_for(name: FactName, decision: Decision, messages: Messages, language: Language) -> str:
    """Ask for a fact: for the European tender alone where no value could tell it, for a day with what changes when."""
    if name is FactName.EUROPEAN_TENDER and WarningKind.NO_THRESHOLD in decision.warnings:
        return messages.say("check_ask_european", language)
    if name is FactName.DATE and decision.periods:
        days = ", ".join(day_in_words(period.as_of, language, messages) for period in decision.periods[1:])
        return messages.say("check_ask_date_within", language, days=days)
    return messages.say(f"ask_{name}", language)


def depends_on(decision: Decision, messages: Messages, language: Language) -> str:
    """Say what an outcome still depends on."""
    name = decision.missing[0]
    if name is FactName.EUROPEAN_TENDER and WarningKind.NO_THRESHOLD in decision.warnings:
        return messages.say("check_depends_european", language)
    is_same = name is FactName.DATE and decision.outcome is not Outcome.UNDETERMINED
    return messages.say("check_depends_date_same" if is_same else f"depends_{name}", language)


def warning_text(warning: WarningKind, decision: Decision, messages: Messages, language: Language) -> str:
    """Give a warning in words, with the day and the kind of contract that it is about."""
    told = decision.facts.get(FactName.KIND)
    kind = told.value if told is not None and told.value in ("works", "social_services") else "default"
    named = messages.say(f"value_kind_{kind}", language)
    day = decision.facts.get(FactName.DATE)
    shown = _day(day, decision.as_of, messages, language)
    return messages.say(warning.value, language, day=shown, kind=named)


def refused_text(refused: Refused, messages: Messages, language: Language) -> str:
    """Say that what was told cannot be so, and ask for it again."""
    return messages.say(refused.why.value, language, words=refused.words)


def facts_line(decision: Decision, messages: Messages, language: Language) -> str:
    """Say what was understood of a purchase, so that the asker can correct it."""
    lines = list(facts_lines(decision, messages, language))
    if FactName.DATE not in decision.facts:
        day = day_in_words(decision.as_of, language, messages)
        lines.append(messages.say("check_reference_day", language, day=day))
    return messages.say("check_facts", language, facts="; ".join(lines))


def facts_lines(decision: Decision, messages: Messages, language: Language) -> tuple[str, ...]:
    """Give the facts that a decision rests on, each in words and with where it comes from."""
    return tuple(_with_origin(fact, messages, language) for fact in _in_order(decision) if _is_shown(fact, decision))


def facts_rows(decision: Decision, messages: Messages, language: Language) -> tuple[tuple[FactName, str, str], ...]:
    """Give every fact of a decision with its value and where it comes from, in words."""
    return tuple(
        (fact.name, value_name(fact, messages, language), _origin(fact, messages, language))
        for fact in _in_order(decision)
    )


def _in_order(decision: Decision) -> list[Fact]:
    return [decision.facts[name] for name in in_order(decision.facts)]


def _origin(fact: Fact, messages: Messages, language: Language) -> str:
    said = messages.say(f"known_{fact.known}", language)
    return f"{said}: '{fact.words}'" if fact.words else said


def is_decisive(name: FactName, decision: Decision) -> bool:
    """Say whether the outcome would be another if this fact were: a rule with another one is out for it alone."""
    return any(tried.against == (name,) and tried.rule.outcome is not decision.outcome for tried in decision.tried)


def _is_shown(fact: Fact, decision: Decision) -> bool:
    """Say whether a reader needs a fact to check the outcome: the kind of contract only where a threshold decided."""
    if fact.known is not Known.DEFAULT:
        return True
    if fact.name is FactName.MANIFEST_SIGNATORY:
        return is_decisive(fact.name, decision)
    if fact.name is FactName.KIND:
        tender = decision.facts.get(FactName.EUROPEAN_TENDER)
        return tender is not None and tender.known is Known.DERIVED
    return fact.name in _SHOWN


def _with_origin(fact: Fact, messages: Messages, language: Language) -> str:
    value = value_name(fact, messages, language)
    match fact.known:
        case Known.DERIVED:
            return messages.say("fact_derived", language, value=value)
        case Known.DEFAULT:
            return messages.say("fact_assumed", language, value=value)
        case _:
            is_shown = not fact.words or fact.words in value
            return value if is_shown else messages.say("fact_told", language, value=value, words=fact.words)
