"""References that a text names exactly: papers of parliament, articles, directives, dates, years.

Knows how each is written, and gives one canonical form for all spellings.
Knows nothing of what a reference says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

KEPT_TEXTS = 4096
"""Texts of the corpus of which something is remembered; a question never is."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("januari", "january", "jan"),
            ("februari", "february", "feb"),
            ("maart", "march", "mrt"),
            ("april", "apr"),
            ("mei", "may"),
            ("juni", "june", "jun"),
            ("juli", "july", "jul"),
            ("augustus", "august", "aug"),
            ("september", "sept", "sep"),
            ("oktober", "october", "okt"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
DECEMBER = 12
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_PAPER = re.compile(
    r"\b(?:kst-?\s?)?(?P<file>\d{2}[ .]?\d{3})(?:[ -](?P<roman>[IVXL]+))?"
    r"(?:\s*,?\s*(?:nr|no|nummer)s?\.?\s*(?P<number>\d{1,4})|-(?P<dash>\d{1,4}))?(?!\d|[.,]\d)",
    re.IGNORECASE,
)
_CASE_NUMBER = re.compile(r"\b\d{4}-\d{7,10}\b")
_ARTICLE = re.compile(
    r"\b(?:artikel(?:en)?|article[s]?|art\.?)\s*(?P<number>\d{1,3}(?:[.:]\d{1,3})?[a-z]?)\b", re.IGNORECASE
)
_EU_ACT = re.compile(r"\b(?P<year>(?:19|20)\d{2})/(?P<number>\d{1,4})(?:/E[UG])?\b")
_DAY = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{_MONTH})\.?,?\s+(?P<year>(?:19|20)\d{{2}})\b", re.IGNORECASE
)
_DAY_US = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,\s+(?P<year>(?:19|20)\d{{2}})\b", re.IGNORECASE
)
_DAY_DIGITS = re.compile(r"\b(?P<day>\d{1,2})[-/](?P<month>\d{1,2})[-/](?P<year>(?:19|20)\d{2})\b")
_DAY_ISO = re.compile(r"\b(?P<year>(?:19|20)\d{2})-(?P<month>\d{2})-(?P<day>\d{2})\b")
_MONTH_YEAR = re.compile(rf"\b(?P<month>{_MONTH})\s+(?P<year>(?:19|20)\d{{2}})\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d/.,-])(?P<year>(?:19|20)\d{2})(?![\d/]|[.,]\d)")


def references_in(text: str) -> frozenset[str]:
    """Give the canonical references of a text, such as ``paper:26485-331``, ``article:2.80`` and ``day:2022-06-13``."""
    return frozenset(_papers(text)) | frozenset(_acts(text)) | frozenset(_times(text))


@lru_cache(maxsize=KEPT_TEXTS)
def references_held(text: str) -> frozenset[str]:
    """Give the same for a text of the corpus, and remember it."""
    return references_in(text)


def without_references(text: str) -> str:
    """Give the text with every date and reference blanked out, so that what is left are plain numbers."""
    text = _PAPER.sub(lambda match: match.group() if _paper_file(match) is None else " ", text)
    for pattern in (_CASE_NUMBER, _ARTICLE, _EU_ACT, _DAY, _DAY_US, _DAY_DIGITS, _DAY_ISO, _MONTH_YEAR, _YEAR):
        text = pattern.sub(" ", text)
    return text


def days_in(text: str) -> frozenset[date]:
    """Give the full dates that a text names."""
    found = {reference.removeprefix("day:") for reference in _times(text) if reference.startswith("day:")}
    return frozenset(date.fromisoformat(day) for day in found)


@dataclass(frozen=True, slots=True)
class NoDay:
    """A date that does not exist, such as 31 February; ``month`` is ``None`` where that does not exist either."""

    words: str
    year: int
    month: int | None


def days_that_are_not(text: str) -> tuple[NoDay, ...]:
    """Give the dates that a text names and that do not exist."""
    return tuple(
        NoDay(match.group(), year, month if 1 <= month <= DECEMBER else None)
        for match, (year, month, day) in _written_days(text)
        if _day(year, month, day) is None
    )


def months_in(text: str) -> frozenset[tuple[int, int]]:
    """Give the months that a text names, with their year."""
    found = (r.removeprefix("month:") for r in _times(text) if r.startswith("month:"))
    return frozenset((int(year), int(month)) for year, _, month in (one.partition("-") for one in found))


def days_of_years(text: str) -> frozenset[date]:
    """Give the first and the last day of every year that a text names: what held in it held on one of them."""
    return frozenset(day for year in years_in(text) for day in (date(year, 1, 1), date(year, 12, 31)))


def years_in(text: str) -> frozenset[int]:
    """Give the years that a text names, alone or inside a date."""
    return frozenset(int(r.removeprefix("year:")) for r in _times(text) if r.startswith("year:"))


def _papers(text: str) -> Iterator[str]:
    for match in _PAPER.finditer(text):
        file = _paper_file(match)
        if file is None:
            continue
        yield f"paper:{file}"
        number = match["number"] or match["dash"]
        if number:
            yield f"paper:{file}-{int(number)}"
    for match in _CASE_NUMBER.finditer(text):
        yield f"paper:{match.group()}"


def _paper_file(match: re.Match[str]) -> str | None:
    """Give the file number of a paper of parliament; ``None`` for five digits that are just a number."""
    is_marked = match["number"] or match["dash"] or match["roman"] or " " in match["file"]
    if not is_marked and not match.group().lower().startswith("kst"):
        return None
    file = re.sub(r"\D", "", match["file"])
    return f"{file}-{match['roman'].upper()}" if match["roman"] else file


def _acts(text: str) -> Iterator[str]:
    for match in _ARTICLE.finditer(text):
        yield f"article:{match['number'].lower().replace(':', '.')}"
    for match in _EU_ACT.finditer(text):
        yield f"act:{match['year']}/{match['number']}"


def _times(text: str) -> Iterator[str]:
    for _, written in _written_days(text):
        day = _day(*written)
        if day is not None:
            yield f"day:{day.isoformat()}"
            yield f"month:{day:%Y-%m}"
            yield f"year:{day.year}"
    for match in _MONTH_YEAR.finditer(text):
        yield f"month:{match['year']}-{MONTHS[match['month'].lower()]:02d}"
        yield f"year:{match['year']}"
    for match in _YEAR.finditer(text):
        yield f"year:{match['year']}"


def _written_days(text: str) -> Iterator[tuple[re.Match[str], tuple[int, int, int]]]:
    """Give what is written as a date, with its year, month and day, whether it exists or not."""
    for pattern in (_DAY, _DAY_US, _DAY_DIGITS, _DAY_ISO):
        for match in pattern.finditer(text):
            month = MONTHS.get(match["month"].lower()) or int(match["month"])
            yield match, (int(match["year"]), month, int(match["day"]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
