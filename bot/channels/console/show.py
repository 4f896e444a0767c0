"""How a reply, its sources and its choices look in a terminal.

Knows rich, and how lines are wrapped.
Knows nothing of conversations.
"""

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.core.checker import CheckReply
from bot.core.corpus import Grade, Language
from bot.core.messages import Messages
from bot.core.model import Answer
from bot.core.plain import shortened
from bot.core.reply import Reply, ReplyKind, ShownSource, reply_of

Pause = Callable[[float], None]

WORD_PAUSE_S = 0.012
"""Seconds between words when an answer is written out; the answer itself is ready and verified by then."""

HANGING = 4
"""Columns by which what belongs to a source hangs under its number."""

SHOWN_QUOTE_CHARS = 160
"""Characters of a quote under an answer; /bron shows it whole."""

_BEFORE_MARK = re.compile(r"(?<=\S) (?=\[\d+\])")
_HARD_SPACE = "\u00a0"

_GRADE_STYLES = {Grade.OFFICIAL: "green", Grade.NOTE: "cyan", Grade.UNVERIFIED: "yellow"}


def show_answer(
    console: Console, answer: Answer, messages: Messages, pause: Pause | None = None, *, with_quotes: bool = True
) -> None:
    """Write an answer with its sources; with ``pause`` word by word."""
    show_reply(console, reply_of(answer, messages), messages, pause, with_quotes=with_quotes)


def show_reply(
    console: Console, reply: Reply, messages: Messages, pause: Pause | None = None, *, with_quotes: bool = False
) -> None:
    """Write a reply of the desk; with ``pause`` word by word."""
    if reply.kind is ReplyKind.SOURCE:
        for source in reply.sources:
            show_source(console, source, reply.language, messages)
        return
    console.print()
    _write(console, "\n\n".join((*reply.paragraphs, *reply.warnings)), pause)
    _show_sources(console, reply, messages, with_quotes=with_quotes)
    if reply.follow_ups:
        console.print()
        console.print(messages.say("follow_ups_heading", reply.language), style="bold")
        for button in reply.follow_ups:
            console.print(Text(f"  · {button.label}"))
    if reply.actions:
        console.print()
        for button in reply.actions:
            console.print(Text(f"  {button.value}  {button.label}", style="dim"))
    show_choices(console, [button.label for button in reply.choices], messages, reply.language)
    console.print()


def _show_sources(console: Console, reply: Reply, messages: Messages, *, with_quotes: bool) -> None:
    if not reply.sources:
        return
    console.print()
    console.print(messages.say("sources_heading", reply.language), style="bold")
    for source in reply.sources:
        _print_hanging(console, source_head(source))
        if with_quotes:
            quote = f"“{shortened(source.quote, SHOWN_QUOTE_CHARS)}”"
            console.print(Padding(Text(quote, style="dim"), (0, 0, 0, HANGING)))
    if not with_quotes:
        console.print(Text(messages.say("sources_hint", reply.language), style="dim"))


def show_source(console: Console, source: ShownSource, language: Language, messages: Messages) -> None:
    """Write one source in full: where it stands, and its quote word for word."""
    console.print()
    _print_hanging(console, source_head(source))
    lines = [messages.say("source_by", language, publisher=source.publisher)]
    lines.append(messages.say("source_reference", language, reference=source.reference))
    if source.url:
        lines.append(messages.say("source_url", language, url=source.url))
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, HANGING)), soft_wrap=False)
    console.print()
    console.print(Padding(Text(f"“{source.quote}”"), (0, 0, 0, HANGING)))
    console.print()


def show_step(console: Console, reply: CheckReply, messages: Messages, language: Language) -> None:
    """Write a question of the check with its choices."""
    console.print()
    console.print(Text(reply.text))
    show_choices(console, [choice.label for choice in reply.choices], messages, language)


def show_choices(console: Console, labels: Sequence[str], messages: Messages, language: Language) -> None:
    """Write choices with their numbers."""
    if not labels:
        return
    console.print()
    for number, label in enumerate(labels, start=1):
        console.print(Text(f"  {number}  {label}"))
    console.print()
    console.print(Text(messages.say("choices_hint", language), style="dim"))


def source_head(source: ShownSource) -> Text:
    """Give the first line of a source: number, title, date, place and grade."""
    head = Text(f"[{source.n}] ", style="bold")
    head.append(source.head, style="not bold")
    head.append(f"  ({source.grade_name})", style=_GRADE_STYLES[source.grade])
    return head


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
    """Give the lines of a text; an item of a list hangs under its first line, and no line begins with a mark."""
    for line in text.splitlines():
        hanging = "  " if line.startswith("- ") else ""
        whole = _BEFORE_MARK.sub(_HARD_SPACE, line)
        wrapped = textwrap.wrap(whole, width, subsequent_indent=hanging, break_long_words=False) or [""]
        yield from (part.replace(_HARD_SPACE, " ") for part in wrapped)


def _print_hanging(console: Console, text: Text) -> None:
    """Write a text whose further lines hang under its first."""
    first = text.wrap(console, console.width)[0]
    console.print(first)
    rest = text[len(first.plain.rstrip()) :]
    rest.plain = rest.plain.lstrip()
    if rest.plain:
        console.print(Padding(rest, (0, 0, 0, HANGING)))
