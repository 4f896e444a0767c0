"""How a part of a question is read: as it was said, or with the subject of an earlier question in front.

Knows what all readings of a part tell together, and that a question that people ask by itself borrows nothing.
Knows nothing of how texts are ranked, or of how the readings were made.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.core.corpus import WrittenAnswer, WrittenReply
from bot.core.followup import refers
from bot.core.plain import words
from bot.core.ports import Recognised, Recogniser, Vector
from bot.core.rank import Candidate, Lookup, Query
from bot.core.references import years_in
from bot.core.understand import Part

STANDS_ALONE = 0.52
"""The cosine with a question line from which a question borrows nothing (docs/adr/0003-ranking.md)."""

ASKS_ANEW = 0.35
"""The same, where what it would borrow leads to the answer that was just given."""

REFERRING_WORDS = 5
"""A question of at most so many words that refers to an earlier one borrows, however near it is to a line."""

Rank = Callable[[Query], list[Candidate]]
"""Ranks the texts of the corpus for a query, the best first."""


class Read(NamedTuple):
    """A part with the readings that count, what they find, and what the words that were really said find and tell."""

    part: Part
    found: Sequence[Candidate]
    said: Sequence[Candidate]
    recognised: Recognised


def read(part: Part, vectors: Mapping[str, Vector], lookup: Lookup, rank: Rank, told: str = "") -> Read:
    """Read a part; ``vectors`` holds the meaning of its first reading and of what was said, ``told`` the last answer.

    Raises:
        ServiceError: an index did not answer.
    """
    first = part.readings[0]
    as_said = _query((part.said,), vectors[part.said], lookup.recogniser)
    said = rank(as_said) if first != part.said else []
    alone = Read(replace(part, readings=(part.said,), follows=False), said, said, as_said.recognised)
    borrows_year = bool(years_in(first)) and not years_in(part.said)
    if part.follows and _stands_alone(part.said, said, borrows_year=borrows_year):
        return alone
    found = rank(_query(part.readings, vectors[first], lookup.recogniser))
    if part.follows and not refers(part.said) and _is_told(found, told) and _asks_anew(said, told):
        return alone
    return Read(part, found, said or found, as_said.recognised)


def _stands_alone(text: str, said: Sequence[Candidate], *, borrows_year: bool) -> bool:
    """Say whether what looks like a follow-up is a question that people ask by itself; single words may deceive.

    One that refers to a question about a year is about that year: another one would bring another amount.
    """
    if refers(text) and (borrows_year or len(words(text)) <= REFERRING_WORDS):
        return False
    return any(c.cosine >= STANDS_ALONE for c in said if c.line is not None and not isinstance(c.target, WrittenReply))


def _asks_anew(said: Sequence[Candidate], told: str) -> bool:
    best = next((c.cosine for c in said if isinstance(c.target, WrittenAnswer)), 0.0)
    return best >= ASKS_ANEW and not _is_told(said, told)


def _is_told(found: Sequence[Candidate], told: str) -> bool:
    """Say whether the likeliest written answer is the one that was just given."""
    lead = next((c.target.lead.wording for c in found if isinstance(c.target, WrittenAnswer)), None)
    return lead is not None and (lead.nl in told or lead.en in told)


def _query(readings: Sequence[str], vector: Vector, recogniser: Recogniser) -> Query:
    """Read a question in several ways: by the meaning of the likeliest reading and the mean of what all words tell.

    Embedding every reading would cost as much again for each, and brings little (docs/adr/0003-ranking.md).
    """
    found = [recogniser.recognise(reading, vector) for reading in readings]
    share = 1 / len(found)
    chances = {key: share * sum(one.log_chances[key] for one in found) for key in found[0].log_chances}
    return Query(readings[0], vector, Recognised(chances, found[0].kinds))
