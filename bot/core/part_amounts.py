"""Words that make an amount less than the value of the whole contract: "eerste jaar", "of meer", "per perceel elk".

Knows how people say that an amount is a part, a start or the least.
Knows nothing of what the whole would be.
"""

from bot.core.number_words import ignoring_case

_EURO = r"(?:€\s?|eur\s)?"
_EUROS = r"\s*(?:euro'?s?\b|eur\b)?\s*"
_FIRST = (
    r"(?:eerste|first|initial)\s(?:\w+\s)?"
    r"(?:jaar|jaren|fase|deel|tranche|periode|years?|phase|part|period|term|looptijd|instalment)"
)
_BEFORE = ignoring_case(
    rf"(?:\b{_FIRST}\b[^.?!;,]{{0,20}}|\b(?:elk|elke|ieder|iedere|telkens|steeds|each|every time)\s(?:\w+\s)?)"
    rf"\s*{_EURO}$"
)
_AFTER = ignoring_case(
    rf"^{_EUROS}(?:\+(?!\s?\d)|(?:\u00b1|\+/?-)\s?\d|(?:of|or)\s(?:meer|hoger|more|higher|up)\b"
    r"|(?:of|or|à)\s(?:een|twee|drie|vier|vijf|two|three|four|five)\b(?!\s(?:jaar|jaren|years?|keer|opties?|percelen))"
    rf"|(?:,?\s*(?:voor|in|for|during)\s)?(?:het\s|de\s|the\s)?(?:dit|deze|this|current|{_FIRST})\b)"
)
_OPTIONS_OUT = (
    r"\b(?:ex(?:cl(?:usief|uding)?)?\.?|zonder|nog zonder|without|not counting|buiten)\s(?:de\s|the\s|any\s)?(?:\w+\s)?"
    r"(?:optie\w*|verleng\w*|options?|extensions?|renewals?)\b(?! (?:kan|mag|mogelijk))"
    r"|\b(?:optie\w*|verlenging\w*|options?|extensions?)\b[^.?!;]{0,20}\b(?:niet|not)\s(?:\w+\s)?(?:mee\w*|included|counted)"
)
_REPEATED_OPTION = (
    r"\b(?:twee|drie|vier|two|three|four|[2-9])\s(?:keer|maal|x|times)\s(?:een|a|an)\s"
    r"(?:optie|verlenging|option|extension)\b|\b(?:twee|drie|vier|two|three|four|[2-9])\s(?:opties|verlengingen|options)\b"
)
_LARGER = (
    r"\b(?:onderdeel|deel|fase|stap|part|phase)\s(?:van|uit|of)\s(?:een|a|the|het|de)\s(?:veel\s|much\s)?"
    r"(?:groter\w*|totale|larger|bigger|overall)\b"
)
_EACH_BUYER = (
    r"\b(?:elke|iedere|each|every|per)\s(?:afdeling|directie|locatie|vestiging|dienst|eenheid|department|site|location"
    r"|unit|team|perceel|lot)\b"
)
_EXTENDED_LATER = (
    r"\b(?:daarna|optie tot|mogelijkheid tot|plus|and then|option to|with an?)\s(?:een\s|an?\s|eventuele?\s)?"
    r"(?:verleng(?:ing\w*|en)|extensions?|extend|renewals?)\b"
)
_SERVICE_OUT = (
    r"\b(?:plus|ex(?:cl(?:usief|uding)?)?\.?|zonder|without)\s(?:het\s|de\s|the\s)?"
    r"(?:onderhoud|service|support|beheer|installatie|implementatie|maintenance|installation)\b"
    r"|\b(?:onderhoud|service|support|beheer|installatie|implementatie|maintenance)\s(?:apart|los|separate(?:ly)?)\b"
)
_ANYWHERE = ignoring_case(
    rf"{_SERVICE_OUT}|{_EXTENDED_LATER}|{_OPTIONS_OUT}|{_REPEATED_OPTION}|{_LARGER}|{_EACH_BUYER}"
)
_ONE_LOT = ignoring_case(rf"\b(?:perceel|lot)\s(?:\d+|[a-h])\b[^.?!;,]{{0,15}}\s*{_EURO}$")


def is_part(before: str, after: str) -> bool:
    """Say whether the words beside an amount make it a part of the value, or the least that it is."""
    return _BEFORE.search(before) is not None or _AFTER.match(after) is not None


def is_of_one_lot(before: str) -> bool:
    """Say whether an amount is that of one lot of several."""
    return _ONE_LOT.search(before) is not None


def speaks_of_a_part(text: str) -> bool:
    """Say whether a text says of its amounts that they are not all: options left out, a part of something larger."""
    return _ANYWHERE.search(text) is not None
