"""What one part of a question rests on: the passages that a model is shown, and the places that may carry it.

Knows that passages which people cited come first, and that a model sees tokens instead of names.
Knows nothing of prompts or replies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.corpus import Language, Passage, Source, SourceId
from bot.core.drafted import DraftPart
from bot.core.model import Statement
from bot.core.places import Place, place_of, places_of
from bot.core.prompting import fenced
from bot.core.retrieve import FoundPart
from bot.core.rules import Patterns


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages of a part by token, and the places that each token stands for."""

    passages: Mapping[str, Passage]
    places: Mapping[str, tuple[Place, ...]]

    def places_for(self, tokens: Iterable[str]) -> tuple[Place, ...]:
        """Give the places of these tokens, each once; an unknown token stands for none."""
        return tuple(dict.fromkeys(place for token in tokens for place in self.places.get(token, ())))

    def shown(self, language: Language) -> str:
        """Give the passages as a model sees them: fenced, each under its token."""
        return "\n\n".join(
            f'<source id="{token}">\n{fenced(_text(passage, language))}\n</source>'
            for token, passage in self.passages.items()
        )

    def tokens_for(self, statement: Statement) -> str:
        """Give the tokens of the passages that a statement quotes."""
        own = {quote.passage.id for quote in statement.quotes}
        return "".join(f"[{token}]" for token, passage in self.passages.items() if passage.id in own)


def evidence_for(
    part: DraftPart,
    found: FoundPart,
    sources: Mapping[SourceId, Source],
    language: Language,
    limit: int,
    instructions: Patterns,
) -> Evidence:
    """Gather at most ``limit`` passages: those that the draft by rule quotes, then those that were found.

    A place that reads like an instruction to a machine carries nothing, so that a model that obeys it is not believed.
    """
    quoted = [quote.passage for statement in part.statements for quote in statement.quotes]
    candidates = [*quoted, *(scored.passage for scored in found.passages)]
    unique = {passage.id: passage for passage in candidates if passage.source_id in sources}
    passages = {f"S{n}": passage for n, passage in enumerate(list(unique.values())[:limit], start=1)}
    places = {
        token: (*_written(passage, part.statements), *places_of(passage, sources[passage.source_id], language))
        for token, passage in passages.items()
    }
    harmless = {token: tuple(p for p in own if not instructions.match(p.text)) for token, own in places.items()}
    return Evidence(passages, harmless)


def _written(passage: Passage, statements: Sequence[Statement]) -> Iterable[Place]:
    """Give the statements of people that quote a passage: what they say of it is carried by it."""
    return (place_of(s) for s in statements if any(quote.passage.id == passage.id for quote in s.quotes))


def _text(passage: Passage, language: Language) -> str:
    return passage.english if language is Language.EN and passage.english else passage.text
