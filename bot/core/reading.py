"""How a part of a question is read: as it was said, or with the subject of an earlier question in front.

Knows what all readings of a part tell together, and that a question that people ask by itself borrows nothing.
Knows nothing of how texts are ranked, or of how the readings were made.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.core.corpus import WrittenReply
from bot.core.ports import Recognised, Recogniser, Vector
from bot.core.rank import Candidate, Lookup, Query
from bot.core.understand import Part

STANDS_ALONE = 0.52
"""The cosine with a question line from which a question borrows nothing (docs/adr/0003-ranking.md)."""

Rank = Callable[[Query], list[Candidate]]
"""Ranks the texts of the corpus for a query, the best first."""


class Read(NamedTuple):
    """A part with the readings that count, what they find, and what the words that were really said find and tell."""

    part: Part
    found: Sequence[Candidate]
    said: Sequence[Candidate]
    recognised: Recognised


def read(part: Part, vectors: Mapping[str, Vector], lookup: Lookup, rank: Rank) -> Read:
    """Read a part; ``vectors`` holds the meaning of its first reading and of what was said.

    Raises:
        ServiceError: an index did not answer.
    """
    first = part.readings[0]
    as_said = _query((part.said,), vectors[part.said], lookup.recogniser)
    said = rank(as_said) if first != part.said else []
    if part.follows and _stands_alone(said):
        return Read(replace(part, readings=(part.said,), follows=False), said, said, as_said.recognised)
    found = rank(_query(part.readings, vectors[first], lookup.recogniser))
    return Read(part, found, said or found, as_said.recognised)


def _stands_alone(said: Sequence[Candidate]) -> bool:
    """Say whether what looks like a follow-up is a question that people ask by itself; single words may deceive."""
    return any(c.cosine >= STANDS_ALONE for c in said if c.line is not None and not isinstance(c.target, WrittenReply))


def _query(readings: Sequence[str], vector: Vector, recogniser: Recogniser) -> Query:
    """Read a question in several ways: by the meaning of the likeliest reading and the mean of what all words tell.

    Embedding every reading would cost as much again for each, and brings little (docs/adr/0003-ranking.md).
    """
    found = [recogniser.recognise(reading, vector) for reading in readings]
    share = 1 / len(found)
    chances = {key: share * sum(one.log_chances[key] for one in found) for key in found[0].log_chances}
    return Query(readings[0], vector, Recognised(chances, found[0].kinds))
