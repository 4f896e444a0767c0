"""Step 3: what the corpus holds for each part of a question, best first.

Knows how the readings of a part are brought together, and which official texts stand behind a note or an answer.
Knows nothing of how a score is made, or of how an answer is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from bot.core.corpus import Cite, Grade, Line, Passage, PassageId, Role, WrittenAnswer, WrittenReply
from bot.core.entries import Target, passage_key
from bot.core.model import Scored
from bot.core.plain import squeezed, words
from bot.core.ports import Shelf
from bot.core.rank import FAR, Candidate, Lookup, Query, merged, ranked
from bot.core.references import years_in
from bot.core.rules import Calibration, Lexicon, Rules
from bot.core.scope import Signals, Zone, zone_of
from bot.core.understand import Part, Understood

MAX_PASSAGES = 8
MAX_ANSWERS = 4

ANSWER_REACH = 0.3
"""Written answers within this score of the best one lend their rank to the passages that they cite."""

CITE_STEP = 0.01
"""How much less each further passage that an answer cites is lent."""

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
    zone: Zone
    nearest: float
    """How near the nearest text in scope is, on the scale of replies."""
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


def retrieve(understood: Understood, lookup: Lookup, rules: Rules) -> Retrieved:
    """Look up every part of a question.

    Raises:
        ServiceError: the embedder or an index did not answer.
    """
    parts = (text for part in understood.parts for text in (*part.readings, part.said))
    texts = list(dict.fromkeys((*parts, understood.whole)))
    queries = _queries(texts, lookup)
    found = tuple(_found(part, queries, understood, lookup, rules) for part in understood.parts)
    keys = {passage_key(passage_id) for part in found for passage_id in _needed(part)}
    return Retrieved(understood, found, readable(lookup.shelf.fetch(sorted(keys)), understood.role, understood.days))


def _needed(part: FoundPart) -> set[PassageId]:
    answers = [*(match.target for match in part.answers), *part.labelled.values()]
    cited = {cite.passage_id for answer in answers for cite in _cites(answer)}
    return cited.union(*(scored.passage.basis for scored in part.loose))


def _queries(texts: Sequence[str], lookup: Lookup) -> dict[str, Query]:
    vectors = lookup.embedder.embed_questions(texts)
    return {
        text: Query(text, vector, lookup.recogniser.recognise(text, vector))
        for text, vector in zip(texts, vectors, strict=True)
    }


def _found(part: Part, queries: Mapping[str, Query], understood: Understood, lookup: Lookup, rules: Rules) -> FoundPart:
    """Look up every reading of a part and bring them together.

    What was really said decides which written reply fits, whatever the reading.
    """
    days = understood.days | frozenset(day for reading in part.readings for day in _days_of_years(reading))
    rankings = {
        text: ranked(queries[text], understood.role, days, lookup, rules.calibration)
        for text in dict.fromkeys((*part.readings, part.said))
    }
    together = " ".join(part.readings)
    mentioned = frozenset(mention.term.identifier for mention in rules.terms.mentions(together))
    all_targets = merged([rankings[reading] for reading in part.readings])
    candidates = [candidate for candidate in all_targets if _is_wanted(candidate.target, mentioned)]
    answers = tuple(
        Match(c.target, c.score, c.near, c.cosine, c.line) for c in candidates if isinstance(c.target, WrittenAnswer)
    )
    said = rankings[part.said]
    replies = tuple(
        Match(c.target, c.score, c.near, c.cosine, c.line) for c in said if isinstance(c.target, WrittenReply)
    )
    signals = _signals(part, candidates, said, queries, understood, lookup, rules)
    return FoundPart(
        text=part.readings[0],
        said=part.said,
        goes_on=part.goes_on,
        answers=answers[:MAX_ANSWERS],
        replies=replies[:MAX_ANSWERS],
        loose=_without_twins([Scored(c.target, c.score) for c in candidates if isinstance(c.target, Passage)]),
        passages=_passages(candidates, answers, understood.role, days, lookup, rules.calibration),
        signals=signals,
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


def _days_of_years(text: str) -> frozenset[date]:
    """A question that names a year may be answered with what held at its start or its end."""
    return frozenset(day for year in years_in(text) for day in (date(year, 1, 1), date(year, 12, 31)))


def _signals(
    part: Part,
    candidates: Sequence[Candidate],
    said: Sequence[Candidate],
    queries: Mapping[str, Query],
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
        lean=queries[part.said].recognised.lean,
        around=queries[understood.whole].recognised.lean,
        strong_terms=len({mention.term.identifier for mention in mentions if mention.term.is_strong}),
        other_subjects=len({mention.term.identifier for mention in rules.other_subjects.mentions(part.said)}),
        case_facts=len(understood.case.new),
        follows=part.follows,
    )


def _passages(
    candidates: Sequence[Candidate],
    answers: Sequence[Match[WrittenAnswer]],
    role: Role,
    days: frozenset[date],
    lookup: Lookup,
    calibration: Calibration,
) -> tuple[Scored, ...]:
    """Give the best passages: found by themselves, cited by a written answer, or what a note rests on.

    Official text goes before the note that rests on it.
    """
    own = {c.target.id: Scored(c.target, c.score) for c in candidates if isinstance(c.target, Passage)}
    lent: dict[PassageId, float] = {}
    near = [match for match in answers if match.score >= answers[0].score - ANSWER_REACH]
    for match in near:
        for place, passage_id in enumerate(dict.fromkeys(cite.passage_id for cite in _cites(match.target))):
            _lend(lent, passage_id, match.score - CITE_STEP * place)
    notes = sorted(own.values(), key=lambda scored: -scored.score)[:MAX_PASSAGES]
    for scored in notes:
        for passage_id in scored.passage.basis:
            _lend(lent, passage_id, scored.score)
    fetched = readable(lookup.shelf.fetch([passage_key(passage_id) for passage_id in lent]), role, days)
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


def readable(targets: Mapping[str, Target], role: Role, days: frozenset[date]) -> dict[str, Passage]:
    """Give the passages among targets that this role may read on one of the days."""
    return {
        key: target for key, target in targets.items() if isinstance(target, Passage) and target.may_be_read(role, days)
    }
