"""Who asked to be let in by a code, and the port that keeps it.

Knows that a person is named by a keyed digest, and can be written to only until that person was told.
Knows nothing of who decides; see ``bot.core.people``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.corpus import Language, Role


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a person can be written to, in the channel's own form, and in which language."""

    address: str
    language: Language


@dataclass(frozen=True, slots=True)
class Pairing:
    """A person who asked to be let in, and the role once an administrator approved the code."""

    person: str
    channel: str
    code: str
    asked_at: datetime
    role: Role | None = None
    reach: Reach | None = None
    """Where to tell that the person was let in; ``None`` once that is told."""


class People(Protocol):
    """Keeps who was let in by code."""

    def find(self, person: str) -> Pairing | None:
        """Give the pairing of a person."""
        ...

    def ask(self, pairing: Pairing) -> None:
        """Keep a request, in the place of an earlier one of the same person."""
        ...

    def all(self) -> tuple[Pairing, ...]:
        """Give every pairing, the oldest first."""
        ...

    def approve(self, code: str, role: Role, after: datetime) -> bool:
        """Let a person in, or give another role to who was let in; say false where there is no such code.

        A code that still waits counts only if it was asked for after a moment.
        """
        ...

    def remove(self, code: str) -> bool:
        """Take a pairing away; say false where there is no such code."""
        ...

    def untold(self, channel: str) -> tuple[Pairing, ...]:
        """Give who of a channel was let in and was not told so yet, the oldest first."""
        ...

    def told(self, code: str) -> None:
        """Note that a person was told; where to reach that person is forgotten."""
        ...
