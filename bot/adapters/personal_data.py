"""Finds personal data with python-stdnum and phonenumbers.

Knows the check digits of a Dutch citizen service number (BSN, Besluit BSN) and of an IBAN (ISO 13616),
valid telephone numbers, and e-mail addresses.
Knows nothing of what only words give away (``bot.adapters.announced_data``): a name alone is not caught.
"""

import re
from collections.abc import Iterator, Sequence

import phonenumbers
from stdnum import iban
from stdnum.nl import bsn

from bot.adapters.announced_data import announced
from bot.core.ports import PersonalDatum

SHORTEST_IBAN = 15
"""Characters of the shortest IBAN, that of Norway."""

_NINE_DIGITS = re.compile(r"(?<![\d.,\-/€])\d(?:[ .\-]?\d){8}(?![\d\-/]|[.,]\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:[. ]\d{3})+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_CPV = re.compile(r"(?<!\d)\d{8}-\d(?!\d)")
"""A code of the Common Procurement Vocabulary, as in 09330000-1."""

_EMAIL = re.compile(
    r"[\w.+-]{1,64}(?:@| ?\[(?:at|apenstaartje)\] ?)[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[a-z]{2,}", re.IGNORECASE
)
_NAMED = re.compile(r"\b(?:bsn|burgerservicenummer|sofinummer|citizen service number)\b", re.IGNORECASE)
_MONEY_BEFORE = re.compile(r"(?:€|\beur\b|\beuro\b)\s*$", re.IGNORECASE)
_MONEY_AFTER = re.compile(r"\s*(?:€|euro?\b|,-)", re.IGNORECASE)


class CheckedPersonalData:
    """Finds numbers and addresses that pass their own check."""

    def find(self, text: str) -> Sequence[PersonalDatum]:
        """Give what was found in order of place; what overlaps is given once, and then what is refused."""
        plain = _CPV.sub(lambda match: "x" * len(match.group()), text)
        found = [*_ibans(plain), *_emails(plain), *_phones(plain), *_bsns(plain), *announced(text)]
        kept: list[PersonalDatum] = []
        for datum in sorted(found, key=lambda datum: (not datum.is_refused, datum.start)):
            if all(datum.start >= other.end or datum.end <= other.start for other in kept):
                kept.append(datum)
        return sorted(kept, key=lambda datum: datum.start)


def _ibans(text: str) -> Iterator[PersonalDatum]:
    for match in _IBAN.finditer(text):
        piece = match.group()
        while len(piece) >= SHORTEST_IBAN:
            if iban.is_valid(re.sub(r"[ .-]", "", piece)):
                yield PersonalDatum("iban", match.start(), match.start() + len(piece))
                break
            piece = re.sub(r"[ .-]?[A-Z0-9]+$", "", piece, flags=re.IGNORECASE)


def _emails(text: str) -> Iterator[PersonalDatum]:
    for match in _EMAIL.finditer(text):
        yield PersonalDatum("email", match.start(), match.end())


def _phones(text: str) -> Iterator[PersonalDatum]:
    for match in phonenumbers.PhoneNumberMatcher(text, "NL", leniency=phonenumbers.Leniency.VALID):
        written = match.raw_string.strip()
        if written.startswith(("0", "+", "(")):
            yield PersonalDatum("phone", match.start, match.end)


def _bsns(text: str) -> Iterator[PersonalDatum]:
    is_named = _NAMED.search(text) is not None
    for match in _NINE_DIGITS.finditer(text):
        written = match.group()
        is_amount = _THOUSANDS.fullmatch(written) and not is_named
        is_money = _MONEY_BEFORE.search(text[: match.start()]) or _MONEY_AFTER.match(text[match.end() :])
        if bsn.is_valid(written) and not is_amount and not is_money:
            yield PersonalDatum("bsn", match.start(), match.end())
