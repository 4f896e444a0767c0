"""What is kept, and the ports that keep it; in-memory twins are in ``bot.adapters.memory_store``.

Knows conversations, the inbox, feedback and the queue for a colleague; ``bot.core.pairing`` knows who was let in.
Persons, conversations and messages are named by keyed digests only; what must be read back to write to somebody is
sealed by the store.
Knows nothing of databases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.audit import Records
from bot.core.corpus import Language, Role
from bot.core.dialogue import Talk
from bot.core.incoming import Incoming, Rating
from bot.core.pairing import People
from bot.core.reply import Reply


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """An earlier question of a conversation; ``message`` is the key of the message that asked it."""

    message: str
    question: str
    answer: str
    answer_id: str
    at: datetime
    read_as: str = ""
    """The question as it was read, with the subject that it borrowed."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is remembered of one person in one conversation."""

    person: str
    language: Language | None = None
    """``None``: the language of each question."""
    role: Role | None = None
    """The role that was chosen among those that the person has."""
    turns: tuple[KeptTurn, ...] = ()
    talk: Talk | None = None
    """The ISV check that is going on."""
    last: Reply | None = None
    """The last answer, for its sources and further questions."""
    asked: str = ""
    """The last question, also where it was not answered; empty where it was refused."""
    rated: str = ""
    """The answer that was rated since the last one came: a remark that is typed now belongs to it."""


def content_of(conversation: Conversation) -> tuple[object, ...]:
    """Give what was said, which has a date of its own: choosing another language makes no question newer."""
    return conversation.asked, conversation.last, conversation.talk


class Conversations(Protocol):
    """Remembers conversations; they are saved with ``Inbox.finish``."""

    def load(self, key: str) -> Conversation | None:
        """Give what is remembered; ``None`` where nothing is."""
        ...


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a message: the replies, and what is remembered from now on (``None``: nothing is saved)."""

    replies: tuple[Reply, ...]
    conversation_key: str = ""
    conversation: Conversation | None = None
    handed: str = ""
    """The number that a question has in the queue if this message put it there."""


class Inbox(Protocol):
    """Keeps what came in until it is answered, so that nothing is lost and nothing is answered twice."""

    def accept(self, key: str, person: str, incoming: Incoming) -> bool:
        """Keep a message as waiting; say false where it came in before."""
        ...

    def has(self, key: str) -> bool:
        """Say whether a message came in before."""
        ...

    def is_waiting(self, key: str) -> bool:
        """Say whether a message came in and is not delivered yet."""
        ...

    def replies(self, key: str) -> tuple[Reply, ...] | None:
        """Give the replies to a message that is answered and not yet delivered; ``None`` where it is not.

        There are none where all of its person was forgotten before it was answered.
        """
        ...

    def finish(self, key: str, finished: Finished) -> bool:
        """Keep the replies and the conversation of a message that waits, both or neither.

        False: all of its person was forgotten after it came in. Neither is kept then, and its record, the rating that
        it gave and the question that it put in the queue are deleted.
        """
        ...

    def deliver(self, key: str) -> None:
        """Note that the replies arrived; only the key is kept."""
        ...

    def waiting(self, channel: str) -> tuple[Incoming, ...]:
        """Give the messages of a channel that are not delivered, in the order in which they came."""
        ...


class Feedback(Protocol):
    """Keeps what readers think of answers: the last word of each person on each answer."""

    def add(self, person: str, rating: Rating) -> None:
        """Keep a rating."""
        ...

    def find(self, person: str, answer_id: str) -> Rating | None:
        """Give the rating that a person gave to an answer."""
        ...


class Suggestions(Protocol):
    """Knows what was suggested under earlier answers."""

    def under(self, person: str, answer_id: str) -> tuple[str, ...]:
        """Give the questions that were suggested to a person under an answer; none where it is not kept."""
        ...


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """A message of ours that holds an answer, by its key; ``place`` is the key of the conversation it stands in."""

    message: str
    place: str
    person: str
    """Who asked."""
    answer_id: str
    language: Language
    at: datetime


class ShownAnswers(Protocol):
    """Remembers which message holds which answer."""

    def add(self, shown: Sequence[ShownAnswer], key: str) -> None:
        """Keep where an answer stands, by each of its messages; ``key`` is the message that it answers.

        Nothing is kept where all of the person was forgotten since.
        """
        ...

    def find(self, message: str) -> ShownAnswer | None:
        """Give the answer in a message."""
        ...

    def only(self, place: str) -> ShownAnswer | None:
        """Give the answer of a conversation that had just one, whoever asked."""
        ...


@dataclass(frozen=True, slots=True)
class Handed:
    """A question that was handed to a colleague, with its conversation; ``reply`` is empty until there is one."""

    id: str
    person: str
    channel: str
    address: str
    question: str
    context: tuple[tuple[str, str], ...]
    """Earlier questions with their answers, and the answer to this one last."""
    answer_id: str
    language: Language
    role: Role
    at: datetime
    reply: str = ""


class Queue(Protocol):
    """The questions that wait for a colleague."""

    def hand_over(self, handed: Handed) -> None:
        """Put a question in the queue."""
        ...

    def open(self) -> tuple[Handed, ...]:
        """Give the questions without a reply, the oldest first."""
        ...

    def reply(self, handed_id: str, text: str) -> bool:
        """Answer a question; say false where no such question waits."""
        ...

    def unsent(self, channel: str) -> tuple[Handed, ...]:
        """Give the questions of a channel whose reply was not sent yet."""
        ...

    def sent(self, handed_id: str) -> None:
        """Note that a reply was sent."""
        ...


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was deleted, by kind."""

    conversations: int = 0
    records: int = 0
    feedback: int = 0
    handed: int = 0
    pairings: int = 0


class Retention(Protocol):
    """Deletes and gives out what is kept."""

    def forget(self, person: str, key: str) -> Counts:
        """Delete all that is kept of a person, at once; ``key`` is the message that asks for it.

        Messages that came in before that one and wait for their answer are forgotten too: what is being made of them
        is not kept, see ``Inbox.finish``.
        """
        ...

    def export(self, person: str) -> Mapping[str, object]:
        """Give all that is kept of a person, as values that JSON knows."""
        ...

    def purge(self, before: datetime) -> Counts:
        """Delete what was kept before a moment; of a conversation that goes on, what was said in it before."""
        ...


class Claims(Protocol):
    """Which process answers for a channel. What a process held is free as soon as it ends, however it ends."""

    def take(self, channel: str) -> bool:
        """Take a channel, or see that it is still ours; false where another process has it."""
        ...

    def give_back(self, channel: str) -> None:
        """Let another process take a channel."""
        ...


@dataclass(frozen=True, slots=True)
class Store:
    """All that keeps something."""

    inbox: Inbox
    conversations: Conversations
    records: Records
    feedback: Feedback
    queue: Queue
    people: People
    shown: ShownAnswers
    suggestions: Suggestions
    retention: Retention
    claims: Claims
