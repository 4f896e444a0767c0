"""Rules that people wrote as data and the steps apply: patterns, terms, thresholds.

Knows their shapes, and how to look for terms in a text.
Knows nothing of files.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.core.corpus import Kind
from bot.core.decision import CheckRules, FactName, FactValue
from bot.core.plain import folded
from bot.core.sentences import Span


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled patterns of one kind; they look at folded text, without regard to case."""

    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, *sources: str) -> "Patterns":
        """Compile regular expressions."""
        return cls(tuple(re.compile(source, re.IGNORECASE | re.DOTALL) for source in sources))

    def match(self, text: str) -> bool:
        """Say whether one of the patterns occurs in a text."""
        plain = folded(text)
        return any(pattern.search(plain) for pattern in self.patterns)

    def all_in(self, text: str) -> tuple[str, ...]:
        """Give the words that the patterns find in a text as it stands."""
        return tuple(match.group() for pattern in self.patterns for match in pattern.finditer(text) if match.group())

    def removed_from(self, text: str) -> str:
        """Give the text without the first occurrence of any pattern."""
        for pattern in self.patterns:
            text = pattern.sub("", text, count=1)
        return text


@dataclass(frozen=True, slots=True)
class ScreenRules:
    """What is recognised by rule, before any index is asked."""

    injection: Patterns
    judgement: Patterns
    salutation: Patterns
    greeting: Patterns
    closing: Patterns
    asking: Patterns
    topic_change: Patterns
    courtesy: Patterns
    judging: Patterns
    """Words with which people ask for a verdict; without them a message only seems to."""
    duty: Patterns
    """Words with which people ask whether something must be done."""
    permission: Patterns
    """Words with which people ask whether something may be done."""
    private_buyer: Patterns
    """Buyers that no rule of the check is about."""
    what_next: Patterns
    """Words with which people who buy ask what to do, after they told the purchase."""
    buying: Patterns
    """Words with which people say that they buy."""
    selling: Patterns
    """Words by which a message is of, or about, a supplier."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of the field, its kind, and whether it alone shows that a text is about ISV."""

    identifier: str
    kind: str
    is_strong: bool
    value: str = ""
    """The value of the fact that the term tells of a purchase, such as ``rijk`` for an authority."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A term found in a text, and where."""

    term: Term
    span: Span


COMPOUNDING = "product"
"""The kind of term that Dutch puts at the end of a compound: "labhandschoenen", "dienstlaptops"."""

MIN_TAIL = 5
"""Letters of a form that may be the tail of a compound."""


_WORD = re.compile(r"[^\W_]+")


class Lexicon:
    """Finds terms in a text, the longest form first.

    A form is a whole word, or the start of a compound where it is written ``form*``; a thing that is bought may
    also be the end of one.
    """

    def __init__(self, forms: Mapping[str, Term]) -> None:
        """Take every written form, in lower case, with its term."""
        self._forms = {form.removesuffix("*"): term for form, term in forms.items()}
        longest_first = sorted(forms, key=len, reverse=True)
        joined = "|".join(_form_pattern(form) for form in longest_first)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{joined})(?![^\W_])") if joined else None
        self._tails = {
            form.removesuffix("*"): term for form, term in forms.items() if term.kind == COMPOUNDING and _is_tail(form)
        }

    @property
    def words(self) -> frozenset[str]:
        """The forms that are one word, without those that are only the start of one."""
        return frozenset(form for form in self._forms if form.isalpha())

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Give the terms of a text, in order of place; none overlap."""
        lower = text.lower()
        whole = self._pattern.finditer(lower) if self._pattern is not None else iter(())
        found = [Mention(self._term(m.group()), Span(m.start(), m.end())) for m in whole]
        taken = {place for mention in found for place in range(mention.span.start, mention.span.end)}
        found += [mention for mention in self._compounds(lower) if mention.span.start not in taken]
        return tuple(sorted(found, key=lambda mention: mention.span.start))

    def _compounds(self, lower: str) -> Iterator[Mention]:
        """Give the words that end in a thing that is bought, by their longest such end."""
        for word in _WORD.finditer(lower):
            written = word.group()
            for start in range(1, len(written) - MIN_TAIL + 1):
                term = self._tails.get(written[start:])
                if term is not None:
                    yield Mention(term, Span(word.start(), word.end()))
                    break

    def _term(self, written: str) -> Term:
        while written not in self._forms:
            written = written[:-1]
        return self._forms[written]


def _is_tail(form: str) -> bool:
    return len(form) >= MIN_TAIL and " " not in form


def _form_pattern(form: str) -> str:
    return rf"{re.escape(form[:-1])}[^\W_]*" if form.endswith("*") else re.escape(form)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights and thresholds that ``evals.calibrate`` measured for one embedder.

    ``scope_weights`` are those of a logistic regression over the features of ``bot.core.scope``.
    """

    embedder: str
    kernel_sharpness: float
    near_weight: float
    bm25_weight: float
    text_offset: float
    official_weight: float
    answer_bonus: float
    scope_weights: Mapping[str, float]
    refuse_below: float
    sure_above: float
    kind_limits: Mapping[Kind, float]
    """The chance from which a message is taken for each kind that is not answered."""
    support_above: float
    """The cosine of a model's sentence and the place that carries it, from which it may be shown."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A fact with a value, and the patterns that tell it; no value for words that only seem to tell the fact."""

    name: FactName
    value: FactValue | None
    patterns: Patterns


@dataclass(frozen=True, slots=True)
class DialogueRules:
    """What people say in the check besides facts; each pattern fits a whole message."""

    back: Patterns
    again: Patterns
    stop: Patterns
    unknown: Patterns
    agree: Patterns
    yes: Patterns
    no: Patterns


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules together."""

    screen: ScreenRules
    terms: Lexicon
    other_subjects: Lexicon
    calibration: Calibration
    check: CheckRules
    phrases: tuple[Phrase, ...]
    dialogue: DialogueRules
