"""Numbers in letters, in Dutch and English: "anderhalve", "honderdveertigduizend", "one hundred and forty".

Knows whole numbers below a million and halves and quarters.
Knows nothing of what is counted.
"""

import re
from decimal import Decimal

_FRACTIONS = {
    "een half": "0.5", "half": "0.5", "halve": "0.5", "half a": "0.5", "anderhalve": "1.5", "anderhalf": "1.5",
    "een kwart": "0.25", "kwart": "0.25", "a quarter": "0.25", "driekwart": "0.75", "drie kwart": "0.75",
    "three quarters of a": "0.75", "nog geen": "1", "a": "1", "a hundred": "100",
}  # fmt: skip
_UNITS = "een twee drie vier vijf zes zeven acht negen".split()
_TEENS = "tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien".split()
_TENS = "twintig dertig veertig vijftig zestig zeventig tachtig negentig".split()
_ENGLISH = {
    word: n
    for n, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen".split(),
        start=1,
    )
} | {
    word: 10 * n
    for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}  # fmt: skip
TENS = {word: 10 * n for n, word in enumerate(_TENS, start=2)} | {"tien": 10}
_HALF = re.compile(r"(?:ë?e?n)?(?:een)?hal(?:f|ve)$")


def _below_hundred() -> dict[str, int]:
    """Give the Dutch words for 1 to 99."""
    found = {word: n for n, word in enumerate((*_UNITS, *_TEENS), start=1)} | {"één": 1}
    for ten, word in enumerate(_TENS, start=2):
        found[word] = 10 * ten
        for unit, name in enumerate(_UNITS, start=1):
            found[f"{name}{'ën' if name.endswith('e') else 'en'}{word}"] = 10 * ten + unit
    return found


def _below_thousand() -> dict[str, int]:
    """Give the Dutch words for 1 to 999, as they stand in front of "duizend" or after it."""
    small = _below_hundred()
    counted = {"": 1} | {word: small[word] for word in (*_UNITS[1:], *_TEENS)}
    hundreds = {f"{word}honderd": 100 * n for word, n in counted.items()}
    whole = {f"{h}{joint}{s}": hn + sn for h, hn in hundreds.items() for s, sn in small.items() for joint in ("", "en")}
    return small | hundreds | whole


_DUTCH = _below_thousand()
_WORD = r"[^\W\d_]"
_ENGLISH_WORD = rf"(?:{'|'.join(sorted(_ENGLISH, key=len, reverse=True))}|hundred|a half)"

TIMES_SIGN = r"(?:x|\u00d7|keer|maal|times)"
"""Between a number and what it is a number of."""

IN_LETTERS = (
    rf"{_WORD}*honderd\s(?:en\s)?{_WORD}+\sduizend|{_WORD}+\skomma\s{_WORD}+"
    rf"|(?:{_WORD}*honderd\s(?:en\s)?)?{_WORD}*duizend(?:\s(?:en\s)?{_WORD}*honderd{_WORD}*)?"
    rf"|{_WORD}*honderd{_WORD}*|{_WORD}+\sen\seen\shal(?:f|ve)"
    rf"|(?:{_ENGLISH_WORD}(?:\s+and\s+|[\s-]+)?)+"
    rf"|{'|'.join(sorted((re.escape(word) for word in _FRACTIONS), key=len, reverse=True))}"
)
"""A regular expression that finds most numbers in letters that stand by themselves."""


def ignoring_case(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of what people type."""
    return re.compile(pattern, re.IGNORECASE)


def number_of(written: str) -> Decimal:
    """Give the number that words stand for; 0 for words that are none."""
    word = " ".join(written.lower().split())
    if word in _FRACTIONS:
        return Decimal(_FRACTIONS[word])
    whole, has_decimal, decimal = word.partition(" komma ")
    if has_decimal:
        return number_of(whole) + number_of(decimal) / 10
    joined = word.replace(" ", "")
    if joined in _DUTCH:
        return Decimal(_DUTCH[joined])
    half = _HALF.search(joined)
    if half is not None and joined[: half.start()] in _DUTCH:
        return Decimal(_DUTCH[joined[: half.start()]]) + Decimal("0.5")
    return Decimal(_thousands(joined)) or _english(word)


def count_of(written: str) -> int | None:
    """Give the whole number that digits or words stand for; ``None`` for what is none."""
    if written[:1].isdigit():
        return int(re.sub(r"\D", "", written))
    value = number_of(written)
    return int(value) if value and value == int(value) else None


def _thousands(word: str) -> int:
    thousands, has_thousand, rest = word.partition("duizend")
    rest = rest.removeprefix("en")
    is_number = (not thousands or thousands in _DUTCH) and (not rest or rest in _DUTCH)
    return 1000 * _DUTCH.get(thousands, 1) + _DUTCH.get(rest, 0) if has_thousand and is_number else 0


def _english(text: str) -> Decimal:
    """Read "one hundred and thirty-nine" or "three and a half"."""
    total: Decimal = Decimal(0)
    for word in re.sub(r"\band a half\b|\ba half\b", "½", text).replace("-", " ").split():
        if word == "½":
            total += Decimal("0.5")
        elif word == "hundred":
            total = 100 * (total or Decimal(1))
        elif word in _ENGLISH:
            total += _ENGLISH[word]
        elif word != "and":
            return Decimal(0)
    return total
