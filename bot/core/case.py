"""The facts of a purchase as people tell them in a conversation.

Knows phrases, names of authorities, things that are bought, amounts and years, and that what is told later counts.
Knows nothing of what follows from the facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.core.decision import MAX_VALUE_EUR, NO_CATEGORY, Fact, FactName, Facts, FactValue, Known
from bot.core.references import days_in, references_in, years_in
from bot.core.rules import Lexicon, Mention, Patterns, Phrase, Rules
from bot.core.worth import worths_in

FIRST_TENDER_YEAR = 2005
YEARS_AHEAD = 5
"""A year outside these bounds is not that of a tender."""

_FACTS_OF_KINDS = {"authority": FactName.AUTHORITY, "category": FactName.CATEGORY, "product": FactName.CATEGORY}
"""The fact that a glossary term of a kind tells."""

_NOT_A_TENDER = Patterns.of(
    r"\b(?:brie(?:f|ven)|kamerbrief|kamerbrieven|motie|moties|letter|letters|motion|strategie|agenda|kader|manifest|nota"
    r"|plan|sinds|since|policy|framework)\b[^.?!]{0,25}$"
)
_DENIED_BEFORE = Patterns.of(
    r"(?<!\bof )(?<!\bor )\b(?:geen|niet (?:voor |bij |door |om |van )?(?:het |de |een |ons |onze )?"
    r"|not (?:a |the |for )?)\s*$"
)
_BUYER_BEFORE = Patterns.of(
    r"\b(?:(?:wij|we) zijn|ik ben van|(?:ik|wij|we) (?:werk|werken|koop|kopen)(?: nu)?(?: in)? (?:bij|voor)"
    r"|koop(?:t|en)? (?:ik|wij|we) (?:nu )?(?:in )?voor|opdrachtgever(?: is|:)?|namens|the buyer is|we are"
    r"|i work (?:for|at)|i buy for)"
    r"\s+(?:het |de |een |ons |onze |the |a |an )?$"
)
"""In front of who buys, where a message names others too."""

_DENIED_AFTER = Patterns.of(r"^\s+(?:doet|doen|does|do) (?:toch |er )?(?:niet|not) (?:mee|aan mee|take part|join)")
_SIGNED_AFTER = Patterns.of(r"^\s*(?:\w+\s+){0,2}(?:ge|onder|mee)\w*teken")
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
        told, doubtful = facts_told(message, as_of, rules)
        if FactName.VALUE_EUR in told and FactName.EUROPEAN_TENDER not in told:
            facts.pop(FactName.EUROPEAN_TENDER, None)
        facts = {name: replace(fact, known=Known.HISTORY) for name, fact in facts.items() if name not in doubtful}
        facts |= told
        unclear = (unclear - set(told)) | doubtful
        new = frozenset(told) | doubtful
    return Case(facts, frozenset(unclear), new)


def facts_told(text: str, as_of: date, rules: Rules) -> tuple[dict[FactName, Fact], frozenset[FactName]]:
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
    if len(facts) == 1 or name is FactName.KIND:
        return facts[0]  # the phrases of a kind stand in order: "specifieke diensten" holds the word "diensten" too
    if name is FactName.AUTHORITY and set(values) == {"other", "gemeente"}:
        return values["other"]  # "een gemeenschappelijke regeling van vijf gemeenten"
    if name is FactName.CATEGORY and NO_CATEGORY not in values:
        return replace(facts[0], words=", ".join(fact.words for fact in facts))
    return None


def _from_terms(text: str, terms: Lexicon) -> Iterator[Fact]:
    """Give the facts that terms tell; "geen gemeente" tells nothing of who buys, "ik werk bij" much."""
    told = [m for m in terms.mentions(text) if m.term.kind in _FACTS_OF_KINDS and m.term.value]
    told = [mention for mention in told if not _is_denied(mention, text)]
    buyers = [m for m in told if m.term.kind == "authority" and _BUYER_BEFORE.match(text[: m.span.start])]
    for mention in told:
        if mention.term.kind != "authority" or not buyers or mention in buyers:
            words = text[mention.span.start : mention.span.end]
            yield Fact(_FACTS_OF_KINDS[mention.term.kind], mention.term.value, Known.QUESTION, words)


def _is_denied(mention: Mention, text: str) -> bool:
    before, after = text[: mention.span.start], text[mention.span.end :]
    return _DENIED_BEFORE.match(before) or _DENIED_AFTER.match(after)


def _from_phrases(text: str, phrases: Sequence[Phrase]) -> Iterator[Fact]:
    rest = text
    for phrase in phrases:
        found = phrase.patterns.all_in(rest)
        if found and phrase.value is not None:
            yield Fact(phrase.name, phrase.value, Known.QUESTION, found[0])
        for words in found:
            rest = rest.replace(words, " ")


def _values(text: str) -> Iterator[Fact]:
    """Give the values over the contract's life that a message tells; an amount that comes back is a lower bound."""
    for worth in worths_in(text):
        if 0 < worth.euros <= MAX_VALUE_EUR:
            yield Fact(FactName.VALUE_EUR, worth.euros, Known.QUESTION, worth.words, worth.bound)


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
            month = _month_of(text, year)
            day = as_of if year == as_of.year else date(year, month, 1)
            yield Fact(FactName.DATE, day, Known.QUESTION, str(year) if month == 1 else f"{year}-{month:02}")


def _month_of(text: str, year: int) -> int:
    """Give the month that a text names with a year; January where it names none, or several."""
    start = f"month:{year}-"
    months = {int(found.removeprefix(start)) for found in references_in(text) if found.startswith(start)}
    return months.pop() if len(months) == 1 else 1


def _is_of_a_tender(text: str, year: str) -> bool:
    place = text.rfind(year)
    before, after = text[:place], text[place + len(year) :]
    return not _NOT_A_TENDER.match(before) and not _SIGNED_AFTER.match(after)
