"""Step 3: what the corpus holds for each part of a question, best first.

Knows how the readings of a part are brought together, and which official texts stand behind a note or an answer.
Knows nothing of how a score is made, or of how an answer is written.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from bot.core.corpus import Cite, Grade, Kind, Line, Passage, PassageId, Role, WrittenAnswer, WrittenReply
from bot.core.entries import Target, passage_key
from bot.core.model import Scored
from bot.core.plain import squeezed, words
from bot.core.ports import Shelf, Vector
from bot.core.rank import FAR, Candidate, Lookup, ranked, read_again
from bot.core.reading import read
from bot.core.references import days_of_years
from bot.core.rules import Calibration, Lexicon, Rules
from bot.core.scope import Signals, Zone, zone_of
from bot.core.understand import Part, Understood

MAX_PASSAGES = 8
MAX_ANSWERS = 4

LIKELY_PASSAGES = 40
"""Passages that are looked at for the list; the others have hardly any chance."""

BASIS_WEIGHT = 0.7
"""The weight of a passage that a text rests on, against 1 for one that carries its lead (docs/adr/0003-ranking.md)."""

PRODUCT = "product"
"""The kind of a glossary term for things that are bought."""

SAME_WORDS = 0.9
"""Passages that share this share of their words are one; the better ranked stays."""

Written = TypeVar("Written", WrittenAnswer, WrittenReply)


@dataclass(frozen=True, slots=True)
class Match(Generic[Written]):
    """A written answer or reply, how well it matches, and the question line that did."""

    target: Written
    score: float
    near: float
    cosine: float
    line: Line | None
    rival: float = -1.0
    """The cosine of the nearest line that wants the opposite answer."""


@dataclass(frozen=True, slots=True)
class FoundPart:
    """What was found for one part of a question, over all its readings."""

    text: str
    """The likeliest reading."""
    said: str
    goes_on: bool
    answers: tuple[Match[WrittenAnswer], ...]
    replies: tuple[Match[WrittenReply], ...]
    loose: tuple[Scored, ...]
    """Passages that the question found by itself."""
    passages: tuple[Scored, ...]
    """The same and those that answers cite and notes rest on, ranked together."""
    signals: Signals
    kinds: Mapping[Kind, float]
    """The chance of each kind of message, for what was really said."""
    zone: Zone
    nearest: float
    """How near the nearest text in scope is, on the scale of replies."""
    labelled: Mapping[str, WrittenAnswer]
    """For each thing bought that the question names, in its own words: the written answer about it."""

    @property
    def question(self) -> str:
        """The question itself, with its subject where it borrows that from an earlier one."""
        return self.text if self.signals.follows else self.said


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was found for a question, part by part.

    ``cited`` holds, by key, the passages that written answers cite and notes rest on.
    """

    understood: Understood
    parts: tuple[FoundPart, ...]
    cited: Mapping[str, Passage]
    later: Mapping[str, Passage] = field(default_factory=dict)
    """The same, of other days than those that are asked for."""


def retrieve(understood: Understood, lookup: Lookup, rules: Rules) -> Retrieved:
    """Look up every part of a question.

    Raises:
        ServiceError: the embedder or an index did not answer.
    """
    texts = list(dict.fromkeys(text for part in understood.parts for text in (part.readings[0], part.said)))
    vectors = dict(zip(texts, lookup.embedder.embed_questions(texts), strict=True))
    found = tuple(_found(part, vectors, understood, lookup, rules) for part in understood.parts)
    keys = {passage_key(passage_id) for part in found for passage_id in _needed(part)}
    cited = lookup.shelf.fetch(sorted(keys))
    held = readable(cited, understood.role, understood.days)
    later = {key: passage for key, passage in readable(cited, understood.role, ALL_DAYS).items() if key not in held}
    return Retrieved(understood, found, held, later)


def _needed(part: FoundPart) -> set[PassageId]:
    answers = [*(match.target for match in part.answers), *part.labelled.values()]
    cited = {cite.passage_id for answer in answers for cite in _cites(answer)}
    cited.update(passage_id for answer in answers for passage_id in answer.earlier)
    return cited.union(*(scored.passage.basis for scored in part.loose))


def _found(
    part: Part, vectors: Mapping[str, Vector], understood: Understood, lookup: Lookup, rules: Rules
) -> FoundPart:
    """Look up a part in its readings; what was really said decides which written reply fits."""
    history = understood.question.history
    part, all_targets, said, recognised = read(
        part,
        vectors,
        lookup,
        lambda query: ranked(
            query, understood.role, understood.days | days_of_years(query.text), lookup, rules.calibration
        ),
        told=history[-1].answer if history else "",
    )
    together = " ".join(part.readings)
    days = understood.days | days_of_years(together)
    lean = recognised.lean
    around = lookup.recogniser.recognise(understood.whole, vectors[part.said]).lean
    mentioned = frozenset(mention.term.identifier for mention in rules.terms.mentions(together))
    wanted = [candidate for candidate in all_targets if _is_wanted(candidate.target, mentioned)]
    candidates = read_again(part.readings[0], wanted, lookup, rules.calibration)
    answers = tuple(
        Match(c.target, c.score, c.near, c.cosine, c.line, c.rival)
        for c in candidates
        if isinstance(c.target, WrittenAnswer)
    )
    replies = tuple(
        Match(c.target, c.score, c.near, c.cosine, c.line) for c in said if isinstance(c.target, WrittenReply)
    )
    signals = _signals(part, candidates, said, lean, around, understood, lookup, rules)
    return FoundPart(
        text=part.readings[0],
        said=part.said,
        goes_on=part.goes_on,
        answers=answers[:MAX_ANSWERS],
        replies=replies[:MAX_ANSWERS],
        loose=_without_twins([Scored(c.target, c.score) for c in candidates if isinstance(c.target, Passage)]),
        passages=_passages(candidates, understood.role, days, lookup.shelf, rules.calibration),
        signals=signals,
        kinds=recognised.kinds,
        zone=zone_of(signals, rules.calibration),
        nearest=max((c.near for c in candidates if not isinstance(c.target, WrittenReply)), default=FAR),
        labelled=_labelled(part.readings[0], lookup.shelf, rules.terms),
    )


def _labelled(text: str, shelf: Shelf, terms: Lexicon) -> dict[str, WrittenAnswer]:
    """Give the written answer about each thing bought that a text names, things of one kind under one label."""
    words_by_kind: dict[str, dict[str, None]] = {}
    for mention in terms.mentions(text):
        if mention.term.kind == PRODUCT:
            words_by_kind.setdefault(mention.term.identifier, {})[text[mention.span.start : mention.span.end]] = None
    answers = shelf.about(tuple(words_by_kind))
    return {", ".join(words_by_kind[kind]): answers[kind] for kind in words_by_kind if kind in answers}


def _is_wanted(target: Target, mentioned: frozenset[str]) -> bool:
    """A written answer that needs a term is only for questions that mention it."""
    return not isinstance(target, WrittenAnswer) or not target.needs or bool(target.needs & mentioned)


def _signals(
    part: Part,
    candidates: Sequence[Candidate],
    said: Sequence[Candidate],
    lean: float,
    around: float,
    understood: Understood,
    lookup: Lookup,
    rules: Rules,
) -> Signals:
    inside = [c for c in candidates if not isinstance(c.target, WrittenReply)]
    offset = rules.calibration.text_offset
    lexical = [hit for hit in lookup.lexical.matching(part.readings[0], 8) if not hit.entry.startswith("reply:")]
    mentions = rules.terms.mentions(part.readings[0])
    return Signals(
        line=max((c.cosine for c in inside if c.line is not None), default=FAR),
        inside=max((c.near for c in said if not isinstance(c.target, WrittenReply)), default=FAR),
        outside=max((c.near for c in said if isinstance(c.target, WrittenReply)), default=FAR),
        text=max((c.cosine - offset for c in inside if c.line is None), default=FAR),
        words=max((hit.score for hit in lexical), default=0.0),
        lean=lean,
        around=around,
        strong_terms=len({mention.term.identifier for mention in mentions if mention.term.is_strong}),
        other_subjects=len({mention.term.identifier for mention in rules.other_subjects.mentions(part.said)}),
        case_facts=len(understood.case.new),
        follows=part.follows,
    )


def _passages(
    candidates: Sequence[Candidate], role: Role, days: frozenset[date], shelf: Shelf, calibration: Calibration
) -> tuple[Scored, ...]:
    """Give the passages by how much of an answer they are expected to carry, the best one scoring 1.

    That is the sum, over all texts that may be asked for, of the chance of the text and the weight of the passage in it
    (the probability ranking principle: Robertson, *The probability ranking principle in IR*, 1977). Official text goes
    before the note that rests on it. A footnote counts for its paragraph, which is listed with its footnotes.
    """
    expected: dict[PassageId, float] = {}
    top = max((c.score for c in candidates if not isinstance(c.target, WrittenReply)), default=0.0)
    for candidate in candidates:
        chance = math.exp(calibration.kernel_sharpness * (candidate.score - top))
        for passage_id, weight in _carried_by(candidate.target).items():
            expected[passage_id] = expected.get(passage_id, 0.0) + chance * weight
    likely = heapq.nlargest(LIKELY_PASSAGES, expected, key=lambda passage_id: expected[passage_id])
    found = _with_paragraphs(
        readable(shelf.fetch([passage_key(passage_id) for passage_id in likely]), role, days), shelf
    )
    for note in found.values():
        if note.note_on is not None:
            expected[note.note_on] = expected.get(note.note_on, 0.0) + expected[note.id]
    weighted = [(p, expected[p.id] * _weight_of(p, calibration)) for p in found.values() if p.note_on is None]
    best = max((value for _, value in weighted), default=1.0)
    return _without_twins(sorted((Scored(p, value / best) for p, value in weighted), key=lambda s: -s.score))


def _with_paragraphs(found: Mapping[str, Passage], shelf: Shelf) -> dict[str, Passage]:
    """Add the paragraphs that the footnotes among passages belong to."""
    keys = [passage_key(note.note_on) for note in found.values() if note.note_on is not None]
    paragraphs = {key: target for key, target in shelf.fetch(keys).items() if isinstance(target, Passage)}
    return {**found, **paragraphs}


def _carried_by(target: Target) -> dict[PassageId, float]:
    """Give the passages that a text consists of or rests on, with their weight in it."""
    match target:
        case Passage():
            return {**dict.fromkeys(target.basis, BASIS_WEIGHT), target.id: 1.0}
        case WrittenAnswer():
            further = {cite.passage_id: BASIS_WEIGHT for claim in target.statements for cite in claim.cites}
            return {**further, **{cite.passage_id: 1.0 for cite in target.lead.cites}}
        case WrittenReply():
            return {}


def _weight_of(passage: Passage, calibration: Calibration) -> float:
    return calibration.official_weight if passage.grade is Grade.OFFICIAL else 1.0


def _without_twins(best_first: Sequence[Scored]) -> tuple[Scored, ...]:
    kept: list[tuple[Scored, frozenset[str]]] = []
    for scored in best_first:
        found = frozenset(words(squeezed(scored.passage.text)))
        if any(len(found & other) >= SAME_WORDS * len(found | other) for _, other in kept):
            continue
        kept.append((scored, found))
        if len(kept) == MAX_PASSAGES:
            break
    return tuple(scored for scored, _ in kept)


def _cites(answer: WrittenAnswer) -> tuple[Cite, ...]:
    return tuple(cite for claim in (answer.lead, *answer.statements) for cite in claim.cites)


ALL_DAYS: frozenset[date] = frozenset()
"""In the place of days: whatever the day."""


def readable(targets: Mapping[str, Target], role: Role, days: frozenset[date]) -> dict[str, Passage]:
    """Give the passages among targets that this role may read on one of the days."""
    passages = {key: target for key, target in targets.items() if isinstance(target, Passage)}
    if not days:
        return {key: passage for key, passage in passages.items() if role in passage.audience}
    return {key: passage for key, passage in passages.items() if passage.may_be_read(role, days)}
