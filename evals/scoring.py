"""How good one answer is: its status, points, forbidden claims, citations and passages.

Knows how an answer is normalised before patterns are matched.
Knows nothing of where answers come from.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.corpus import Source, SourceId
from bot.core.model import Answer
from evals.cases import Case, Support

_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"'})
_MARKS = re.compile(r"[*_`#]")
_NUMBERS = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one answer."""

    case: Case
    answer: Answer
    status_right: bool
    points_made: tuple[bool, ...]
    forbidden_hit: bool
    dangling: int
    """Numbers in the text without a citation, and citations without a number in the text."""
    quotes: int
    quotes_exact: int
    ranks: tuple[int | None, ...]
    """For each labelled span, the rank (from 1) of the first passage that holds it; none where none may be read."""

    @property
    def counts_points(self) -> bool:
        """Points count where an answer was due, or where one was given that was not due."""
        return self.case.expected == "answered" or (self.case.expected == "either" and self.answer.status.is_answer)


def score(case: Case, answer: Answer, sources: Mapping[SourceId, Source]) -> Score:
    """Score one answer."""
    text = normalised(answer.text)
    in_text = {int(number) for number in _NUMBERS.findall(answer.text)}
    cited = {citation.n for citation in answer.citations}
    exact = sum(sources[c.source_id].text[c.start : c.end] == c.quote for c in answer.citations)
    return Score(
        case=case,
        answer=answer,
        status_right=answer.status in case.statuses,
        points_made=tuple(any(pattern.search(text) for pattern in point) for point in case.points),
        forbidden_hit=any(pattern.search(text) for pattern in case.forbidden),
        dangling=len(in_text ^ cited),
        quotes=len(answer.citations),
        quotes_exact=exact,
        ranks=() if case.expected == "refused" else tuple(_rank(span, answer) for span in case.support),
    )


def normalised(text: str) -> str:
    """Fold an answer for matching: composed letters, straight quotes, no Markdown marks, single spaces."""
    plain = unicodedata.normalize("NFC", text).translate(_QUOTES)
    return _folded(_MARKS.sub("", plain))


def _rank(span: Support, answer: Answer) -> int | None:
    wanted = _folded(span.snippet)
    for rank, scored in enumerate(answer.passages, start=1):
        if scored.passage.source_id == span.source and wanted in _folded(scored.passage.whole):
            return rank
    return None


def _folded(text: str) -> str:
    return " ".join(text.split())
