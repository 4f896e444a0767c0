"""The first half of a question's way, for those who want passages and no answer: screen, understand, retrieve.

Knows that what is found here, and its order, is what the assistant finds for the same question.
Knows nothing of who wants the passages: another program's chain, or another assistant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.corpus import Cite, Language, Passage, Role, Source, SourceId
from bot.core.model import Citation, Question, Quote, Scored
from bot.core.quoting import quote_for
from bot.core.retrieve import Retrieved, retrieve
from bot.core.screen import Stopped, screen
from bot.core.tools import Tools
from bot.core.understand import understand
from bot.core.write import citation_of


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, its source, and the words of it that fit the question best.

    ``citation`` is numbered by rank, from 1.
    """

    scored: Scored
    source: Source
    citation: Citation

    @property
    def passage(self) -> Passage:
        """The passage itself."""
        return self.scored.passage


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, best first; without hits nothing was found. ``question`` is what was looked at."""

    question: str
    language: Language
    role: Role
    as_of: date
    hits: tuple[Hit, ...]


def search(question: Question, tools: Tools) -> Found | Stopped:
    """Find the passages for a question, unless it may not be looked at.

    Raises:
        ServiceError: the embedder or an index did not answer.
    """
    screened = screen(question, tools.finder, tools.rules)
    if isinstance(screened, Stopped):
        return screened
    understood = understand(screened, tools.speller, tools.rules)
    best = best_passages(retrieve(understood, tools.lookup, tools.rules))
    sources = tools.lookup.shelf.sources(sorted({scored.passage.source_id for scored in best}))
    hits = tuple(_hit(rank, scored, understood.text, sources) for rank, scored in enumerate(best, start=1))
    return Found(screened.text, screened.language, question.role, question.as_of, hits)


def _hit(rank: int, scored: Scored, text: str, sources: Mapping[SourceId, Source]) -> Hit:
    passage = scored.passage
    quote = quote_for(Cite(passage.id), passage, text) or Quote(passage, passage.text, passage.start)
    return Hit(scored, sources[passage.source_id], citation_of(rank, quote, sources))


def best_passages(retrieved: Retrieved) -> tuple[Scored, ...]:
    """Give the passages of all parts, the best of each part first."""
    if not retrieved.parts:
        return ()
    longest = max(len(part.passages) for part in retrieved.parts)
    in_turn = (part.passages[i] for i in range(longest) for part in retrieved.parts if i < len(part.passages))
    return tuple({scored.passage.id: scored for scored in in_turn}.values())
