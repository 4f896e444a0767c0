"""What the tools and resources do: translates a call into a question of the core, and what comes back into an object.

Knows the objects of docs/contract.md and the role that the operator gave this server.
Knows nothing of the protocol, or of how passages and answers are found.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.channels.mcp.arguments import Arguments
from bot.core.assistant import Assistant
from bot.core.checker import Checker
from bot.core.corpus import Language, Role, Source, Status
from bot.core.decision import VALUES
from bot.core.dialogue import ASSUMED, Talk
from bot.core.errors import IsvbotError, ServiceTimeout, UsageError
from bot.core.language import language_of
from bot.core.model import Answer, Question
from bot.core.screen import Stopped, screen
from bot.core.search import search
from bot.core.trouble import told
from bot.core.wire import answer_object, checked_question, facts_of, found_object, turns_of

log = logging.getLogger(__name__)

FAILED = (Status.ERROR_SERVICE, Status.ERROR_TIMEOUT)


@dataclass(frozen=True, slots=True)
class Served:
    """What the operator set for everybody who calls: who asks, and in which language is answered."""

    role: Role
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gives: an object, or one line that says what is wrong."""

    found: Mapping[str, object] | None = None
    error: str = ""

    @property
    def text(self) -> str:
        """What a client shows that does not read objects."""
        return self.error or json.dumps(self.found, ensure_ascii=False)


class _Declined(IsvbotError):
    """The message may not be looked at; the text is for the asker."""


class Desk:
    """Does what is asked. It asks one question at a time: who calls it holds others back meanwhile."""

    def __init__(self, assistant: Assistant, served: Served, today: Callable[[], date] = date.today) -> None:
        """Take the assistant, and what holds for every call."""
        self._assistant = assistant
        self._tools = assistant.tools
        self._served = served
        self._today = today
        self._does: Mapping[str, Callable[[Arguments], Mapping[str, object]]] = {
            "zoek": self._search,
            "vraag": self._ask,
            "isv_check": self._check,
        }

    def call(self, tool: str, given: Mapping[str, object] | None) -> Outcome:
        """Do what a tool does; an outcome always comes back, and an outage never looks like nothing found."""
        language = self._language_of_errors(given or {})
        try:
            found = self._does[tool](Arguments(tool, given))
        except UsageError as error:
            return Outcome(error=self._say(error.name, language, **error.holes))
        except _Declined as error:
            return Outcome(error=str(error))
        except Exception as error:  # noqa: BLE001  # the net of this channel: a client gets a line, an operator the cause
            return Outcome(error=self._failed(tool, error, language))
        if found.get("status") in FAILED:
            return Outcome(found, error=str(found["text"]))
        return Outcome(found)

    def sources(self) -> tuple[Source, ...]:
        """Give the sources that the role of this server may read."""
        every = self._tools.lookup.shelf.all_sources()
        return tuple(source for source in every if self._served.role in source.audience)

    def _search(self, arguments: Arguments) -> Mapping[str, object]:
        limit = arguments.limit()
        found = search(self._question(arguments, "question"), self._tools)
        if isinstance(found, Stopped):
            raise self._declined(found)
        return found_object(found, limit)

    def _ask(self, arguments: Arguments) -> Mapping[str, object]:
        return answer_object(self._assistant.ask(self._question(arguments, "question")))

    def _check(self, arguments: Arguments) -> Mapping[str, object]:
        if arguments.has("facts") == arguments.has("purchase"):
            raise UsageError("purchase_or_facts")
        checker = Checker(self._tools)
        if arguments.has("facts"):
            facts = facts_of(arguments.raw("facts"))
            talk = self._talk(arguments, "")
            answer = checker.answer({**ASSUMED, **facts}, talk, self._say("check_question", talk.language))
        else:
            question = self._question(arguments, "purchase")
            screened = screen(question, self._tools.finder, self._tools.rules)
            if isinstance(screened, Stopped):
                raise self._declined(screened)
            answer = checker.answer_now(self._talk(arguments, question.text), question.text)
        return {**answer_object(answer), "questions": self._questions(answer)}

    def _question(self, arguments: Arguments, name: str) -> Question:
        return checked_question(
            arguments.text(name),
            role=self._served.role,
            as_of=arguments.day(self._today()),
            language=arguments.language(self._served.language),
            history=turns_of(arguments.raw("history")),
        )

    def _talk(self, arguments: Arguments, text: str) -> Talk:
        language = arguments.language(self._served.language) or language_of(text) or Language.NL
        return Talk(self._served.role, arguments.day(self._today()), language)

    def _questions(self, answer: Answer) -> list[Mapping[str, object]]:
        """Give what to ask for each fact that would decide it."""
        missing = answer.decision.missing if answer.decision is not None else ()
        return [
            {
                "fact": name.value,
                "text": self._say(f"ask_{name}", answer.language),
                "values": list(VALUES.get(name, ())),
            }
            for name in missing
        ]

    def _declined(self, stopped: Stopped) -> _Declined:
        return _Declined(self._say(stopped.message, stopped.language))

    def _failed(self, tool: str, error: Exception, language: Language) -> str:
        number = self._tools.new_id()
        log.error("failed id=%s tool=%s %s", number, tool, told(error))
        status = Status.ERROR_TIMEOUT if isinstance(error, ServiceTimeout) else Status.ERROR_SERVICE
        return self._say(status.value, language, id=number)

    def _language_of_errors(self, given: Mapping[str, object]) -> Language:
        wanted = given.get("language")
        known = next((language for language in Language if language == wanted), None)
        return known or self._served.language or Language.NL

    def _say(self, name: str, language: Language, **holes: object) -> str:
        return self._tools.messages.say(name, language, **holes)
