"""Counts of what an operator wants to see, such as drafts that fell back; kept in memory, by name.

Knows that several threads count at once.
Knows nothing of what a name means.
"""

from collections import Counter
from collections.abc import Mapping
from threading import Lock


class Counters:
    """Counts by name since the program began."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, name: str) -> None:
        """Add one."""
        with self._lock:
            self._counts[name] += 1

    def counts(self) -> Mapping[str, int]:
        """Give all counts."""
        with self._lock:
            return dict(self._counts)


COUNTERS = Counters()
"""The counts of this process."""
