"""Step 5: the extractive draft: statements from written answers and passages, no language model.

Knows how to choose between a written answer and loose passages, and what to say beside them.
Knows nothing of vectors; what it writes is still to be verified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from bot.core.corpus import Caveat, Cite, Grade, Language, Passage, Role, Status, WrittenAnswer
from bot.core.decision import Decision
from bot.core.draft_decision import DecisionDraft, part_of_decision
from bot.core.drafted import Draft, DraftPart, statement_of
from bot.core.entries import passage_key
from bot.core.figures import numbers_in
from bot.core.isv_check import Decided
from bot.core.messages import Messages
from bot.core.model import NoticeKind, Quote, Statement
from bot.core.plain import words
from bot.core.quoting import quote_for
from bot.core.references import days_of_years, years_in
from bot.core.retrieve import FoundPart, Match, Retrieved
from bot.core.route import Ending, ending_of
from bot.core.rules import Rules
from bot.core.scope import Zone
from bot.core.sentences import sentence_spans
from bot.core.stance import prefix_for

MAX_STATEMENTS = 6
MAX_STATEMENTS_OF_MANY = 3
"""Statements a part, when a message has one part or several."""

LEAD_REACH = 0.3
MAX_LEADS = 3
"""So many other texts that match almost as well add their lead: the question probably touches them too. A text
within this score is at most eleven times less likely (docs/adr/0004-extractive-default.md)."""

MAX_LEAD_WORDS = 60
"""A longer passage is not told in passing."""

TOLD_ALREADY = 0.75
"""A lead of which so many of the words stand in the answer says nothing new."""

OTHER_REACH = 0.3
"""How far below the best match a text may be that answers another part of the same message."""

SAME_SENSE = 0.6
"""The cosine from which a question line is near enough to take its yes or no from."""

CLEAR_STANCE = 0.02
"""How much nearer a line must be than the nearest one that wants the opposite answer."""

OFFICIAL_LEAD = 0.15
"""How much better a passage of a letter must match than a written answer, which says the same in plain words."""

FOOTNOTE_MARKS = "\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079 "
"""What stands in front of a footnote in its source and not in a statement."""

MAX_PASSAGE_SENTENCES = 3
MAX_FOLLOW_UPS = 3


def draft(decided: Decided, rules: Rules, messages: Messages) -> Draft:
    """Write a draft for every part of a question; no two parts rest on the same text."""
    retrieved = decided.retrieved
    limit = MAX_STATEMENTS if len(retrieved.parts) == 1 else MAX_STATEMENTS_OF_MANY
    parts: list[DraftPart] = []
    for i, part in enumerate(retrieved.parts):
        is_decided = decided.decision is not None and decided.part == i
        ending = ending_of(part, rules, is_case=is_decided) or _inherited(part, parts)
        used = frozenset(earlier.used for earlier in parts)
        if ending is not None:
            parts.append(DraftPart(part.said, ending=ending))
        elif is_decided and decided.decision is not None:
            parts.append(_from_decision(decided.decision, part, decided, rules, messages))
        else:
            parts.append(_answer(part, retrieved, used, limit))
    understood = retrieved.understood
    told = _without_shared_yes(_without_doubtful(parts, retrieved.parts))
    named = (day for part in retrieved.parts for day in days_of_years(part.text))
    made = (part.decision.as_of for part in told if part.decision is not None)
    days = understood.days | set(named) | set(made)
    refused = understood.case.refused if decided.decision is not None else ()
    return Draft(understood.language, told, understood.notices, days, refused)


def _from_decision(
    decision: Decision, part: FoundPart, decided: Decided, rules: Rules, messages: Messages
) -> DraftPart:
    """Draft the outcome of the check; its claims are verified like all others."""
    language = decided.retrieved.understood.language
    drafted = part_of_decision(
        DecisionDraft(decision, decided.now), part.said, decided.passages, language, rules, messages
    )
    follow_ups = tuple(f for match in part.answers[:1] for f in match.target.follow_ups[:MAX_FOLLOW_UPS])
    return replace(drafted, follow_ups=follow_ups)


def _inherited(part: FoundPart, before: Sequence[DraftPart]) -> Ending | None:
    """A later piece of a sentence is not answered where the piece before it is not, unless it names ISV itself."""
    if not part.goes_on or not before or part.signals.strong_terms:
        return None
    return before[-1].ending


def _without_doubtful(parts: Sequence[DraftPart], found: Sequence[FoundPart]) -> tuple[DraftPart, ...]:
    """Leave out a doubtful answer beside a part of another subject: the whole message is then about that."""
    strange = next((p.ending for p in parts if p.ending and p.ending.status is Status.UNANSWERABLE_OUT_OF_SCOPE), None)
    if strange is None:
        return tuple(parts)
    return tuple(
        DraftPart(part.text, ending=strange) if one.zone is Zone.CARE and not one.signals.strong_terms else part
        for part, one in zip(parts, found, strict=True)
    )


def _without_shared_yes(parts: Sequence[DraftPart]) -> tuple[DraftPart, ...]:
    """Say no yes or no where one answer serves several questions: it would answer only one of them."""
    if all(part.ending is not None or part.statements for part in parts):
        return tuple(parts)
    return tuple(replace(part, statements=tuple(replace(s, prefix="") for s in part.statements)) for part in parts)


def _answer(part: FoundPart, retrieved: Retrieved, used: frozenset[str], limit: int) -> DraftPart:
    """Draft from the best written answer, or from the best passage where that matches better."""
    notices = (NoticeKind.UNCERTAIN,) if part.zone is Zone.CARE else ()
    past = _of_that_day(part, retrieved, limit)
    if past is not None and past.used not in used:
        return replace(past, notices=notices)
    may_be_told = [m for m in part.answers if _is_carried(m.target, retrieved)]
    top = max([*(m.score for m in may_be_told), *(s.score for s in part.loose)], default=0.0)
    answers = [m for m in may_be_told if m.target.id not in used and m.score >= top - OTHER_REACH]
    loose = [s for s in part.loose if s.passage.id not in used and s.score >= top - OTHER_REACH]
    if not answers and not loose:
        is_said = bool(may_be_told or part.loose)
        return DraftPart(part.said, ending=None if is_said else Ending(Status.UNANSWERABLE_NOTHING_FOUND))
    if loose and (not answers or answers[0].score < loose[0].score - _lead_needed(loose[0].passage)):
        answers = _citing(loose[0].passage, part.answers, used)
    drafted = _draft_from_answers(part, answers, retrieved, limit) if answers else None
    if drafted is None or not drafted.statements:
        if not part.loose:  # what the answers cite may not be read, or did not hold yet on the day that is asked for
            return DraftPart(part.said, ending=Ending(Status.UNANSWERABLE_NOTHING_FOUND))
        drafted = _draft_from_passage(part, (loose or part.loose)[0].passage, retrieved, limit)
    if len(part.labelled) <= 1:
        drafted = replace(drafted, statements=drafted.statements + _leads_beside(drafted, part, retrieved))
    return replace(drafted, notices=notices)


def _of_that_day(part: FoundPart, retrieved: Retrieved, limit: int) -> DraftPart | None:
    """Tell what held on the day that is asked for, where the best answer is of a later day; then what changed."""
    best = part.answers[0].target if part.answers else None
    if best is None or _is_carried(best, retrieved):
        return None
    held = [retrieved.cited[key] for key in map(passage_key, best.earlier) if key in retrieved.cited]
    day = retrieved.understood.question.as_of
    covering = [passage for passage in held if passage.validity.covers(day)]
    if not covering:
        return None
    drafted = _draft_from_passage(part, covering[0], retrieved, limit)
    lead = statement_of(best.lead, retrieved.later, retrieved.understood.language)
    later = () if lead is None else (replace(lead, is_aside=True),)
    return replace(drafted, statements=drafted.statements + later, used=best.id)


def _is_carried(answer: WrittenAnswer, retrieved: Retrieved) -> bool:
    """Say whether a passage that may be read, on the day that is asked for, carries the lead of an answer."""
    return any(passage_key(cite.passage_id) in retrieved.cited for cite in answer.lead.cites)


def _draft_from_passage(part: FoundPart, passage: Passage, retrieved: Retrieved, limit: int) -> DraftPart:
    language = retrieved.understood.language
    told = [
        _from_passage(one, part.text, retrieved.cited, language) for one in (passage, *_of_other_years(passage, part))
    ]
    return DraftPart(
        text=part.said,
        statements=tuple(statement for statements in told for statement in statements)[:limit],
        is_partial=Caveat.OPEN in passage.caveats,
        follow_ups=tuple(match.target.id for match in part.answers[:MAX_FOLLOW_UPS]),
        used=passage.id,
    )


def _leads_beside(drafted: DraftPart, part: FoundPart, retrieved: Retrieved) -> tuple[Statement, ...]:
    """Give the leads of other texts that match almost as well and say something else."""
    others: list[tuple[float, WrittenAnswer | Passage]] = [
        *((match.score, match.target) for match in part.answers),
        *((scored.score, scored.passage) for scored in part.loose),
    ]
    best = max((score for score, _ in others), default=0.0)
    near = sorted((o for o in others if o[1].id != drafted.used and o[0] >= best - LEAD_REACH), key=lambda o: -o[0])
    told = {quote for statement in drafted.statements for quote in statement.quotes}
    leads = (_lead_of(target, part.text, retrieved) for _, target in near)
    new = (lead for lead in leads if lead is not None and not told.issuperset(lead.quotes))
    return tuple(islice((lead for lead in new if _may_stand_beside(lead, drafted)), MAX_LEADS))


def _may_stand_beside(lead: Statement, drafted: DraftPart) -> bool:
    """Tell no list in passing and nothing twice; beside "that is not in my sources" no figure."""
    if "\n" in lead.text or (drafted.is_partial and numbers_in(lead.text)):
        return False
    told = {word for statement in drafted.statements for word in words(statement.text)}
    said = set(words(lead.text))
    return len(said & told) < TOLD_ALREADY * len(said)


def _lead_of(target: WrittenAnswer | Passage, question: str, retrieved: Retrieved) -> Statement | None:
    language = retrieved.understood.language
    if isinstance(target, WrittenAnswer):
        lead = statement_of(target.lead, retrieved.cited, language)
        return replace(lead, is_aside=True) if lead is not None else None
    if len(target.text.split()) > MAX_LEAD_WORDS:
        return None
    told = _from_passage(target, question, retrieved.cited, language)
    return replace(told[0], is_lead=False, is_aside=True) if told else None


def _of_other_years(passage: Passage, part: FoundPart) -> list[Passage]:
    """Give the passages of the same source that hold for the other years that a question names."""
    if passage.validity.until is None:
        return []
    days = [date(year, 7, 1) for year in sorted(years_in(part.text))]
    asked = [day for day in days if not passage.validity.covers(day)]
    others = [s.passage for s in part.loose if s.passage.source_id == passage.source_id and s.passage is not passage]
    return [p for p in others if p.validity.until is not None and any(p.validity.covers(day) for day in asked)]


def _lead_needed(passage: Passage) -> float:
    return OFFICIAL_LEAD if passage.grade is Grade.OFFICIAL else 0.0


def _citing(
    passage: Passage, answers: Sequence[Match[WrittenAnswer]], used: frozenset[str]
) -> list[Match[WrittenAnswer]]:
    """Give the written answers that rest on an official passage: they say more than a sentence of it."""
    if passage.grade is not Grade.OFFICIAL:
        return []
    unused = [match for match in answers if match.target.id not in used]
    return [match for match in unused if any(cite.passage_id == passage.id for cite in match.target.lead.cites)]


def _draft_from_answers(
    part: FoundPart, answers: Sequence[Match[WrittenAnswer]], retrieved: Retrieved, limit: int
) -> DraftPart:
    best = answers[0]
    language, role = retrieved.understood.language, retrieved.understood.role
    labelled = {label: answer for label, answer in part.labelled.items() if answer.needs}
    if len(labelled) > 1 and best.target.needs:
        statements = _verdicts(labelled, retrieved.cited, language)
        limit = max(limit, len(statements))
    else:
        statements = _from_answer(best, part.question, retrieved.cited, language, role)
    return DraftPart(
        text=part.said,
        statements=statements[:limit],
        is_partial=best.target.partial,
        follow_ups=best.target.follow_ups[:MAX_FOLLOW_UPS],
        used=best.target.id,
    )


def _verdicts(
    labelled: Mapping[str, WrittenAnswer], passages: Mapping[str, Passage], language: Language
) -> tuple[Statement, ...]:
    """Give, for each thing a question names, the lead of the answer about it."""
    statements: list[Statement] = []
    for label, answer in labelled.items():
        lead = statement_of(answer.lead, passages, language, is_lead=not statements)
        if lead is not None:
            statements.append(replace(lead, text=f"{label[:1].upper()}{label[1:]}: {lead.text}"))
    return tuple(statements)


def _from_answer(
    match: Match[WrittenAnswer], question: str, passages: Mapping[str, Passage], language: Language, role: Role
) -> tuple[Statement, ...]:
    """Give the statements of a written answer, its lead first; without a lead there is no answer."""
    answer = match.target
    lead = statement_of(answer.lead, passages, language, is_lead=True)
    if lead is None:
        return ()
    is_near = match.cosine >= SAME_SENSE and match.cosine >= match.rival + CLEAR_STANCE
    prefix = prefix_for(question, match.line, lead.text, language) if is_near else ""
    lead = replace(lead, prefix=prefix)
    others = (statement_of(claim, passages, language) for claim in answer.statements if role in claim.roles)
    return (lead, *(statement for statement in others if statement is not None))


def _from_passage(
    passage: Passage, question: str, others: Mapping[str, Passage], language: Language
) -> tuple[Statement, ...]:
    """Give what a passage says: a letter's best sentences, a list whole, a note's first sentences.

    In English it is the passage's own English rendering, with the Dutch text as quote. A note also quotes
    the official texts that it rests on.
    """
    if passage.grade is Grade.OFFICIAL and language is Language.NL:
        quote = quote_for(Cite(passage.id), passage, question)
        return (Statement(quote.text.lstrip(FOOTNOTE_MARKS), (quote,), is_lead=True),) if quote is not None else ()
    text = passage.text
    spans = sentence_spans(text)
    has_list = any(text[span.start] in "-*•" or text[span.start].isdigit() for span in spans[1:])
    if not has_list and len(spans) > MAX_PASSAGE_SENTENCES:
        text = text[: spans[MAX_PASSAGE_SENTENCES - 1].end]
    basis = (others.get(passage_key(passage_id)) for passage_id in passage.basis)
    official = (quote_for(Cite(found.id), found, text) for found in basis if found is not None)
    quotes = (*(quote for quote in official if quote is not None), Quote(passage, text, passage.start))
    return (Statement(passage.english if language is Language.EN else text, quotes, is_lead=True),)
