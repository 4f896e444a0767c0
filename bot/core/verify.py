"""Step 6: nothing reaches the reader that its sources do not carry.

Knows that a quote must stand word for word at its offsets, and that every number, date, reference and duty
of a statement must be carried by a passage it cites.
Knows nothing of how a statement was written: by people, by rule or by a model.
"""

from collections.abc import Mapping
from enum import Enum

from bot.core.corpus import Source, SourceId
from bot.core.figures import Figure, facts_in, forces_in, numbers_in
from bot.core.model import Statement


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
    evidence = [_evidence(statement, i, sources) for i in range(len(statement.quotes))]
    carried_facts = frozenset(fact for text in evidence for fact in facts_in(text))
    if not facts_in(statement.text) <= carried_facts:
        return Fault.REFERENCE
    carried_numbers = frozenset(number for text in evidence for number in numbers_in(text))
    if any(not _is_carried(number, carried_numbers) for number in numbers_in(statement.text)):
        return Fault.NUMBER
    carried_forces = frozenset(force for text in evidence for force in forces_in(text))
    if not forces_in(statement.text) <= carried_forces:
        return Fault.DUTY
    return None


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
