"""A conversation in the terminal.

Knows the slash commands, and what is remembered while it lasts.
Knows nothing of how an answer is made; it is handed something to ask.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from rich.console import Console
from rich.text import Text

from bot.channels.console.show import Pause, show_answer, show_choices, show_source, show_step
from bot.core.checker import Checker, CheckReply
from bot.core.corpus import Language, Role
from bot.core.dialogue import Talk
from bot.core.errors import UsageError
from bot.core.language import language_of
from bot.core.messages import Messages
from bot.core.model import Answer, Citation, Question, Turn
from bot.core.parts import asks
from bot.core.wire import checked_question, language_from, role_of

Ask = Callable[[Question], Answer]
"""Something that answers a question."""

KEPT_TURNS = 6
"""Earlier questions that a follow-up may refer to."""


@dataclass
class Conversation:
    """What the terminal remembers of one conversation; nothing is kept after it."""

    role: Role
    as_of: date
    language: Language | None = None
    turns: list[Turn] = field(default_factory=list)
    last: Answer | None = None
    talk: Talk | None = None
    """The ISV check that is going on."""

    def question(self, text: str) -> Question:
        """Give the question to ask, with the turns before it.

        Raises:
            UsageError: it is empty or too long.
        """
        history = self.turns[-KEPT_TURNS:]
        return checked_question(text, role=self.role, as_of=self.as_of, language=self.language, history=history)

    def remember(self, text: str, answer: Answer) -> None:
        """Keep a turn; what was refused is not a subject for a follow-up."""
        self.last = answer
        if answer.status.is_answer or answer.decision is not None:
            self.turns.append(Turn(text, answer.text))


class Chat:
    """A conversation in the terminal."""

    def __init__(
        self,
        console: Console,
        ask: Ask,
        checker: Checker,
        messages: Messages,
        conversation: Conversation,
        read: Callable[[str], str],
        pause: Pause | None,
    ) -> None:
        """Take a console to write to, something to ask, the check, and something that reads a line."""
        self._console = console
        self._ask = ask
        self._checker = checker
        self._messages = messages
        self._conversation = conversation
        self._read = read
        self._pause = pause

    def run(self) -> None:
        """Talk until the reader stops, closes the input or presses Ctrl-C."""
        self._say("chat_welcome", style="bold")
        self._say("chat_intro")
        self._say("chat_hint", style="dim")
        while True:
            try:
                text = self._read(f"\n{self._text('chat_prompt')} > ").strip()
                if text in ("/stop", "/quit", "/exit"):
                    break
                if text:
                    self._handle(text)
            except UsageError as error:
                self._console.print(Text(self._text(error.name, **error.holes), style="yellow"))
            except (EOFError, KeyboardInterrupt):
                self._console.print()
                break
        self._say("chat_goodbye", style="dim")

    @property
    def _language(self) -> Language:
        conversation = self._conversation
        return conversation.language or (conversation.last.language if conversation.last else Language.NL)

    def _text(self, name: str, **holes: object) -> str:
        return self._messages.say(name, self._language, **holes)

    def _say(self, name: str, style: str = "", **holes: object) -> None:
        self._console.print(Text(self._text(name, **holes), style=style))

    def _handle(self, text: str) -> None:
        command, _, rest = text.partition(" ")
        match command.lower():
            case "/help":
                self._say("chat_help")
            case "/bron" | "/source":
                self._show_source(rest.strip())
            case "/bronnen" | "/sources":
                for citation in self._citations():
                    show_source(self._console, citation, self._language, self._messages)
            case "/rol" | "/role":
                self._change_role(rest.strip())
            case "/taal" | "/language":
                self._change_language(rest.strip())
            case "/nieuw" | "/new":
                self._conversation.turns.clear()
                self._conversation.talk = None
                self._say("chat_new")
            case "/check":
                self._begin_check(rest.strip())
            case _ if command.startswith("/"):
                raise UsageError("unknown_command", value=command)
            case _:
                self._answer_to(text)

    def _answer_to(self, text: str) -> None:
        if self._conversation.talk is not None and self._continue_check(self._conversation.talk, text):
            return
        question = self._conversation.question(text)
        answer = self._ask(question)
        self._conversation.remember(text, answer)
        show_answer(self._console, answer, self._messages, self._pause, with_quotes=False)
        if answer.decision is not None and answer.decision.missing:
            told = [turn.question for turn in question.history] + [text]
            reply = self._checker.start(self._new_talk(), *told)
            self._conversation.talk = reply.talk
            show_choices(self._console, reply, self._messages, self._language)

    def _new_talk(self) -> Talk:
        return Talk(self._conversation.role, self._conversation.as_of, self._language)

    def _spoken(self, talk: Talk, text: str) -> Talk:
        """Give a talk in the language of its first message, unless a language was chosen."""
        if talk.said or self._conversation.language is not None:
            return talk
        return replace(talk, language=language_of(text) or talk.language)

    def _begin_check(self, text: str) -> None:
        talk = self._spoken(self._new_talk(), text)
        self._show_reply(self._checker.start(talk, *([text] if text else [])))

    def _continue_check(self, talk: Talk, text: str) -> bool:
        """Go on with a check; a question of another kind ends it and is answered as such."""
        reply = self._checker.hear(self._spoken(talk, text), text)
        if not reply.is_heard and asks(text):
            self._conversation.talk = None
            return False
        self._show_reply(reply)
        return True

    def _show_reply(self, reply: CheckReply) -> None:
        self._conversation.talk = reply.talk if reply.answer is None else None
        if reply.answer is not None:
            self._conversation.remember(
                " ".join(said.text for said in reply.talk.said) if reply.talk else "", reply.answer
            )
            show_answer(self._console, reply.answer, self._messages, self._pause, with_quotes=False)
            return
        language = reply.talk.language if reply.talk else self._language
        show_step(self._console, reply, self._messages, language)

    def _citations(self) -> tuple[Citation, ...]:
        """Give the sources of the last answer.

        Raises:
            UsageError: there is no answer yet, or it has no sources.
        """
        if self._conversation.last is None:
            raise UsageError("no_answer_yet")
        if not self._conversation.last.citations:
            raise UsageError("no_sources")
        return self._conversation.last.citations

    def _show_source(self, number: str) -> None:
        citations = self._citations()
        found = [citation for citation in citations if str(citation.n) == number]
        if not found:
            raise UsageError("no_source", value=number or "?", count=len(citations))
        show_source(self._console, found[0], self._language, self._messages)

    def _change_role(self, name: str) -> None:
        if name:
            self._conversation.role = role_of(name)
        role = self._text(f"role_{self._conversation.role.value}")
        self._say("chat_role_now", role=role)

    def _change_language(self, name: str) -> None:
        self._conversation.language = None if name in ("", "auto") else language_from(name)
        language = self._conversation.language
        self._say("chat_language_now", language=language.value if language else self._text("chat_language_auto"))
