"""Step 6: nothing reaches the reader that its sources do not carry.

Knows that a quote must stand word for word at its offsets, and that every number, date, reference and duty
of a statement must be carried by a passage it cites.
Knows nothing of how a statement was written: by people, by rule or by a model.
"""

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from bot.core.corpus import Source, SourceId
from bot.core.figures import Figure, Force, facts_in, forces_in, numbers_in
from bot.core.model import Statement
from bot.core.references import KEPT_TEXTS


class Fault(Enum):
    """Why a statement was dropped."""

    NO_QUOTE = "it cites nothing"
    UNKNOWN_SOURCE = "a source of it is not in the corpus"
    NOT_VERBATIM = "a quote does not stand in its source at its offsets"
    NUMBER = "a number is carried by no cited passage"
    REFERENCE = "a date or reference is carried by no cited passage"
    DUTY = "a duty, or its denial, is carried by no cited passage"


def fault_of(statement: Statement, sources: Mapping[SourceId, Source]) -> Fault | None:
    """Give the first reason not to show a statement; ``None`` if its sources carry it."""
    if not statement.quotes:
        return Fault.NO_QUOTE
    for quote in statement.quotes:
        source = sources.get(quote.passage.source_id)
        if source is None:
            return Fault.UNKNOWN_SOURCE
        inside = quote.passage.start <= quote.start and quote.end <= quote.passage.end
        if not quote.text or not inside or source.text[quote.start : quote.end] != quote.text:
            return Fault.NOT_VERBATIM
    return _unsupported(statement, sources)


def _unsupported(statement: Statement, sources: Mapping[SourceId, Source]) -> Fault | None:
    carried = [_claims_in(_evidence(statement, i, sources)) for i in range(len(statement.quotes))]
    if not facts_in(statement.text) <= frozenset().union(*(one.facts for one in carried)):
        return Fault.REFERENCE
    numbers = frozenset().union(*(one.numbers for one in carried))
    if any(not _is_carried(number, numbers) for number in numbers_in(statement.text)):
        return Fault.NUMBER
    if not forces_in(statement.text) <= frozenset().union(*(one.forces for one in carried)):
        return Fault.DUTY
    return None


class _Claims(NamedTuple):
    """What a text carries that can be checked."""

    facts: frozenset[str]
    numbers: frozenset[Figure]
    forces: frozenset[Force]


@lru_cache(maxsize=KEPT_TEXTS)
def _claims_in(evidence: str) -> _Claims:
    """Give what evidence carries; the texts of the corpus come back with other questions."""
    return _Claims(facts_in(evidence), numbers_in(evidence), forces_in(evidence))


def _evidence(statement: Statement, i: int, sources: Mapping[SourceId, Source]) -> str:
    """Give what a cited passage carries: its text, and the date, reference and title of its source."""
    passage = statement.quotes[i].passage
    source = sources[passage.source_id]
    day = source.date
    return f"{passage.text}\n{source.reference}\n{source.title}\n{source.id}\n{day.isoformat()}"


def _is_carried(number: Figure, carried: frozenset[Figure]) -> bool:
    """A number without a unit is carried by the same number with any; a number with a unit needs that unit."""
    if number in carried:
        return True
    return not number.unit and any(other.value == number.value for other in carried)
