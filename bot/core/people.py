"""Who may ask, and as what: the list of an administrator first, then who was let in by code, then the default.

Knows roles and pairing codes.
Knows nothing of files, and takes nothing from what a person types.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.corpus import Language, Role
from bot.core.incoming import Incoming
from bot.core.pairing import Pairing, People, Reach

CODE_LASTS = timedelta(days=7)
"""How long a pairing code can be approved."""

MAX_WAITING_CODES = 200
"""Codes that may wait at once: strangers cannot fill the store."""


class Roster(Protocol):
    """Knows who has which roles."""

    def roles(self, incoming: Incoming) -> tuple[Role, ...]:
        """Give the roles of who sent a message, the usual one first; none where nobody listed the person."""
        ...


class Memberships(Protocol):
    """Knows who belongs to which groups."""

    def among(self, person: str, groups: Sequence[str]) -> Collection[str]:
        """Give the groups, of those named, that a person belongs to."""
        ...


@dataclass(frozen=True, slots=True)
class EveryRole:
    """A roster for the terminal, whose user may be anybody: every role, one of them first."""

    first: Role

    def roles(self, incoming: Incoming) -> tuple[Role, ...]:
        """Give all roles."""
        del incoming
        return (self.first, *(role for role in Role if role is not self.first))


@dataclass(frozen=True, slots=True)
class Admission:
    """What a person may do here: ask in one of these roles, or not yet, with a code to be let in by."""

    roles: tuple[Role, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """Decides who comes in."""

    roster: Roster
    people: People
    unknown: Role | None
    """The role of whom nobody knows; ``None`` asks for a pairing code."""
    new_code: Callable[[], str]
    now: Callable[[], datetime]

    def admit(self, incoming: Incoming, person: str) -> Admission:
        """Say in which roles a person may ask.

        Raises:
            ServiceError: what must be known of the person cannot be looked up; that is not the same as unknown.
        """
        listed = self.roster.roles(incoming)
        if listed:
            return Admission(listed)
        known = self.people.find(person)
        if known is not None and known.role is not None:
            return Admission((known.role,))
        if self.unknown is not None:
            return Admission((self.unknown,))
        return Admission(code="" if incoming.is_group else self._code(incoming, person, known))

    def _code(self, incoming: Incoming, person: str, known: Pairing | None) -> str:
        """Give the code of a person, a new one where the last has run out; empty where too many wait."""
        oldest = self.now() - CODE_LASTS
        reach = Reach(incoming.address or incoming.conversation, incoming.language or Language.NL)
        if known is not None and known.asked_at > oldest:
            if known.reach != reach:
                self.people.ask(replace(known, reach=reach))
            return known.code
        waiting = [p for p in self.people.all() if p.role is None and p.asked_at > oldest]
        if len(waiting) >= MAX_WAITING_CODES:
            return ""
        pairing = Pairing(person, incoming.channel, self.new_code(), self.now(), reach=reach)
        self.people.ask(pairing)
        return pairing.code
