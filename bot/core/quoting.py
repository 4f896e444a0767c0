"""Verbatim quotes: which words of a passage show best that it carries a statement.

Knows sentences and the words they share; a quote is always cut from the passage, never written.
Knows nothing of where a statement came from.
"""

from functools import lru_cache

from bot.core.corpus import Cite, Passage
from bot.core.figures import numbers_in
from bot.core.model import Quote
from bot.core.plain import STEM_CHARS, words
from bot.core.references import KEPT_TEXTS, references_in
from bot.core.sentences import Span, sentence_spans

MAX_QUOTE_CHARS = 420
"""Two long sentences; more is no longer read beside an answer."""

_COMMON = frozenset(
    "de het een en of van in op te is zijn dat die dit voor met bij als ook aan er om door uit naar niet geen wordt"
    " worden u uw hij zij zijn haar hun the a an of to and or in is are for with that".split()
)


def quote_for(cite: Cite, passage: Passage, statement: str) -> Quote | None:
    """Cut the quote that a cite asks for; ``None`` if its words do not stand in the passage."""
    if cite.quote is not None:
        start = passage.text.find(cite.quote)
        return None if start < 0 else Quote(passage, cite.quote, passage.start + start)
    span = _best_span(passage.text, statement)
    return Quote(passage, passage.text[span.start : span.end], passage.start + span.start)


def _best_span(text: str, statement: str) -> Span:
    """Give the sentence, or run of sentences, that shares most with the statement."""
    spans = sentence_spans(text)
    wanted = _marks(statement)
    marks = [_sentence_marks(text[span.start : span.end]) for span in spans]
    best, best_gain = spans[0], -1.0
    for first in range(len(spans)):
        for last in range(first, len(spans)):
            span = Span(spans[first].start, spans[last].end)
            if last > first and span.end - span.start > MAX_QUOTE_CHARS:
                break
            found = marks[first].union(*marks[first + 1 : last + 1])
            gain = len(wanted & found) - 0.15 * len(found - wanted) - 0.5 * (last - first)
            if gain > best_gain:
                best, best_gain = span, gain
    return best


def _marks(text: str) -> frozenset[str]:
    """Give the words that carry meaning, cut to six letters so that inflected forms meet, and the figures."""
    stems = frozenset(word[:STEM_CHARS] for word in words(text) if word not in _COMMON)
    return stems | references_in(text) | frozenset(f"{n.value} {n.unit}" for n in numbers_in(text))


@lru_cache(maxsize=KEPT_TEXTS)
def _sentence_marks(sentence: str) -> frozenset[str]:
    """The same for a sentence of the corpus, which comes back with other questions."""
    return _marks(sentence)
