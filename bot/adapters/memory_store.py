"""In-memory twins of all that keeps something: for tests, and to see what a store must do.

Knows what is kept until the program ends.
Knows no database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from bot.adapters.memory_claims import MemoryClaims
from bot.adapters.memory_people import MemoryPeople
from bot.adapters.memory_shown import MemoryShownAnswers, MemorySuggestions
from bot.core.audit import Record
from bot.core.incoming import Incoming, Rating
from bot.core.keeping import Conversation, Counts, Finished, Handed, ShownAnswer, Store, content_of
from bot.core.pairing import Pairing
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
    is_forgotten: bool = False


@dataclass
class _Remembered:
    """A conversation, when it went on last, and when something was last said in it."""

    conversation: Conversation
    at: datetime
    said_at: datetime


@dataclass
class _Kept:
    """Everything, by key."""

    now: Now
    messages: dict[str, _Message] = field(default_factory=dict)
    conversations: dict[str, _Remembered] = field(default_factory=dict)
    records: dict[str, tuple[Record, datetime]] = field(default_factory=dict)
    feedback: dict[tuple[str, str], tuple[Rating, datetime, str]] = field(default_factory=dict)
    handed: dict[str, Handed] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    people: dict[str, Pairing] = field(default_factory=dict)
    claimed: dict[str, object] = field(default_factory=dict)
    shown: dict[str, ShownAnswer] = field(default_factory=dict)

    def is_answered(self, key: str) -> bool:
        """Say whether a message has replies that are not delivered."""
        return key in self.messages and self.messages[key].replies is not None


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

    def has(self, key: str) -> bool:
        """Say whether a message came in before."""
        return key in self._kept.messages

    def is_waiting(self, key: str) -> bool:
        """Say whether a message is not delivered."""
        return key in self._kept.messages and self._kept.messages[key].incoming is not None

    def replies(self, key: str) -> tuple[Reply, ...] | None:
        """Give replies that are not delivered."""
        message = self._kept.messages.get(key)
        return None if message is None else () if message.is_forgotten else message.replies

    def finish(self, key: str, finished: Finished) -> bool:
        """Keep replies and conversation, unless all was forgotten meanwhile."""
        message = self._kept.messages.get(key)
        if message is not None and message.is_forgotten:
            for reply in finished.replies:
                self._kept.records.pop(reply.answer_id, None)
            self._kept.handed.pop(finished.handed, None)
            if finished.conversation is not None:
                self._kept.feedback.pop((finished.conversation.person, finished.conversation.rated), None)
        if message is not None and (message.incoming is None or message.replies is not None):
            return not message.is_forgotten
        if message is not None:
            message.replies = finished.replies
        if finished.conversation is not None:
            self._remember(finished.conversation_key, finished.conversation)
        return True

    def deliver(self, key: str) -> None:
        """Keep the key only."""
        message = self._kept.messages.get(key)
        if message is not None:
            self._kept.messages[key] = _Message("", message.at, None)

    def waiting(self, channel: str) -> tuple[Incoming, ...]:
        """Give what is not delivered."""
        kept = (message.incoming for message in self._kept.messages.values())
        return tuple(incoming for incoming in kept if incoming is not None and incoming.channel == channel)

    def _remember(self, key: str, conversation: Conversation) -> None:
        now, before = self._kept.now(), self._kept.conversations.get(key)
        is_same = before is not None and content_of(before.conversation) == content_of(conversation)
        said_at = before.said_at if before is not None and is_same else now
        self._kept.conversations[key] = _Remembered(conversation, now, said_at)


class MemoryConversations:
    """Remembers conversations."""

    def __init__(self, kept: _Kept) -> None:
        """Take what is shared."""
        self._kept = kept

    def load(self, key: str) -> Conversation | None:
        """Give a conversation."""
        found = self._kept.conversations.get(key)
        return found.conversation if found is not None else None


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


class MemoryRetention:
    """Deletes and gives out."""

    def __init__(self, kept: _Kept) -> None:
        """Take what is shared."""
        self._kept = kept

    def forget(self, person: str, key: str) -> Counts:
        """Delete all of a person."""
        kept = self._kept
        is_before = key in kept.messages
        for name, message in kept.messages.items():
            is_before = is_before and name != key
            if message.person == person and (is_before or message.replies is not None):
                message.is_forgotten = message.replies is None
                message.person, message.incoming, message.replies = "", None, None
        _drop(kept.shown, lambda shown: shown.person == person)
        return Counts(
            conversations=_drop(kept.conversations, lambda found: found.conversation.person == person),
            records=_drop(kept.records, lambda found: found[0].asker == person),
            feedback=_drop(kept.feedback, lambda found: found[2] == person),
            handed=_drop(kept.handed, lambda handed: handed.person == person),
            pairings=_drop(kept.people, lambda pairing: pairing.person == person),
        )

    def export(self, person: str) -> Mapping[str, object]:
        """Give the counts by kind; only a real store writes everything out."""
        kept = self._kept
        return {
            "conversations": [
                found.conversation.turns for found in kept.conversations.values() if found.conversation.person == person
            ],
            "records": [record.body for record, _ in kept.records.values() if record.asker == person],
            "feedback": [rating for rating, _, who in kept.feedback.values() if who == person],
            "handed": [handed.question for handed in kept.handed.values() if handed.person == person],
            "shown": [shown.answer_id for shown in kept.shown.values() if shown.person == person],
            "pairings": [pairing.code for pairing in kept.people.values() if pairing.person == person],
        }

    def purge(self, before: datetime) -> Counts:
        """Delete what is old."""
        kept = self._kept
        for found in kept.conversations.values():
            turns = tuple(turn for turn in found.conversation.turns if turn.at >= before)
            found.conversation = replace(found.conversation, turns=turns)
            if found.said_at < before:
                found.conversation = replace(found.conversation, talk=None, last=None, asked="", rated="")
        _drop(kept.messages, lambda message: message.at < before)
        _drop(kept.shown, lambda shown: shown.at < before)
        kept.people.update((p.person, replace(p, reach=None)) for p in kept.people.values() if p.asked_at < before)
        return Counts(
            conversations=_drop(kept.conversations, lambda found: found.at < before),
            records=_drop(kept.records, lambda found: found[1] < before),
            feedback=_drop(kept.feedback, lambda found: found[1] < before),
            handed=_drop(kept.handed, lambda handed: handed.at < before),
            pairings=_drop(kept.people, lambda pairing: pairing.role is None and pairing.asked_at < before),
        )


def _drop(kept: dict[Key, Value], is_out: Callable[[Value], bool]) -> int:
    out = [key for key, value in list(kept.items()) if is_out(value)]  # a thread may add one meanwhile
    for key in out:
        del kept[key]
    return len(out)


def memory_store(now: Now = lambda: datetime.now(UTC)) -> Store:
    """Give a store that keeps everything until the program ends."""
    return _store(_Kept(now))


def _store(kept: _Kept) -> Store:
    return Store(
        inbox=MemoryInbox(kept),
        conversations=MemoryConversations(kept),
        records=MemoryRecords(kept),
        feedback=MemoryFeedback(kept),
        queue=MemoryQueue(kept),
        people=MemoryPeople(kept.people),
        shown=MemoryShownAnswers(kept.shown, kept.is_answered),
        suggestions=MemorySuggestions(kept.records),
        retention=MemoryRetention(kept),
        claims=MemoryClaims(kept.claimed),
    )
