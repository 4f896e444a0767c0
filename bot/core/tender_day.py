"""The day of a tender in what people type: "3 maart 2024", "december 2022", "vorig jaar", "in 2019".

Knows days, months and years, that a document has a date too, and days that do not exist.
Knows nothing of which rules hold on a day. A month or a year is all of its days.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.core.corpus import Validity
from bot.core.decision import Fact, FactName, Known, Refusal, Refused
from bot.core.number_words import count_of, ignoring_case
from bot.core.references import days_in, days_that_are_not, months_in, years_in
from bot.core.rules import Patterns

FIRST_TENDER_YEAR = 2005
YEARS_AHEAD = 5
"""A year outside these bounds is not that of a tender."""

_NOT_A_TENDER = Patterns.of(
    r"\b(?:brie(?:f|ven)|kamerbrief|kamerbrieven|motie|moties|letter|letters|motion|strategie|agenda|kader|manifest|nota"
    r"|plan|sinds|since|policy|framework)\b[^.?!]{0,25}$"
)
_SIGNED_AFTER = Patterns.of(r"^\s*(?:\w+\s+){0,2}(?:ge|onder|mee)\w*teken")
_PERIOD = re.compile(r"(?P<year>[12]\d{3})(?:-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)
_DAY_AND_MONTH = re.compile(r"\d{1,2}[-/]\d{1,2}")
_RANGE = ignoring_case(r"\b((?:19|20)\d\d)\s?(?:-|\u2013|t/m|tot en met|tot|to|until|through)\s?(?:19|20)\d\d\b")
"""The years through which a contract runs: it began in the first."""

_AGO = ignoring_case(r"(?<![\w.,])(?P<years>\d{1,2}|[^\W\d_]{3,6})\s(?:jaar geleden|years? ago)\b")
_OTHER_YEARS = (
    (-1, Patterns.of(r"\b(?:vorig jaar|last year)\b")),
    (1, Patterns.of(r"\b(?:volgend jaar|next year)\b")),
)


@dataclass(frozen=True, slots=True)
class ToldDays:
    """The days of a tender that a message tells, and those that do not exist."""

    facts: tuple[Fact, ...] = ()
    refused: tuple[Refused, ...] = ()


def tender_days_in(text: str, as_of: date) -> ToldDays:
    """Give the day of the tender, where a message names a day, month or year that is not that of a document."""
    text = _RANGE.sub(r"\1", text)
    days = days_in(text)
    told = sorted(day for day in days if _is_of_a_tender(text, str(day.year)))
    if days:
        return ToldDays(_one_of([Fact(FactName.DATE, day, Known.QUESTION, day.isoformat()) for day in told], as_of))
    wrong = [one for one in days_that_are_not(text) if _is_of_a_tender(text, str(one.year))]
    if wrong:
        refused = tuple(Refused(FactName.DATE, one.words, Refusal.NO_SUCH_DAY) for one in wrong)
        return ToldDays(tuple({_month(one.year, one.month, as_of) for one in wrong}), refused)
    years = {as_of.year + step for step, words in _OTHER_YEARS if words.match(text)}
    years |= {as_of.year - ago for match in _AGO.finditer(text) if (ago := count_of(match["years"])) is not None}
    years = years or {year for year in years_in(text) if _is_of_a_tender(text, str(year))}
    known = [year for year in sorted(years) if FIRST_TENDER_YEAR <= year <= as_of.year + YEARS_AHEAD]
    return ToldDays(_one_of([_month(year, _month_of(text, year), as_of) for year in known], as_of))


def _one_of(told: Sequence[Fact], as_of: date) -> tuple[Fact, ...]:
    """Give the one day, month or year; of several it is not known which one, so that each day between may be it."""
    if len(told) <= 1:
        return tuple(told)
    days = sorted(day for fact in told for day in _ends(fact))
    within = Validity(days[0], days[-1])
    day = as_of if within.covers(as_of) else days[0]
    return (Fact(FactName.DATE, day, Known.QUESTION, ", ".join(fact.words for fact in told), within=within),)


def _ends(fact: Fact) -> Iterator[date]:
    within = fact.within or Validity()
    yield from (day for day in (fact.value, within.since, within.until) if isinstance(day, date))


def year_of(told: Fact) -> int | None:
    """Give the year of a told day; ``None`` where it may be one of several years."""
    years = {day.year for day in _ends(told)}
    return years.pop() if len(years) == 1 else None


def with_year(text: str, year: int) -> str:
    """Give an answer such as "15 september" or "15-9" with the year that the question named."""
    if years_in(text):
        return text
    written = f"{text.strip()}-{year}" if _DAY_AND_MONTH.fullmatch(text.strip()) else f"{text.strip()} {year}"
    return written if days_in(written) or days_that_are_not(written) or months_in(written) else text


def period_of(written: str) -> Fact | None:
    """Give the month or the year that "2022-06" or "2022" is; ``None`` for anything else."""
    match = _PERIOD.fullmatch(written)
    if match is None:
        return None
    month = None if match["month"] is None else int(match["month"])
    return replace(_month(int(match["year"]), month, date.min), known=Known.ASKED)


def _month(year: int, month: int | None, as_of: date) -> Fact:
    """Give a month, or a year, of which the day is not told: today where that is in it, else its first day."""
    first, last = month or 1, month or 12
    within = Validity(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
    day = as_of if within.covers(as_of) else date(year, first, 1)
    words = str(year) if month is None else f"{year}-{month:02}"
    return Fact(FactName.DATE, day, Known.QUESTION, words, within=within)


def _month_of(text: str, year: int) -> int | None:
    """Give the month that a text names with a year; ``None`` where it names none, or several."""
    months = {month for named, month in months_in(text) if named == year}
    return months.pop() if len(months) == 1 else None


def _is_of_a_tender(text: str, year: str) -> bool:
    place = text.rfind(year)
    before, after = text[:place], text[place + len(year) :]
    return not _NOT_A_TENDER.match(before) and not _SIGNED_AFTER.match(after)
