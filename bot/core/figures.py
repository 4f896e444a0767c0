"""The checkable parts of a sentence: numbers with their unit, dates, references, obligations.

Knows Dutch and English ways to write them and gives one canonical form, so that "acht", "8" and
"eight" are equal, "140.000 euro" and "EUR 140,000" too.
Knows nothing of whether they are true.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from bot.core.plain import words
from bot.core.references import references_in, without_references
from bot.core.sentences import sentences

_NUMBER_WORDS = {
    "nul": 0, "zero": 0, "twee": 2, "two": 2, "drie": 3, "three": 3, "vier": 4, "four": 4, "vijf": 5, "five": 5,
    "zes": 6, "six": 6, "zeven": 7, "seven": 7, "acht": 8, "eight": 8, "negen": 9, "nine": 9, "tien": 10, "ten": 10,
    "elf": 11, "eleven": 11, "twaalf": 12, "twelve": 12, "dertien": 13, "thirteen": 13, "veertien": 14,
    "vijftien": 15, "fifteen": 15, "zestien": 16, "zeventien": 17, "achttien": 18, "negentien": 19, "nineteen": 19,
    "twintig": 20, "twenty": 20, "dertig": 30, "thirty": 30, "veertig": 40, "forty": 40, "vijftig": 50, "fifty": 50,
    "zestig": 60, "zeventig": 70, "tachtig": 80, "negentig": 90, "honderd": 100, "hundred": 100, "duizend": 1000,
}  # fmt: skip
_ORDINALS = {"tweede": 2, "second": 2, "derde": 3, "third": 3, "vierde": 4, "fourth": 4, "vijfde": 5, "fifth": 5}
_PARTIES = frozenset("partij partijen party parties".split())
"""A "third party" is no number."""

_SCALES = {"miljoen": 10**6, "mln": 10**6, "million": 10**6, "miljard": 10**9, "mld": 10**9, "billion": 10**9}
_UNITS = {
    "euro": "euro", "eur": "euro", "€": "euro", "procent": "percent", "percent": "percent", "%": "percent",
    "per cent": "percent", "dag": "day", "dagen": "day", "day": "day", "days": "day", "werkdagen": "workday",
    "week": "week", "weken": "week", "weeks": "week", "maand": "month", "maanden": "month", "month": "month",
    "months": "month", "jaar": "year", "jaren": "year", "year": "year", "years": "year",
}  # fmt: skip
_UNIT = "|".join(sorted((re.escape(unit) for unit in _UNITS), key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<before>€\s?|\beur\s)?(?<![\w/.,-])"
    r"(?P<digits>\d{1,3}(?:[.,\u00a0 ]\d{3})+(?![\d])(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,:]\d+)?[a-z]?)"
    r"(?![\w/]|-\d)"
    rf"(?:\s?(?P<scale>{'|'.join(_SCALES)})\b)?(?:\s?(?P<after>{_UNIT})(?![^\W\d_]))?",
    re.IGNORECASE,
)
_FOOTNOTE_MARKS = re.compile(r"[⁰¹²³⁴-⁹]+")


class Figure(NamedTuple):
    """A number in canonical form and its unit; ``""`` where none is written."""

    value: str
    unit: str


class Force(Enum):
    """What a sentence says about duty and permission."""

    DUTY = "must"
    NO_DUTY = "need not"
    BAN = "must not"


def numbers_in(text: str) -> frozenset[Figure]:
    """Give the numbers of a text with their units, apart from those inside dates and references."""
    plain = without_references(_FOOTNOTE_MARKS.sub(" ", text))
    return frozenset(_digit_numbers(plain)) | frozenset(_word_numbers(plain))


def facts_in(text: str) -> frozenset[str]:
    """Give the canonical dates and references of a text."""
    return references_in(text)


def forces_in(text: str) -> frozenset[Force]:
    """Give what a text says of duty: that something must, need not or must not be done."""
    return frozenset(force for sentence in sentences(text) for force in _forces(sentence))


def _digit_numbers(text: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        unit = _UNITS.get((match["before"] or match["after"] or "").strip().lower(), "")
        yield Figure(_canonical(match["digits"], match["scale"]), unit)


def _canonical(digits: str, scale: str | None) -> str:
    grouped = re.fullmatch(r"(\d{1,3}(?:[.,\u00a0 ]\d{3})+)(?:[.,](\d{1,2}))?", digits)
    if grouped:
        whole = re.sub(r"\D", "", grouped[1])
        cents = (grouped[2] or "").rstrip("0")
        plain = f"{whole}.{cents}" if cents else whole
    else:
        plain = digits.lower().replace(",", ".").replace(":", ".")
    if scale and re.fullmatch(r"\d+(?:\.\d+)?", plain):
        value = float(plain) * _SCALES[scale.lower()]
        return str(int(value)) if value == int(value) else str(value)
    return plain.lstrip("0") or "0" if plain.isdigit() else plain


def _word_numbers(text: str) -> Iterator[Figure]:
    found = words(text)
    for i, word in enumerate(found):
        value = _NUMBER_WORDS.get(word, _ORDINALS.get(word))
        following = found[i + 1] if i + 1 < len(found) else ""
        if value is None or following in _PARTIES:
            continue
        if following in _SCALES:
            yield Figure(str(value * _SCALES[following]), "")
        else:
            yield Figure(str(value), _UNITS.get(following, ""))


_DUTY = re.compile(
    r"\b(?:moet(?:en)?|dien(?:t|en) (?=.{0,80}\bte\b)|verplicht(?:e|en|ing(?:en)?)?|plicht(?:en)?|isv-plicht|dwingende?"
    r"|must|shall|has to|have to|had to|obliged?|obliges|obligatory|obligations?|mandatory|compulsory"
    r"|(?:is|are) required)\b",
    re.IGNORECASE,
)
_NEED_NOT = re.compile(r"\b(?:hoef(?:t|ven)?|hoeven|need not|do(?:es)? not (?:have|need) to)\b", re.IGNORECASE)
_BAN = re.compile(
    r"\b(?:mag|mogen)\s+(?:\w+\s+){0,4}?(?:niet|geen)\b|\bniet (?:mag|mogen)\b|\b(?:may|must|shall) not\b"
    r"|\b(?:verboden|prohibited|forbidden)\b",
    re.IGNORECASE,
)
_NEGATOR = re.compile(r"\b(?:niet|geen|nooit|noch|not|no|never|nor|without|zonder|nergens)\b", re.IGNORECASE)
_REACH_BEFORE = 40
_REACH_AFTER = 12
"""Characters before and after a word of duty within which a negation belongs to it."""


def _forces(sentence: str) -> Iterator[Force]:
    if _NEED_NOT.search(sentence):
        yield Force.NO_DUTY
    if _BAN.search(sentence):
        yield Force.BAN
    for match in _DUTY.finditer(sentence):
        clause_start = max(sentence.rfind(mark, 0, match.start()) for mark in ",;:.") + 1
        before = sentence[max(clause_start, match.start() - _REACH_BEFORE) : match.start()]
        after = sentence[match.end() : match.end() + _REACH_AFTER]
        negated = _NEGATOR.search(before) or re.match(r"\s*(?:niet|geen|not)\b", after, re.IGNORECASE)
        yield Force.NO_DUTY if negated else Force.DUTY
