"""Who was let in by code, in a database.

Knows which row holds what.
Knows nothing of who decides.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update

from bot.adapters.database import Database
from bot.adapters.packing import Packing
from bot.adapters.seal import Seal
from bot.adapters.store_tables import PersonRow
from bot.core.corpus import Role
from bot.core.pairing import Pairing, Reach

_REACH = Packing(Reach)


class SqlPeople:
    """Keeps who was let in."""

    def __init__(self, database: Database, seal: Seal) -> None:
        """Take the database, and what seals where a person can be reached."""
        self._database = database
        self._seal = seal

    def find(self, person: str) -> Pairing | None:
        """Give a pairing."""
        with self._database.session() as session:
            row = session.get(PersonRow, person)
            return self._pairing(row) if row is not None else None

    def ask(self, pairing: Pairing) -> None:
        """Keep a request in the place of an earlier one."""
        with self._database.session() as session:
            session.merge(
                PersonRow(
                    person=pairing.person,
                    channel=pairing.channel,
                    code=pairing.code,
                    role=pairing.role,
                    asked_at=pairing.asked_at,
                    reach=None if pairing.reach is None else self._seal.close(_REACH.pack(pairing.reach)),
                )
            )

    def all(self) -> tuple[Pairing, ...]:
        """Give every pairing, the oldest first."""
        return self._found()

    def approve(self, code: str, role: Role, after: datetime) -> bool:
        """Let a person in."""
        is_valid = or_(PersonRow.role.is_not(None), PersonRow.asked_at > after)
        change = (
            update(PersonRow)
            .where(PersonRow.code == code, is_valid)
            .values(role=role.value)
            .returning(PersonRow.person)
        )
        with self._database.session() as session:
            return session.scalar(change) is not None

    def remove(self, code: str) -> bool:
        """Take a pairing away."""
        change = delete(PersonRow).where(PersonRow.code == code).returning(PersonRow.person)
        with self._database.session() as session:
            return session.scalar(change) is not None

    def untold(self, channel: str) -> tuple[Pairing, ...]:
        """Give who was let in and not told; where it cannot be read any more, nobody can be told."""
        waiting = (PersonRow.channel == channel, PersonRow.role.is_not(None), PersonRow.reach.is_not(None))
        return tuple(pairing for pairing in self._found(*waiting) if pairing.reach is not None)

    def told(self, code: str) -> None:
        """Note that a person was told."""
        with self._database.session() as session:
            session.execute(update(PersonRow).where(PersonRow.code == code).values(reach=None))

    def _found(self, *conditions: ColumnElement[bool]) -> tuple[Pairing, ...]:
        wanted = select(PersonRow).where(*conditions).order_by(PersonRow.asked_at)
        with self._database.session() as session:
            return tuple(self._pairing(row) for row in session.scalars(wanted))

    def _pairing(self, row: PersonRow) -> Pairing:
        role = Role(row.role) if row.role else None
        opened = self._seal.open(row.reach) if row.reach is not None else None
        reach = _REACH.unpack(opened) if opened is not None else None
        return Pairing(row.person, row.channel, row.code, row.asked_at, role, reach)
