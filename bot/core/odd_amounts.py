"""Amounts that tell no value: nothing, less than nothing, or money that is not euro.

Knows how people write zero and a minus in front of money, that a dash between two amounts is no minus, and the names
of other currencies; it converts nothing.
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
_SIGN = r"(?:(?:us|au|ca)?\$|£|¥|\b(?:usd|gbp|chf|jpy|cad|aud|sek|nok|dkk|pln))"
_NAME = (
    r"(?:\$|£|¥|(?:(?:us|amerikaanse|american) )?dollars?|pounds?|pond sterling|usd|gbp|chf|jpy|cad|aud|sek|nok|dkk|pln"
    r"|yen|(?:zwitserse |swiss )?fran(?:k|ken|cs?)|(?:zweedse |noorse |deense )?kro(?:on|nen|na|nor|ner))"
)
_SCALE = r"(?:\s?(?:k|m|mln|mio|duizend|ton|miljoen|million|thousand)(?![^\W_]))?"
_FOREIGN = ignoring_case(rf"{_SIGN}\s?{_DIGITS}{_SCALE}|(?<![\w.,]){_DIGITS}{_SCALE}\s?{_NAME}(?![^\W_])")


def odd_amounts_in(text: str) -> tuple[str, ...]:
    """Give the amounts of zero or below that a text tells, as it writes them."""
    return tuple((m["zero"] or m["below"] or m.group()).strip() for m in _ODD.finditer(text))


def foreign_amounts_in(text: str) -> tuple[str, ...]:
    """Give the amounts in another currency that a text tells, as it writes them."""
    return tuple(match.group().strip() for match in _FOREIGN.finditer(text))


def without_foreign(text: str) -> str:
    """Give a text with its amounts in another currency taken out."""
    return _FOREIGN.sub(" ", text)
