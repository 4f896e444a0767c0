"""Amounts that no purchase is worth: nothing, or less than nothing.

Knows how people write zero and a minus in front of money, and that a dash between two amounts is no minus.
Knows nothing of what the amount is told of.
"""

from bot.core.number_words import ignoring_case

_UNIT = r"\s?(?:euro'?s?|eur|€|k|mille|duizend|ton|mln|miljoen|million|thousand)(?![^\W_])"
_ZERO = r"(?:0(?:[.,]0+)?|nul|zero)"
_VALUE = r"\b(?:waarde|raming|bedrag|budget|begroting|value|amount|estimate)\s*(?:is|van|op|bedraagt|of|at|:|=)?\s*"
_MINUS = r"[-\u2013\u2212]"
_DIGITS = r"\d[\d.,]*(?<![.,])"
_BEFORE = rf"(?<![\w.,€/])(?<!\d\s)(?<![a-z\d€]\s{_MINUS})"
_ODD = ignoring_case(
    rf"(?:€|\beur)\s?{_ZERO}(?![.,]?\d|{_UNIT})(?:,-+)?"
    rf"|(?<![\w.,€-]){_ZERO}\s?(?:euro'?s?|eur|€)(?![^\W_])"
    rf"|(?:{_VALUE})(?P<zero>0(?:[.,]0+)?)(?![.,]?\d|[^\W_]|{_UNIT})"
    rf"|{_BEFORE}(?:€\s?{_MINUS}|{_MINUS}€\s?){_DIGITS}(?:{_UNIT})?"
    rf"|{_BEFORE}{_MINUS}{_DIGITS}{_UNIT}"
    rf"|(?:{_VALUE})(?P<below>{_MINUS}{_DIGITS}(?:{_UNIT})?)"
    rf"|\b(?:minus|negatief|negative)\s+(?:€\s?)?{_DIGITS}(?:{_UNIT})?"
)


def odd_amounts_in(text: str) -> tuple[str, ...]:
    """Give the amounts of zero or below that a text tells, as it writes them."""
    return tuple((m["zero"] or m["below"] or m.group()).strip() for m in _ODD.finditer(text))
