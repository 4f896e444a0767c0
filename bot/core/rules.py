"""Rules that people wrote as data and the steps apply: patterns, terms, thresholds.

Knows their shapes, and how to look for terms in a text.
Knows nothing of files.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
    subject: Patterns


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of the field, its kind, and whether it alone shows that a text is about ISV."""

    identifier: str
    kind: str
    is_strong: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A term found in a text, and where."""

    term: Term
    span: Span


class Lexicon:
    """Finds terms in a text, the longest form first; whole words, or the start of a compound for ``form*``."""

    def __init__(self, forms: Mapping[str, Term]) -> None:
        """Take every written form, in lower case, with its term."""
        self._forms = {form.removesuffix("*"): term for form, term in forms.items()}
        longest_first = sorted(forms, key=len, reverse=True)
        joined = "|".join(_form_pattern(form) for form in longest_first)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{joined})(?![^\W_])") if joined else None

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Give the terms of a text, in order of place; none overlap."""
        if self._pattern is None:
            return ()
        found = self._pattern.finditer(text.lower())
        return tuple(Mention(self._term(m.group()), Span(m.start(), m.end())) for m in found)

    def _term(self, written: str) -> Term:
        while written not in self._forms:
            written = written[:-1]
        return self._forms[written]


def _form_pattern(form: str) -> str:
    return rf"{re.escape(form[:-1])}[^\W_]*" if form.endswith("*") else re.escape(form)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights and thresholds that ``evals.calibrate`` measured for one embedder.

    ``scope_weights`` are those of a logistic regression over the features of ``bot.core.scope``.
    """

    embedder: str
    bm25_weight: float
    text_offset: float
    official_bonus: float
    answer_bonus: float
    scope_weights: Mapping[str, float]
    refuse_below: float
    sure_above: float


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules together."""

    screen: ScreenRules
    terms: Lexicon
    other_subjects: Lexicon
    calibration: Calibration
