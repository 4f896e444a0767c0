"""The terminal: shows an answer, and holds a conversation.

Knows rich, the slash commands and how a source is shown.
Knows nothing of how an answer is made; it is handed something to ask.
"""

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.core.checker import Checker, CheckReply
from bot.core.corpus import Grade, Language, Role
from bot.core.dialogue import Talk
from bot.core.errors import UsageError
from bot.core.messages import Messages
from bot.core.model import Answer, Citation, Question, Turn
from bot.core.parts import asks
from bot.core.plain import shortened
from bot.core.wire import checked_question, language_from, role_of

Ask = Callable[[Question], Answer]
"""Something that answers a question."""
Pause = Callable[[float], None]

WORD_PAUSE_S = 0.012
"""Seconds between words when an answer is written out; the answer itself is ready and verified by then."""

HANGING = 4
"""Columns by which what belongs to a source hangs under its number."""

SHOWN_QUOTE_CHARS = 160
"""Characters of a quote under an answer; /bron shows it whole."""

KEPT_TURNS = 6
"""Earlier questions that a follow-up may refer to."""

_GRADE_STYLES = {Grade.OFFICIAL: "green", Grade.NOTE: "cyan", Grade.UNVERIFIED: "yellow"}
_MONTHS = {
    Language.NL: "januari februari maart april mei juni juli augustus september oktober november december".split(),
    Language.EN: "January February March April May June July August September October November December".split(),
}


def show_answer(
    console: Console, answer: Answer, messages: Messages, pause: Pause | None = None, *, with_quotes: bool = True
) -> None:
    """Write an answer with its sources; with ``pause`` word by word."""
    console.print()
    _write(console, answer.text, pause)
    if answer.citations:
        console.print()
        console.print(messages.say("sources_heading", answer.language), style="bold")
        for citation in answer.citations:
            _print_hanging(console, source_head(citation, answer.language, messages))
            if with_quotes:
                quote = f"“{shortened(citation.quote, SHOWN_QUOTE_CHARS)}”"
                console.print(Padding(Text(quote, style="dim"), (0, 0, 0, HANGING)))
        if not with_quotes:
            console.print(Text(messages.say("sources_hint", answer.language), style="dim"))
    if answer.follow_ups:
        console.print()
        console.print(messages.say("follow_ups_heading", answer.language), style="bold")
        for question in answer.follow_ups:
            console.print(Text(f"  · {question}"))
    console.print()


def show_source(console: Console, citation: Citation, language: Language, messages: Messages) -> None:
    """Write one source in full: where it stands, and its quote word for word."""
    console.print()
    _print_hanging(console, source_head(citation, language, messages))
    lines = [messages.say("source_by", language, publisher=citation.publisher)]
    lines.append(messages.say("source_reference", language, reference=citation.reference))
    if citation.url:
        lines.append(messages.say("source_url", language, url=citation.url))
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 4)), soft_wrap=False)
    console.print()
    console.print(Padding(Text(f"“{citation.quote}”"), (0, 0, 0, 4)))
    console.print()


def show_choices(console: Console, reply: CheckReply, messages: Messages, language: Language) -> None:
    """Write the choices of a question of the check, with their numbers."""
    if not reply.choices:
        return
    console.print()
    for number, choice in enumerate(reply.choices, start=1):
        console.print(Text(f"  {number}  {choice.label}"))
    console.print()
    console.print(Text(messages.say("choices_hint", language), style="dim"))


def source_head(citation: Citation, language: Language, messages: Messages) -> Text:
    """Give the first line of a source: number, title, date, place and grade."""
    line = messages.say(
        "source_line",
        language,
        title=citation.title,
        date=day_in_words(citation.date, language),
        locator=citation.locator,
    )
    head = Text(f"[{citation.n}] ", style="bold")
    head.append(line, style="not bold")
    head.append(f"  ({messages.say(f'grade_{citation.grade.value}', language)})", style=_GRADE_STYLES[citation.grade])
    return head


def day_in_words(day: date, language: Language) -> str:
    """Write a day as people do: 13 juni 2022."""
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def _write(console: Console, text: str, pause: Pause | None) -> None:
    for line in _wrapped(text, console.width):
        if pause is None:
            console.print(Text(line))
            continue
        for word in line.split(" "):
            console.print(Text(f"{word} "), end="")
            pause(WORD_PAUSE_S)
        console.print()


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Give the lines of a text; what an item of a list has on further lines hangs under its first."""
    for line in text.splitlines():
        hanging = "  " if line.startswith("- ") else ""
        yield from textwrap.wrap(line, width, subsequent_indent=hanging, break_long_words=False) or [""]


def _print_hanging(console: Console, text: Text) -> None:
    """Write a text whose further lines hang under its first."""
    first = text.wrap(console, console.width)[0]
    console.print(first)
    rest = text[len(first.plain.rstrip()) :]
    rest.plain = rest.plain.lstrip()
    if rest.plain:
        console.print(Padding(rest, (0, 0, 0, HANGING)))


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

    def _begin_check(self, text: str) -> None:
        self._show_reply(self._checker.start(self._new_talk(), *([text] if text else [])))

    def _continue_check(self, talk: Talk, text: str) -> bool:
        """Go on with a check; a question of another kind ends it and is answered as such."""
        reply = self._checker.hear(talk, text)
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
        self._console.print()
        self._console.print(Text(reply.text))
        show_choices(self._console, reply, self._messages, self._language)

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
