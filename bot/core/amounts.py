"""Amounts of money as people write them: "90k", "1,2 mln", "€ 140.000,-", "anderhalve ton", "EUR 2.3 million".

Knows digits, letters, scales and signs, and words that bound an amount or say how often it comes back.
Knows nothing of what an amount is the price of. A ton is 100,000 euro here, unless something is weighed in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from bot.core.number_words import IN_LETTERS, TENS, number_of
from bot.core.sentences import Span

_SCALES: dict[str, int] = {
    "k": 1000, "duizend": 1000, "mille": 1000, "thousand": 1000, "dzd": 1000, "grand": 1000, "ton": 100_000,
    "tonnen": 100_000, "m": 10**6, "mln": 10**6, "miljoen": 10**6, "mio": 10**6, "million": 10**6, "mld": 10**9,
    "miljard": 10**9, "billion": 10**9,
}  # fmt: skip
_DIGITS = r"\d{1,3}(?:[.,\u00a0 ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_WEIGHED = r"(?!\s*(?:afval|papier|hout|staal|goederen|co2|textiel|stenen|waste|paper|per dag))"
_MONEY = re.compile(
    rf"(?P<sign>k?€\s?|\beur(?:o)?\s)?(?<![\w.,/-])"
    rf"(?:(?P<digits>{_DIGITS})|(?P<word>(?:{IN_LETTERS})(?<!\s)|[^\W\d_]+(?=\s?(?:{_SCALE})(?![^\W_]))))"
    rf"(?:\s?(?P<scale>{_SCALE})(?![^\W_]){_WEIGHED}(?:(?<=ton)\s(?:en\s)?(?P<more>{'|'.join(TENS)})(?![^\W_]))?)?(?:,-+|,=|\.-)?"
    r"(?P<unit>\s?(?:euro'?s?|eur|€(?!\s?\d))(?![^\W_]))?(?!\d|[^\W_])",
    re.IGNORECASE,
)
_VALUE_WORD = re.compile(
    r"\b(?:waarde|geraamd\w*|geschat\w*|raming|bedrag|begroot\w*|budget|opdracht van|contract van|inkoop van|samen"
    r"|totaal|value|estimated|worth|amount|voor|van|boven|onder|maar|slechts|circa|ca\.?|ongeveer|rond|dan|over|above"
    r"|below):?\s*(?:(?:is|van|op|of|de|het)\s*)?$",
    re.IGNORECASE,
)
_EXCLUDING = r"(?:\s*,?\s*\(?(?:ex(?:cl(?:usief)?)?\.?|zonder|without|excluding)\s*(?:btw|vat)?\)?)?"
_PERIODS: tuple[tuple[int, str], ...] = (
    (1, r"(?:per|elk|ieder|an?|each|every) ?(?:contract)?(?:jaar|jar|jr|year|annum|yr)|p/?[ja]r?|p\.[ja]\.?"),
    (1, r"/ ?j(?:aar|r)?|jaarlijkse?|jaarbedrag|yearly|annual(?:ly)?"),
    (4, r"(?:per|elk|ieder|a|each) ?(?:kwartaal|quarter)|kwartaalbedrag|quarterly"),
    (
        12,
        r"(?:per|elke|iedere|a|each|every|in de) ?(?:maand|month)|p/?m|p\.m\.?|/ ?m(?:aand|nd)?|maandelijkse?|monthly",
    ),
    (52, r"(?:per|elke|iedere|a|each|every|in de) ?week|wekelijkse?|weekbedrag|weekly"),
)
_PERIODS_AFTER = tuple(
    (n, re.compile(rf"^{_EXCLUDING}\s*,?\s*(?:was |is |zijn )?(?:{w})(?![^\W_])", re.IGNORECASE)) for n, w in _PERIODS
)
_PERIODS_BEFORE = tuple(
    (
        n,
        re.compile(
            rf"(?<![^\W_])(?:{w})"
            r"(?: (?:is|zijn|kost|kosten|costs?|waarde|bedrag|uitgaven|spend|amount|value|of|van|dus|betalen we"
            r"|ongeveer|circa))*:?\s*(?:€\s?)?$",
            re.IGNORECASE,
        ),
    )
    for n, w in _PERIODS
)
"""How often in a year an amount is paid, and the words that say so, after it or in front of it."""

_PRICE_BEFORE = re.compile(r"(?:\bà|@|\b(?:stuks?prijs|eenheidsprijs|unit price)(?: is| van|:)?)\s*$", re.IGNORECASE)
_PRICE_AFTER = re.compile(r"^\s*(?:(?:per|p/?)\s?(?:stuk|st)\b|het stuk\b)", re.IGNORECASE)

_BARE_MIN = 10_000
"""A bare number from here on may be an amount; below it, it counts things, people or years."""

MIN_WORD_AMOUNT = 100
"""A number in letters from here on, with "euro" after it, is an amount; "een euro" mostly is a manner of speaking."""

_THING = re.compile(
    r"\s+(?!(?:ex|excl\w*|incl\w*|voor|per|en|of|dus|bij|is|was|dan|over|totaal|in|on|for|and|or|alles|samen|total|maar"
    r"|op|aan|met|zonder|volgens|moet|moeten|geldt|excluding|without|ipv|plus|pardon|sorry|nee|uit|toch|naar|to|tot"
    r"|instead|niet|not|precies|exact|ongeveer|nog|nu|dat|wordt|werd|hoort|geraamd|all|just|now|so|that|elk|each|gedurende|the|de|het)\b)[^\W\d_]{3,}"
)
"""What a bare number counts, when it is no amount of money."""


REACH = 160
"""Characters around an amount that may say what it is."""


class Bound(Enum):
    """What an amount says of the real one."""

    EXACT = "exact"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    BELOW = "below"


_ARTICLE = r"\s+(?:de\s+|het\s+)?(?:€\s?)?$"
_BOUNDS = (
    (Bound.AT_MOST, r"\b(?:hooguit|hoogstens|maximaal|ten hoogste|niet meer dan|at most|up to|no more than)"),
    (Bound.BELOW, r"\b(?:onder|minder dan|lager dan|geen|net niet|bijna|below|under|less than|almost|nearly)"),
    (Bound.AT_LEAST, r"\b(?:boven|meer dan|hoger dan|minstens|minimaal|vanaf|ruim|above|over|more than|at least)"),
)
_BOUND_PATTERNS = tuple((bound, re.compile(words + _ARTICLE, re.IGNORECASE)) for bound, words in _BOUNDS)


PERIOD_WORDS = re.compile(rf"(?<![^\W_])(?:{'|'.join(words for _, words in _PERIODS)})(?![^\W_])", re.IGNORECASE)
"""Any word for a period in which something is paid."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of whole euros and where it stands; ``times_a_year`` where the text says that it comes back."""

    euros: int
    span: Span
    bound: Bound = Bound.EXACT
    times_a_year: int = 0


def amounts_in(text: str) -> tuple[Amount, ...]:
    """Give the amounts of money of a text, in order of place."""
    return tuple(_found(text))


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """Give what stands just before and just after a place: what is further away says nothing of it."""
    return text[max(0, start - REACH) : start], text[end : end + REACH]


def _found(text: str) -> Iterator[Amount]:
    place = 0
    while (match := _MONEY.search(text, place)) is not None:
        scale = (match["scale"] or "").lower()
        before, after = around(text, match.start(), match.end())
        if not _is_money(match, scale, before, after) and not _is_price(match, before, after):
            place = match.start() + 1
            continue
        place = match.end()
        per_sign = 1000 if (match["sign"] or "").lower().startswith("k") else 1
        euros = int(_number(match) * _SCALES.get(scale, 1) * per_sign) + 1000 * TENS.get(
            (match["more"] or "").lower(), 0
        )
        times = [n for n, pattern in _PERIODS_AFTER if pattern.match(after)]
        times += [n for n, pattern in _PERIODS_BEFORE if pattern.search(before)]
        bound = _bound(f"{before} ", f"{before}{match['word'] or ''} ")
        yield Amount(euros, Span(match.start(), match.end()), bound, times[0] if times else 0)


def _is_price(match: re.Match[str], before: str, after: str) -> bool:
    """Say whether a bare number is a price: "2.500 per maand", "300 stoelen à 400"."""
    if match["digits"] is None or match["scale"]:
        return False
    if _PRICE_BEFORE.search(before) or _PRICE_AFTER.match(after):
        return True
    return _number(match) >= MIN_WORD_AMOUNT and any(pattern.match(after) for _, pattern in _PERIODS_AFTER)


def _bound(*befores: str) -> Bound:
    found = (bound for before in befores for bound, pattern in _BOUND_PATTERNS if pattern.search(before))
    return next(found, Bound.EXACT)


def _is_money(match: re.Match[str], scale: str, before: str, after: str) -> bool:
    """Say whether a number is money: a sign, a unit or a scale shows it, or its size and what stands around it."""
    number = _number(match)
    if not number:
        return False
    if match["sign"] or match["unit"]:
        return match["digits"] is not None or bool(scale) or number >= MIN_WORD_AMOUNT
    if scale == "m":
        return any(pattern.match(after) for _, pattern in _PERIODS_AFTER)
    if scale:
        return True
    if number < _BARE_MIN or _THING.match(after) is not None:
        return False
    is_grouped = match["word"] is not None or re.search(r"\d[.,]\d{3}", match["digits"]) is not None
    return is_grouped or _VALUE_WORD.search(before) is not None


def _number(match: re.Match[str]) -> Decimal:
    if match["word"]:
        return number_of(match["word"])
    digits = match["digits"]
    grouped = re.fullmatch(r"(\d{1,3}(?:[.,\u00a0 ]\d{3})+)(?:[.,]\d{1,2})?", digits)
    return Decimal(re.sub(r"\D", "", grouped[1])) if grouped else Decimal(digits.replace(",", "."))
