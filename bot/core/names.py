"""Named things in a text: people, organisations, laws, products, addresses.

Knows how names are written in Dutch and English: with a capital, or as an address. A first word has a capital anyway;
it counts as a name too, unless it is one of the common words that sentences begin with.
Knows nothing of which names exist.
"""

import re

from bot.core.plain import words
from bot.core.sentences import sentences

_ADDRESS = re.compile(
    r"\b(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.\w+|\b[\w-]+\.(?:nl|eu|com|org|net|gov|int)\b", re.IGNORECASE
)
_WORD = re.compile(r"(?<!\w)[^\W\d_][\w'\u2019&-]*")
_NOT_NAMES = frozenset(
    "de het een en of van in op te is zijn dat die dit voor met bij als ook aan er om door uit naar wordt worden"
    " uw hij zij haar hun dan nog wel deze daar hier dus zo want omdat wat wie hoe waar wanneer moet moeten mag"
    " mogen kan kunnen geen niet alleen volgens sinds vanaf tot onder boven binnen buiten over geldt gelden valt"
    " bij elk elke alle beide kijk controleer vraag leg neem denk let zoek gebruik the a an to and or in are for"
    " with that this it its be by at as on from they their them he she you your we our which who what when where"
    " how if must may can not no only under above within outside there these those any each every both check ask"
    " take note use look whether according since i u nederlands nederlandse dutch english engels europees europese"
    " european ja nee yes no januari februari maart april mei juni juli augustus september oktober november"
    " december january february march may june july august october maandag dinsdag woensdag donderdag vrijdag"
    " monday tuesday wednesday thursday friday".split()
)
"""Words that begin a sentence, or have a capital without naming anything."""


def names_in(text: str) -> frozenset[str]:
    """Give the names of a text in lower case, each word of a name by itself."""
    found = {match.group().lower().rstrip(".,;:!?)") for match in _ADDRESS.finditer(text)}
    plain = _ADDRESS.sub(" ", text)
    for sentence in sentences(plain):
        found.update(_names(sentence))
    return frozenset(found)


def _names(sentence: str) -> set[str]:
    """Give the words with a capital; of a first word that says little by itself, the capital tells nothing."""
    found = [match.group() for match in _WORD.finditer(sentence) if any(char.isupper() for char in match.group())]
    return {word for name in found for word in words(name)} - _NOT_NAMES
