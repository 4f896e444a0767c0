"""The stores that must all do the same, each made anew for a test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from bot.adapters.database import Database, database_url
from bot.adapters.memory_store import memory_store
from bot.adapters.seal import Seal
from bot.adapters.store import sql_store
from bot.adapters.store_tables import Base
from bot.core.keeping import Store
from tests.builders import KEY, Clock

POSTGRES = "TEST_POSTGRES_URL"
"""The variable with the address of a PostgreSQL whose content may be thrown away."""

KINDS = ("memory", "sqlite", "postgres")


def address(kind: str, folder: Path) -> str:
    """The address of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'isvbot.sqlite'}"
    found = os.environ.get(POSTGRES)
    if not found:
        pytest.skip(f"no PostgreSQL: start one with 'sh scripts/postgres.sh' and set {POSTGRES} to what it prints")
    database = Database(database_url(found, folder))
    with database.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    database.close()
    return found


@contextmanager
def opened(url: str, clock: Clock) -> Iterator[Store]:
    """The store of a database, with its tables."""
    database = Database(database_url(url, Path()))
    database.migrate()
    try:
        yield sql_store(database, Seal(KEY), clock)
    finally:
        database.close()


@contextmanager
def store_of(kind: str, folder: Path, clock: Clock) -> Iterator[Store]:
    """A store of one kind, empty."""
    if kind == "memory":
        yield memory_store(clock)
        return
    with opened(address(kind, folder), clock) as store:
        yield store


def everything_in(url: str) -> str:
    """All that stands in a database, as one text."""
    database = Database(make_url(database_url(url, Path())))
    with database.engine.connect() as connection:
        rows = [str(row) for table in Base.metadata.sorted_tables for row in connection.execute(table.select())]
    database.close()
    return "\n".join(rows)
