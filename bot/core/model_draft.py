"""Step 5 with a chat model: it may draft, sentence by sentence; what its passages do not carry is never shown.

Knows when a sentence may be shown, and that the draft by rule stands wherever a model says too little.
Knows nothing of providers; a model is asked through its port.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.corpus import Source, SourceId
from bot.core.drafted import Draft, DraftPart
from bot.core.drafting import Drafting, DraftKind
from bot.core.errors import ModelStopped, ModelTimeout, ModelUnavailable, ServiceError
from bot.core.evidence import evidence_for
from bot.core.isv_check import Decided
from bot.core.judge import Judge
from bot.core.messages import Messages
from bot.core.model import Statement
from bot.core.model_reply import SCHEMA, ReplyReader, Said
from bot.core.plain import words
from bot.core.ports import NOTHING_USED, Embedder, Prompt, Usage
from bot.core.prompting import fenced
from bot.core.retrieve import FoundPart
from bot.core.rules import Rules
from bot.core.support import is_told
from bot.core.values import facts_line
from bot.core.writer import Writer

log = logging.getLogger(__name__)

MIN_SECONDS = 0.5
"""With less time left a model is not asked."""

MODEL_FAULTS = (ModelTimeout, ModelUnavailable, ModelStopped)

NOT_TOLD = "lead_not_told"
"""The name of a draft that says too little: not what people put first."""

Shown = Callable[[Draft], None]
"""Told, with everything that may be shown so far, each time that a sentence is added."""


@dataclass(frozen=True, slots=True)
class Redrafted:
    """A draft after a chat model was asked, and how it came about; without ``drafting`` none was asked."""

    draft: Draft
    kind: DraftKind = DraftKind.EXTRACTIVE
    drafting: Drafting | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What stands around the drafting of one answer."""

    decided: Decided
    sources: Mapping[SourceId, Source]
    embedder: Embedder
    rules: Rules
    messages: Messages
    clock: Callable[[], float]


@dataclass(slots=True)
class _Tally:
    """What is counted while parts are drafted."""

    usage: Usage = NOTHING_USED
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    kinds: list[DraftKind] = field(default_factory=list)


def redraft(draft: Draft, writer: Writer, given: Given, shown: Shown | None = None) -> Redrafted:
    """Let a model draft each part that has an answer; a part that it does not tell well stays as it is.

    ``shown`` only ever gets what stays: the parts before, and verified sentences from the moment that they tell
    what the answer by rule puts first.
    """
    until = given.clock() + writer.limits.seconds
    tally, parts = _Tally(), list(draft.parts)
    for i, (part, found) in enumerate(zip(draft.parts, given.decided.retrieved.parts, strict=True)):
        if not _may_be_drafted(part):
            continue
        session = _Session(part, found, replace(draft, parts=tuple(parts[:i])), writer, given, shown)
        parts[i] = session.run(until, tally)
    if not tally.kinds:
        return Redrafted(draft)
    drafting = Drafting(
        model=writer.model.name,
        prompts=_labels(writer, given),
        usage=tally.usage,
        cost=writer.prices.of(tally.usage),
        kept=tally.kept,
        dropped=dict(tally.dropped),
        fault=", ".join(tally.faults),
    )
    return Redrafted(replace(draft, parts=tuple(parts)), _kind_of(tally.kinds), drafting)


def _may_be_drafted(part: DraftPart) -> bool:
    """Whether a part has an answer to word; one whose decision lacks a fact is a question, and its words are fixed."""
    is_open = part.decision is not None and bool(part.decision.missing)
    return part.ending is None and bool(part.statements) and not is_open


def _labels(writer: Writer, given: Given) -> tuple[str, ...]:
    understood = given.decided.retrieved.understood
    prompts = writer.prompts
    used = (prompts.answer, prompts.tones[understood.role], prompts.languages[understood.language])
    return tuple(prompt.label for prompt in used)


def _kind_of(kinds: Sequence[DraftKind]) -> DraftKind:
    return kinds[0] if len(set(kinds)) == 1 else DraftKind.MIXED


class _Session:
    """The drafting of one part."""

    def __init__(
        self, part: DraftPart, found: FoundPart, before: Draft, writer: Writer, given: Given, shown: Shown | None
    ) -> None:
        self._part, self._before = part, before
        self._writer, self._given, self._shown = writer, given, shown
        limit = max(writer.limits.passages, 1)
        self._evidence = evidence_for(part, found, given.sources, before.language, limit, given.rules.screen.injection)
        own_words = writer.limits.own_words
        self._judge = Judge(
            part, self._evidence, before.language, given.embedder, given.rules, given.sources, own_words
        )
        self._kept: list[Statement] = [part.statements[0]] if part.decision is not None else []
        self._fixed = len(self._kept)
        self._was_shown = False

    def run(self, until: float, tally: _Tally) -> DraftPart:
        """Ask the model and give the part as it is to be shown; every outage ends in the part as it was."""
        reader, fault = ReplyReader(), ""
        try:
            self._ask(reader, until, tally)
        except MODEL_FAULTS as error:
            fault = _name_of(error)
        tally.kept += len(self._kept) - self._fixed
        if not fault and not self._tells_enough():
            fault = NOT_TOLD
        if fault:
            log.warning("draft by rule instead of model cause=%s", fault)
            self._writer.count(f"draft_fault_{fault}")
            tally.faults.append(fault)
        if fault and not self._was_shown:
            tally.kinds.append(DraftKind.EXTRACTIVE)
            return self._part
        tally.kinds.append(DraftKind.MIXED if fault else DraftKind.MODEL)
        return self._completed(reader.missing)

    def _ask(self, reader: ReplyReader, until: float, tally: _Tally) -> None:
        left = until - self._given.clock()
        if left < MIN_SECONDS:
            raise ModelTimeout("no time left for another part of the question")
        pieces = self._writer.model.write(self._prompt(), left)
        for piece in pieces:
            if piece.usage is not None:
                tally.usage = _sum(tally.usage, piece.usage)
            self._hear(reader.feed(piece.text), tally)
            if reader.is_full:
                raise ModelStopped("the reply does not end")
        self._hear(reader.rest(), tally)

    def _hear(self, sentences: Sequence[Said], tally: _Tally) -> None:
        for said in sentences:
            if len(self._kept) - self._fixed >= self._writer.limits.sentences:
                tally.dropped["too_many"] += 1
                continue
            found = self._judge.judged(said, self._kept)
            if isinstance(found, str):
                tally.dropped[found] += 1
                continue
            self._kept.append(found)
            self._show()

    def _show(self) -> None:
        if self._shown is None or not self._tells_enough():
            return
        self._was_shown = True
        so_far = replace(self._part, statements=self._opened())
        self._shown(replace(self._before, parts=(*self._before.parts, so_far)))

    def _told(self) -> str:
        return " ".join(statement.text for statement in self._kept)

    def _tells_enough(self) -> bool:
        """Whether the kept sentences tell what the draft by rule puts first, and more than the fixed outcome."""
        return len(self._kept) > self._fixed and is_told(self._part.statements[0], self._told())

    def _opened(self) -> tuple[Statement, ...]:
        """Give the kept sentences as one paragraph, with the yes or no of the draft by rule where it fits."""
        lead = self._part.statements[0]
        first, *others = self._kept
        prefix = lead.prefix if is_told(lead, first.text) else ""
        return (
            replace(first, prefix=prefix, is_lead=True, goes_on=False),
            *(replace(other, goes_on=True) for other in others),
        )

    def _completed(self, missing: str) -> DraftPart:
        """Add what people wrote and the model did not tell, so that no answer says less for being fluent."""
        told = self._told()
        rest = [s for s in self._part.statements if s not in self._kept and not is_told(s, told)]
        missed = missing if _is_part_of(missing, self._part.text, told) else ""
        return replace(
            self._part,
            statements=(*self._opened(), *(replace(s, is_lead=False) for s in rest)),
            is_partial=self._part.is_partial or bool(missed),
            missed=missed,
        )

    def _prompt(self) -> Prompt:
        """Fill the prompt: what others wrote stands between tags, and cannot close them."""
        prompts, understood = self._writer.prompts, self._given.decided.retrieved.understood
        tone, _ = prompts.tones[understood.role].filled()
        language, _ = prompts.languages[understood.language].filled()
        own = [s for s in self._part.statements if not s.is_aside and s not in self._kept]
        checked = [(fenced(s.text), self._evidence.tokens_for(s)) for s in own]
        system, user = prompts.answer.filled(
            tone=tone,
            language=language,
            max_sentences=str(self._writer.limits.sentences),
            checked="\n".join(f"{text} {tokens}" for text, tokens in checked if tokens),
            passages=self._evidence.shown(understood.language),
            decision=self._decision(),
            question=fenced(self._part.text),
        )
        return Prompt(system, user, SCHEMA if self._writer.limits.is_structured else None)

    def _decision(self) -> str:
        decision, language = self._part.decision, self._before.language
        if decision is None:
            return "-"
        return fenced(f"{self._part.statements[0].text}\n{facts_line(decision, self._given.messages, language)}")


def _name_of(error: ServiceError) -> str:
    return type(error).__name__


def _sum(first: Usage, second: Usage) -> Usage:
    return Usage(first.input_tokens + second.input_tokens, first.output_tokens + second.output_tokens)


MAX_MISSED_SHARE = 0.8
"""A model that says that all of a question is not carried is not believed: something was found for it."""


def _is_part_of(missing: str, question: str, told: str) -> bool:
    """Whether words are those of a part of the question that the answer says nothing of."""
    own, asked, answered = words(missing), words(question), set(words(told))
    if len(own) < 2 or len(own) > MAX_MISSED_SHARE * len(asked):  # noqa: PLR2004  # one word is no question
        return False
    is_verbatim = f" {' '.join(own)} " in f" {' '.join(asked)} "
    return is_verbatim and sum(word in answered for word in own) < len(own) / 2
