"""One process answers for a channel, and another may as soon as the first one ends, however it ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.adapters.database import Database, database_url
from bot.adapters.store_claims import SqlClaims
from bot.core.errors import StoreUnavailable
from tests.adapters.stores import address
from tests.conftest import REPOSITORY

HOLD = (
    "import pathlib, sys; from bot.adapters.database import Database, database_url;"
    " from bot.adapters.store_claims import SqlClaims;"
    " claims = SqlClaims(Database(database_url(sys.argv[1], pathlib.Path())));"
    " print(claims.take('teams'), flush=True); sys.stdin.read()"
)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return address(request.param, tmp_path)


@pytest.fixture
def two(url: str) -> Iterator[tuple[SqlClaims, SqlClaims]]:
    """What two processes hold."""
    with ExitStack() as stack:
        made = []
        for _ in range(2):
            database = Database(database_url(url, Path()))
            claims = SqlClaims(database)
            stack.callback(database.close)
            for channel in ("teams", "telegram"):
                stack.callback(claims.give_back, channel)
            made.append(claims)
        yield made[0], made[1]


def test_a_channel_is_held_by_one_and_given_back(two: tuple[SqlClaims, SqlClaims]) -> None:
    first, second = two
    assert first.take("teams")
    assert first.take("teams")
    assert not second.take("teams")
    assert second.take("telegram")
    second.give_back("teams")
    assert not second.take("teams")
    first.give_back("teams")
    first.give_back("teams")
    assert second.take("teams")
    assert not first.take("teams")


def test_a_channel_is_free_when_its_process_is_killed(url: str, two: tuple[SqlClaims, SqlClaims]) -> None:
    command = [sys.executable, "-c", HOLD, url]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"True\n"
        assert not two[0].take("teams")
        child.kill()
        child.wait(20)
        # PostgreSQL sees a moment later that the connection is gone.
        assert any(two[0].take("teams") for _ in range(10_000))


def test_a_lock_that_is_lost_with_its_connection_is_taken_anew_or_known_to_be_lost(tmp_path: Path) -> None:
    database = Database(database_url(address("postgres", tmp_path), Path()))
    first, second = SqlClaims(database), SqlClaims(database)
    assert first.take("teams")
    cut_off(database)
    assert first.take("teams"), "nobody took it meanwhile"
    cut_off(database)
    assert second.take("teams")
    assert not first.take("teams")
    second.give_back("teams")
    database.close()


def cut_off(database: Database) -> None:
    """End every connection but this one, as a restart of the database does."""
    others = "pid <> pg_backend_pid() AND usename = current_user AND datname = current_database()"
    with database.engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))


def test_in_memory_nobody_else_can_take_it() -> None:
    claims = SqlClaims(Database(database_url("sqlite://", Path())))
    assert claims.take("teams")
    assert claims.take("teams")
    claims.give_back("teams")


def test_what_cannot_be_reached_is_named(tmp_path: Path) -> None:
    away = Database(database_url("postgresql://u:geheim@127.0.0.1:1/d?connect_timeout=2", Path()))
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:1/d"):
        SqlClaims(away).take("teams")
    database = Database(database_url(None, tmp_path))
    (tmp_path / "isvbot.sqlite.teams.lock").mkdir()
    with pytest.raises(StoreUnavailable, match=r"teams\.lock cannot be locked"):
        SqlClaims(database).take("teams")
    database.close()
