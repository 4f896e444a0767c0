"""Counts of what an operator wants to see, such as drafts that fell back; kept in memory, by name.

Knows that several threads count at once, and how what a store keeps is counted.
Knows nothing of what a name means.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock

from bot.core.audit import Record, Records
from bot.core.incoming import Incoming
from bot.core.keeping import Finished, Inbox, Store
from bot.core.reply import Reply

Count = Callable[[str], None]


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


def counted(store: Store, count: Count = COUNTERS.count) -> Store:
    """Give the same store, with counts of messages by channel and of answers by status."""
    return replace(store, inbox=_CountedInbox(store.inbox, count), records=_CountedRecords(store.records, count))


class _CountedInbox:
    """An inbox that counts what comes in and what is answered."""

    def __init__(self, inbox: Inbox, count: Count) -> None:
        self._inbox = inbox
        self._count = count

    def accept(self, key: str, person: str, incoming: Incoming) -> bool:
        """Keep a message; a redelivery is counted apart."""
        is_new = self._inbox.accept(key, person, incoming)
        self._count(f"message_{'taken' if is_new else 'known'}_{incoming.channel}")
        return is_new

    def has(self, key: str) -> bool:
        """Say whether a message came in before."""
        return self._inbox.has(key)

    def is_waiting(self, key: str) -> bool:
        """Say whether a message is not delivered."""
        return self._inbox.is_waiting(key)

    def replies(self, key: str) -> tuple[Reply, ...] | None:
        """Give replies that are not delivered."""
        return self._inbox.replies(key)

    def finish(self, key: str, finished: Finished) -> bool:
        """Keep replies and conversation."""
        is_kept = self._inbox.finish(key, finished)
        self._count("message_answered")
        return is_kept

    def deliver(self, key: str) -> None:
        """Note that the replies arrived."""
        self._inbox.deliver(key)
        self._count("message_delivered")

    def waiting(self, channel: str) -> tuple[Incoming, ...]:
        """Give what is not delivered."""
        return self._inbox.waiting(channel)


class _CountedRecords:
    """Records that are counted by status."""

    def __init__(self, records: Records, count: Count) -> None:
        self._records = records
        self._count = count

    def add(self, record: Record) -> None:
        """Count and keep a record.

        Raises:
            StoreUnavailable: it cannot be kept.
        """
        self._count(f"answer_{record.status}")
        self._records.add(record)
