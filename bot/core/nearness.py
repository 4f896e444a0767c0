"""Whether a figure of a sentence belongs, in its source, to what the sentence says of it.

Knows amounts, percentages and dates that stand side by side in a text; of those, the one whose neighbours are the
sentence's words is the one that it speaks of.
Knows nothing of what any of them means.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from bot.core.plain import STEM_CHARS, words
from bot.core.references import KEPT_TEXTS, MONTHS

LONG = 4
"""Letters of a word that says something; of shorter ones few do."""

STOP = 4
"""Words that the end of a sentence, a row or an item counts for."""

MARGIN = 0.9
"""A figure may be so much further from its words than the nearest one of its kind."""

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?P<day>\b\d{{1,2}} (?:{_MONTH}) (?:19|20)\d\d\b)"
    r"|(?P<percent>\b\d+(?:[.,]\d+)?\s?(?:procent|per ?cent|%))"
    r"|(?P<euro>(?:€|\beur)\s?\d[\d.,]*\d|\b\d[\d.,]*(?: (?:miljoen|miljard|million|billion))?\s?(?:euro|€))"
    r"|(?P<stop>[.;,\n](?=\s|$))",
    re.IGNORECASE,
)


class _Mention(NamedTuple):
    kind: str
    value: str


class _Text(NamedTuple):
    """Words and figures of a text, each at its place."""

    stems: tuple[tuple[str, int], ...]
    figures: tuple[tuple[_Mention, int], ...]


def are_figures_near(sentence: str, field: str) -> bool:
    """Whether no figure of a sentence takes the place of another of its kind that stands nearer to the same words."""
    said, held = _placed(sentence), _held(field)
    for mention, at in said.figures:
        rivals = [one for one in held.figures if one[0].kind == mention.kind]
        if len({one for one, _ in rivals}) < 2 or mention not in {one for one, _ in rivals}:  # noqa: PLR2004
            continue
        scores = [(one, _nearness(said.stems, at, held.stems, place)) for one, place in rivals]
        own = max(score for one, score in scores if one == mention)
        if own < MARGIN * max(score for _, score in scores):
            return False
    return True


def _nearness(said: tuple[tuple[str, int], ...], at: int, held: tuple[tuple[str, int], ...], place: int) -> float:
    """Add up how near the words around a figure of a sentence stand to a figure of a text."""
    total = 0.0
    for stem, own in said:
        apart = [abs(there - place) for other, there in held if other == stem]
        if apart:
            total += 1 / (max(1, abs(own - at)) * max(1, min(apart)))
    return total


@lru_cache(maxsize=KEPT_TEXTS)
def _held(text: str) -> _Text:
    return _placed(text)


def _placed(text: str) -> _Text:
    stems: list[tuple[str, int]] = []
    figures: list[tuple[_Mention, int]] = []
    place, done = 0, 0
    for match in (*_FIGURE.finditer(text), None):
        for word in words(text[done : match.start() if match else None]):
            if len(word) >= LONG:
                stems.append((word[:STEM_CHARS], place))
            place += 1
        if match is None:
            break
        done = match.end()
        if match.lastgroup == "stop":
            place += STOP
            continue
        figures.append((_Mention(match.lastgroup or "", _value(match.group())), place))
        place += 1
    return _Text(tuple(stems), tuple(figures))


def _value(written: str) -> str:
    return re.sub(r"\s|[.,](?=\d{3}\b)|€|eur(?:o)?|procent|per ?cent|%", "", written.lower())
