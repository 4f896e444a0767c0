"""Records, feedback and the queue in a database.

Knows which row holds what.
Knows nothing of how an answer is made.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot.adapters.database import Database
from bot.adapters.packing import Packing
from bot.adapters.seal import Seal
from bot.adapters.store_tables import FeedbackRow, HandedRow, RecordRow
from bot.core.audit import Record
from bot.core.errors import StoreUnavailable
from bot.core.incoming import Rating, Reason
from bot.core.keeping import Handed

OPEN, REPLIED, SENT = "open", "replied", "sent"

_HANDED = Packing(Handed)


class SqlRecords:
    """Keeps why answers were given."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        """Take the database and the clock."""
        self._database = database
        self._now = now

    def add(self, record: Record) -> None:
        """Keep a record; the person stands in a column of its own, by which it can be deleted."""
        body = {name: value for name, value in asdict(record).items() if name != "asker"}
        row = RecordRow(
            id=record.id,
            asker=record.asker,
            status=record.status,
            draft=record.draft,
            at=self._now(),
            body=json.dumps(body, ensure_ascii=False),
        )
        with self._database.session() as session:
            session.add(row)


class SqlFeedback:
    """Keeps what readers think."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        """Take the database and the clock."""
        self._database = database
        self._now = now

    def add(self, person: str, rating: Rating) -> None:
        """Keep a rating in the place of an earlier one."""
        with self._database.session() as session:
            session.merge(
                FeedbackRow(
                    person=person,
                    answer_id=rating.answer_id,
                    is_good=rating.is_good,
                    reason=rating.reason,
                    text=rating.text,
                    at=self._now(),
                )
            )

    def find(self, person: str, answer_id: str) -> Rating | None:
        """Give a rating."""
        with self._database.session() as session:
            row = session.get(FeedbackRow, (person, answer_id))
            if row is None:
                return None
            return Rating(row.answer_id, row.is_good, Reason(row.reason) if row.reason else None, row.text)


class SqlQueue:
    """Keeps questions for a colleague."""

    def __init__(self, database: Database, seal: Seal) -> None:
        """Take the database, and what seals where the answer must go."""
        self._database = database
        self._seal = seal

    def hand_over(self, handed: Handed) -> None:
        """Keep a question, once.

        Raises:
            StoreUnavailable: it cannot be kept.
        """
        row = HandedRow(
            id=handed.id,
            person=handed.person,
            channel=handed.channel,
            state=OPEN,
            at=handed.at,
            handed=self._seal.close(_HANDED.pack(handed)),
            reply="",
        )
        try:
            with self._database.session() as session:
                session.add(row)
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, IntegrityError):
                raise

    def open(self) -> tuple[Handed, ...]:
        """Give the questions without a reply."""
        return self._found(HandedRow.state == OPEN)

    def reply(self, handed_id: str, text: str) -> bool:
        """Answer a question that has no reply yet."""
        return self._moved(handed_id, OPEN, REPLIED, reply=self._seal.close(text))

    def unsent(self, channel: str) -> tuple[Handed, ...]:
        """Give replies that were not sent."""
        return self._found(HandedRow.state == REPLIED, HandedRow.channel == channel)

    def sent(self, handed_id: str) -> None:
        """Note that a reply was sent."""
        self._moved(handed_id, REPLIED, SENT)

    def _found(self, *conditions: object) -> tuple[Handed, ...]:
        """Give questions in the order in which they came; a reply of an older program is not sealed."""
        wanted = select(HandedRow).where(*conditions).order_by(HandedRow.at)  # type: ignore[arg-type]  # columns compared
        with self._database.session() as session:
            rows = [(row.handed, row.reply) for row in session.scalars(wanted)]
        opened = ((self._seal.open(sealed), self._seal.open(reply) or reply) for sealed, reply in rows)
        found = ((_HANDED.unpack(text), reply) for text, reply in opened if text is not None)
        return tuple(replace(handed, reply=reply) for handed, reply in found if handed is not None)

    def _moved(self, handed_id: str, before: str, after: str, **values: str) -> bool:
        change = (
            update(HandedRow)
            .where(HandedRow.id == handed_id, HandedRow.state == before)
            .values(state=after, **values)
            .returning(HandedRow.id)
        )
        with self._database.session() as session:
            return session.scalar(change) is not None
