"""How well each text of the corpus matches a question, best first.

Knows how meaning, words and exact references add up, and who may read what on which day.
Knows nothing of vectors' makers, of Chroma, or of how an answer is written.

A score adds up three things (docs/adr/0003-ranking.md): the nearness of all question lines and the text of a
target, as in a kernel density estimate (Parzen, *On estimation of a probability density function and mode*,
1962) brought back to the scale of a cosine; the shared words (BM25 as a share of what the question could
reach); and a bonus for an exact reference.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from bot.core.corpus import OPPOSITE, Line, Passage, Role, Stance, WrittenAnswer, WrittenReply
from bot.core.entries import Target, line_of, target_key
from bot.core.ports import Embedder, Hit, LexicalIndex, Recognised, Recogniser, Reranker, Shelf, Vector, VectorIndex
from bot.core.references import references_held, references_in
from bot.core.rules import Calibration

FIRST_CANDIDATES = 240
"""Entries asked of an index at first; four times as many each time too few of them may be read."""

ENOUGH_TARGETS = 24

FAR = 0.0
"""The cosine taken for a target of which no entry was among the nearest."""

REFERENCE_BONUS = 0.25
"""Added for a target that holds every exact reference of the question; less for fewer."""

SAME = 0.93
"""The cosine from which a question says what a question line says: typing errors, capitals, the order of words."""

SAME_BONUS = 0.25
"""Added for a target with such a line: who asks in its very words is not sent elsewhere."""

RERANKED = 30
"""Texts that a reranker reads where no other number is set."""

LEAST_LOG_CHANCE = math.log(1e-4)
"""Below this chance, one target is as unlikely as another."""

YEAR_BONUS = 0.1
"""The same for a year: it says when, and seldom what."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The ports that retrieval needs."""

    embedder: Embedder
    vectors: VectorIndex
    lexical: LexicalIndex
    shelf: Shelf
    recogniser: Recogniser
    reranker: Reranker | None = None
    reranked: int = RERANKED
    """How many of the best texts the reranker reads."""


@dataclass(frozen=True, slots=True)
class Query:
    """A text to look up, with its vector and what the recogniser makes of it."""

    text: str
    vector: Vector
    recognised: Recognised


@dataclass(frozen=True, slots=True)
class Candidate:
    """A target, its score, and its best entry: the cosine, and the question line if it is one.

    ``near`` is the part of the score that texts of every kind have; only what is in scope is recognised as well.
    """

    target: Target
    score: float
    near: float
    cosine: float
    line: Line | None
    rival: float = -1.0
    """The cosine of the nearest line that wants the opposite answer: no where the best line wants yes."""


def ranked(
    query: Query, role: Role, days: frozenset[date], lookup: Lookup, calibration: Calibration
) -> list[Candidate]:
    """Give the targets that this role may read on one of the days, best first.

    What may not be read is left out before anything is ranked; where that leaves few, more is asked.
    """
    chances = query.recognised.log_chances
    limit = FIRST_CANDIDATES
    while True:
        hits = lookup.vectors.nearest(query.vector, limit)
        lexical = {hit.entry: hit.score for hit in lookup.lexical.matching(query.text, limit)}
        keys = dict.fromkeys([*_likeliest(chances), *(target_key(hit.entry) for hit in hits), *lexical])
        targets = _readable(lookup.shelf.fetch(list(keys)), role, days)
        if len(targets) >= ENOUGH_TARGETS or len(hits) < limit:
            break
        limit *= 4
    nearness = _nearness(hits, targets, calibration)
    floor = _Nearness(min((one.score for one in nearness.values()), default=FAR), FAR, "", FAR)
    wanted = references_in(query.text)
    unknown = -math.log(len(chances) + 1)
    found = []
    for key, target in targets.items():
        own = nearness.get(key, floor)
        words = calibration.bm25_weight * lexical.get(key, 0.0)
        near = own.score + words + _bonus(target, wanted, calibration)
        line = line_of(target, own.entry) if own.entry else None
        same = SAME_BONUS if line is not None and own.cosine >= SAME else 0.0
        score = _with_chance(target, near, chances.get(key, unknown), calibration) + same
        found.append(Candidate(target, score, near, own.cosine, line, own.rival))
    return sorted(found, key=lambda candidate: -candidate.score)


def read_again(question: str, candidates: list[Candidate], lookup: Lookup, calibration: Calibration) -> list[Candidate]:
    """Let the reranker, if there is one, read the best texts, and give all candidates in the order that follows.

    A score is a log chance over ``kernel_sharpness``, so the chance that the reranker gives a text is multiplied into
    it: two experts who judge apart (Hinton, *Training products of experts by minimizing contrastive divergence*, 2002).
    What it did not read counts as if it had seen nothing in it. Written replies are no answers and stay as they are.
    """
    if lookup.reranker is None:
        return candidates
    texts = [candidate for candidate in candidates if not isinstance(candidate.target, WrittenReply)]
    best = texts[: lookup.reranked]
    judged = lookup.reranker.log_odds(question, [readable_text(candidate.target) for candidate in best])
    log_chances = {id(c): max(LEAST_LOG_CHANCE, _log_chance(odds)) for c, odds in zip(best, judged, strict=True)}
    found = [
        candidate
        if isinstance(candidate.target, WrittenReply)
        else replace(
            candidate,
            score=candidate.score + log_chances.get(id(candidate), LEAST_LOG_CHANCE) / calibration.kernel_sharpness,
        )
        for candidate in candidates
    ]
    return sorted(found, key=lambda candidate: -candidate.score)


def readable_text(target: Target) -> str:
    """Give what a target says, as a reranker reads it."""
    match target:
        case Passage():
            return f"{target.context}. {target.text}"
        case WrittenAnswer():
            claims = (target.lead, *target.statements)
            return " ".join((target.title.nl, *(claim.wording.nl for claim in claims)))
        case WrittenReply():
            return ""


def _log_chance(log_odds: float) -> float:
    """Give the natural logarithm of a chance from its log-odds, whatever their size."""
    return min(0.0, log_odds) - math.log1p(math.exp(-abs(log_odds)))


def _likeliest(chances: Mapping[str, float]) -> list[str]:
    return heapq.nlargest(ENOUGH_TARGETS, chances, key=lambda key: chances[key])


def _with_chance(target: Target, near: float, log_chance: float, calibration: Calibration) -> float:
    """Weigh how near a target is with the chance that it is the one asked for; a written reply is only near."""
    if isinstance(target, WrittenReply):
        return near
    above = max(0.0, log_chance - LEAST_LOG_CHANCE)
    return calibration.near_weight * near + above / calibration.kernel_sharpness


class _Nearness(NamedTuple):
    """How near all entries of a target are together, and the best of them with its cosine."""

    score: float
    cosine: float
    entry: str
    rival: float


def _nearness(hits: Sequence[Hit], targets: Mapping[str, Target], calibration: Calibration) -> dict[str, _Nearness]:
    """Add up how near the entries of each target are; a passage's text gets an offset, for its cosines run lower."""
    sharpness = calibration.kernel_sharpness
    sums: dict[str, float] = {}
    best: dict[str, tuple[float, str]] = {}
    stances: dict[tuple[str, Stance], float] = {}
    for hit in hits:
        key = target_key(hit.entry)
        if key not in targets:
            continue
        cosine = hit.score + (calibration.text_offset if hit.entry.endswith("|text") else 0.0)
        sums[key] = sums.get(key, 0.0) + math.exp(sharpness * cosine)
        best[key] = max(best.get(key, (-1.0, "")), (cosine, hit.entry))
        stance = (key, _stance(targets[key], hit.entry))
        stances[stance] = max(stances.get(stance, -1.0), cosine)
    return {
        key: _Nearness(
            math.log(total) / sharpness,
            *best[key],
            stances.get((key, OPPOSITE[_stance(targets[key], best[key][1])]), -1.0),
        )
        for key, total in sums.items()
    }


def _stance(target: Target, entry: str) -> Stance:
    line = line_of(target, entry)
    return line.stance if line is not None else Stance.OPEN


def _bonus(target: Target, wanted: frozenset[str], calibration: Calibration) -> float:
    if isinstance(target, WrittenReply):
        return 0.0
    bonus = calibration.answer_bonus if isinstance(target, WrittenAnswer) else 0.0
    if wanted:
        held = wanted & references_held(_searchable(target))
        bonus += sum(_worth(reference) for reference in held) / len(wanted)
    return bonus


def _worth(reference: str) -> float:
    return YEAR_BONUS if reference.startswith("year:") else REFERENCE_BONUS


def _searchable(target: Passage | WrittenAnswer) -> str:
    if isinstance(target, Passage):
        return f"{target.text}\n{target.section}"
    return "\n".join(claim.wording.nl for claim in (target.lead, *target.statements))


def _readable(targets: Mapping[str, Target], role: Role, days: frozenset[date]) -> dict[str, Target]:
    return {key: target for key, target in targets.items() if _may_read(target, role, days)}


def _may_read(target: Target, role: Role, days: frozenset[date]) -> bool:
    match target:
        case Passage():
            return target.may_be_read(role, days)
        case WrittenAnswer():
            return role in target.roles
        case WrittenReply():
            return True
