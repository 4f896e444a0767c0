"""Text as Telegram's HTML, in blocks that are never torn where it would hurt.

Knows escaping, and that Telegram counts UTF-16 units of what is seen.
Knows nothing of replies.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape

from bot.core.cutting import cut_place

MAX_UNITS = 4_096
"""UTF-16 units of a message as it is seen."""

MAX_ENTITIES = 90
"""Marked parts of a message; Telegram leaves the marks of what is over 100 out."""

GAP = "\n\n"

_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a message that stays whole: HTML, and its length as Telegram counts it."""

    html: str
    units: int
    entities: int = 0


def units(text: str) -> int:
    """Count the UTF-16 units of a text."""
    return len(text) + sum(character > "\uffff" for character in text)


def clean(text: str) -> str:
    """Give a text that can be sent: without halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode()


def plain(html: str) -> str:
    """Give HTML of ours as it reads without its marks."""
    return unescape(_TAG.sub("", html))


def text_blocks(text: str, tag: str = "") -> Iterator[Block]:
    """Give a text as blocks, as few as possible, each in a tag of its own."""
    for part in cut(clean(text).strip(), MAX_UNITS):
        yield marked(part, tag)


def marked(text: str, tag: str = "", attributes: str = "") -> Block:
    """Give a text, in a tag where one is named."""
    block = Block(escape(text, quote=False), units(text))
    return tagged(block, tag, attributes) if tag else block


def tagged(block: Block, tag: str, attributes: str = "") -> Block:
    """Put a block in a tag."""
    return Block(f"<{tag}{attributes}>{block.html}</{tag}>", block.units, block.entities + 1)


def link(text: str, url: str) -> Block:
    """Give a text that leads to an address, where that is one of the web."""
    if not url.startswith(("https://", "http://")):
        return marked(text)
    return Block(f'<a href="{escape(clean(url))}">{escape(text, quote=False)}</a>', units(text), 1)


def joined(blocks: Sequence[Block], gap: str = "") -> Block:
    """Put blocks together as one."""
    return Block(
        gap.join(block.html for block in blocks),
        sum(block.units for block in blocks) + len(gap) * max(len(blocks) - 1, 0),
        sum(block.entities for block in blocks),
    )


def packed(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Put blocks into as few messages as their order allows, with an empty line between them."""
    messages: list[Block] = []
    for block in blocks:
        if not block.units:
            continue
        both = joined((messages[-1], block), GAP) if messages else block
        if messages and both.units <= MAX_UNITS and both.entities <= MAX_ENTITIES:
            messages[-1] = both
        else:
            messages.append(block)
    return tuple(message.html for message in messages)


def cut(text: str, room: int) -> Iterator[str]:
    """Cut a text into parts of at most ``room`` units; a sentence keeps its marks."""
    while (end := _fitting(text, room)) < len(text):
        place = cut_place(text, end)
        if text[:place].strip():
            yield text[:place].strip()
        text = text[place:].strip()
    if text:
        yield text


def _fitting(text: str, room: int) -> int:
    """Give how many characters fit."""
    count = used = 0
    for character in text:
        used += 2 if character > "\uffff" else 1
        if used > room:
            break
        count += 1
    return max(count, 1)
