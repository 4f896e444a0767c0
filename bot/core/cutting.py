"""Where a text may be cut: a sentence keeps the marks of its sources, and no mark is torn.

Knows the marks of an answer, ``[1]``, and that they follow their sentence: ``Een zin. [1][2] De volgende.``
Knows nothing of how much room there is, nor of who counts it.
"""

import re

_MARK_CHARS = 8
_ROOM_AFTER = 64
"""Characters behind the room in which the marks of its last sentence end."""

_ONE = r"\\?\[\d{1,3}\\?\]"
_MARKS = rf"(?:(?<![^\S\n])[^\S\n]*{_ONE})+"
"""With the spaces before them, looked for from the first of those only: many spaces take no longer than words."""
_MARK = re.compile(_ONE)
_KEPT = re.compile(rf"{_MARKS}[.,;:!?)]*|\\.|&#?\w{{1,8}};")
"""What stays whole: marks with what they follow, and what stands for one character in a markup."""

_SENTENCE = re.compile(rf"[.!?][\"')\u201d\u2019]*(?:{_MARKS})?(?=\s)")
_LINE = re.compile(r"\n")
_SPACE = re.compile(r"\s")


def cut_place(text: str, end: int) -> int:
    """Give the best place to cut a text that is longer than ``end`` characters, at most there.

    That is between lines, else sentences, else words in the second half, so that what is cut off is worth sending; else
    between words, else anywhere; and before a mark only where there are more marks than there is room.
    """
    low, stop = max(end // 2, 1), end + _ROOM_AFTER
    kept = _kept(text, end)
    ways = (
        (low, (found.start() for found in _LINE.finditer(text, low, end + 1))),
        (low, (found.end() for found in _SENTENCE.finditer(text, low, stop))),
        (1, (found.start() for found in _SPACE.finditer(text, 1, end + 1))),
        (low, range(low, end + 1)),
    )
    for first, places in ways:
        found = max((place for place in places if first <= place <= end and place not in kept), default=0)
        if found:
            return found
    between = max((found.end() for found in _MARK.finditer(text, low, end)), default=0)
    return between or max((place for place in range(1, low) if place not in kept), default=end)


def untorn(text: str, place: int) -> int:
    """Give the last place at or before one that is not within a mark."""
    around = _MARK.finditer(text, max(place - _MARK_CHARS, 0), place + _MARK_CHARS)
    return next((found.start() for found in around if found.start() < place < found.end()), place)


def _kept(text: str, end: int) -> frozenset[int]:
    """Give the places up to one at which a text is not cut; a line may begin with a mark."""
    places: set[int] = set()
    for found in _KEPT.finditer(text, 0, end + _ROOM_AFTER):
        if found.start() > end:
            break
        follows = _MARK.search(found.group()) is not None and text[found.start() - 1 : found.start()] not in ("", "\n")
        places.update(range(found.start() + (not follows), found.end()))
    return frozenset(places)
