"""The facts of a purchase as people tell them in a conversation.

Knows phrases, names of authorities, things that are bought, amounts and years, and that what is told later counts.
Knows nothing of what follows from the facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.core.amounts import Amount, Bound, amounts_in, years_of
from bot.core.decision import MAX_VALUE_EUR, NO_CATEGORY, Fact, FactName, Facts, FactValue, Known
from bot.core.references import days_in, years_in
from bot.core.rules import Lexicon, Patterns, Phrase, Rules

FIRST_TENDER_YEAR = 2005
YEARS_AHEAD = 5
"""A year outside these bounds is not that of a tender."""

_FACTS_OF_KINDS = {"authority": FactName.AUTHORITY, "category": FactName.CATEGORY, "product": FactName.CATEGORY}
"""The fact that a glossary term of a kind tells."""

_NOT_A_TENDER = Patterns.of(
    r"\b(?:brie(?:f|ven)|kamerbrief|kamerbrieven|motie|moties|letter|letters|motion|strategie|agenda|kader|manifest|nota"
    r"|plan|sinds|since|policy|framework)\b[^.?!]{0,25}$"
)
_LAST_YEAR = Patterns.of(r"\b(?:vorig jaar|last year)\b")


@dataclass(frozen=True, slots=True)
class Case:
    """What a conversation tells of a purchase.

    ``unclear`` are facts for which one message gives several values; ``new`` are those that the last message told.
    """

    facts: Facts = field(default_factory=dict)
    unclear: frozenset[FactName] = frozenset()
    new: frozenset[FactName] = frozenset()

    @property
    def told(self) -> frozenset[FactName]:
        """The facts that the asker told, in any message."""
        return frozenset(self.facts) | self.unclear


def case_of(earlier: Sequence[str], text: str, as_of: date, rules: Rules) -> Case:
    """Gather the facts of a conversation, the last message last; a later fact takes the place of an earlier one."""
    facts: dict[FactName, Fact] = {}
    unclear: set[FactName] = set()
    new: frozenset[FactName] = frozenset()
    for message in (*earlier, text):
        told, doubtful = _told_in(message, as_of, rules)
        if FactName.VALUE_EUR in told and FactName.EUROPEAN_TENDER not in told:
            facts.pop(FactName.EUROPEAN_TENDER, None)
        facts = {name: replace(fact, known=Known.HISTORY) for name, fact in facts.items() if name not in doubtful}
        facts |= told
        unclear = (unclear - set(told)) | doubtful
        new = frozenset(told) | doubtful
    return Case(facts, frozenset(unclear), new)


def _told_in(text: str, as_of: date, rules: Rules) -> tuple[dict[FactName, Fact], frozenset[FactName]]:
    """Give the facts that one message tells, and those for which it gives several values."""
    found: dict[FactName, dict[FactValue, Fact]] = {}
    told = (*_from_terms(text, rules.terms), *_from_phrases(text, rules.phrases), *_values(text), *_dates(text, as_of))
    for fact in told:
        earlier = found.setdefault(fact.name, {}).get(fact.value)
        words = fact.words if earlier is None or fact.words in earlier.words else f"{earlier.words}, {fact.words}"
        found[fact.name][fact.value] = replace(fact, words=words)
    clear = {name: _one_of(name, values) for name, values in found.items()}
    return {n: f for n, f in clear.items() if f is not None}, frozenset(n for n, f in clear.items() if f is None)


def _one_of(name: FactName, values: Mapping[FactValue, Fact]) -> Fact | None:
    """Give the fact where one value is told, or several that come to the same: both on the list of categories."""
    facts = list(values.values())
    if len(facts) == 1:
        return facts[0]
    if name is FactName.CATEGORY and NO_CATEGORY not in values:
        return replace(facts[0], words=", ".join(fact.words for fact in facts))
    return None


def _from_terms(text: str, terms: Lexicon) -> Iterator[Fact]:
    for mention in terms.mentions(text):
        name = _FACTS_OF_KINDS.get(mention.term.kind)
        if name is not None and mention.term.value:
            yield Fact(name, mention.term.value, Known.QUESTION, text[mention.span.start : mention.span.end])


def _from_phrases(text: str, phrases: Sequence[Phrase]) -> Iterator[Fact]:
    rest = text
    for phrase in phrases:
        words = phrase.patterns.first_in(rest)
        if words:
            yield Fact(phrase.name, phrase.value, Known.QUESTION, words)
            rest = rest.replace(words, " ")


def _values(text: str) -> Iterator[Fact]:
    """Give the value over the contract's life; an amount by the year without a number of years is only a bound."""
    amounts = {(amount.euros, amount.per_year): amount for amount in amounts_in(text)}
    if len(amounts) > 1 and len({amount.per_year for amount in amounts.values()}) > 1:
        return
    for amount in amounts.values():
        years = years_of(text) if amount.per_year else 1
        euros = amount.euros * (years or 1)
        bound = amount.bound if years else Bound.AT_LEAST
        if 0 < euros <= MAX_VALUE_EUR:
            words = _words_of(amount, years, text)
            yield Fact(FactName.VALUE_EUR, euros, Known.QUESTION, words, bound)


def _words_of(amount: Amount, years: int | None, text: str) -> str:
    words = text[amount.span.start : amount.span.end].strip(" ,-")
    return f"{years} x {words}" if amount.per_year and years else words


def _dates(text: str, as_of: date) -> Iterator[Fact]:
    """Give the day of the tender, where the message names one day or one year that is not that of a document."""
    days = days_in(text)
    if len(days) == 1:
        (day,) = days
        if _is_of_a_tender(text, str(day.year)):
            yield Fact(FactName.DATE, day, Known.QUESTION, day.isoformat())
        return
    years = {as_of.year - 1} if _LAST_YEAR.match(text) else {y for y in years_in(text) if _is_of_a_tender(text, str(y))}
    for year in years:
        if FIRST_TENDER_YEAR <= year <= as_of.year + YEARS_AHEAD:
            day = as_of if year == as_of.year else date(year, 1, 1)
            yield Fact(FactName.DATE, day, Known.QUESTION, str(year))


def _is_of_a_tender(text: str, year: str) -> bool:
    place = text.rfind(year)
    return not _NOT_A_TENDER.match(text[:place])
