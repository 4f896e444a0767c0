"""What happens in each picture: who asks, in which channel, and what is said and pressed.

Knows the pictures by name.
Knows nothing of how a channel is run or a picture is made.
"""

from dataclasses import dataclass
from datetime import date

from bot.core.corpus import Role

DAY = date(2026, 11, 27)
"""The day on which all questions are asked, so that a picture does not change with the clock."""

TELEGRAM, TEAMS = "telegram", "teams"


@dataclass(frozen=True, slots=True)
class Say:
    """A message that is typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button that is pressed: the newest one on which this stands."""

    label: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """The answer of a colleague to the question that waits."""

    text: str


@dataclass(frozen=True, slots=True)
class ThumbDown:
    """The thumb under the last answer in Teams, which opens a form there."""


Turn = Say | Press | Colleague | ThumbDown


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture."""

    name: str
    channel: str
    turns: tuple[Turn, ...]
    role: Role = Role.OFFICER
    opened: int = 0
    """The place of the quote that is open, counted from 1; none is at 0."""
    first: int = 0
    """The place of the first turn that is shown, counted from 0; what was said before it is left out."""


MAIL = """Goedemiddag,

Wij leveren bedrijfskleding aan een ministerie. Hoe vaak moeten wij rapporteren over ISV?
En geldt ISV ook voor een klein bedrijf?

Met vriendelijke groet,
een leverancier"""

SCENES = (
    Scene("telegram-answer", TELEGRAM, (Say("Hoe vaak moet een leverancier rapporteren?"),), opened=2),
    Scene("telegram-check", TELEGRAM, (Say("/check"), Press("het Rijk"))),
    Scene("telegram-newcomer", TELEGRAM, (Say("Wat is gepaste zorgvuldigheid?"),), Role.NEWCOMER, opened=1),
    Scene(
        "telegram-colleague",
        TELEGRAM,
        (
            Say("/collega Wie betaalt een controle bij de leverancier?"),
            Colleague("Dat staat in uw contract. Stuur het mij, dan kijk ik het voor u na."),
        ),
    ),
    Scene("teams-answer", TEAMS, (Say("Hoe vaak moet een leverancier rapporteren?"),), opened=1),
    Scene("teams-check", TEAMS, (Say("/check"), Press("het Rijk"))),
    Scene("teams-helpdesk", TEAMS, (Say(MAIL),), Role.HELPDESK),
    Scene("teams-feedback", TEAMS, (Say("Welke risicocategorieën zijn er?"), ThumbDown()), first=1),
)
