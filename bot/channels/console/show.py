"""How an answer, its sources and the choices of the check look in a terminal.

Knows rich, and how lines are wrapped.
Knows nothing of conversations.
"""

import textwrap
from collections.abc import Callable, Iterator
from datetime import date

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.core.checker import CheckReply
from bot.core.corpus import Grade, Language
from bot.core.messages import Messages
from bot.core.model import Answer, Citation
from bot.core.plain import shortened

Pause = Callable[[float], None]

WORD_PAUSE_S = 0.012
"""Seconds between words when an answer is written out; the answer itself is ready and verified by then."""

HANGING = 4
"""Columns by which what belongs to a source hangs under its number."""

SHOWN_QUOTE_CHARS = 160
"""Characters of a quote under an answer; /bron shows it whole."""

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


def show_step(console: Console, reply: CheckReply, messages: Messages, language: Language) -> None:
    """Write a question of the check with its choices."""
    console.print()
    console.print(Text(reply.text))
    show_choices(console, reply, messages, language)


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
