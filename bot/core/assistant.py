"""The way of a question, as one list.

Knows the order of the steps and what happens when a service fails.
Knows nothing of how a step does its work, or of channels.
"""

import logging
from collections.abc import Callable

from bot.core.corpus import Language, SourceId, Status, WrittenAnswer
from bot.core.draft import draft
from bot.core.drafted import Draft, newer_than_quoted
from bot.core.errors import ServiceError, ServiceTimeout
from bot.core.isv_check import Decided, isv_check
from bot.core.model import Answer, Question
from bot.core.model_draft import Given, Redrafted, redraft
from bot.core.plain import squeezed
from bot.core.recording import keep
from bot.core.retrieve import Retrieved, retrieve
from bot.core.rewrite import rewritten
from bot.core.screen import Stopped, screen
from bot.core.search import best_passages
from bot.core.stopwatch import Stopwatch
from bot.core.tools import Tools
from bot.core.trouble import told
from bot.core.understand import understand
from bot.core.write import Verified, text_so_far, verify

log = logging.getLogger(__name__)

MAX_SUGGESTED = 4
"""Questions suggested under an answer; a mail with many questions would bring a wall of buttons."""

OnText = Callable[[str], None]
"""Told the text of an answer as far as it may be shown."""


class Assistant:
    """Answers questions. One instance serves many askers; it keeps nothing between questions."""

    def __init__(self, tools: Tools) -> None:
        """Take the tools that the steps need."""
        self._tools = tools

    @property
    def tools(self) -> Tools:
        """The tools, for those who measure the steps apart."""
        return self._tools

    def ask(self, question: Question, on_text: OnText | None = None) -> Answer:
        """Answer a question; whatever happens, an answer with a status comes back.

        ``on_text`` is told what may be shown already, each time that a model's sentence is added: every text begins
        with the one before, and the text of the answer begins with the last.
        """
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
                if tools.writer is not None:
                    understood = rewritten(understood, tools.writer, tools.rules.terms)
            with watch.step("retrieve"):
                retrieved = retrieve(understood, tools.lookup, tools.rules)
            with watch.step("decide"):
                decided = isv_check(retrieved, tools.lookup, tools.rules)
            with watch.step("draft"):
                drafted = self._drafted(decided, on_text)
            with watch.step("verify"):
                shelf = tools.lookup.shelf
                newer = newer_than_quoted(drafted.draft, shelf)
                verified = verify(drafted.draft, shelf.sources(_source_ids(drafted.draft)), tools.messages, newer)
            return self._answered(answer_id, retrieved, verified, drafted, watch)
        except ServiceTimeout as error:
            return self._failed(answer_id, question, Status.ERROR_TIMEOUT, error, watch)
        except ServiceError as error:
            return self._failed(answer_id, question, Status.ERROR_SERVICE, error, watch)
        except Exception as error:  # noqa: BLE001  # the one net: a reader gets a status, an operator the cause
            return self._failed(answer_id, question, Status.ERROR_SERVICE, error, watch)

    def _drafted(self, decided: Decided, on_text: OnText | None) -> Redrafted:
        """Draft by rule, and let a model word it where there is one."""
        tools = self._tools
        by_rule = draft(decided, tools.rules, tools.messages)
        if tools.writer is None:
            return Redrafted(by_rule)
        passages = (scored.passage for part in decided.retrieved.parts for scored in part.passages)
        sources = tools.lookup.shelf.sources(
            sorted({*_source_ids(by_rule), *(passage.source_id for passage in passages)})
        )

        def show(so_far: Draft) -> None:
            if on_text is not None:
                on_text(text_so_far(so_far, sources, tools.messages))

        given = Given(decided, sources, tools.lookup.embedder, tools.rules, tools.messages, tools.clock)
        return redraft(by_rule, tools.writer, given, show if on_text is not None else None)

    def _answered(
        self, answer_id: str, retrieved: Retrieved, verified: Verified, drafted: Redrafted, watch: Stopwatch
    ) -> Answer:
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
            follow_ups=self._titles(verified, retrieved),
            passages=best_passages(retrieved),
            decision=verified.decision,
            draft=drafted.kind,
            drafting=drafted.drafting,
            timings_ms=watch.timings_ms(),
        )
        return self._recorded(answer, understood.question, dropped=verified.dropped)

    def _recorded(self, answer: Answer, question: Question, *, dropped: int = 0, cause: str = "") -> Answer:
        tools = self._tools
        keep(answer, tools.records, tools.versions, asker=question.asker, dropped=dropped, cause=cause)
        return answer

    def _titles(self, verified: Verified, retrieved: Retrieved) -> tuple[str, ...]:
        """Give the suggested questions of an answer in the reader's language, without those that were just asked."""
        language = retrieved.understood.language
        asked = {_bare(text) for part in retrieved.parts for text in (part.said, part.question)}
        found = self._tools.lookup.shelf.fetch([f"answer:{answer_id}" for answer_id in verified.follow_ups])
        titles = (t.title.in_language(language) for t in found.values() if isinstance(t, WrittenAnswer))
        return tuple(title for title in titles if _bare(title) not in asked)[:MAX_SUGGESTED]

    def _stopped(self, answer_id: str, stopped: Stopped, watch: Stopwatch) -> Answer:
        log.info("stopped id=%s status=%s", answer_id, stopped.status)
        text = self._tools.messages.say(stopped.message, stopped.language)
        ended = self._ended(answer_id, stopped.question, stopped.text, stopped.language, stopped.status, text, watch)
        return self._recorded(ended, stopped.question)

    def _failed(self, answer_id: str, question: Question, status: Status, error: Exception, watch: Stopwatch) -> Answer:
        log.error("failed id=%s status=%s %s", answer_id, status, told(error))
        language = question.language or Language.NL
        text = self._tools.messages.say(status.value, language, id=answer_id)
        ended = self._ended(answer_id, question, "", language, status, text, watch)
        return self._recorded(ended, question, cause=told(error))

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


def _source_ids(drafted: Draft) -> tuple[SourceId, ...]:
    statements = (statement for part in drafted.parts for statement in part.statements)
    return tuple(sorted({quote.passage.source_id for statement in statements for quote in statement.quotes}))


def _bare(question: str) -> str:
    """Give a question as it is compared with another."""
    return squeezed(question).rstrip(" ?!.").casefold()
