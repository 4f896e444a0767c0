"""In-memory twins of what is known of answers that were shown; with ``bot.adapters.memory_store``.

Knows what is kept until the program ends.
Knows no database.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.core.audit import Record
from bot.core.keeping import ShownAnswer


class MemoryShownAnswers:
    """Remembers where answers stand."""

    def __init__(self, shown: dict[str, ShownAnswer], is_answered: Callable[[str], bool]) -> None:
        """Take what is shared, and what knows whether a message has replies that are not forgotten."""
        self._shown = shown
        self._is_answered = is_answered

    def add(self, shown: Sequence[ShownAnswer], key: str) -> None:
        """Keep where an answer stands."""
        if self._is_answered(key):
            self._shown.update((one.message, one) for one in shown)

    def find(self, message: str) -> ShownAnswer | None:
        """Give the answer in a message."""
        return self._shown.get(message)

    def only(self, place: str) -> ShownAnswer | None:
        """Give the answer of a conversation that had just one."""
        found = [shown for shown in self._shown.values() if shown.place == place]
        return found[0] if len({shown.answer_id for shown in found}) == 1 else None


class MemorySuggestions:
    """Knows what was suggested."""

    def __init__(self, records: Mapping[str, tuple[Record, datetime]]) -> None:
        """Take the records of answers."""
        self._records = records

    def under(self, person: str, answer_id: str) -> tuple[str, ...]:
        """Give what was suggested under an answer."""
        found = self._records.get(answer_id)
        if found is None or found[0].asker != person:
            return ()
        offered = found[0].body.get("follow_ups")
        return tuple(map(str, offered)) if isinstance(offered, list) else ()
