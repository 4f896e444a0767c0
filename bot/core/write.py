"""The end of the way: a verified draft written out as an answer.

Knows how statements, numbered citations, warnings and a status become one text.
Knows nothing of channels; the text is plain, with ``[n]`` after what source n carries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile, zip_longest
from types import MappingProxyType

from bot.core.corpus import Caveat, Language, Passage, Source, SourceId, Status
from bot.core.decision import Decision, Outcome
from bot.core.drafted import Draft, DraftPart
from bot.core.messages import Messages
from bot.core.model import Citation, Notice, NoticeKind, Quote, Statement
from bot.core.plain import shortened
from bot.core.values import depends_on, facts_line, question_for, refused_text, warning_text
from bot.core.verify import fault_of

NOTHING_NEWER: Mapping[str, str] = MappingProxyType({})

SHOWN_PART_CHARS = 80
"""Characters of a part that is not answered that the reader sees."""

_SEVERITY = (
    Status.REFUSED_INJECTION,
    Status.REFUSED_JUDGEMENT,
    Status.UNANSWERABLE_OUT_OF_SCOPE,
    Status.UNANSWERABLE_NOTHING_FOUND,
    Status.CLARIFICATION,
    Status.SMALLTALK,
)
"""Which ending names a message that has several and no answer, the first one winning."""

_CAVEAT_NOTICES = {
    Caveat.THIRD_PARTY: NoticeKind.THIRD_PARTY,
    Caveat.DERIVED: NoticeKind.DERIVED,
    Caveat.UNVERIFIED: NoticeKind.UNVERIFIED,
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What may be shown: the statements that their sources carry, by part."""

    status: Status
    text: str
    citations: tuple[Citation, ...]
    notices: tuple[Notice, ...]
    follow_ups: tuple[str, ...]
    dropped: int
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class _Checked:
    """A part after verification."""

    part: DraftPart
    statements: tuple[Statement, ...]

    @property
    def is_answered(self) -> bool:
        return bool(self.statements)

    @property
    def is_whole(self) -> bool:
        kept_lead = bool(self.statements) and self.statements[0].is_lead
        return self.is_answered and not self.part.is_partial and kept_lead


def verify(
    draft: Draft, sources: Mapping[SourceId, Source], messages: Messages, newer: Mapping[str, str] = NOTHING_NEWER
) -> Verified:
    """Drop every statement that its sources do not carry, and write out the rest.

    ``newer`` names, by id, what took the place of the texts that are quoted.
    """
    language = draft.language
    whole = [_checked(part, sources) for part in draft.parts]
    dropped = sum(len(c.part.statements) - len(c.statements) for c in whole)
    checked = _without_repeats(whole)
    if not any(c.is_answered for c in checked):
        return _ended(checked, language, messages, dropped)
    citations = _Citations(sources)
    paragraphs = [p for c in checked if c.is_answered for p in _paragraphs(c, citations, messages, language)]
    unanswered = [c for c in checked if _is_missed(c)]
    notices = tuple(_notices(draft, checked, citations, newer, messages, language))
    status = _status(checked, has_unanswered=bool(unanswered))
    lines = [*paragraphs, *(messages.say("notice", language, text=notice.text) for notice in notices)]
    by_turns = zip_longest(*(c.part.follow_ups for c in checked if c.is_answered))
    follow_ups = tuple(dict.fromkeys(follow_up for turn in by_turns for follow_up in turn if follow_up))
    decision = next((c.part.decision for c in checked if c.part.decision is not None), None)
    return Verified(status, "\n\n".join(lines), citations.all(), notices, follow_ups, dropped, decision)


def text_so_far(draft: Draft, sources: Mapping[SourceId, Source], messages: Messages) -> str:
    """Write out the parts of a draft that is not whole yet: the final text begins with exactly this.

    Of the last part only the sentences are there; what stands beside an answer comes when it is whole.
    """
    *before, last = [_checked(part, sources) for part in draft.parts]
    kept = _without_repeats([*before, replace(last, statements=tuple(s for s in last.statements if not s.is_aside))])
    citations = _Citations(sources)
    paragraphs = [p for c in kept[:-1] if c.is_answered for p in _paragraphs(c, citations, messages, draft.language)]
    return "\n\n".join([*paragraphs, _paragraph(kept[-1].statements, citations)])


def _checked(part: DraftPart, sources: Mapping[SourceId, Source]) -> _Checked:
    """Keep what its sources carry; what is told beside an answer goes where the answer itself does."""
    kept = tuple(statement for statement in part.statements if fault_of(statement, sources) is None)
    return _Checked(part, kept if any(not statement.is_aside for statement in kept) else ())


def _without_repeats(checked: Sequence[_Checked]) -> list[_Checked]:
    """Leave out what an earlier part of the answer told already; a lead stays, for it answers its own part."""
    told: set[str] = set()
    kept = []
    for one in checked:
        kept.append(replace(one, statements=tuple(s for s in one.statements if s.is_lead or s.text not in told)))
        told.update(statement.text for statement in one.statements)
    return kept


def _ended(checked: Sequence[_Checked], language: Language, messages: Messages, dropped: int) -> Verified:
    """Write out a message of which no part is answered."""
    endings = [c.part.ending for c in checked if c.part.ending is not None]
    worst = min(endings, key=lambda ending: _SEVERITY.index(ending.status), default=None)
    status = worst.status if worst is not None else Status.UNANSWERABLE_NOTHING_FOUND
    reply = worst.reply if worst is not None else None
    text = reply.wording.in_language(language) if reply is not None else messages.say(status.value, language)
    return Verified(status, text, (), (), (), dropped)


def _status(checked: Sequence[_Checked], *, has_unanswered: bool) -> Status:
    answered = [c for c in checked if c.is_answered]
    if all(c.part.decision is not None and _is_open(c.part.decision) for c in answered):
        return Status.CLARIFICATION
    is_whole = not has_unanswered and all(c.is_whole for c in answered)
    return Status.ANSWERED if is_whole else Status.ANSWERED_PARTLY


def _is_open(decision: Decision) -> bool:
    """Say whether a missing fact leaves the outcome open; a day that only chooses between rules does not."""
    return bool(decision.missing) and decision.outcome is Outcome.UNDETERMINED


def _paragraphs(checked: _Checked, citations: "_Citations", messages: Messages, language: Language) -> Iterable[str]:
    """Write out one part; around a decision stand what it was based on and the question that is still open."""
    decision = checked.part.decision
    if decision is not None and decision.missing:
        yield depends_on(decision, messages, language)
        yield "\n".join(f"- {citations.marked(statement)}" for statement in checked.statements)
        yield question_for(decision.missing[0], decision, messages, language)
    else:
        yield _paragraph([s for s in checked.statements if not s.is_aside], citations)
        asides = [f"- {citations.marked(statement)}" for statement in checked.statements if statement.is_aside]
        if asides:
            yield "\n".join((messages.say("asides", language), "", *asides))
    if decision is not None:
        yield facts_line(decision, messages, language)


def _paragraph(statements: Sequence[Statement], citations: "_Citations") -> str:
    """Give the first statement with those that go on from it, then the others as a list."""
    first, *others = statements
    running = list(takewhile(lambda statement: statement.goes_on, others))
    opening = " ".join(citations.marked(statement) for statement in (first, *running))
    listed = [f"- {citations.marked(statement)}" for statement in others[len(running) :]]
    return f"{opening}\n\n" + "\n".join(listed) if listed else opening


class _Citations:
    """Numbers quotes in the order in which the text uses them, each passage and quote once."""

    def __init__(self, sources: Mapping[SourceId, Source]) -> None:
        self._sources = sources
        self._numbers: dict[tuple[str, int, int], int] = {}
        self.quotes: list[Quote] = []

    def marked(self, statement: Statement) -> str:
        numbers = sorted({self._number(quote) for quote in statement.quotes})
        marks = "".join(f"[{number}]" for number in numbers)
        return f"{statement.prefix} {statement.text} {marks}".lstrip()

    def _number(self, quote: Quote) -> int:
        place = (quote.passage.id, quote.start, quote.end)
        if place not in self._numbers:
            self.quotes.append(quote)
            self._numbers[place] = len(self.quotes)
        return self._numbers[place]

    def all(self) -> tuple[Citation, ...]:
        return tuple(citation_of(number, quote, self._sources) for number, quote in enumerate(self.quotes, start=1))


def citation_of(number: int, quote: Quote, sources: Mapping[SourceId, Source]) -> Citation:
    """Give the numbered source of a quote."""
    passage = quote.passage
    source = sources[passage.source_id]
    reference = "; ".join(passage.origins) if passage.origins else source.reference
    return Citation(
        n=number,
        passage_id=passage.id,
        source_id=source.id,
        title=source.title,
        publisher=source.publisher,
        date=source.date,
        reference=reference,
        locator=passage.locator,
        grade=passage.grade,
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        url=passage.url or source.url,
    )


def _notices(
    draft: Draft,
    checked: Sequence[_Checked],
    citations: _Citations,
    newer: Mapping[str, str],
    messages: Messages,
    language: Language,
) -> Iterable[Notice]:
    """Give the warnings of an answer, each once: what was left out, what was overtaken, how sure the sources are."""
    for kind in draft.notices:
        yield Notice(kind, messages.say(kind.value, language))
    for refused in draft.refused:
        yield Notice(NoticeKind(refused.why.value), refused_text(refused, messages, language))
    for part in (c.part for c in checked if _is_missed(c)):
        yield Notice(NoticeKind.PART_NOT_ANSWERED, _unanswered(part, messages, language))
    for missed in (c.part.missed for c in checked if c.is_answered and c.part.missed):
        part_text = shortened(missed, SHOWN_PART_CHARS)
        name = f"part_{Status.UNANSWERABLE_NOTHING_FOUND.value}"
        yield Notice(NoticeKind.PART_NOT_ANSWERED, messages.say(name, language, part=part_text))
    for decision in (c.part.decision for c in checked if c.is_answered and c.part.decision is not None):
        for warning in decision.warnings:
            yield Notice(NoticeKind(warning.value), warning_text(warning, decision, messages, language))
    if any(NoticeKind.UNCERTAIN in c.part.notices for c in checked if c.is_answered):
        yield Notice(NoticeKind.UNCERTAIN, messages.say("uncertain", language))
    yield from _overtaken(citations.quotes, draft.days, newer, messages, language)
    disputed = (
        d.notice.in_language(language) for q in citations.quotes for d in q.passage.disputes if _overlaps(q, d.span)
    )
    yield from (Notice(NoticeKind.CONTRADICTION, text) for text in dict.fromkeys(disputed))
    passages = {quote.passage.id: quote.passage for quote in citations.quotes}.values()
    for caveat, kind in _CAVEAT_NOTICES.items():
        numbers = _numbers_of([p for p in passages if caveat in p.caveats], citations)
        if numbers:
            yield Notice(kind, messages.say(kind.value, language, numbers=numbers))


def _is_missed(checked: _Checked) -> bool:
    """Whether a part got no answer that the reader waits for: small talk and what was already said do not count."""
    part = checked.part
    if checked.is_answered or (part.ending is None and not part.statements):
        return False
    return part.ending is None or part.ending.status is not Status.SMALLTALK


def _unanswered(part: DraftPart, messages: Messages, language: Language) -> str:
    status = part.ending.status if part.ending is not None else Status.UNANSWERABLE_NOTHING_FOUND
    return messages.say(f"part_{status.value}", language, part=shortened(part.text, SHOWN_PART_CHARS))


def _overtaken(
    quotes: Sequence[Quote], days: frozenset[date], newer: Mapping[str, str], messages: Messages, language: Language
) -> Iterable[Notice]:
    """Warn of what later sources overtook; a passage that is quoted for its own period is not overtaken in it."""
    seen: set[str] = set()
    for number, quote in enumerate(quotes, start=1):
        texts = [o.notice.in_language(language) for o in quote.passage.overtaken if _overlaps(quote, o.span)]
        validity = quote.passage.validity
        is_of_its_time = validity.until is not None and any(validity.covers(day) for day in days)
        if quote.passage.superseded_by and not is_of_its_time:
            named = "; ".join(newer[name] for name in quote.passage.superseded_by if name in newer)
            said = "superseded_by" if named else "superseded"
            texts.append(messages.say(said, language, number=number, newer=named))
        for text in texts:
            if text not in seen:
                seen.add(text)
                yield Notice(NoticeKind.SUPERSEDED, text)


def _overlaps(quote: Quote, span: str) -> bool:
    start = quote.passage.start + quote.passage.text.find(span)
    return quote.start < start + len(span) and start < quote.end


def _numbers_of(passages: Sequence[Passage], citations: _Citations) -> str:
    ids = {passage.id for passage in passages}
    numbers = [str(n) for n, quote in enumerate(citations.quotes, start=1) if quote.passage.id in ids]
    return ", ".join(f"[{number}]" for number in numbers)
