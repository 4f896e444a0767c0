"""How a reply looks in Telegram: HTML, sources with a quote that folds out, and buttons.

Knows the order of what stands in a message and which buttons go under it.
Knows nothing of sending.
"""

import re
from collections.abc import Iterable, Iterator
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
    tagged,
    text_blocks,
)
from bot.core.corpus import Language
from bot.core.messages import Messages
from bot.core.reply import GOOD, Button, Reply, ReplyKind, ShownSource, thumbs

MAX_DATA_BYTES = 64
MAX_BUTTONS = 100
SHORT_LABEL = 14
"""Characters of a label that leave room for another beside it on a telephone."""

MIN_PART = 500
"""UTF-16 units of a quote that a message has room for, whatever stands above it."""

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
    if asked.strip():
        yield marked(clean(asked), "blockquote")
    for paragraph in reply.paragraphs:
        yield from text_blocks(_ALIGNED.sub(r"\1: ", paragraph))
    for warning in reply.warnings:
        yield from text_blocks(f"{WARNING} {warning}", "i")
    if reply.kind is ReplyKind.SOURCE:
        for source in reply.sources:
            yield from _whole(source, reply.language, messages)
    elif reply.sources:
        yield from _headed(messages.say("sources_heading", reply.language), map(_folded, reply.sources))
    if reply.label:
        yield from text_blocks(reply.label, "i")


def _headed(heading: str, blocks: Iterable[Iterator[Block]]) -> Iterator[Block]:
    """Give blocks of which the first has a heading, where there is room for it."""
    first, *rest = (block for some in blocks for block in some)
    both = joined((marked(heading, "b"), first), "\n")
    yield from (both,) if both.units <= MAX_UNITS else (marked(heading, "b"), first)
    yield from rest


def _folded(source: ShownSource) -> Iterator[Block]:
    """Give a source as a quote that folds out: Telegram shows three lines, of which its title is the first.

    A quote that does not fit in a message goes on in the next one, as one of its own.
    """
    head = _head(source)
    first, *rest = _parts(source.quote, MAX_UNITS - head.units - 1)
    yield tagged(joined((head, marked(first)), "\n"), "blockquote", " expandable")
    for part in rest:
        yield marked(part, "blockquote", " expandable")


def _whole(source: ShownSource, language: Language, messages: Messages) -> Iterator[Block]:
    """Give a source by itself, with who published it and where, and its quote in full."""
    lines = (
        messages.say("source_by", language, publisher=source.publisher),
        messages.say("source_reference", language, reference=source.reference),
    )
    head = joined((_head(source), *(marked(clean(line)) for line in lines)), "\n")
    first, *rest = _parts(source.quote, MAX_UNITS - head.units - 1)
    yield joined((head, marked(first, "blockquote")), "\n")
    for part in rest:
        yield marked(part, "blockquote")


def _head(source: ShownSource) -> Block:
    head = link(clean(source.head), source.url)
    return joined((marked(f"[{source.n}] "), head, marked(f" ({source.grade_name})")))


def _parts(quote: str, room: int) -> Iterator[str]:
    return cut(f"“{clean(quote).strip()}”", max(room, MIN_PART))


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
