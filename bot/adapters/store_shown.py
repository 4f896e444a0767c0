"""Which message holds which answer, and what was suggested under it, in a database.

Knows which row holds what.
Knows nothing of channels.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select

from bot.adapters.database import Database
from bot.adapters.store_inbox import ANSWERED
from bot.adapters.store_tables import MessageRow, RecordRow, ShownRow
from bot.core.corpus import Language
from bot.core.keeping import ShownAnswer


class SqlShownAnswers:
    """Remembers where answers stand."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    def add(self, shown: Sequence[ShownAnswer], key: str) -> None:
        """Keep where an answer stands; who is forgotten meanwhile waits for this, and all of it is deleted then."""
        state = select(MessageRow.state).where(MessageRow.key == key).with_for_update()
        with self._database.session() as session:
            if session.scalar(state) == ANSWERED:
                for one in shown:
                    session.merge(ShownRow(**asdict(one)))

    def find(self, message: str) -> ShownAnswer | None:
        """Give the answer in a message."""
        with self._database.session() as session:
            row = session.get(ShownRow, message)
            return _shown(row) if row is not None else None

    def only(self, place: str) -> ShownAnswer | None:
        """Give the answer of a conversation that had just one."""
        with self._database.session() as session:
            of_place = select(ShownRow).where(ShownRow.place == place)
            first = session.scalar(of_place.limit(1))
            if first is None or session.scalar(of_place.where(ShownRow.answer_id != first.answer_id).limit(1)):
                return None
            return _shown(first)


class SqlSuggestions:
    """Knows what was suggested, from the records of answers."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    def under(self, person: str, answer_id: str) -> tuple[str, ...]:
        """Give what was suggested under an answer."""
        wanted = select(RecordRow.body).where(RecordRow.id == answer_id, RecordRow.asker == person)
        with self._database.session() as session:
            record = session.scalar(wanted)
        offered = json.loads(record)["body"].get("follow_ups") if record is not None else None
        return tuple(map(str, offered)) if isinstance(offered, list) else ()


def _shown(row: ShownRow) -> ShownAnswer:
    return ShownAnswer(row.message, row.place, row.person, row.answer_id, Language(row.language), row.at)
