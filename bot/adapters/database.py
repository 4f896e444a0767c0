"""The database: how it is reached, and that its tables are those of this program.

Knows SQLAlchemy, Alembic, SQLite and PostgreSQL.
Knows nothing of what stands in the tables.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import URL, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.core.errors import MissingExtra, SettingsError, StoreUnavailable

LATEST = "0004"
"""The newest migration."""

BUSY_TIMEOUT_MS = 10_000
"""How long SQLite waits for another writer."""

PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""How long PostgreSQL is waited for, in its own words: seconds, and milliseconds for the last."""

_MIGRATION_LOCK = 4_915_218_806
"""Any number; who migrates in PostgreSQL holds the lock of this name."""


class Database:
    """Opens sessions; one instance serves every thread."""

    def __init__(self, url: URL) -> None:
        """Take the address of the database.

        Raises:
            MissingExtra: the driver is not installed.
            StoreUnavailable: the file of SQLite cannot be made.
        """
        self._url = url
        options = _sqlite_options() if _is_sqlite(url) else _postgres_options(url)
        if _is_sqlite(url):
            _make_private(url)
        try:
            self._engine = create_engine(url, hide_parameters=True, **options)
        except ModuleNotFoundError as error:
            raise MissingExtra("PostgreSQL needs psycopg: run 'pip install isvbot[postgres]'") from error
        self._turn: AbstractContextManager[Any] = nullcontext()
        if _is_sqlite(url):
            self._turn = threading.Lock()
            _tune_sqlite(self._engine)

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and tests."""
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return _is_sqlite(self._url)

    @property
    def file(self) -> str | None:
        """The file of SQLite; none in memory, and none of PostgreSQL."""
        name = self._url.database
        return name if self.is_sqlite and name and name != ":memory:" else None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session whose changes are kept together, or not at all where something fails.

        Threads take turns at a file of SQLite, which lets one write at a time: waiting for a turn ends at once when it
        comes, where SQLite itself sleeps ever longer between two looks. So a session may not be opened within another.

        Raises:
            StoreUnavailable: the database cannot be reached or changed.
        """
        with self.reached(), self._turn, Session(self._engine) as session, session.begin():
            yield session

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Name an error of the database as one.

        Raises:
            StoreUnavailable: the database cannot be reached or changed.
        """
        try:
            yield
        except SQLAlchemyError as error:
            raise self._unavailable(error) from error

    def migrate(self) -> None:
        """Bring the tables to those of this program; only one process does, the others wait for it.

        Raises:
            StoreUnavailable: the database cannot be reached or changed, or belongs to a newer program.
        """
        with self.reached():
            if self._revision() == LATEST:
                return
            with self._lock():
                revision = self._revision()
                if revision is not None and revision > LATEST:
                    raise StoreUnavailable(
                        f"{self._shown} was made by a newer isvbot (tables {revision}, here {LATEST}): update isvbot"
                    )
                if revision != LATEST:
                    self._upgrade()

    def try_out(self) -> str | None:
        """Write and take it back; give the migration that the tables are of, ``None`` where there are no tables.

        Raises:
            StoreUnavailable: the database cannot be reached or written.
        """
        with self.reached():
            revision = self._revision()
            with self._engine.connect() as connection, connection.begin() as transaction:
                connection.execute(text("CREATE TABLE isvbot_tried (n INTEGER)"))
                if revision is not None:
                    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
                transaction.rollback()
        return revision

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _revision(self) -> str | None:
        with self._engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return None if found is None else str(found)

    def _upgrade(self) -> None:
        from alembic import command

        with as_file(files("bot.adapters").joinpath("migrations")) as folder, self._engine.begin() as connection:
            if not _is_sqlite(self._url):
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            command.upgrade(alembic_config(folder, connection), "head")

    def _lock(self) -> Any:  # a FileLock or nothing: both are only entered
        """Give what only one process can hold: PostgreSQL takes its own lock inside the transaction."""
        return FileLock(f"{self.file}.lock") if self.file is not None else nullcontext()

    @property
    def _shown(self) -> str:
        return self._url.render_as_string(hide_password=True)

    def _unavailable(self, error: SQLAlchemyError) -> StoreUnavailable:
        cause = type(getattr(error, "orig", None) or error).__name__
        way = "set ISVBOT_DATA_DIR to a folder that can be written" if _is_sqlite(self._url) else "is it running?"
        return StoreUnavailable(f"{self._shown} did not answer ({cause}): {way}")


def alembic_config(folder: Path, connection: object) -> Any:  # an Alembic Config: imported only when it is needed
    """Give what Alembic needs to work on a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def database_url(setting: str | None, data_dir: Path) -> URL:
    """Give the address of the database: the one that is set, else a file in the data folder.

    Raises:
        SettingsError: it is no address of SQLite or PostgreSQL.
    """
    if setting is None:
        return URL.create("sqlite", database=str(data_dir / "isvbot.sqlite"))
    try:
        url = make_url(setting)
    except ArgumentError as error:
        raise SettingsError("ISVBOT_DATABASE_URL is no address: write postgresql://user:password@host/name") from error
    kind = url.get_backend_name()
    if kind not in ("postgresql", "sqlite"):
        raise SettingsError(f"ISVBOT_DATABASE_URL: '{kind}' is not supported, only postgresql and sqlite")
    return url.set(drivername="postgresql+psycopg") if kind == "postgresql" else url


def _sqlite_options() -> dict[str, Any]:
    return {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}}


def _postgres_options(url: URL) -> dict[str, Any]:
    """Give what lets a connection end within a minute whose other side is gone; the address may say otherwise."""
    given = {name: value for name, value in PATIENCE.items() if name not in url.query}
    return {"pool_pre_ping": True, "connect_args": given}


@dataclass(frozen=True, slots=True)
class Tried:
    """What is known of a database that was tried and not changed."""

    shown: str
    """Its address, without the password."""
    revision: str | None
    """The migration that its tables are of; ``None``: there are none yet, the first start makes them."""
    latest: str = LATEST


def tried(url: URL) -> Tried:
    """Try a database without making or changing anything.

    Raises:
        MissingExtra: the driver is not installed.
        StoreUnavailable: it cannot be reached or written.
    """
    shown = url.render_as_string(hide_password=True)
    if _is_sqlite(url) and url.database and not Path(url.database).exists():
        folder = next(place for place in Path(url.database).absolute().parents if place.exists())
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            raise StoreUnavailable(f"{shown} cannot be made: {folder} cannot be written")
        return Tried(shown, None)
    database = Database(url)
    try:
        return Tried(shown, database.try_out())
    finally:
        database.close()


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _make_private(url: URL) -> None:
    """Make the file of a database so that only its owner can read it; what SQLite puts beside it gets the same mode.

    Raises:
        StoreUnavailable: it cannot be made.
    """
    if url.database is None or url.database == ":memory:":
        return
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be made ({error.strerror}): set ISVBOT_DATA_DIR") from error


def _tune_sqlite(engine: Engine) -> None:
    """Let readers and one writer work side by side; a transaction begins by taking the right to write.

    A transaction that only asks for it halfway would fail at once where another process wrote in between.
    """

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:  # the driver's own object
        del record
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:  # SQLAlchemy's connection
        connection.exec_driver_sql("BEGIN IMMEDIATE")
