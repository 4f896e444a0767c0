"""The places of a passage that may carry a sentence: runs of its sentences, with the quotes that show them.

Knows that half a list says something else than the list, and that an English rendering is shown by its Dutch text.
Knows nothing of what a sentence claims.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.corpus import Cite, Language, Passage, Source
from bot.core.model import Quote, Statement
from bot.core.quoting import quote_for
from bot.core.sentences import Span, sentence_spans, sentences

MAX_WINDOW_SENTENCES = 3
"""Sentences of a passage that together may carry one sentence."""

_ITEM = re.compile(r"(?:[-*•]|\d{1,2}[.)])\s")


@dataclass(frozen=True, slots=True)
class Place:
    """A run of sentences of a passage, or a statement that people wrote on it, and the quotes that show it."""

    text: str
    quotes: tuple[Quote, ...]
    around: str = ""
    """Where it stands: titles and references, of which names and dates may be used, but no claim."""
    field: str = ""
    """The whole text of which it is a part; empty where it is all of it."""


def places_of(passage: Passage, source: Source, language: Language) -> tuple[Place, ...]:
    """Give the places of a passage in the language of the answer: runs of one to three sentences."""
    around = f"{passage.context} {source.title} {source.reference} {source.date.isoformat()} {source.publisher}"
    if language is Language.EN and passage.english:
        return tuple(_english(passage, around))
    spans = sentence_spans(passage.text)
    found = []
    for first in range(len(spans)):
        for last in range(first, min(first + MAX_WINDOW_SENTENCES, len(spans))):
            start, end = spans[first].start, spans[_list_end(passage.text, spans, first, last)].end
            text = passage.text[start:end]
            found.append(Place(text, (Quote(passage, text, passage.start + start),), around, passage.text))
    return tuple(dict.fromkeys(found))


def _list_end(text: str, spans: Sequence[Span], first: int, last: int) -> int:
    """Give the last sentence of a run; one that opens a list runs on to its end, for half a list says another thing."""
    pieces = [text[span.start : span.end] for span in spans]
    if any(piece.endswith(":") for piece in pieces[first : last + 1]):
        while last + 1 < len(pieces) and _ITEM.match(pieces[last + 1]):
            last += 1
    return last


def _english(passage: Passage, around: str) -> list[Place]:
    """Give runs of the English rendering; its quote is the Dutch text that tells the same."""
    told = sentences(passage.english)
    runs = [
        " ".join(told[first : last + 1])
        for first in range(len(told))
        for last in range(first, min(first + MAX_WINDOW_SENTENCES, len(told)))
    ]
    quotes = ((run, quote_for(Cite(passage.id), passage, run)) for run in runs)
    return [Place(run, (quote,), around, passage.english) for run, quote in quotes if quote is not None]


def place_of(statement: Statement) -> Place:
    """Give the place that a statement of people is; it was verified as any other."""
    return Place(statement.text, statement.quotes)
