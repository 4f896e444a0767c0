"""The in-memory twin of who was let in by code; with ``bot.adapters.memory_store``.

Knows what is kept until the program ends.
Knows no database.
"""

from dataclasses import replace
from datetime import datetime

from bot.core.corpus import Role
from bot.core.pairing import Pairing


class MemoryPeople:
    """Keeps pairings."""

    def __init__(self, people: dict[str, Pairing]) -> None:
        """Take what is shared."""
        self._people = people

    def find(self, person: str) -> Pairing | None:
        """Give a pairing."""
        return self._people.get(person)

    def ask(self, pairing: Pairing) -> None:
        """Keep a request."""
        self._people[pairing.person] = pairing

    def all(self) -> tuple[Pairing, ...]:
        """Give every pairing."""
        return tuple(sorted(self._people.values(), key=lambda pairing: pairing.asked_at))

    def approve(self, code: str, role: Role, after: datetime) -> bool:
        """Let a person in."""
        valid = (p for p in self._people.values() if p.role is not None or p.asked_at > after)
        found = next((pairing for pairing in valid if pairing.code == code), None)
        if found is not None:
            self._people[found.person] = replace(found, role=role)
        return found is not None

    def remove(self, code: str) -> bool:
        """Take a pairing away."""
        found = next((pairing for pairing in self._people.values() if pairing.code == code), None)
        if found is not None:
            del self._people[found.person]
        return found is not None

    def untold(self, channel: str) -> tuple[Pairing, ...]:
        """Give who was let in and not told."""
        return tuple(p for p in self.all() if p.channel == channel and p.role is not None and p.reach is not None)

    def told(self, code: str) -> None:
        """Note that a person was told."""
        for pairing in self.all():
            if pairing.code == code:
                self._people[pairing.person] = replace(pairing, reach=None)
