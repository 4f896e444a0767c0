"""What a purchase is worth, from the amounts of one message.

Knows unit prices, amounts that come back or belong together, amounts with VAT, thresholds that are only named, and
amounts that are corrected in the same breath.
Knows nothing of what follows. The value is that over the whole life of the contract, in euro without VAT.
In doubt it gives several values, or none: then the asker is asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.core.amounts import PERIOD_WORDS, Amount, Bound, amounts_in, around
from bot.core.contract_life import life_in
from bot.core.number_words import TIMES_SIGN, count_of, ignoring_case
from bot.core.part_amounts import is_of_one_lot, is_part, speaks_of_a_part
from bot.core.sentences import Span

_EURO = r"(?:€\s?|eur\s)?"
_EUROS = r"\s*(?:euro'?s?\s*)?"
_COUNT = r"(?<![\w.,])(?P<count>\d{1,3}(?:[.,]\d{3})+|\d{1,6}|[^\W\d_]{3,12})"
_THINGS = r"(?:(?!elk\b)(?!jaar|jaren|year|maand|month)[^\W\d_][\w-]*\s+){1,3}"
_PIECE = (
    r"st(?:uk|\.)?|exemplaar|set|paar|persoon|medewerker|werkplek|uur|dag|kilo|kg|liter|kwh|mwh|meter|m2|doos|unit|item"
    r"|piece|person|hour|day"
)


_TIMES = ignoring_case(rf"{_COUNT}\s*{TIMES_SIGN}\s*{_EURO}$")
_TIMES_AFTER = ignoring_case(rf"^[^.?!;,]{{0,12}}?\s{TIMES_SIGN}\s*(?P<count>\d{{1,2}})(?!\w|[.,]\d)")
_TIMES_RIGHT_AFTER = ignoring_case(rf"^{_EUROS}\s*{TIMES_SIGN}\s*(?P<count>\d{{1,6}})(?!\w|[.,]\d)")
_SEVERAL_AT = ignoring_case(rf"{_COUNT}\s+{_THINGS}(?P<at>à|a|at|@|van|of|maal|x)\s*(?P<each>elk\s+)?{_EURO}$")
_YEARS_AT = ignoring_case(rf"{_COUNT}[ -]?(?:jaar|jaren|years?)\s*(?:à|a|at|van|x|maal|times)\s*{_EURO}$")
_COUNTED = ignoring_case(
    r"(?<![\w.,])(\d{1,3}(?:[.,]\d{3})+|\d{1,6})\s(?!jaar|jaren|year|maand|month|week|weken|euro|eur|kwarta)[^\W\d_]{3,}"
)
_EACH_AFTER = ignoring_case(
    rf"^{_EUROS}(?:(?:per|p\.?/?)\s?(?:{_PIECE})|het stuk|p\.?p|each|apiece|elk(?! jaar)"
    r"|per (?!jaar|contractjaar|maand|week|kwartaal|year|month|saldo)[^\W\d_]{3,})\b"
)
_PER_THING = ignoring_case(r"^\s*(?:euro'?s?\s*)?,?-?\s*per (?P<thing>[^\W\d_]{3,})")
_EACH_BEFORE = ignoring_case(
    r"\b(?:stuksprijs|eenheidsprijs|uurtarief|dagtarief|unit price|(?:prijs |price )?per (?!jaar|year|saldo|maand|month"
    rf"|week|kwartaal|quarter)[^\W\d_]+)\s*(?:is|kost|van|:|of)?\s*{_EURO}$"
)
_PIECES = ignoring_case(r"(?<![\w.,])(\d{1,3}(?:[.,]\d{3})+|\d{1,6})\s?(?:stuks|exemplaren|units|pieces|items)\b")
"""The price of one, and how many there are."""

_WITH_VAT = ignoring_case(
    r"^\s*,?\s*\(?(?:(?:incl(?:usief|uding|\.)?|met|with)\s*(?:\d{1,2}\s?%\s*)?(?:de\s)?(?:btw|vat)\b|incl\.?(?=[\s,.?]|$)"
    r"|(?:de )?btw (?:zit|is) (?:er |hier )?(?:al |ook )*(?:in|bij|inbegrepen)|(?:btw|vat) (?:inbegrepen|included)"
    r"|(?:including|met) tax|bruto\b)"
)
_NOT_A_VALUE = ignoring_case(
    r"\b(?:\w*drempel\w*|\w*grens\w*|thresholds?|limit|meetlat)\b(?![^.?!;]{0,40}\b(?:wij|we|onze|our)\b)[^.?!;,]{0,30}$"
)
"""In front of an amount that is a threshold and no value."""

_INSTEAD = ignoring_case(rf"{_EUROS}(?:in plaats van|i\.p\.v\.|ipv|instead of|en niet|and not|,? niet)\s*{_EURO}")
_NOW_IS = ignoring_case(rf"{_EUROS}(?:naar|to|wordt|werd|becomes|became)\s*{_EURO}")
_BUT = ignoring_case(rf"{_EUROS},?\s*(?:maar|but)\s+(?:\w+\s+){{0,2}}?{_EURO}")
_NOT_BEFORE = ignoring_case(rf"\b(?:niet|geen|not)\s+(?:de\s+)?{_EURO}$")
_I_MEAN = ignoring_case(
    r"\b(?:pardon|sorry|nee|no|oeps|oops|correctie|herstel|verbetering|ik bedoel|bedoel ik|bij nader inzien|inmiddels"
    r"|maar het is|het is nu|i mean|wait|scratch that|rather|actually)\b"
)
"""Amounts that are corrected in the same breath."""

_AND = ignoring_case(r"\s*(?:en|and|plus|\+)?\s*")
_BETWEEN = ignoring_case(rf"\b(?:tussen|between)\s*(?:de\s+)?{_EURO}$")
_HALF_A_RANGE = ignoring_case(rf"(?<![\w.,])\d{{1,3}}(?:[.,]\d)?\s*(?:en|tot|à|-|to|and)\s*(?:de\s+)?{_EURO}$")
_MORE = ignoring_case(r"\b(?:nog eens|daarbovenop|daarnaast|plus|erbij|er komt nog|extra|daarna|on top|in addition)\b")
_LOTS = ignoring_case(r"\b(?:perce+len|lots)\b")
_SHARES = ignoring_case(
    r"\b(?:perce+len|lots|(?:deel)?opdracht(?:en|jes)|contracten|delen|stuk(?:ken|jes)|termijnen|tranches|fasen|parts"
    r"|pieces|phases|contracts|orders)\b"
)
_PLUS = ignoring_case(r"\d\s?(?:k|mille|duizend|euro|,-)?\s?(?:\+|plus)\s?(?:€\s?)?\d")
_TOTAL = ignoring_case(
    r"\b(?:totaal|total|samen|alles bij elkaar|in het geheel|eenmalig|one-off|dus|so|is dat|dat is|per jaar is|ofwel)\b"
)
_LOT = ignoring_case(r"\b(?:perce+l|lot)\s*(?:\d+|[a-h])\b")
"""Amounts that are parts of one, or the ends of a range."""

TON = 100_000
SMALL_PRICE = 10_000
"""An amount below it after "300 laptops van" is the price of one."""


@dataclass(frozen=True, slots=True)
class Worth:
    """A value of a purchase that a message tells, and the words that told it."""

    euros: int
    bound: Bound
    words: str


def worths_in(text: str) -> tuple[Worth, ...]:
    """Give the values that a message tells; several that differ mean that it is not clear."""
    worths = _of_whole(text)
    if not speaks_of_a_part(text) and not (len(worths) == 1 and is_of_one_lot(text[: text.find(worths[0].words)])):
        return worths
    return tuple(_at_least(worth) for worth in worths)


def _at_least(worth: Worth) -> Worth:
    return replace(worth, bound=Bound.AT_LEAST) if worth.bound is Bound.EXACT else worth


def _of_whole(text: str) -> tuple[Worth, ...]:
    """Give the values as if the amounts of a message were all of it."""
    amounts = [a for a in amounts_in(text) if _NOT_A_VALUE.search(around(text, *a.span)[0]) is None]
    amounts = _added_up(_without_corrected(amounts, text), text)
    told = [amount for amount in amounts if amount.bound is Bound.EXACT]
    # "onder de 140k: 139.300" tells one value, and what it was compared with
    found = {amount: _worth(amount, text) for amount in amounts}
    worths = [worth for amount in told or amounts if (worth := found[amount]) is not None]
    if any(worth is None or _is_one_term(amount, text) for amount, worth in found.items()):
        worths = [_at_least(worth) for worth in worths]
    if len(worths) > 1 and _belong_together(worths, text):
        words = " + ".join(worth.words for worth in worths)
        return (Worth(sum(worth.euros for worth in worths), Bound.EXACT, words),)
    without_vat = [worth for worth in worths if worth.bound is Bound.EXACT]
    has_with_vat = any(_WITH_VAT.match(around(text, *amount.span)[1]) for amount in amounts)
    return tuple(without_vat if without_vat and has_with_vat else worths)


def _is_one_term(amount: Amount, text: str) -> bool:
    """Say whether an amount is likely only one of many terms: the message speaks of a period, and of no total."""
    is_whole = amount.times_a_year or _TOTAL.search(text) or _MORE.search(text)
    return not is_whole and PERIOD_WORDS.search(text) is not None


def _belong_together(worths: Sequence[Worth], text: str) -> bool:
    """Say whether all values are parts of one: lots, or one that comes on top of another."""
    if any(worth.bound is not Bound.EXACT for worth in worths):
        return False
    has_lots = len(_LOT.findall(text)) == len(worths) or _LOTS.search(text) is not None
    return has_lots or _MORE.search(text) is not None or _PLUS.search(text) is not None


def _worth(amount: Amount, text: str) -> Worth | None:
    """Give the value that an amount stands for; none where it is the price of one of an unknown number."""
    words = text[amount.span.start : amount.span.end].strip(" ,-")
    before, after = around(text, *amount.span)
    count = _count_before(amount, before, after)
    if count is None or _HALF_A_RANGE.search(before):
        return None
    years, is_whole = _times_paid(amount, text, after)
    euros = round(amount.euros * count * years)
    shown = f"{count} x {words}" if count > 1 else words
    shown = f"{years:g} x {shown}" if years != 1 else shown
    is_all = is_whole and (count > 1 or not is_part(before, after))
    bound = amount.bound if is_all else Bound.AT_LEAST
    return Worth(euros, Bound.BELOW if _WITH_VAT.match(after) else bound, shown)


def _count_before(amount: Amount, before: str, after: str) -> int | None:
    """Give how many are bought at this price: 1 for a whole amount; ``None`` where the number is not told."""
    times = _TIMES.search(before)
    if times is not None and count_of(times["count"]) is not None:
        return count_of(times["count"])
    after_it = _TIMES_RIGHT_AFTER.match(after)
    if after_it is not None and not amount.times_a_year:
        return count_of(after_it["count"])
    years = _YEARS_AT.search(before)
    if years is not None and not amount.times_a_year:
        return count_of(years["count"])
    several = _SEVERAL_AT.search(before)
    is_each = _EACH_AFTER.match(after) is not None
    if several is not None:
        is_small = several["at"].lower() not in ("van", "of") or amount.euros < SMALL_PRICE
        is_one_price = is_each or is_small or several["each"] is not None or _SHARES.search(several.group()) is not None
        count = count_of(several["count"])
        if is_one_price and count is not None:
            return count
    if not is_each and not _EACH_BEFORE.search(before):
        return 1
    pieces = {count_of(found) for found in _PIECES.findall(before + after)} | _counts_of_thing(before, after)
    pieces = pieces or {count_of(found) for found in _COUNTED.findall(before)}
    return pieces.pop() if len(pieces) == 1 else None


def _counts_of_thing(before: str, after: str) -> set[int | None]:
    """Give the numbers in front of the thing whose price is told: "350 laptops … 400 euro per laptop"."""
    each = _PER_THING.match(after)
    if each is None:
        return set()
    counted = ignoring_case(rf"{_COUNT}\s+(?:[^\W\d_]+\s+)?[^\W\d_]*{re.escape(each['thing'])}(?:s|en|n|ten)?\b")
    return {count_of(match["count"]) for match in counted.finditer(before)} - {None}


def _times_paid(amount: Amount, text: str, after: str) -> tuple[float, bool]:
    """Give how often an amount is paid over the contract's life, and whether the message tells all of that life."""
    if not amount.times_a_year:
        return 1, True
    times = _TIMES_AFTER.match(after)
    if times is not None:
        return amount.times_a_year * float(times["count"]), True
    years, is_whole = life_in(text)
    return amount.times_a_year * (years or 1), is_whole


def _added_up(amounts: Sequence[Amount], text: str) -> list[Amount]:
    """Take "zeven ton en 50 mille" for one amount: a round one, and a smaller one that goes with it."""
    whole: list[Amount] = []
    for amount in amounts:
        before = whole[-1] if whole else None
        if before is not None and _goes_with(before, amount, text):
            span = Span(before.span.start, amount.span.end)
            whole[-1] = replace(before, euros=before.euros + amount.euros, span=span, times_a_year=amount.times_a_year)
        else:
            whole.append(amount)
    return whole


def _goes_with(first: Amount, second: Amount, text: str) -> bool:
    between, before = text[first.span.end : second.span.start], around(text, *first.span)[0]
    is_smaller = first.euros % TON == 0 and second.euros < TON
    return is_smaller and _AND.fullmatch(between) is not None and _BETWEEN.search(before) is None


def _without_corrected(amounts: Sequence[Amount], text: str) -> list[Amount]:
    """Leave out what another amount takes the place of ("from 100.000 to 140.000"), and what is denied."""
    dropped: set[Amount] = set()
    for first, second in pairwise(amounts):
        between = text[first.span.end : second.span.start]
        is_denied = _NOT_BEFORE.search(around(text, *first.span)[0]) is not None
        if _NOW_IS.fullmatch(between) or (is_denied and _BUT.fullmatch(between)) or _I_MEAN.search(between):
            dropped.add(first)
        elif _INSTEAD.fullmatch(between) or _NOT_BEFORE.search(between):
            dropped.add(second)
    return [amount for amount in amounts if amount not in dropped]
