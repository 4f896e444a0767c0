"""The inbox and the conversations in a database.

Knows which row holds what, and that a reply and what is remembered are kept together.
Knows nothing of what a message asks.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.adapters.database import Database
from bot.adapters.packing import Packing
from bot.adapters.seal import Seal
from bot.adapters.store_tables import ConversationRow, FeedbackRow, HandedRow, MessageRow, RecordRow, TurnRow
from bot.core.corpus import Language, Role
from bot.core.dialogue import Talk
from bot.core.errors import StoreUnavailable
from bot.core.incoming import Incoming
from bot.core.keeping import Conversation, Finished, KeptTurn
from bot.core.reply import Reply

PENDING, ANSWERED, DELIVERED, FORGOTTEN = "pending", "answered", "delivered", "forgotten"

_INCOMING = Packing(Incoming)
_REPLIES = Packing(tuple[Reply, ...])
_REPLY = Packing(Reply)
_TALK = Packing(Talk)


class SqlInbox:
    """Keeps what came in until it is delivered."""

    def __init__(self, database: Database, seal: Seal, now: Callable[[], datetime]) -> None:
        """Take the database, what seals ids, and the clock."""
        self._database = database
        self._seal = seal
        self._now = now

    def accept(self, key: str, person: str, incoming: Incoming) -> bool:
        """Keep a message that did not come in before; the key of its row tells.

        Raises:
            StoreUnavailable: it cannot be kept.
        """
        row = MessageRow(
            key=key,
            person=person,
            channel=incoming.channel,
            state=PENDING,
            at=self._now(),
            incoming=self._seal.close(_INCOMING.pack(incoming)),
        )
        try:
            with self._database.session() as session:
                session.add(row)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, IntegrityError):
                return False
            raise
        return True

    def has(self, key: str) -> bool:
        """Say whether a message came in before."""
        with self._database.session() as session:
            return session.scalar(select(MessageRow.place).where(MessageRow.key == key)) is not None

    def is_waiting(self, key: str) -> bool:
        """Say whether a message is not delivered."""
        with self._database.session() as session:
            state = session.scalar(select(MessageRow.state).where(MessageRow.key == key))
        return state in (PENDING, ANSWERED)

    def replies(self, key: str) -> tuple[Reply, ...] | None:
        """Give replies that are not delivered; none where all was forgotten."""
        with self._database.session() as session:
            row = session.execute(select(MessageRow.state, MessageRow.replies).where(MessageRow.key == key)).first()
        if row is None:
            return None
        state, packed = row
        return () if state == FORGOTTEN else _REPLIES.unpack(packed) if packed is not None else None

    def finish(self, key: str, finished: Finished) -> bool:
        """Keep replies and conversation in one transaction; where all was forgotten, delete what else is of it."""
        packed = _REPLIES.pack(finished.replies)
        with self._database.session() as session:
            state = session.scalar(select(MessageRow.state).where(MessageRow.key == key).with_for_update())
            if state == FORGOTTEN:
                made = [reply.answer_id for reply in finished.replies if reply.answer_id]
                session.execute(delete(RecordRow).where(RecordRow.id.in_(made)))
                session.execute(delete(HandedRow).where(HandedRow.id == finished.handed))
                _delete_rating(session, finished.conversation)
            if state not in (PENDING, None):
                return state != FORGOTTEN
            session.execute(
                update(MessageRow)
                .where(MessageRow.key == key, MessageRow.state == PENDING)
                .values(state=ANSWERED, replies=packed)
            )
            if finished.conversation is not None:
                _save(session, finished.conversation_key, finished.conversation, self._now())
        return True

    def deliver(self, key: str) -> None:
        """Keep the key and the time only."""
        with self._database.session() as session:
            session.execute(
                update(MessageRow)
                .where(MessageRow.key == key)
                .values(state=DELIVERED, person="", incoming=None, replies=None)
            )

    def waiting(self, channel: str) -> tuple[Incoming, ...]:
        """Give what is not delivered, in the order in which it came."""
        wanted = (
            select(MessageRow.incoming)
            .where(MessageRow.channel == channel, MessageRow.state != DELIVERED)
            .order_by(MessageRow.place)
        )
        with self._database.session() as session:
            sealed = session.scalars(wanted).all()
        opened = (self._seal.open(text) for text in sealed if text is not None)
        found = (_INCOMING.unpack(text) for text in opened if text is not None)
        return tuple(incoming for incoming in found if incoming is not None)


class SqlConversations:
    """Remembers conversations."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    def load(self, key: str) -> Conversation | None:
        """Give a conversation with its turns."""
        with self._database.session() as session:
            row = session.get(ConversationRow, key)
            if row is None:
                return None
            turns = session.scalars(select(TurnRow).where(TurnRow.conversation == key).order_by(TurnRow.place)).all()
            return Conversation(
                person=row.person,
                language=Language(row.language) if row.language else None,
                role=Role(row.role) if row.role else None,
                turns=tuple(KeptTurn(t.message, t.question, t.answer, t.answer_id, t.at, t.read_as) for t in turns),
                talk=_TALK.unpack(row.talk) if row.talk else None,
                last=_REPLY.unpack(row.last) if row.last else None,
                asked=row.asked,
                rated=row.rated,
            )


def _delete_rating(session: Session, conversation: Conversation | None) -> None:
    if conversation is not None and conversation.rated:
        own = FeedbackRow.person == conversation.person
        session.execute(delete(FeedbackRow).where(own, FeedbackRow.answer_id == conversation.rated))


def _save(session: Session, key: str, conversation: Conversation, now: datetime) -> None:
    """Write a conversation over the one before; its few turns are written anew."""
    session.execute(delete(TurnRow).where(TurnRow.conversation == key))
    talk = _TALK.pack(conversation.talk) if conversation.talk is not None else None
    last = _REPLY.pack(conversation.last) if conversation.last is not None else None
    before = session.get(ConversationRow, key)
    is_same = before is not None and (before.asked, before.last, before.talk) == (conversation.asked, last, talk)
    session.merge(
        ConversationRow(
            key=key,
            person=conversation.person,
            language=conversation.language,
            role=conversation.role,
            asked=conversation.asked,
            rated=conversation.rated,
            talk=talk,
            last=last,
            at=now,
            said_at=before.said_at if before is not None and is_same else now,
        )
    )
    session.flush()
    for place, turn in enumerate(conversation.turns):
        session.add(
            TurnRow(
                conversation=key,
                place=place,
                message=turn.message,
                question=turn.question,
                answer=turn.answer,
                answer_id=turn.answer_id,
                at=turn.at,
                read_as=turn.read_as,
            )
        )
