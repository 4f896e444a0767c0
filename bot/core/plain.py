"""Text as people see it: without invisible characters, and folded for comparing.

Knows Unicode's tricks: control, zero-width, tag and bidirectional characters, look-alike letters.
Knows nothing of language or meaning.
"""

import re
import unicodedata

from bot.core.cutting import untorn

_KEPT_CONTROLS = "\n\t"
_INVISIBLE = frozenset("Cc Cf Co Cs Cn".split())
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏЅАВЕКМНОРСТХІЈαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhlSABEKMHOPCTXIJaeiknoptuxABEZHIKMNOPTYX",
)
_SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*]){4,}[^\W\d_](?![^\W_])")


def visible(text: str) -> str:
    """Give the text in composed form without characters that nobody sees."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(char for char in composed if char in _KEPT_CONTROLS or unicodedata.category(char) not in _INVISIBLE)


def folded(text: str) -> str:
    """Give the text for matching patterns: look-alikes made Latin, s p a c e d letters joined."""
    latin = unicodedata.normalize("NFKC", visible(text)).translate(_LOOKALIKES)
    return _SPACED_LETTERS.sub(lambda match: re.sub(r"[ .\-_*]", "", match.group()), latin)


def words(text: str) -> tuple[str, ...]:
    """Give the lower-case words of a text; an apostrophe or hyphen inside a word stays."""
    return tuple(re.findall(r"[^\W_]+(?:['’\-][^\W_]+)*", text.lower()))


STEM_CHARS = 6
"""Letters to which words are cut so that inflected forms meet."""


def shortened(text: str, limit: int) -> str:
    """Give a text of at most ``limit`` characters on one line, cut after a whole word where it is longer."""
    plain = squeezed(text)
    if len(plain) <= limit:
        return plain
    cut = plain[: untorn(plain, limit - 1)]
    return f"{cut.rpartition(' ')[0] or cut}…"


def squeezed(text: str) -> str:
    """Give the text with every run of white space as one space."""
    return " ".join(text.split())
