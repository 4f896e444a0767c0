"""The tables of the database.

Knows columns and their types; ``migrations`` makes the same tables, and a test compares the two.
Knows nothing of what is read or written when.
"""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, ForeignKey, Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

KEY = String(64)
"""A keyed digest in hexadecimal."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, so it is given back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write a moment in UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read a moment."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value


class Base(DeclarativeBase):
    """The root of the tables; its names are the same in every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class MessageRow(Base):
    """A message that came in. Once it is delivered only the key and the time are left."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_waiting", "channel", "state"),)

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    """The order in which messages came: two may come at the same moment."""
    key: Mapped[str] = mapped_column(KEY, unique=True)
    person: Mapped[str] = mapped_column(KEY, index=True)
    channel: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    incoming: Mapped[str | None] = mapped_column(Text)
    """Sealed."""
    replies: Mapped[str | None] = mapped_column(Text)


class ConversationRow(Base):
    """What is remembered of one person in one conversation."""

    __tablename__ = "conversations"

    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    person: Mapped[str] = mapped_column(KEY, index=True)
    language: Mapped[str | None] = mapped_column(String(8))
    role: Mapped[str | None] = mapped_column(String(16))
    asked: Mapped[str] = mapped_column(Text)
    rated: Mapped[str] = mapped_column(String(40), server_default="")
    talk: Mapped[str | None] = mapped_column(Text)
    last: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    said_at: Mapped[datetime] = mapped_column(Moment)
    """When the question, the answer or the check that stands here last changed."""


class TurnRow(Base):
    """A question of a conversation, with its answer."""

    __tablename__ = "turns"

    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.key", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str] = mapped_column(KEY)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    answer_id: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    read_as: Mapped[str] = mapped_column(Text, server_default="")


class RecordRow(Base):
    """Why an answer was given."""

    __tablename__ = "records"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    asker: Mapped[str] = mapped_column(KEY, index=True)
    status: Mapped[str] = mapped_column(String(40))
    draft: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    body: Mapped[str] = mapped_column(Text)
    """The whole record."""


class FeedbackRow(Base):
    """What one reader thinks of one answer."""

    __tablename__ = "feedback"

    person: Mapped[str] = mapped_column(KEY, primary_key=True)
    answer_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_good: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class ShownRow(Base):
    """Which message of ours holds which answer."""

    __tablename__ = "shown"

    message: Mapped[str] = mapped_column(KEY, primary_key=True)
    place: Mapped[str] = mapped_column(KEY, index=True)
    person: Mapped[str] = mapped_column(KEY, index=True)
    answer_id: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class HandedRow(Base):
    """A question for a colleague."""

    __tablename__ = "queue"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(KEY, index=True)
    channel: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), index=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    handed: Mapped[str] = mapped_column(Text)
    """Sealed."""
    reply: Mapped[str] = mapped_column(Text)
    """Sealed; empty where there is none."""


class PersonRow(Base):
    """Who asked to be let in, and the role once that was approved."""

    __tablename__ = "people"

    person: Mapped[str] = mapped_column(KEY, primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(16), unique=True)
    role: Mapped[str | None] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    reach: Mapped[str | None] = mapped_column(Text)
    """Sealed; empty once the person was told."""
