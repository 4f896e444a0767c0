"""The facts of a purchase in words, for people.

Knows how a value, an amount and a date are written, and how to say where a fact comes from.
Knows nothing of how facts are found or used.
"""

from datetime import date

from bot.core.amounts import Bound
from bot.core.corpus import Language
from bot.core.decision import Decision, Fact, FactName, Known
from bot.core.messages import Messages

_SHOWN = (
    FactName.AUTHORITY,
    FactName.CATEGORY,
    FactName.VALUE_EUR,
    FactName.EUROPEAN_TENDER,
    FactName.KIND,
    FactName.DATE,
)
"""The facts that a reader always sees; others only where somebody told them."""

_BOUNDS = {Bound.EXACT: "value_eur", Bound.AT_LEAST: "value_eur_at_least", Bound.BELOW: "value_eur_below"}


def amount(euros: int) -> str:
    """Write an amount with points between thousands, as in 140.000."""
    return f"{euros:,}".replace(",", ".")


def value_name(fact: Fact, messages: Messages, language: Language) -> str:
    """Give a fact's value in words."""
    if isinstance(fact.value, bool):
        return messages.say(f"value_{fact.name}_{str(fact.value).lower()}", language)
    if isinstance(fact.value, int):
        return messages.say(_BOUNDS[fact.bound], language, amount=amount(fact.value))
    if isinstance(fact.value, date):
        return messages.say("value_date", language, day=fact.words or fact.value.isoformat())
    return messages.say(f"value_{fact.name}_{fact.value}", language)


def facts_line(decision: Decision, messages: Messages, language: Language) -> str:
    """Say what was understood of a purchase, so that the asker can correct it."""
    shown = [
        _with_origin(fact, messages, language)
        for name, fact in sorted(decision.facts.items(), key=lambda item: list(FactName).index(item[0]))
        if name in _SHOWN or fact.known is not Known.DEFAULT
    ]
    return messages.say("check_facts", language, facts="; ".join(shown))


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
