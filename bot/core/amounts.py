"""Amounts of money as people write them: "90k", "1,2 mln", "€ 140.000,-", "anderhalve ton", "EUR 2.3 million".

Knows Dutch and English words for amounts, and amounts by the year with a number of years.
Knows nothing of thresholds. A ton is 100,000 euro here, unless something is weighed in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from bot.core.sentences import Span

_WORDS: dict[str, Decimal] = {
    "een half": Decimal("0.5"), "half": Decimal("0.5"), "halve": Decimal("0.5"), "anderhalve": Decimal("1.5"),
    "anderhalf": Decimal("1.5"), "een kwart": Decimal("0.25"), "kwart": Decimal("0.25"), "een": Decimal(1),
    "nog geen": Decimal(1),
    "één": Decimal(1), "a": Decimal(1), "one": Decimal(1), "half a": Decimal("0.5"), "a quarter": Decimal("0.25"),
    "twee": Decimal(2), "two": Decimal(2), "tweeënhalf": Decimal("2.5"), "tweeeneenhalf": Decimal("2.5"),
    "tweeënhalve": Decimal("2.5"), "drie": Decimal(3), "three": Decimal(3), "vier": Decimal(4), "four": Decimal(4),
    "vijf": Decimal(5), "five": Decimal(5), "zes": Decimal(6), "six": Decimal(6), "zeven": Decimal(7),
    "seven": Decimal(7), "acht": Decimal(8), "eight": Decimal(8), "negen": Decimal(9), "nine": Decimal(9),
    "tien": Decimal(10), "ten": Decimal(10), "elf": Decimal(11), "twaalf": Decimal(12), "twelve": Decimal(12),
    "vijftien": Decimal(15), "fifteen": Decimal(15), "twintig": Decimal(20), "twenty": Decimal(20),
    "dertig": Decimal(30), "thirty": Decimal(30), "veertig": Decimal(40), "forty": Decimal(40), "vijftig": Decimal(50),
    "fifty": Decimal(50), "zestig": Decimal(60), "sixty": Decimal(60), "zeventig": Decimal(70), "tachtig": Decimal(80),
    "eighty": Decimal(80), "negentig": Decimal(90), "ninety": Decimal(90), "honderd": Decimal(100),
    "a hundred": Decimal(100), "hundred": Decimal(100), "tweehonderd": Decimal(200), "driehonderd": Decimal(300),
    "vierhonderd": Decimal(400), "vijfhonderd": Decimal(500),
}  # fmt: skip
_SCALES: dict[str, int] = {
    "k": 1000, "duizend": 1000, "mille": 1000, "thousand": 1000, "dzd": 1000, "ton": 100_000, "tonnen": 100_000,
    "m": 10**6, "mln": 10**6, "miljoen": 10**6, "mio": 10**6, "million": 10**6, "mld": 10**9,
    "miljard": 10**9, "billion": 10**9,
}  # fmt: skip
_DIGITS = r"\d{1,3}(?:[.,\u00a0 ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_WORD = "|".join(sorted((re.escape(word) for word in _WORDS), key=len, reverse=True))
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_WEIGHED = r"(?!\s*(?:afval|papier|hout|staal|goederen|co2|textiel|stenen|waste|paper|per dag))"
_MONEY = re.compile(
    rf"(?P<sign>€\s?|\beur(?:o)?\s)?(?<![\w.,/-])(?:(?P<digits>{_DIGITS})|(?P<word>{_WORD}))"
    rf"(?:\s?(?P<scale>{_SCALE})(?![^\W_]){_WEIGHED})?(?:,-|,--|\.-)?"
    r"(?P<unit>\s?(?:euro|eur|€)(?![^\W_]))?(?!\d|[^\W_])",
    re.IGNORECASE,
)
_VALUE_WORD = re.compile(
    r"\b(?:waarde|geraamd\w*|geschat\w*|raming|bedrag|begroot\w*|budget|opdracht van|contract van|inkoop van|samen"
    r"|totaal|value|estimated|worth|amount|voor|van|boven|onder|maar|slechts|circa|ca\.?|ongeveer|rond|dan|over|above|below)"
    r":?\s*(?:(?:is|van|op|of|de|het)\s*)?$",
    re.IGNORECASE,
)
_PER_YEAR = re.compile(
    r"^\s*(?:,?\s*)(?:per jaar|p/?j\b|p\.j\.|jaarlijks|elk jaar|ieder jaar|a year|per year|per annum|yearly)",
    re.IGNORECASE,
)
_NUMBER_OF = "|".join(sorted((re.escape(word) for word in _WORDS), key=len, reverse=True))
_YEARS = re.compile(
    rf"(?<![\w.,])(?P<count>\d{{1,2}}|{_NUMBER_OF})[ -]?(?:jaar|jarig\w*|jaren|years?)(?![^\W_])", re.IGNORECASE
)
_BARE_MIN = 10_000
"""A bare number from here on may be an amount; below it, it counts things, people or years."""


_THING = re.compile(
    r"\s+(?!(?:ex|excl|exclusief|incl|inclusief|voor|per|en|of|dus|bij|is|dan|over|totaal|in|on|for|and|or)\b)[^\W\d_]{3,}"
)
"""What a bare number counts, when it is no amount of money."""


class Bound(Enum):
    """What an amount says of the real one."""

    EXACT = "exact"
    AT_LEAST = "at least"
    BELOW = "below"


_ARTICLE = r"\s+(?:de\s+|het\s+)?$"
_BOUNDS = (
    (Bound.BELOW, r"\b(?:onder|minder dan|lager dan|geen|hooguit|hoogstens|net niet|below|under|less than)"),
    (Bound.AT_LEAST, r"\b(?:boven|meer dan|hoger dan|minstens|minimaal|vanaf|above|over|more than|at least)"),
)
_BOUND_PATTERNS = tuple((bound, re.compile(words + _ARTICLE, re.IGNORECASE)) for bound, words in _BOUNDS)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of whole euros and where it stands; ``per_year`` where the text says so."""

    euros: int
    span: Span
    bound: Bound = Bound.EXACT
    per_year: bool = False


def amounts_in(text: str) -> tuple[Amount, ...]:
    """Give the amounts of money of a text, in order of place."""
    return tuple(_found(text))


def years_of(text: str) -> int | None:
    """Give the number of years that a text names once, as the life of a contract; ``None`` if not one."""
    counts = {_count(match["count"]) for match in _YEARS.finditer(text)}
    counts.discard(None)
    return counts.pop() if len(counts) == 1 else None


def _found(text: str) -> Iterator[Amount]:
    for match in _MONEY.finditer(text):
        scale = (match["scale"] or "").lower()
        if not _is_money(match, scale, text):
            continue
        number = _WORDS[match["word"].lower()] if match["word"] else _number(match["digits"])
        euros = int(number * _SCALES.get(scale, 1))
        rest = text[match.end() :]
        per_year = _PER_YEAR.match(rest) is not None
        before = text[: match.start()] + (match["word"] or "") + " "
        yield Amount(euros, Span(match.start(), match.end()), _bound(before), per_year)


def _bound(before: str) -> Bound:
    return next((bound for bound, pattern in _BOUND_PATTERNS if pattern.search(before)), Bound.EXACT)


def _is_money(match: re.Match[str], scale: str, text: str) -> bool:
    """Say whether a number is money: a sign, a unit or a scale shows it, or a word of value in front of a big one."""
    if match["sign"] or match["unit"]:
        return match["digits"] is not None or bool(scale)
    if scale == "m":
        return False
    if scale:
        return True
    if match["word"]:
        return False
    is_big = _number(match["digits"]) >= _BARE_MIN
    return is_big and _VALUE_WORD.search(text[: match.start()]) is not None and not _counts_things(text[match.end() :])


def _counts_things(rest: str) -> bool:
    """Say whether a bare number is followed by the things it counts ("140.000 handschoenen")."""
    return _THING.match(rest) is not None


def _number(digits: str) -> Decimal:
    grouped = re.fullmatch(r"(\d{1,3}(?:[.,\u00a0 ]\d{3})+)(?:[.,]\d{1,2})?", digits)
    if grouped:
        return Decimal(re.sub(r"\D", "", grouped[1]))
    return Decimal(digits.replace(",", "."))


def _count(written: str) -> int | None:
    if written.isdigit():
        return int(written)
    value = _WORDS[written.lower()]
    return int(value) if value == int(value) else None
