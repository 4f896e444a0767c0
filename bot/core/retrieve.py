"""Step 3: what the corpus holds for each part of a question, best first.

Knows how meaning, words, exact references and grade add up, and who may read what on which day.
Knows nothing of vectors' makers, of Chroma, or of how an answer is written.

A score is the cosine with the best question line or text of a target, plus a bonus for shared words
(BM25 as a share of what the question could reach; docs/adr/0003-fusion.md), for an exact reference
and for official text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from bot.core.corpus import Cite, Grade, Line, Passage, PassageId, Role, WrittenAnswer, WrittenReply
from bot.core.entries import Target, line_of, passage_key, target_key
from bot.core.model import Scored
from bot.core.plain import squeezed, words
from bot.core.ports import Embedder, Hit, LexicalIndex, Shelf, Vector, VectorIndex
from bot.core.references import references_in, years_in
from bot.core.rules import Calibration, Lexicon, Rules
from bot.core.scope import Direction, Signals, Zone, zone_of
from bot.core.understand import Part, Understood

FIRST_CANDIDATES = 120
"""Entries asked of an index at first; four times as many each time too few of them may be read."""

ENOUGH_TARGETS = 24
MAX_PASSAGES = 8
MAX_ANSWERS = 4
REFERENCE_BONUS = 0.03
"""Added for a target that holds every exact reference of the question; less for fewer."""

ANSWER_REACH = 0.02
"""Written answers within this score of the best one lend their rank to the passages that they cite."""

FIRST_READING_LEAD = 0.012
"""How much better a less likely reading of a follow-up must match before it is taken."""

REPEAT_PENALTY = 0.03
"""Taken from the score of what answered the question before a follow-up."""

PRODUCT = "product"
"""The kind of a glossary term for things that are bought."""

SAME_WORDS = 0.9
"""Passages that share this share of their words are one; the better ranked stays."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The ports that retrieval needs."""

    embedder: Embedder
    vectors: VectorIndex
    lexical: LexicalIndex
    shelf: Shelf
    direction: Direction


Written = TypeVar("Written", WrittenAnswer, WrittenReply)


@dataclass(frozen=True, slots=True)
class Match(Generic[Written]):
    """A written answer or reply, how well it matches, and the question line that did."""

    target: Written
    score: float
    line: Line | None


@dataclass(frozen=True, slots=True)
class FoundPart:
    """What was found for one part of a question, in the reading that matched best."""

    text: str
    said: str
    leans: bool
    answers: tuple[Match[WrittenAnswer], ...]
    replies: tuple[Match[WrittenReply], ...]
    loose: tuple[Scored, ...]
    """Passages that the question found by itself."""
    passages: tuple[Scored, ...]
    """The same and those that answers cite and notes rest on, ranked together."""
    signals: Signals
    zone: Zone
    labelled: Mapping[str, WrittenAnswer]
    """For each thing bought that the question names, in its own words: the written answer about it."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was found for a question, part by part.

    ``cited`` holds, by key, the passages that written answers cite and notes rest on.
    """

    understood: Understood
    parts: tuple[FoundPart, ...]
    cited: Mapping[str, Passage]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A target with its best entry."""

    target: Target
    score: float
    cosine: float
    line: Line | None


def retrieve(understood: Understood, lookup: Lookup, rules: Rules) -> Retrieved:
    """Look up every part of a question.

    Raises:
        ServiceError: the embedder or an index did not answer.
    """
    texts = list(dict.fromkeys(text for part in understood.parts for text in _texts(part)))
    vectors = dict(zip(texts, lookup.embedder.embed_questions(texts), strict=True))
    found = tuple(_best_reading(part, vectors, understood, lookup, rules) for part in understood.parts)
    keys = {passage_key(passage_id) for part in found for passage_id in _needed(part)}
    return Retrieved(understood, found, _readable(lookup.shelf.fetch(sorted(keys)), understood.role, understood.days))


def _texts(part: Part) -> tuple[str, ...]:
    return (*part.readings, part.said, *((part.earlier,) if part.earlier else ()))


def _needed(part: FoundPart) -> set[PassageId]:
    answers = [*(match.target for match in part.answers), *part.labelled.values()]
    cited = {cite.passage_id for answer in answers for cite in _cites(answer)}
    return cited.union(*(scored.passage.basis for scored in part.loose))


def _best_reading(
    part: Part, vectors: Mapping[str, Vector], understood: Understood, lookup: Lookup, rules: Rules
) -> FoundPart:
    """Look up every reading of a part and keep the one that matches best; the first one wins when in doubt.

    What was really said decides which written reply fits, whatever the reading.
    """
    found = {reading: _look_up(reading, vectors[reading], understood, lookup, rules) for reading in part.readings}
    if part.earlier:
        before = _look_up(part.earlier, vectors[part.earlier], understood, lookup, rules)
        found = {reading: _without_repeat(one, before) for reading, one in found.items()}
    best = found[part.readings[0]]
    for reading in part.readings[1:]:
        if _top(found[reading]) > _top(best) + FIRST_READING_LEAD:
            best = found[reading]
    best = replace(best, leans=part.leans)
    if part.said == best.text:
        return best
    said = found.get(part.said) or _look_up(part.said, vectors[part.said], understood, lookup, rules)
    other_subjects = _count_terms(part.said, rules.other_subjects)
    signals = replace(
        best.signals,
        said_line=said.signals.line,
        reply=said.signals.reply,
        lean=said.signals.lean,
        other_subjects=other_subjects,
    )
    return replace(
        best, said=part.said, replies=said.replies, signals=signals, zone=zone_of(signals, rules.calibration)
    )


def _without_repeat(found: FoundPart, before: FoundPart) -> FoundPart:
    """Put back what answered the question before: a follow-up asks for something else."""
    answers = tuple(
        replace(match, score=match.score - REPEAT_PENALTY) if _is_top(match.target.id, before) else match
        for match in found.answers
    )
    loose = tuple(
        replace(scored, score=scored.score - REPEAT_PENALTY) if _is_top(scored.passage.id, before) else scored
        for scored in found.loose
    )
    return replace(
        found,
        answers=tuple(sorted(answers, key=lambda match: -match.score)),
        loose=tuple(sorted(loose, key=lambda scored: -scored.score)),
    )


def _is_top(target_id: str, found: FoundPart) -> bool:
    return target_id in (*(m.target.id for m in found.answers[:1]), *(s.passage.id for s in found.loose[:1]))


def _top(found: FoundPart) -> float:
    scores = [match.score for match in found.answers[:1]] + [scored.score for scored in found.loose[:1]]
    return max(scores, default=0.0)


def _look_up(text: str, vector: Vector, understood: Understood, lookup: Lookup, rules: Rules) -> FoundPart:
    days = understood.days | _days_of_years(text)
    ranked = _ranked(text, vector, understood.role, days, lookup, rules.calibration)
    mentioned = frozenset(mention.term.identifier for mention in rules.terms.mentions(text))
    ranked = [candidate for candidate in ranked if _is_wanted(candidate.target, mentioned)]
    answers = tuple(Match(c.target, c.score, c.line) for c in ranked if isinstance(c.target, WrittenAnswer))
    replies = tuple(Match(c.target, c.score, c.line) for c in ranked if isinstance(c.target, WrittenReply))
    signals = _signals(text, vector, ranked, lookup, rules)
    return FoundPart(
        text=text,
        said=text,
        leans=False,
        answers=answers[:MAX_ANSWERS],
        replies=replies[:MAX_ANSWERS],
        loose=_without_twins([Scored(c.target, c.score) for c in ranked if isinstance(c.target, Passage)]),
        passages=_passages(ranked, answers, understood.role, days, lookup, rules.calibration),
        signals=signals,
        zone=zone_of(signals, rules.calibration),
        labelled=_labelled(text, lookup.shelf, rules.terms),
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


def _days_of_years(text: str) -> frozenset[date]:
    """A question that names a year may be answered with what held at its start or its end."""
    return frozenset(day for year in years_in(text) for day in (date(year, 1, 1), date(year, 12, 31)))


def _ranked(
    text: str, vector: Vector, role: Role, days: frozenset[date], lookup: Lookup, calibration: Calibration
) -> list[_Candidate]:
    """Give the targets that this role may read, best first.

    What may not be read is left out before anything is ranked; where that leaves few, more is asked.
    """
    limit = FIRST_CANDIDATES
    while True:
        hits = lookup.vectors.nearest(vector, limit)
        lexical = {hit.entry: hit.score for hit in lookup.lexical.matching(text, limit)}
        keys = dict.fromkeys([*(target_key(hit.entry) for hit in hits), *lexical])
        targets = _readable_targets(lookup.shelf.fetch(list(keys)), role, days)
        if len(targets) >= ENOUGH_TARGETS or len(hits) < limit:
            break
        limit *= 4
    floor = hits[-1].score if hits else 0.0
    best = _best_entries(hits, targets, calibration)
    wanted = references_in(text)
    candidates = []
    for key, target in targets.items():
        cosine, entry = best.get(key, (floor, ""))
        score = cosine + calibration.bm25_weight * lexical.get(key, 0.0) + _bonus(target, wanted, calibration)
        candidates.append(_Candidate(target, score, cosine, line_of(target, entry) if entry else None))
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _best_entries(
    hits: Sequence[Hit], targets: Mapping[str, Target], calibration: Calibration
) -> dict[str, tuple[float, str]]:
    """Give each target's best cosine and entry; a passage's text gets an offset, for its cosines run lower."""
    best: dict[str, tuple[float, str]] = {}
    for hit in hits:
        key = target_key(hit.entry)
        if key not in targets:
            continue
        cosine = hit.score + (calibration.text_offset if hit.entry.endswith("|text") else 0.0)
        if cosine > best.get(key, (-1.0, ""))[0]:
            best[key] = (cosine, hit.entry)
    return best


def _bonus(target: Target, wanted: frozenset[str], calibration: Calibration) -> float:
    if isinstance(target, WrittenReply):
        return 0.0
    bonus = calibration.answer_bonus if isinstance(target, WrittenAnswer) else 0.0
    if wanted:
        held = references_in(_searchable(target))
        bonus += REFERENCE_BONUS * len(wanted & held) / len(wanted)
    return bonus


def _searchable(target: Passage | WrittenAnswer) -> str:
    if isinstance(target, Passage):
        return f"{target.text}\n{target.section}"
    return "\n".join(claim.wording.nl for claim in (target.lead, *target.statements))


def _signals(text: str, vector: Vector, ranked: Sequence[_Candidate], lookup: Lookup, rules: Rules) -> Signals:
    inside = [c for c in ranked if not isinstance(c.target, WrittenReply)]
    outside = [c for c in ranked if isinstance(c.target, WrittenReply)]
    offset = rules.calibration.text_offset
    lexical = [hit for hit in lookup.lexical.matching(text, 8) if not hit.entry.startswith("reply:")]
    line = max((c.cosine for c in inside if c.line is not None), default=0.7)
    return Signals(
        line=line,
        said_line=line,
        text=max((c.cosine - offset for c in inside if c.line is None), default=0.7),
        reply=max((c.cosine for c in outside), default=0.7),
        words=max((hit.score for hit in lexical), default=0.0),
        lean=lookup.direction.lean_of(vector),
        strong_terms=len({m.term.identifier for m in rules.terms.mentions(text) if m.term.is_strong}),
        other_subjects=_count_terms(text, rules.other_subjects),
    )


def _count_terms(text: str, lexicon: Lexicon) -> int:
    return len({mention.term.identifier for mention in lexicon.mentions(text)})


def _passages(
    ranked: Sequence[_Candidate],
    answers: Sequence[Match[WrittenAnswer]],
    role: Role,
    days: frozenset[date],
    lookup: Lookup,
    calibration: Calibration,
) -> tuple[Scored, ...]:
    """Give the best passages: found by themselves, cited by a written answer, or what a note rests on.

    Official text goes before the note that rests on it.
    """
    own = {c.target.id: Scored(c.target, c.score) for c in ranked if isinstance(c.target, Passage)}
    lent: dict[PassageId, float] = {}
    near = [match for match in answers if match.score >= answers[0].score - ANSWER_REACH]
    for match in near:
        for place, passage_id in enumerate(dict.fromkeys(cite.passage_id for cite in _cites(match.target))):
            _lend(lent, passage_id, match.score - 0.001 * place)
    notes = sorted(own.values(), key=lambda scored: -scored.score)[:MAX_PASSAGES]
    for scored in notes:
        for passage_id in scored.passage.basis:
            _lend(lent, passage_id, scored.score)
    fetched = _readable(lookup.shelf.fetch([passage_key(passage_id) for passage_id in lent]), role, days)
    for passage in fetched.values():
        if passage.id not in own or own[passage.id].score < lent[passage.id]:
            own[passage.id] = Scored(passage, lent[passage.id])
    weighted = (_weighted(scored, calibration) for scored in own.values())
    return _without_twins(sorted(weighted, key=lambda scored: -scored.score))


def _weighted(scored: Scored, calibration: Calibration) -> Scored:
    if scored.passage.grade is not Grade.OFFICIAL:
        return scored
    return Scored(scored.passage, scored.score + calibration.official_bonus)


def _lend(lent: dict[PassageId, float], passage_id: PassageId, score: float) -> None:
    lent[passage_id] = max(score, lent.get(passage_id, 0.0))


def _without_twins(ranked: Sequence[Scored]) -> tuple[Scored, ...]:
    kept: list[tuple[Scored, frozenset[str]]] = []
    for scored in ranked:
        found = frozenset(words(squeezed(scored.passage.text)))
        if any(len(found & other) >= SAME_WORDS * len(found | other) for _, other in kept):
            continue
        kept.append((scored, found))
        if len(kept) == MAX_PASSAGES:
            break
    return tuple(scored for scored, _ in kept)


def _cites(answer: WrittenAnswer) -> tuple[Cite, ...]:
    return tuple(cite for claim in (answer.lead, *answer.statements) for cite in claim.cites)


def _readable_targets(targets: Mapping[str, Target], role: Role, days: frozenset[date]) -> dict[str, Target]:
    return {key: target for key, target in targets.items() if _may_read(target, role, days)}


def _may_read(target: Target, role: Role, days: frozenset[date]) -> bool:
    match target:
        case Passage():
            return target.may_be_read(role, days)
        case WrittenAnswer():
            return role in target.roles
        case WrittenReply():
            return True


def _readable(targets: Mapping[str, Target], role: Role, days: frozenset[date]) -> dict[str, Passage]:
    return {
        key: target for key, target in targets.items() if isinstance(target, Passage) and target.may_be_read(role, days)
    }
