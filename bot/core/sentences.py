"""Sentences and list items of a Dutch or English text, as character spans.

Knows where a sentence ends: abbreviations, initials, footnote marks, list items, blank lines.
Knows nothing of meaning.
"""

import re
from itertools import pairwise
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of characters, ``text[start:end]``."""

    start: int
    end: int


_ABBREVIATIONS = frozenset(
    "art bijv blz ca dhr dr drs etc evt excl incl ing ir jl lid m.b.t max mevr min mr mrs ms mw nr nrs"
    " o.a o.b.v o.g p prof resp sr st t.a.v t.b.v t.o.v vgl vlg vs d.w.z e.d e.g e.v i.e i.h.b i.p.v"
    " i.v.m m.a.w m.i.v m.n m.u.v no nos n.v.t tel z.d zgn zoz".split()
)
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*[¹²³⁴-⁹]*[\"'”’»)\]]*(?=\s|$)")
_BREAK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*•>]|\d{1,2}[.)])\s)")
_LAST_WORD = re.compile(r"[\w.]+$")


def sentence_spans(text: str) -> tuple[Span, ...]:
    """Split a text into sentences; the spans carry no outer white space and are in order."""
    spans: list[Span] = []
    for block in _blocks(text):
        start = block.start
        for match in _END.finditer(text, block.start, block.end):
            if _ends_sentence(text, start, match, block.end):
                spans.append(Span(start, match.end()))
                start = match.end()
        spans.append(Span(start, block.end))
    trimmed = (_trim(text, span) for span in spans)
    return tuple(span for span in trimmed if span.start < span.end)


def sentences(text: str) -> tuple[str, ...]:
    """Give the sentences themselves."""
    return tuple(text[span.start : span.end] for span in sentence_spans(text))


def _blocks(text: str) -> list[Span]:
    edges = [0, *(match.end() for match in _BREAK.finditer(text)), len(text)]
    return [Span(a, b) for a, b in pairwise(edges) if a < b]


def _ends_sentence(text: str, start: int, match: re.Match[str], block_end: int) -> bool:
    following = text[match.end() : block_end].lstrip()
    if not following:
        return True
    if match.group().startswith("."):
        if following[0].islower():
            return False
        before = text[start : match.start()]
        if before.strip().isdigit():
            return False
        word = _LAST_WORD.search(before)
        if word and _is_abbreviation(word.group()):
            return False
    return True


def _is_abbreviation(word: str) -> bool:
    lowered = word.lower()
    if lowered in _ABBREVIATIONS:
        return True
    return re.fullmatch(r"(?:[A-Za-z]\.)*[A-Z]", word) is not None


def _trim(text: str, span: Span) -> Span:
    piece = text[span.start : span.end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece) - len(piece.rstrip())
    return Span(span.start + left, max(span.start + left, span.end - right))
