"""What the assistant offered, taken up with a yes or a number.

Knows that "ja", "graag" and "de tweede" after an answer with suggestions ask for one of them.
Knows nothing of how suggestions are chosen.
"""

import re
from dataclasses import replace

from bot.core.model import Turn
from bot.core.plain import squeezed

_TAKEN = re.compile(
    r"(?:(?:ja|yes|ok|ok\u00e9|oke|okay|prima|goed)[\s,.!]*)?"
    r"(?:(?:graag|doe maar|is goed|wil ik(?: wel)?|vertel|please|sure|go ahead|tell me)[\s,.!]*)?"
    r"(?:(?:de |het |nummer |nr\.? |the |number )?(?P<which>\d|eerste|tweede|derde|first|second|third)"
    r"(?: vraag| question| one)?[\s,.!]*)?",
    re.IGNORECASE,
)
_ORDINALS = {"eerste": 1, "tweede": 2, "derde": 3, "first": 1, "second": 2, "third": 3}


def resolved(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """Give earlier turns with each offer that was taken up in the place of the "yes" that took it."""
    found: list[Turn] = []
    for turn in turns:
        taken = taken_offer(turn.question, tuple(found))
        found.append(turn if taken is None else replace(turn, question=taken))
    return tuple(found)


def taken_offer(text: str, turns: tuple[Turn, ...]) -> str | None:
    """Give the offer of the last answer that a message takes up; ``None`` for any other message.

    A bare "yes" takes the first one; a number that no offer has takes none.
    """
    plain = squeezed(text)
    match = _TAKEN.fullmatch(plain)
    if match is None or not plain.strip(" ,.!") or not turns or not turns[-1].offers:
        return None
    which = (match["which"] or "1").lower()
    number = _ORDINALS.get(which) or int(which)
    offers = turns[-1].offers
    return offers[number - 1] if 1 <= number <= len(offers) else None
