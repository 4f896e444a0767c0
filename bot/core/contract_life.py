"""How long a contract may last, with its options, from what people type.

Knows years, months and quarters, "2 x 1 optiejaar" and "2+1+1".
Knows nothing of amounts. An option counts: the value of a purchase is that over its longest life.
"""

import re

from bot.core.number_words import TIMES_SIGN, count_of, ignoring_case

_NUMBER = (
    r"(?:\d{1,3}|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|twaalf|one|two|three|four|five|six|eight|ten)"
)
_YEAR = r"(?:[ -]?jaar|[ -]?jaren|[ -]?jr|[ -]?years?|[ -]?jarige?)"
_SO_OFTEN = rf"(?:(?<![\w.,])(?P<times>{_NUMBER})\s*{TIMES_SIGN}\s*)?"
_COUNT = rf"(?<![\w.,])(?P<count>{_NUMBER})"
_OPTION = r"(?:optie\w*|option\w*|verleng\w*|extensions?)"


_OPTION_YEARS = (
    ignoring_case(rf"{_SO_OFTEN}{_COUNT}\s*(?:optie[- ]?ja(?:ar|ren)|option(?:al)? years?)\b"),
    ignoring_case(rf"{_SO_OFTEN}{_COUNT}{_YEAR}\s*(?:als |in )?(?:{_OPTION}|extra)\b"),
    ignoring_case(
        rf"(?<!\bincl\. )(?<!\binclusief )\b{_OPTION}(?: (?:op|van|voor|met|tot|of|for|to|maximaal|max))*\s+"
        rf"{_SO_OFTEN}{_COUNT}{_YEAR}\b"
    ),
)
_WITH_OPTIONS = ignoring_case(rf"\b(?:incl\w*\.?|samen met|including) (?:de |alle )?{_OPTION}\b")
_OPTIONS = ignoring_case(rf"\b{_OPTION}\b")
_SUM_OF_YEARS = ignoring_case(r"(?<![\w.,+])(\d(?:\s?\+\s?\d){1,4})(?![\w+])(?:\s*jaar)?")
_HALVES = {"anderhalf jaar": 1.5, "tweeënhalf jaar": 2.5, "half jaar": 0.5, "half a year": 0.5}
_YEARS = ignoring_case(rf"{_COUNT}{_YEAR}(?:ig\w*)?(?![^\W_])")
_MONTHS = ignoring_case(rf"{_COUNT}\s?(?:maanden|maand|mnd|months?)\b")
_QUARTERS = ignoring_case(rf"{_COUNT}\s?(?:kwartalen|quarters)\b")
_THEREFORE = ignoring_case(rf"\b(?:dus|totaal|samen|so|total)\b[^.?!]{{0,20}}?{_COUNT}{_YEAR}\b")


def life_in(text: str) -> tuple[float | None, bool]:
    """Give the years that a contract may last, and whether that is all of it; no years where they are not clear."""
    summed = _SUM_OF_YEARS.search(text)
    if summed is not None:
        return float(sum(int(n) for n in re.findall(r"\d", summed[1]))), True
    concluded = _THEREFORE.search(text)
    if concluded is not None:
        return float(count_of(concluded["count"]) or 0), True
    extra, rest = _option_years(text)
    halves = [years for words, years in _HALVES.items() if words in rest.lower()]
    years = halves[0] if halves else _one(_YEARS, rest)
    if years is None:
        months, quarters = _one(_MONTHS, rest), _one(_QUARTERS, rest)
        years = months / 12 if months else quarters / 4 if quarters else None
    if years is None:
        return None, False
    is_whole = _OPTIONS.search(_WITH_OPTIONS.sub(" ", rest)) is None
    return years + extra, is_whole


def _one(pattern: re.Pattern[str], text: str) -> float | None:
    """Give the number that a text names in this way, where it names one."""
    counts = {count_of(match["count"]) for match in pattern.finditer(text)} - {None, 0}
    return float(counts.pop() or 0) if len(counts) == 1 else None


def _option_years(text: str) -> tuple[int, str]:
    """Give the years by which a contract may be extended, and the text without them."""
    extra = 0
    for pattern in _OPTION_YEARS:
        for match in pattern.finditer(text):
            times = count_of(match["times"]) if match["times"] else 1
            extra += (times or 1) * (count_of(match["count"]) or 0)
        text = pattern.sub(" ", text)
    return extra, text
