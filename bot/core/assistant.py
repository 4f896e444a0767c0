"""The way of a question, as one list.

Knows the order of the steps and what happens when a service fails.
Knows nothing of how a step does its work, or of channels.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.audit import NO_RECORDS, Records, record_of
from bot.core.corpus import Language, SourceId, Status, WrittenAnswer
from bot.core.draft import draft
from bot.core.drafted import Draft
from bot.core.errors import ServiceError, ServiceTimeout, StoreUnavailable
from bot.core.isv_check import isv_check
from bot.core.messages import Messages
from bot.core.model import Answer, Question, Scored
from bot.core.ports import PersonalDataFinder, Speller
from bot.core.rank import Lookup
from bot.core.receipt import Versions
from bot.core.retrieve import Retrieved, retrieve
from bot.core.rules import Rules
from bot.core.screen import Stopped, screen
from bot.core.stopwatch import Stopwatch
from bot.core.understand import understand
from bot.core.write import Verified, verify

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything the steps need from outside."""

    lookup: Lookup
    finder: PersonalDataFinder
    speller: Speller
    rules: Rules
    messages: Messages
    versions: Versions
    new_id: Callable[[], str]
    clock: Callable[[], float]
    """Seconds from any fixed moment; only differences count."""
    records: Records = NO_RECORDS


class Assistant:
    """Answers questions. One instance serves many askers; it keeps nothing between questions."""

    def __init__(self, tools: Tools) -> None:
        """Take the tools that the steps need."""
        self._tools = tools

    @property
    def tools(self) -> Tools:
        """The tools, for those who measure the steps apart."""
        return self._tools

    def ask(self, question: Question) -> Answer:
        """Answer a question; whatever happens, an answer with a status comes back."""
        tools = self._tools
        answer_id = tools.new_id()
        watch = Stopwatch(tools.clock)
        try:
            with watch.step("screen"):
                screened = screen(question, tools.finder, tools.rules)
            if isinstance(screened, Stopped):
                return self._stopped(answer_id, screened, watch)
            with watch.step("understand"):
                understood = understand(screened, tools.speller, tools.rules)
            with watch.step("retrieve"):
                retrieved = retrieve(understood, tools.lookup, tools.rules)
            with watch.step("decide"):
                decided = isv_check(retrieved, tools.lookup, tools.rules)
            with watch.step("draft"):
                drafted = draft(decided, tools.rules, tools.messages)
            with watch.step("verify"):
                verified = verify(drafted, tools.lookup.shelf.sources(_source_ids(drafted)), tools.messages)
            return self._answered(answer_id, retrieved, verified, watch)
        except ServiceTimeout as error:
            return self._failed(answer_id, question, Status.ERROR_TIMEOUT, error, watch)
        except ServiceError as error:
            return self._failed(answer_id, question, Status.ERROR_SERVICE, error, watch)
        except Exception as error:  # noqa: BLE001  # the one net: a reader gets a status, an operator the cause
            return self._failed(answer_id, question, Status.ERROR_SERVICE, error, watch)

    def _answered(self, answer_id: str, retrieved: Retrieved, verified: Verified, watch: Stopwatch) -> Answer:
        understood = retrieved.understood
        log.info("answered id=%s status=%s dropped=%d", answer_id, verified.status, verified.dropped)
        answer = Answer(
            id=answer_id,
            question=understood.text,
            standalone_question=" ".join(part.question for part in retrieved.parts),
            language=understood.language,
            role=understood.role,
            as_of=understood.question.as_of,
            status=verified.status,
            text=verified.text,
            citations=verified.citations,
            notices=verified.notices,
            follow_ups=self._titles(verified, understood.language),
            passages=_best_passages(retrieved),
            decision=verified.decision,
            timings_ms=watch.timings_ms(),
        )
        return self._recorded(answer, understood.question, dropped=verified.dropped)

    def _recorded(self, answer: Answer, question: Question, *, dropped: int = 0, cause: str = "") -> Answer:
        """Keep why an answer was given; that this fails never costs the reader the answer."""
        tools = self._tools
        try:
            record = record_of(answer, tools.versions, asker=question.asker, dropped=dropped, cause=cause)
            tools.records.add(record)
        except StoreUnavailable as error:
            log.warning("not recorded id=%s cause=%s", answer.id, error)
        return answer

    def _titles(self, verified: Verified, language: Language) -> tuple[str, ...]:
        """Give the suggested questions of an answer in the reader's language."""
        found = self._tools.lookup.shelf.fetch([f"answer:{answer_id}" for answer_id in verified.follow_ups])
        return tuple(t.title.in_language(language) for t in found.values() if isinstance(t, WrittenAnswer))

    def _stopped(self, answer_id: str, stopped: Stopped, watch: Stopwatch) -> Answer:
        log.info("stopped id=%s status=%s", answer_id, stopped.status)
        text = self._tools.messages.say(stopped.message, stopped.language)
        ended = self._ended(answer_id, stopped.question, stopped.text, stopped.language, stopped.status, text, watch)
        return self._recorded(ended, stopped.question)

    def _failed(self, answer_id: str, question: Question, status: Status, error: Exception, watch: Stopwatch) -> Answer:
        log.error("failed id=%s status=%s cause=%s at=%s", answer_id, status, _cause(error), _place(error))
        language = question.language or Language.NL
        text = self._tools.messages.say(status.value, language, id=answer_id)
        ended = self._ended(answer_id, question, "", language, status, text, watch)
        return self._recorded(ended, question, cause=f"{_cause(error)} at {_place(error)}")

    def _ended(
        self,
        answer_id: str,
        question: Question,
        shown: str,
        language: Language,
        status: Status,
        text: str,
        watch: Stopwatch,
    ) -> Answer:
        return Answer(
            id=answer_id,
            question=shown,
            standalone_question=shown,
            language=language,
            role=question.role,
            as_of=question.as_of,
            status=status,
            text=text,
            timings_ms=watch.timings_ms(),
        )


def _cause(error: Exception) -> str:
    """Name an error; only our own messages are known to hold nothing of the question."""
    return f"{type(error).__name__}({error})" if isinstance(error, ServiceError) else type(error).__name__


def _place(error: Exception) -> str:
    """Give the file and line where an error arose."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown"


def _source_ids(drafted: Draft) -> tuple[SourceId, ...]:
    statements = (statement for part in drafted.parts for statement in part.statements)
    return tuple(sorted({quote.passage.source_id for statement in statements for quote in statement.quotes}))


def _best_passages(retrieved: Retrieved) -> tuple[Scored, ...]:
    """Give the passages of all parts, the best of each part first."""
    if not retrieved.parts:
        return ()
    longest = max(len(part.passages) for part in retrieved.parts)
    in_turn = (part.passages[i] for i in range(longest) for part in retrieved.parts if i < len(part.passages))
    return tuple({scored.passage.id: scored for scored in in_turn}.values())
