"""The record of an answer: all that is needed to see later why it was given.

Knows what a record holds; a person is in it as a keyed digest only.
Knows nothing of where it is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.core.corpus import Status
from bot.core.receipt import Versions


@dataclass(frozen=True, slots=True)
class Record:
    """Why an answer was given. ``body`` holds values that JSON knows, as in docs/contract.md."""

    id: str
    asker: str
    """The keyed digest of the person; empty where nobody is known."""
    status: Status
    versions: Versions
    draft: str
    kept: int
    """Quotes that passed the checks of the verifier: one for each citation."""
    dropped: int
    """Statements that did not."""
    cause: str
    """What went wrong, where something did: a class and a place, never words of the asker."""
    body: Mapping[str, object]


class Records(Protocol):
    """Keeps the records of answers."""

    def add(self, record: Record) -> None:
        """Keep a record.

        Raises:
            StoreUnavailable: it cannot be kept.
        """
        ...


class NoRecords:
    """Keeps nothing: for measuring, where the same questions are asked a thousand times."""

    def add(self, record: Record) -> None:
        """Keep nothing."""


NO_RECORDS = NoRecords()
