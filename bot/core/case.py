"""The facts of a purchase as people tell them in a conversation.

Knows phrases, names of authorities, things that are bought, amounts and days, and that what is told later counts.
Knows nothing of what follows from the facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.core.decision import MAX_VALUE_EUR, NO_CATEGORY, Fact, FactName, Facts, FactValue, Known, Refusal, Refused
from bot.core.followup import changes_subject, refers
from bot.core.odd_amounts import foreign_amounts_in, odd_amounts_in, without_foreign
from bot.core.rules import Lexicon, Mention, Patterns, Phrase, Rules
from bot.core.tender_day import tender_days_in
from bot.core.worth import worths_in

_FACTS_OF_KINDS = {"authority": FactName.AUTHORITY, "category": FactName.CATEGORY, "product": FactName.CATEGORY}
"""The fact that a glossary term of a kind tells."""

_DENIED_BEFORE = Patterns.of(
    r"\b(?:subsidie|geld|grant|subsidy) (?:van|from|of) (?:het |de |the |een |a )?$"
    r"|\b(?:belgisch|vlaams|waals|duits|frans|brits|engels|amerikaans|buitenlands)e? $"
    r"|\b(?:belgian|flemish|walloon|german|french|british|american|foreign) $"
    r"|(?<!\bof )(?<!\bor )\b(?:geen|niet (?:voor |bij |door |om |van )?(?:het |de |een |ons |onze )?"
    r"|not (?:a |the |for )?)\s*$"
)
_BUYER_BEFORE = Patterns.of(
    r"\b(?:(?:wij|we) zijn|ik ben van|(?:ik|wij|we) (?:werk|werken|koop|kopen)(?: nu)?(?: in)? (?:bij|voor)"
    r"|koop(?:t|en)? (?:ik|wij|we) (?:nu )?(?:in )?voor|opdrachtgever(?: is|:)?|namens|the buyer is|we are"
    r"|i work (?:for|at)|i buy for)"
    r"\s+(?:het |de |een |ons |onze |the |a |an )?$"
)
"""In front of who buys, where a message names others too."""

_ABROAD = (
    r"duitsland|belgi[e\u00eb]|frankrijk|engeland|germany|belgium|france|cura[c\u00e7]ao|aruba|sint maarten|suriname"
)
_DENIED_AFTER = Patterns.of(
    rf"^ (?:van|of) (?:{_ABROAD})\b",
    r"^\s+(?:doet|doen|does|do) (?:toch |er )?(?:niet|not) (?:mee|aan mee|take part|join)",
)


_BESIDE = Patterns.of(
    r"\b(?:kopen|koopt|koop|buy|buying) (?:ook|daarnaast|verder|also)\b", r"\balso (?:buy|purchase)\b"
)
"""Words by which something is bought beside the first thing: what that one is worth says nothing of this one."""


CORE_FACTS = frozenset(
    {FactName.AUTHORITY, FactName.CATEGORY, FactName.EUROPEAN_TENDER, FactName.VALUE_EUR, FactName.MANIFEST_SIGNATORY}
)
"""The facts on which the outcome depends most."""

FULL_CASE = 3
"""With so many of them a purchase is told in full."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a conversation tells of a purchase.

    ``unclear`` are facts for which one message gives several values; ``new`` are those that the last message told, and
    ``refused`` is what it told that cannot be so.
    """

    facts: Facts = field(default_factory=dict)
    unclear: frozenset[FactName] = frozenset()
    new: frozenset[FactName] = frozenset()
    refused: tuple[Refused, ...] = ()

    @property
    def told(self) -> frozenset[FactName]:
        """The facts that the asker told, in any message."""
        return frozenset(self.facts) | self.unclear | {one.name for one in self.refused}

    @property
    def is_told_at_once(self) -> bool:
        """Whether the last message tells a purchase in full, whatever was said before it."""
        return len(self.new & CORE_FACTS) >= FULL_CASE


@dataclass(frozen=True, slots=True)
class Told:
    """What one message tells: facts, those for which it gives several values, and what cannot be so."""

    facts: Facts
    doubtful: frozenset[FactName] = frozenset()
    refused: tuple[Refused, ...] = ()


def case_of(earlier: Sequence[str], text: str, as_of: date, rules: Rules) -> Case:
    """Gather the facts of a conversation, the last message last; a later fact takes the place of an earlier one."""
    facts: dict[FactName, Fact] = {}
    unclear: set[FactName] = set()
    told = Told({})
    for message in (*earlier, text):
        told = facts_told(message, as_of, rules)
        if FactName.VALUE_EUR in told.facts and FactName.EUROPEAN_TENDER not in told.facts:
            facts.pop(FactName.EUROPEAN_TENDER, None)
        if FactName.CATEGORY in told.facts and _BESIDE.match(message):
            facts.pop(FactName.VALUE_EUR, None)
            facts.pop(FactName.EUROPEAN_TENDER, None)
        facts = {name: replace(fact, known=Known.HISTORY) for name, fact in facts.items() if name not in told.doubtful}
        facts |= told.facts
        unclear = (unclear - set(told.facts)) | told.doubtful
    new = frozenset(told.facts) | told.doubtful | {one.name for one in told.refused}
    return Case(facts, frozenset(unclear), new, told.refused)


def of_this_purchase(messages: Sequence[str], as_of: date, rules: Rules) -> tuple[str, ...]:
    """Give the messages that may tell of the purchase that the last one is about.

    That is since another subject was announced, or a purchase was told anew: in full, or with its buyer.
    """
    begins = (
        place
        for place in reversed(range(1, len(messages)))
        if changes_subject(messages[place], rules) or _is_told_anew(messages[place], as_of, rules)
    )
    return tuple(messages[next(begins, 0) :])


def _is_told_anew(text: str, as_of: date, rules: Rules) -> bool:
    alone = case_of((), text, as_of, rules)
    is_bought = FactName.AUTHORITY in alone.new and rules.screen.buying.match(text) and not refers(text)
    return alone.is_told_at_once or is_bought


def facts_told(text: str, as_of: date, rules: Rules) -> Told:
    """Give what one message tells of a purchase."""
    found: dict[FactName, dict[FactValue, Fact]] = {}
    values, odd = _values(text)
    days = tender_days_in(text, as_of)
    for fact in (*_from_terms(text, rules.terms), *_from_phrases(text, rules.phrases), *values, *days.facts):
        earlier = found.setdefault(fact.name, {}).get(fact.value)
        words = fact.words if earlier is None or fact.words in earlier.words else f"{earlier.words}, {fact.words}"
        found[fact.name][fact.value] = replace(fact, words=words)
    clear = {name: _one_of(name, values) for name, values in found.items()}
    return Told(
        facts={name: fact for name, fact in clear.items() if fact is not None},
        doubtful=frozenset(name for name, fact in clear.items() if fact is None),
        refused=(*odd, *days.refused),
    )


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


def _values(text: str) -> tuple[list[Fact], list[Refused]]:
    """Give the values over the contract's life that a message tells; an amount that comes back is a lower bound.

    Where it tells none, it gives the amounts that cannot be one.
    """
    worths = worths_in(without_foreign(text))
    told = [w for w in worths if 0 < w.euros <= MAX_VALUE_EUR]
    facts = [Fact(FactName.VALUE_EUR, w.euros, Known.QUESTION, w.words, w.bound) for w in told]
    if facts:
        return facts, []
    too_large = [Refused(FactName.VALUE_EUR, w.words, Refusal.TOO_LARGE) for w in worths if w.euros > MAX_VALUE_EUR]
    odd = [Refused(FactName.VALUE_EUR, words, Refusal.NOT_POSITIVE) for words in odd_amounts_in(text)]
    foreign = [Refused(FactName.VALUE_EUR, words, Refusal.NOT_IN_EURO) for words in foreign_amounts_in(text)]
    return [], (too_large or odd or foreign)[:1]
