"""Personal data that a text announces: a name, an address, a day of birth, the number of a passport.

Knows the words that come before such data in Dutch and English, and how a Dutch postcode looks.
Knows no list of names: a name that nothing announces, such as that of a minister, is left alone.
"""

import re
from collections.abc import Iterator

from bot.core.ports import PersonalDatum

_MONTHS = (
    "jan(?:uari|uary)?|feb(?:ruari|ruary)?|maart|mrt|mar(?:ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|aug(?:ustus|ust)?"
    "|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DAY = (
    rf"(?:\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](?:19|20)?\d{{2}}|(?:19|20)\d{{2}}-\d{{1,2}}-\d{{1,2}}"
    rf"|\d{{1,2}}\.? (?:{_MONTHS})\.? (?:19|20)\d{{2}}|(?:{_MONTHS}) \d{{1,2}},? (?:19|20)\d{{2}})"
)
_BORN = re.compile(
    rf"\b(?:geb(?:oren|\.)(?: te [\w' -]{{2,30}})?(?: op)?|geboortedatum(?: is)?|geb\. ?datum"
    rf"|born (?:in [\w' -]{{2,30}} )?on"
    rf"|date of birth(?: is)?|birthday is)\s*:?\s*(?P<datum>{_DAY})(?!\d)",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\b(?:paspoort|passport|identiteitskaart|id-?kaart|identity card|id card|rijbewijs|driving licen[cs]e"
    r"|vreemdelingendocument)s?[ -]?(?:nummer|nr\.?|number|no\.?)?(?: is| was)?\s*[:=]?\s*"
    r"(?P<datum>(?=[A-Z0-9]*\d)[A-Z0-9]{8,10})\b",
    re.IGNORECASE,
)

_NO_LETTERS = "OF|EN|EU|OP|IN|OM|IS|TE|NA|AL|ER|UW|BV|NV|SA|SD|SS|KG|KM|KW|MW|GR|ML|CM|MM|ST"
_POSTCODE = rf"[1-9]\d{{3}}(?: ?(?!{_NO_LETTERS})[A-Z]{{2}}|[A-Z]{{2}})"
"""A postcode; between spaces two capitals that are a word or a unit, or that no postcode has, are none."""

_STREET = r"(?!Postbus)[A-Z][\w'.-]{1,40}(?: (?:[A-Z][\w'.-]{1,40}|van|de|den|der|het|'t|ter|ten|op|aan|in)){0,4}"
_NUMBER = r"\d{1,5}(?:[ -]?[a-zA-Z]\b|[ -](?:bis|hs|I{1,3})\b)?(?![\d.]*\d)"
_AFTER_POSTCODE = rf"{_POSTCODE}[, ]\s*(?:nr\.? |nummer |huisnummer )?{_NUMBER}"
_ADDRESS = re.compile(rf"\b(?:{_STREET} {_NUMBER},?\s+{_POSTCODE}|{_AFTER_POSTCODE})\b")

_PARTICLES = "van der|van den|van de|van 't|in 't|van|de|den|der|het|'t|ter|ten|te|la|le|el|al|von|bin|ben"
_CAPITAL = r"[A-ZÀ-ÖØ-Þ](?:[\w'\u2019-]{0,40}[\w]|\.(?:[A-Z]\.){0,6})"
_FULL = rf"{_CAPITAL}(?: (?:(?i:{_PARTICLES}) )*{_CAPITAL}){{0,3}}"
_SEVERAL = rf"{_CAPITAL}(?: (?:(?i:{_PARTICLES}) )*{_CAPITAL}){{1,3}}?"
_WORD = r"[a-zà-öø-ÿ'-]{2,20}"
_SMALL = rf"{_WORD}(?: (?:{_PARTICLES}))*(?: {_WORD})?(?=\s*(?:[,.!;\n]|$| en ik | and i ))"
_CALLED = re.compile(
    rf"\b(?i:(?:mijn|onze|z'n|zijn|haar|my|his|her) (?:naam|name) (?:is|luidt)|ik heet|u spreekt met|my name's)\s*:?\s+"
    rf"(?P<datum>{_FULL}|{_SMALL})"
)
_AM = re.compile(rf"\b(?i:ik ben|i am|i'm)\s+(?P<datum>{_SEVERAL})(?=\s*(?:[,.!;\n]|$|(?:van|bij|en|from|at|and) ))")
_TITLES = r"mevrouw|meneer|de heer|mevr\.?|mw\.?|dhr\.?|mrs\.?|mr\.?|ms\.?"
_TITLED = re.compile(rf"\b(?i:ik ben|u spreekt met|dit is|i am|this is)\s+(?i:{_TITLES})\s+(?P<datum>{_FULL})")
_GREETED = (
    r"(?:met )?(?:vriendelijke|hartelijke|beste) groet(?:en)?|groet(?:en|jes)?|mvg|m\.v\.g\.?|hoogachtend"
    r"|(?:with )?(?:kind|best|warm) regards|regards|yours (?:sincerely|faithfully)"
)
_SIGNED = re.compile(
    rf"(?:(?m:^)(?i:gr|grt)\b\.?|\b(?i:{_GREETED}))\s{{0,9}}[,.!]?\s{{1,9}}(?P<datum>{_FULL})(?=\s*(?:[,.\n]|$))"
)

_NO_NAME = re.compile(
    r"\b(?:Inkoo?p\w*|Inkoper|\w{0,30}[Mm]anager|Adviseur|Jurist|Senior|Junior|Hoofd|Team(?:s|leider)?|Afdeling|Directie|Ministerie"
    r"|Gemeente|Provincie|Waterschap|Rijks?(?:overheid|dienst\w*|waterstaat|vastgoed\w*|inkoop\w*)?|Helpdesk|Categorie\w*|Leverancier|Ambtena\w+|Buyer|Procurement|Government"
    r"|Dutch|Nederlands\w*|ISV|ICT|Medewerk\w*|Beheerder|Contract(?:en|beheer\w*)?|Coördinator|Projectleider|Beleids\w*|Europ(?:a|ees|ese|ean)"
    r"|Aanbested\w*|Functioneel|Strategisch\w*|Eigenaar|Officer|Coach|Specialist|Lead|Consultant|Advisor|Director|Analist|Analyst)\b"
)
"""Words of offices and trades: where one begins, a name ends."""


def announced(text: str) -> Iterator[PersonalDatum]:
    """Give what is announced; the number of a document is refused, the rest only left out."""
    for match in _DOCUMENT.finditer(text):
        yield PersonalDatum("document", *match.span("datum"))
    for match in _BORN.finditer(text):
        yield PersonalDatum("birth", *match.span("datum"), is_refused=False)
    for match in _ADDRESS.finditer(text):
        yield PersonalDatum("address", *match.span(), is_refused=False)
    for match in _AM.finditer(text):
        if not _NO_NAME.search(match.group("datum")):  # of an office, the words before it are no name either
            yield PersonalDatum("name", *match.span("datum"), is_refused=False)
    for pattern in (_CALLED, _TITLED, _SIGNED):
        for match in pattern.finditer(text):
            office = _NO_NAME.search(match.group("datum"))
            name = match.group("datum")[: office.start() if office is not None else None].rstrip()
            if name:
                start = match.start("datum")
                yield PersonalDatum("name", start, start + len(name), is_refused=False)
