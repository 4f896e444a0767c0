"""How a reply looks in Telegram: HTML, sources with a quote that folds out, and buttons.

Knows the order of what stands in a message and which buttons go under it.
Knows nothing of sending.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.channels.telegram.markup import (
    MAX_UNITS,
    Block,
    clean,
    cut,
    joined,
    link,
    marked,
    packed,
    text_blocks,
    units,
)
from bot.core.corpus import Language
from bot.core.messages import Messages
from bot.core.reply import GOOD, Button, Reply, ReplyKind, ShownSource, thumbs

MAX_DATA_BYTES = 64
MAX_BUTTONS = 100
SHORT_LABEL = 14
"""Characters of a label that leave room for another beside it on a telephone."""

FOLDED = " expandable"
"""What makes Telegram fold a quote of more than three lines."""

THUMBS = ("👍", "👎")
WARNING = "⚠️"

_ALIGNED = re.compile(r"^(/\w+) +", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of Telegram: its HTML, and rows of buttons."""

    html: str
    rows: tuple[tuple[Button, ...], ...] = ()


def shown(reply: Reply, messages: Messages, asked: str = "") -> tuple[Shown, ...]:
    """Give a reply as messages; ``asked`` is the button that it answers. The buttons stand under the last message."""
    texts = packed(_blocks(reply, messages, asked))
    rows = _rows(reply, messages)
    return tuple(Shown(html, rows if n == len(texts) else ()) for n, html in enumerate(texts, start=1))


def _blocks(reply: Reply, messages: Messages, asked: str) -> Iterator[Block]:
    if asked:
        yield marked(clean(asked), "blockquote")
    for paragraph in reply.paragraphs:
        yield from text_blocks(_ALIGNED.sub(r"\1: ", paragraph))
    for warning in reply.warnings:
        yield from text_blocks(f"{WARNING} {warning}", "i")
    is_whole = reply.kind is ReplyKind.SOURCE
    heading = marked(messages.say("sources_heading", reply.language), "b")
    for place, source in enumerate(reply.sources):
        head = _head(source, reply.language, messages, is_whole=is_whole)
        if place == 0 and not is_whole:
            head = joined((heading, head), "\n")
        yield from _with_quote(head, source.quote)
    if reply.label:
        yield from text_blocks(reply.label, "i")


def _head(source: ShownSource, language: Language, messages: Messages, *, is_whole: bool) -> Block:
    first = joined((marked(f"[{source.n}] "), link(clean(source.head), source.url), marked(f" ({source.grade_name})")))
    if not is_whole:
        return first
    lines = (
        messages.say("source_by", language, publisher=source.publisher),
        messages.say("source_reference", language, reference=source.reference),
    )
    return joined((first, *(marked(clean(line)) for line in lines)), "\n")


def _with_quote(head: Block, quote: str) -> Iterator[Block]:
    """Give a source as one block; only a quote that fits in no message goes on in the next, as one of its own."""
    text = f"“{clean(quote).strip()}”"
    first, *rest = cut(text, MAX_UNITS) if units(text) + head.units >= MAX_UNITS else (text,)
    quoted = marked(first, "blockquote", FOLDED)
    if head.units + 1 + quoted.units <= MAX_UNITS:
        yield joined((head, quoted), "\n")
    else:
        yield from (head, quoted)
    for part in rest:
        yield marked(part, "blockquote", FOLDED)


def _rows(reply: Reply, messages: Messages) -> tuple[tuple[Button, ...], ...]:
    rows = [*_side_by_side(reply.choices), *((button,) for button in (*reply.follow_ups, *reply.actions))]
    if reply.takes_feedback and reply.answer_id:
        good_and_bad = thumbs(reply.answer_id, messages, reply.language)
        rows.append(tuple(Button(b.value, f"{THUMBS[not b.value.startswith(GOOD)]} {b.label}") for b in good_and_bad))
    fitting = (tuple(button for button in row if len(button.value.encode()) <= MAX_DATA_BYTES) for row in rows)
    return tuple(row for row in fitting if row)[:MAX_BUTTONS]


def _side_by_side(buttons: tuple[Button, ...]) -> Iterator[tuple[Button, ...]]:
    """Give rows of two where both labels are short, else of one."""
    waiting: tuple[Button, ...] = ()
    for button in buttons:
        is_short = len(button.label) <= SHORT_LABEL
        if waiting and is_short:
            yield (*waiting, button)
            waiting = ()
            continue
        if waiting:
            yield waiting
        waiting = (button,) if is_short else ()
        if not is_short:
            yield (button,)
    if waiting:
        yield waiting
