"""How much of what was asked for each pipeline found, by the measure of ``make eval``.

Knows that a chunk counts for every passage of ours that it covers by half, or that covers half of it: so a
chunk that holds most of a labelled paragraph has found it, however its splitter cut.
Knows nothing of pipelines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core.corpus import Grade, Language, Passage, PassageId, Source, SourceId, Status
from bot.core.model import Answer, Scored
from evals.cases import Case
from evals.metrics import Figure, figure, recall_at
from evals.peers.job import K, Place
from evals.run import AS_OF
from evals.scoring import score

ENOUGH = 0.5


def recall_of(
    cases: Sequence[Case],
    places: Sequence[Sequence[Place]],
    passages: Sequence[Place],
    sources: Mapping[SourceId, Source],
) -> Figure:
    """Give recall@5 of the labelled spans over what was retrieved for each question."""
    scores = [
        score(case, _answer(case, found, passages, sources), sources) for case, found in zip(cases, places, strict=True)
    ]
    return figure(scores, recall_at(K))


def widened(place: Place, passages: Sequence[Place]) -> Place:
    """Give a chunk with the whole of every passage that it counts for."""
    found = [passage for passage in passages if passage.source == place.source and _is_covered(passage, place)]
    start = min((place.start, *(passage.start for passage in found)))
    end = max((place.end, *(passage.end for passage in found)))
    return replace(place, start=start, end=end)


def _is_covered(passage: Place, place: Place) -> bool:
    shared = min(passage.end, place.end) - max(passage.start, place.start)
    shorter = min(passage.end - passage.start, place.end - place.start)
    return shared > 0 and shared >= ENOUGH * shorter


def _answer(
    case: Case, found: Sequence[Place], passages: Sequence[Place], sources: Mapping[SourceId, Source]
) -> Answer:
    """Give an answer that says nothing and retrieved this."""
    return Answer(
        id="",
        question=case.question,
        standalone_question=case.question,
        language=Language.NL,
        role=case.role,
        as_of=AS_OF,
        status=Status.UNANSWERABLE_NOTHING_FOUND,
        text="",
        passages=tuple(Scored(_passage(widened(place, passages), sources), 1.0) for place in found),
    )


def _passage(place: Place, sources: Mapping[SourceId, Source]) -> Passage:
    source_id = SourceId(place.source)
    text = sources[source_id].text[place.start : place.end]
    return Passage(PassageId(place.source), source_id, "", "", text, place.start, "", Grade.OFFICIAL)
