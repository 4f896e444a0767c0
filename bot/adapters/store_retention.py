"""Deleting and giving out what a database keeps.

Knows every table that holds something of a person, and how long it may.
Knows nothing of why.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable

from bot.adapters.database import Database
from bot.adapters.seal import Seal
from bot.adapters.store_inbox import ANSWERED, DELIVERED, FORGOTTEN, PENDING
from bot.adapters.store_tables import (
    Base,
    ConversationRow,
    FeedbackRow,
    HandedRow,
    MessageRow,
    PersonRow,
    RecordRow,
    ShownRow,
    TurnRow,
)
from bot.core.keeping import Counts

_GIVEN_OUT: Mapping[str, type[Base]] = {
    "conversations": ConversationRow,
    "records": RecordRow,
    "feedback": FeedbackRow,
    "handed": HandedRow,
    "pairings": PersonRow,
    "inbox": MessageRow,
    "shown": ShownRow,
}
_EMPTY: Mapping[str, Any] = {"person": "", "incoming": None, "replies": None}
_SEALED = ("incoming", "handed", "reach")
_JSON = ("incoming", "handed", "reach", "body", "talk", "last", "replies")


class SqlRetention:
    """Deletes and gives out."""

    def __init__(self, database: Database, seal: Seal) -> None:
        """Take the database, and what opens the sealed columns."""
        self._database = database
        self._seal = seal

    def forget(self, person: str, key: str) -> Counts:
        """Delete all of a person in one transaction; what came in after the message ``key`` is kept."""
        asked = select(MessageRow.place).where(MessageRow.key == key).scalar_subquery()
        own = update(MessageRow).where(MessageRow.person == person)
        with self._database.session() as session:
            waiting = own.where(MessageRow.state == PENDING, MessageRow.place < asked)
            session.execute(waiting.values(state=FORGOTTEN, **_EMPTY).execution_options(synchronize_session=False))
            # After the one above, which waits for an answer that is being kept just now: that one is answered then.
            session.execute(own.where(MessageRow.state == ANSWERED).values(state=DELIVERED, **_EMPTY))
            session.execute(delete(ShownRow).where(ShownRow.person == person))
            return Counts(
                conversations=_deleted(session, delete(ConversationRow).where(ConversationRow.person == person)),
                records=_deleted(session, delete(RecordRow).where(RecordRow.asker == person)),
                feedback=_deleted(session, delete(FeedbackRow).where(FeedbackRow.person == person)),
                handed=_deleted(session, delete(HandedRow).where(HandedRow.person == person)),
                pairings=_deleted(session, delete(PersonRow).where(PersonRow.person == person)),
            )

    def export(self, person: str) -> Mapping[str, object]:
        """Give every row of a person by kind, the sealed columns opened."""
        with self._database.session() as session:
            given = {name: self._rows(session, table, person) for name, table in _GIVEN_OUT.items()}
            turns = session.scalars(
                select(TurnRow)
                .join(ConversationRow, ConversationRow.key == TurnRow.conversation)
                .where(ConversationRow.person == person)
                .order_by(TurnRow.at)
            )
            given["turns"] = [self._shown(row) for row in turns]
        return given

    def purge(self, before: datetime) -> Counts:
        """Delete what is old, of a conversation first its old turns."""
        with self._database.session() as session:
            session.execute(delete(TurnRow).where(TurnRow.at < before))
            session.execute(delete(MessageRow).where(MessageRow.at < before))
            old = update(ConversationRow).where(ConversationRow.said_at < before)
            session.execute(old.values(asked="", rated="", talk=None, last=None))
            session.execute(delete(ShownRow).where(ShownRow.at < before))
            session.execute(update(PersonRow).where(PersonRow.asked_at < before).values(reach=None))
            return Counts(
                conversations=_deleted(session, delete(ConversationRow).where(ConversationRow.at < before)),
                records=_deleted(session, delete(RecordRow).where(RecordRow.at < before)),
                feedback=_deleted(session, delete(FeedbackRow).where(FeedbackRow.at < before)),
                handed=_deleted(session, delete(HandedRow).where(HandedRow.at < before)),
                pairings=_deleted(
                    session, delete(PersonRow).where(PersonRow.role.is_(None), PersonRow.asked_at < before)
                ),
            )

    def _rows(self, session: Session, table: type[Base], person: str) -> list[dict[str, object]]:
        columns = table.__table__.columns
        owner = columns["asker"] if "asker" in columns else columns["person"]
        return [self._shown(row) for row in session.scalars(select(table).where(owner == person))]

    def _shown(self, row: Base) -> dict[str, object]:
        """Write a row out as values that JSON knows."""
        shown: dict[str, object] = {}
        for name in row.__table__.columns.keys():  # noqa: SIM118  # columns are no mapping
            value = getattr(row, name)
            if isinstance(value, datetime):
                value = value.isoformat()
            if name in _SEALED and value is not None:
                value = self._seal.open(value)
            if name == "reply" and value:
                value = self._seal.open(value) or value
            shown[name] = json.loads(value) if name in _JSON and value is not None else value
        return shown


def _deleted(session: Session, statement: Executable) -> int:
    result: Any = session.execute(statement)  # a cursor, for a statement that changes rows
    return result.rowcount if isinstance(result, CursorResult) else 0
