"""How well each text of the corpus matches a question, best first.

Knows how meaning, words and exact references add up, and who may read what on which day.
Knows nothing of vectors' makers, of Chroma, or of how an answer is written.

A score adds up three things (docs/adr/0003-fusion.md): the nearness of all question lines and the text of a
target, as in a kernel density estimate (Parzen, *On estimation of a probability density function and mode*,
1962) brought back to the scale of a cosine; the shared words (BM25 as a share of what the question could
reach); and a bonus for an exact reference.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.core.corpus import Line, Passage, Role, WrittenAnswer, WrittenReply
from bot.core.entries import Target, key_of, line_of, target_key
from bot.core.ports import Embedder, Hit, LexicalIndex, Recognised, Recogniser, Shelf, Vector, VectorIndex
from bot.core.references import references_in
from bot.core.rules import Calibration

FIRST_CANDIDATES = 240
"""Entries asked of an index at first; four times as many each time too few of them may be read."""

ENOUGH_TARGETS = 24

FAR = 0.0
"""The cosine taken for a target of which no entry was among the nearest."""

REFERENCE_BONUS = 0.25
"""Added for a target that holds every exact reference of the question; less for fewer."""

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
    near = _nearness(hits, targets, calibration)
    floor = min((one.score for one in near.values()), default=FAR)
    wanted = references_in(query.text)
    found = [
        _scored(near.get(key, Candidate(target, floor, floor, FAR, None)), lexical.get(key, 0.0), wanted, calibration)
        for key, target in targets.items()
    ]
    unknown = -math.log(len(chances) + 1)
    known = [replace(c, score=_with_chance(c, chances.get(key_of(c.target), unknown), calibration)) for c in found]
    return sorted(known, key=lambda candidate: -candidate.score)


def _likeliest(chances: Mapping[str, float]) -> list[str]:
    return heapq.nlargest(ENOUGH_TARGETS, chances, key=lambda key: chances[key])


def _with_chance(candidate: Candidate, log_chance: float, calibration: Calibration) -> float:
    """Weigh how near a target is with the chance that it is the one asked for; a written reply is only near."""
    if isinstance(candidate.target, WrittenReply):
        return candidate.near
    above = max(0.0, log_chance - LEAST_LOG_CHANCE)
    return calibration.near_weight * candidate.near + above / calibration.kernel_sharpness


def merged(rankings: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """Give each target with the mean of its scores in several readings; one that a reading misses ranks last there."""
    rankings = [ranking for ranking in rankings if ranking]
    if len(rankings) == 1:
        return list(rankings[0])
    floors = [(min(c.score for c in ranking), min(c.near for c in ranking)) for ranking in rankings]
    by_key = [{key_of(candidate.target): candidate for candidate in ranking} for ranking in rankings]
    found = []
    for key in dict.fromkeys(key for candidates in by_key for key in candidates):
        own = [candidates[key] for candidates in by_key if key in candidates]
        missing = [floor for candidates, floor in zip(by_key, floors, strict=True) if key not in candidates]
        score = sum(c.score for c in own) + sum(floor for floor, _ in missing)
        near = sum(c.near for c in own) + sum(floor for _, floor in missing)
        best = max(own, key=lambda candidate: candidate.cosine)
        found.append(replace(best, score=score / len(rankings), near=near / len(rankings)))
    return sorted(found, key=lambda candidate: -candidate.score)


def _scored(near: Candidate, words: float, wanted: frozenset[str], calibration: Calibration) -> Candidate:
    bonus = _bonus(near.target, wanted, calibration)
    score = near.score + calibration.bm25_weight * words + bonus
    return replace(near, score=score, near=score)


def _nearness(hits: Sequence[Hit], targets: Mapping[str, Target], calibration: Calibration) -> dict[str, Candidate]:
    """Add up how near the entries of each target are; a passage's text gets an offset, for its cosines run lower."""
    cosines: dict[str, list[tuple[float, str]]] = {}
    for hit in hits:
        key = target_key(hit.entry)
        if key in targets:
            offset = calibration.text_offset if hit.entry.endswith("|text") else 0.0
            cosines.setdefault(key, []).append((hit.score + offset, hit.entry))
    sharpness = calibration.kernel_sharpness
    near: dict[str, Candidate] = {}
    for key, found in cosines.items():
        best, entry = max(found)
        score = math.log(sum(math.exp(sharpness * cosine) for cosine, _ in found)) / sharpness
        near[key] = Candidate(targets[key], score, score, best, line_of(targets[key], entry))
    return near


def _bonus(target: Target, wanted: frozenset[str], calibration: Calibration) -> float:
    if isinstance(target, WrittenReply):
        return 0.0
    bonus = calibration.answer_bonus if isinstance(target, WrittenAnswer) else 0.0
    if wanted:
        held = wanted & references_in(_searchable(target))
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
