"""In-memory twins of all that keeps something: for tests, and to see what a store must do.

Knows what is kept until the program ends.
Knows no database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from bot.adapters.memory_shown import MemoryShownAnswers, MemorySuggestions
from bot.core.audit import Record
from bot.core.corpus import Role
from bot.core.incoming import Incoming, Rating
from bot.core.keeping import Conversation, Counts, Finished, Handed, Pairing, ShownAnswer, Store
from bot.core.reply import Reply

Now = Callable[[], datetime]
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass
class _Message:
    """A message in the inbox; without an incoming it is delivered and only its key is kept."""

    person: str
    at: datetime
    incoming: Incoming | None
    replies: tuple[Reply, ...] | None = None


@dataclass
class _Kept:
    """Everything, by key."""

    now: Now
    messages: dict[str, _Message] = field(default_factory=dict)
    conversations: dict[str, tuple[Conversation, datetime]] = field(default_factory=dict)
    records: dict[str, tuple[Record, datetime]] = field(default_factory=dict)
    feedback: dict[tuple[str, str], tuple[Rating, datetime, str]] = field(default_factory=dict)
    handed: dict[str, Handed] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    people: dict[str, Pairing] = field(default_factory=dict)
    shown: dict[str, ShownAnswer] = field(default_factory=dict)


class MemoryInbox:
    """Keeps what came in."""

    def __init__(self, kept: _Kept) -> None:
        """Take what is shared."""
        self._kept = kept

    def accept(self, key: str, person: str, incoming: Incoming) -> bool:
        """Keep a message that did not come in before."""
        if key in self._kept.messages:
            return False
        self._kept.messages[key] = _Message(person, self._kept.now(), incoming)
        return True

    def replies(self, key: str) -> tuple[Reply, ...] | None:
        """Give replies that are not delivered."""
        message = self._kept.messages.get(key)
        return message.replies if message is not None else None

    def finish(self, key: str, finished: Finished) -> None:
        """Keep replies and conversation."""
        message = self._kept.messages.get(key)
        if message is not None and message.incoming is not None:
            message.replies = finished.replies
        if finished.conversation is not None:
            self._kept.conversations[finished.conversation_key] = (finished.conversation, self._kept.now())

    def deliver(self, key: str) -> None:
        """Keep the key only."""
        message = self._kept.messages.get(key)
        if message is not None:
            self._kept.messages[key] = _Message("", message.at, None)

    def waiting(self, channel: str) -> tuple[Incoming, ...]:
        """Give what is not delivered."""
        kept = (message.incoming for message in self._kept.messages.values())
        return tuple(incoming for incoming in kept if incoming is not None and incoming.channel == channel)


class MemoryConversations:
    """Remembers conversations."""

    def __init__(self, kept: _Kept) -> None:
        """Take what is shared."""
        self._kept = kept

    def load(self, key: str) -> Conversation | None:
        """Give a conversation."""
        found = self._kept.conversations.get(key)
        return found[0] if found is not None else None


class MemoryRecords:
    """Keeps records."""

    def __init__(self, kept: _Kept) -> None:
        """Take what is shared."""
        self._kept = kept

    def add(self, record: Record) -> None:
        """Keep a record."""
        self._kept.records[record.id] = (record, self._kept.now())

    def all(self) -> tuple[Record, ...]:
        """Give every record, the oldest first."""
        return tuple(record for record, _ in self._kept.records.values())


class MemoryFeedback:
    """Keeps ratings."""

    def __init__(self, kept: _Kept) -> None:
        """Take what is shared."""
        self._kept = kept

    def add(self, person: str, rating: Rating) -> None:
        """Keep a rating."""
        self._kept.feedback[person, rating.answer_id] = (rating, self._kept.now(), person)

    def find(self, person: str, answer_id: str) -> Rating | None:
        """Give a rating."""
        found = self._kept.feedback.get((person, answer_id))
        return found[0] if found is not None else None


class MemoryQueue:
    """Keeps questions for a colleague."""

    def __init__(self, kept: _Kept) -> None:
        """Take what is shared."""
        self._kept = kept

    def hand_over(self, handed: Handed) -> None:
        """Keep a question, once."""
        self._kept.handed.setdefault(handed.id, handed)

    def open(self) -> tuple[Handed, ...]:
        """Give the questions without a reply."""
        return tuple(handed for handed in self._kept.handed.values() if not handed.reply)

    def reply(self, handed_id: str, text: str) -> bool:
        """Answer a question that has no reply yet."""
        handed = self._kept.handed.get(handed_id)
        if handed is None or handed.reply:
            return False
        self._kept.handed[handed_id] = replace(handed, reply=text)
        return True

    def unsent(self, channel: str) -> tuple[Handed, ...]:
        """Give replies that were not sent."""
        answered = (handed for handed in self._kept.handed.values() if handed.reply)
        return tuple(h for h in answered if h.channel == channel and h.id not in self._kept.sent)

    def sent(self, handed_id: str) -> None:
        """Note that a reply was sent."""
        self._kept.sent.add(handed_id)


class MemoryPeople:
    """Keeps pairings."""

    def __init__(self, kept: _Kept) -> None:
        """Take what is shared."""
        self._kept = kept

    def find(self, person: str) -> Pairing | None:
        """Give a pairing."""
        return self._kept.people.get(person)

    def ask(self, pairing: Pairing) -> None:
        """Keep a request."""
        self._kept.people[pairing.person] = pairing

    def all(self) -> tuple[Pairing, ...]:
        """Give every pairing."""
        return tuple(sorted(self._kept.people.values(), key=lambda pairing: pairing.asked_at))

    def approve(self, code: str, role: Role, after: datetime) -> bool:
        """Let a person in."""
        valid = (p for p in self._kept.people.values() if p.role is not None or p.asked_at > after)
        found = next((pairing for pairing in valid if pairing.code == code), None)
        if found is not None:
            self._kept.people[found.person] = replace(found, role=role)
        return found is not None

    def remove(self, code: str) -> bool:
        """Take a pairing away."""
        found = next((pairing for pairing in self._kept.people.values() if pairing.code == code), None)
        if found is not None:
            del self._kept.people[found.person]
        return found is not None


class MemoryRetention:
    """Deletes and gives out."""

    def __init__(self, kept: _Kept) -> None:
        """Take what is shared."""
        self._kept = kept

    def forget(self, person: str) -> Counts:
        """Delete all of a person."""
        kept = self._kept
        for message in kept.messages.values():
            if message.person == person and message.replies is not None:
                message.person, message.incoming, message.replies = "", None, None
        _drop(kept.shown, lambda shown: shown.person == person)
        return Counts(
            conversations=_drop(kept.conversations, lambda found: found[0].person == person),
            records=_drop(kept.records, lambda found: found[0].asker == person),
            feedback=_drop(kept.feedback, lambda found: found[2] == person),
            handed=_drop(kept.handed, lambda handed: handed.person == person),
            pairings=_drop(kept.people, lambda pairing: pairing.person == person),
        )

    def export(self, person: str) -> Mapping[str, object]:
        """Give the counts by kind; only a real store writes everything out."""
        kept = self._kept
        return {
            "conversations": [c.turns for c, _ in kept.conversations.values() if c.person == person],
            "records": [record.body for record, _ in kept.records.values() if record.asker == person],
            "feedback": [rating for rating, _, who in kept.feedback.values() if who == person],
            "handed": [handed.question for handed in kept.handed.values() if handed.person == person],
            "shown": [shown.answer_id for shown in kept.shown.values() if shown.person == person],
            "pairings": [pairing.code for pairing in kept.people.values() if pairing.person == person],
        }

    def purge(self, before: datetime) -> Counts:
        """Delete what is old."""
        kept = self._kept
        for key, (conversation, at) in kept.conversations.items():
            turns = tuple(turn for turn in conversation.turns if turn.at >= before)
            kept.conversations[key] = (replace(conversation, turns=turns), at)
        _drop(kept.messages, lambda message: message.at < before)
        _drop(kept.shown, lambda shown: shown.at < before)
        return Counts(
            conversations=_drop(kept.conversations, lambda found: found[1] < before),
            records=_drop(kept.records, lambda found: found[1] < before),
            feedback=_drop(kept.feedback, lambda found: found[1] < before),
            handed=_drop(kept.handed, lambda handed: handed.at < before),
            pairings=_drop(kept.people, lambda pairing: pairing.role is None and pairing.asked_at < before),
        )


def _drop(kept: dict[Key, Value], is_out: Callable[[Value], bool]) -> int:
    out = [key for key, value in kept.items() if is_out(value)]
    for key in out:
        del kept[key]
    return len(out)


def memory_store(now: Now = lambda: datetime.now(UTC)) -> Store:
    """Give a store that keeps everything until the program ends."""
    kept = _Kept(now)
    return Store(
        inbox=MemoryInbox(kept),
        conversations=MemoryConversations(kept),
        records=MemoryRecords(kept),
        feedback=MemoryFeedback(kept),
        queue=MemoryQueue(kept),
        people=MemoryPeople(kept),
        shown=MemoryShownAnswers(kept.shown),
        suggestions=MemorySuggestions(kept.records),
        retention=MemoryRetention(kept),
    )
