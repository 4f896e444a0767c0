"""Which process answers for a channel, told by a lock that the system or the database frees when a process ends.

Knows a file lock beside the file of SQLite, and an advisory lock in a session of PostgreSQL; a pooler that hands a
session to others between two transactions cannot carry the latter.
Knows nothing of channels but their names.
"""

from collections import defaultdict
from contextlib import suppress
from hashlib import sha256
from threading import Lock
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.database import Database
from bot.core.errors import StoreUnavailable

KEEPALIVE = ("tcp_keepalives_idle = 30", "tcp_keepalives_interval = 10", "tcp_keepalives_count = 3")
"""PostgreSQL notices within a minute that the machine of a holder is gone, and frees its lock."""


class _Hold(Protocol):
    """A lock that is held."""

    def is_alive(self) -> bool:
        """Say whether it is still held."""
        ...

    def release(self) -> None:
        """Let it go."""
        ...


class SqlClaims:
    """Takes channels. One instance serves every thread."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database
        self._held: dict[str, _Hold] = {}
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def take(self, channel: str) -> bool:
        """Take a channel, or see that it is still ours.

        Raises:
            StoreUnavailable: the database cannot be reached, or the file of the lock cannot be made.
        """
        with self._locks[channel]:
            held = self._held.get(channel)
            if held is not None and held.is_alive():
                return True
            self._let_go(channel)
            new = self._new(channel)
            if new is not None:
                self._held[channel] = new
            return new is not None

    def give_back(self, channel: str) -> None:
        """Let another process take a channel."""
        with self._locks[channel]:
            self._let_go(channel)

    def _let_go(self, channel: str) -> None:
        held = self._held.pop(channel, None)
        if held is not None:
            held.release()

    def _new(self, channel: str) -> _Hold | None:
        """Take the lock.

        Raises:
            StoreUnavailable: it can be neither taken nor seen.
        """
        file = self._database.file
        if file is None and self._database.is_sqlite:
            return _Alone()  # in memory: no other process can see it
        if file is not None:
            return _FileHold.take(f"{file}.{channel}.lock")
        with self._database.reached():
            return _SessionHold.take(self._database.engine.execution_options(isolation_level="AUTOCOMMIT"), channel)


class _Alone:
    """The hold on what nobody else can reach."""

    def is_alive(self) -> bool:
        return True

    def release(self) -> None:
        pass


class _FileHold:
    """A lock on a file; it stays ours until we let go or end."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    @classmethod
    def take(cls, path: str) -> "_FileHold | None":
        lock = FileLock(path, thread_local=False, mode=0o600, fallback_to_soft=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be locked ({error.strerror}): set ISVBOT_DATA_DIR") from error
        return cls(lock)

    def is_alive(self) -> bool:
        return self._lock.is_locked

    def release(self) -> None:
        self._lock.release()


class _SessionHold:
    """A lock of a session of PostgreSQL; it is gone with the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def take(cls, engine: Engine, channel: str) -> "_SessionHold | None":
        connection = engine.connect()
        try:
            for setting in KEEPALIVE:
                connection.execute(text(f"SET {setting}"))
            is_taken = connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": _number(channel)})
        except SQLAlchemyError:
            _end(connection)
            raise
        if is_taken:
            return cls(connection)
        _end(connection)
        return None

    def is_alive(self) -> bool:
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        _end(self._connection)


def _end(connection: Connection) -> None:
    """End a session, and with it its locks and settings: the pool must not hand it to somebody else."""
    with suppress(SQLAlchemyError), connection:
        connection.invalidate()


def _number(channel: str) -> int:
    """Name the lock of a channel in this database, as PostgreSQL does: by a number of 64 bits with a sign."""
    return int.from_bytes(sha256(f"isvbot channel {channel}".encode()).digest()[:8], signed=True)
