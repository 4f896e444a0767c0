"""The words and letters of a text as a short vector, to learn from.

Knows words, pairs of words and pieces of words, and how to fold them into a fixed number of places
(the hashing trick: Weinberger et al., *Feature hashing for large scale multitask learning*, 2009).
Knows nothing of what is learnt.
"""

import math
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from bot.core.plain import words

PLACES = 2048
"""Length of the vector. Twice as many bring nothing (docs/adr/0003-ranking.md)."""

PIECES = (3, 4, 5)
"""Letters in a piece of a word, counting the space before and after the word; misspelt words share most pieces."""

_SIGN_BIT = 1 << 20


def text_features(text: str) -> Mapping[int, float]:
    """Give the values of a text by place in [0, ``PLACES``), of length one unless there are no words."""
    values: dict[int, float] = {}
    for name, count in Counter(_names(text)).items():
        code = zlib.crc32(name.encode())
        value = 1 + math.log(count)
        values[code % PLACES] = values.get(code % PLACES, 0.0) + (value if code & _SIGN_BIT else -value)
    length = math.sqrt(sum(value * value for value in values.values()))
    return {place: value / length for place, value in values.items()} if length > 0 else {}


def _names(text: str) -> Iterator[str]:
    found = words(_without_accents(text))
    yield from (f"word {word}" for word in found)
    yield from (f"pair {first} {second}" for first, second in pairwise(found))
    for word in found:
        padded = f" {word} "
        for size in PIECES:
            yield from (f"piece {padded[i : i + size]}" for i in range(len(padded) - size + 1))


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))
