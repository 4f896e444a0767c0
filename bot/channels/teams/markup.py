"""Text for Teams: what has a meaning in its Markdown is escaped, and what is too long is split between paragraphs.

Knows that native citations show only in paragraphs, so that a list becomes lines with a bullet.
Knows nothing of activities.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.core.cutting import cut_place, untorn

MAX_TEXT = 8_000
"""Characters of text in one message; with its card it stays far below the size that Teams takes."""

_SPECIAL = re.compile(r"[\\`*_{}#|~]|^[+-](?=\s)|^(\d+)[.)](?=\s)")
_BRACKET = re.compile(r"\[(\d{1,2})\]|[\[\]]")
_BULLET = re.compile(r"^\s*[-*•]\s+")
_ALIGNED = re.compile(r"^(/\w+) {2,}")
"""A command before its meaning; several spaces are shown as one."""


def clipped(text: str, limit: int) -> str:
    """Shorten a text to a limit, between words where that is possible."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text[: untorn(text, limit - 1)]
    head, _, _ = cut.rpartition(" ")
    return f"{head if len(head) > limit // 2 else cut}…"


def marked_up(paragraphs: Iterable[str], numbers: Sequence[int]) -> tuple[str, ...]:
    """Give paragraphs as Markdown; marks with one of the numbers stay marks of citations."""
    lines = (line for paragraph in paragraphs for line in paragraph.split("\n") if line.strip())
    return tuple(_line(_ALIGNED.sub(r"\1: ", line), numbers) for line in lines)


def escaped(text: str) -> str:
    """Escape a text that has no citations."""
    return _line(text, ())


def messages_of(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Put paragraphs together to as few messages as they fit in; there is always one."""
    found: list[str] = []
    for paragraph in _short(paragraphs):
        if found and len(found[-1]) + len(paragraph) + 2 <= MAX_TEXT:
            found[-1] += f"\n\n{paragraph}"
        else:
            found.append(paragraph)
    return tuple(found) or ("",)


def _short(paragraphs: Iterable[str]) -> Iterator[str]:
    """Split what is too long for a message by itself; a sentence keeps its marks."""
    for whole in paragraphs:
        paragraph = whole
        while len(paragraph) > MAX_TEXT:
            place = cut_place(paragraph, MAX_TEXT)
            yield paragraph[:place].rstrip()
            paragraph = paragraph[place:].lstrip()
        if paragraph:
            yield paragraph


def _line(line: str, numbers: Sequence[int]) -> str:
    bullet = "• " if _BULLET.match(line) else ""
    line = _BULLET.sub("", line) if bullet else line.strip()
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _SPECIAL.sub(_with_stroke, line)
    return bullet + _BRACKET.sub(lambda found: _bracket(found, numbers), line)


def _with_stroke(found: re.Match[str]) -> str:
    whole, number = found.group(0), found.group(1)
    return f"{number}\\{whole[len(number) :]}" if number else f"\\{whole}"


def _bracket(found: re.Match[str], numbers: Sequence[int]) -> str:
    number = found.group(1)
    if number is None:
        return f"\\{found.group(0)}"
    return found.group(0) if int(number) in numbers else f"\\[{number}\\]"
