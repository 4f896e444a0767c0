"""The database: its tables are those of the program, nothing personal stands in it in clear, and nothing gets lost."""

import asyncio
import json
import os
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect, select, text

from bot.adapters.database import LATEST, Database, alembic_config, database_url
from bot.adapters.packing import Packing
from bot.adapters.seal import Seal, key_from
from bot.adapters.store_tables import ConversationRow, TurnRow
from bot.core.dialogue import Talk
from bot.core.errors import SettingsError, StoreUnavailable
from bot.core.identity import Identities
from bot.core.incoming import Rating
from bot.core.keeping import Conversation, Finished
from bot.core.reply import ReplyKind
from tests.adapters.child_desk import CONVERSATIONS, MESSAGES, serve
from tests.adapters.stores import address, everything_in, opened
from tests.builders import KEY, Clock, desk, said
from tests.conftest import REPOSITORY
from tests.core.test_desk import ASK, BSN, PARTS
from tests.core.test_front import echo

REAL = ("sqlite", "postgres")


@pytest.fixture(params=REAL)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    return address(request.param, tmp_path)


def database(url: str) -> Database:
    return Database(database_url(url, Path()))


# Migrations.


def test_the_tables_of_the_program_and_of_the_migrations_are_the_same(url: str) -> None:
    made = database(url)
    made.migrate()
    with as_file(files("bot.adapters").joinpath("migrations")) as folder, made.engine.begin() as connection:
        command.check(alembic_config(folder, connection))
    made.close()


def test_the_newest_migration_is_the_one_that_is_looked_for() -> None:
    with as_file(files("bot.adapters").joinpath("migrations")) as folder:
        assert ScriptDirectory.from_config(alembic_config(folder, None)).get_heads() == [LATEST]


def test_a_migration_can_be_taken_back(url: str) -> None:
    made = database(url)
    made.migrate()
    with as_file(files("bot.adapters").joinpath("migrations")) as folder, made.engine.begin() as connection:
        command.downgrade(alembic_config(folder, connection), "base")
    assert inspect(made.engine).get_table_names() == ["alembic_version"]
    made.migrate()
    assert "inbox" in inspect(made.engine).get_table_names()
    made.close()


def test_the_date_of_what_was_said_is_added_and_no_turn_is_lost(url: str) -> None:
    made = database(url)
    with as_file(files("bot.adapters").joinpath("migrations")) as folder, made.engine.begin() as connection:
        command.upgrade(alembic_config(folder, connection), "0001")
        day, key = "2026-01-02 03:04:05+00:00", "k" * 64
        columns = "(key, person, asked, at) VALUES (:key, :key, 'vraag', :day)"
        connection.execute(text(f"INSERT INTO conversations {columns}"), {"key": key, "day": day})
        columns = "(conversation, place, message, question, answer, answer_id, at)"
        turn = f"INSERT INTO turns {columns} VALUES (:key, 0, :key, 'v', 'a', 'i', :day)"
        connection.execute(text(turn), {"key": key, "day": day})
    made.migrate()
    with made.session() as session:
        (row,) = session.scalars(select(ConversationRow)).all()
        assert row.said_at == row.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert len(session.scalars(select(TurnRow)).all()) == 1
    made.close()


MIGRATE = (
    "import pathlib, sys; from bot.adapters.database import Database, database_url;"
    " Database(database_url(sys.argv[1], pathlib.Path())).migrate()"
)


def test_processes_that_start_together_migrate_once(url: str) -> None:
    with child("-c", MIGRATE, url) as first, child("-c", MIGRATE, url) as second:
        assert (first.wait(60), second.wait(60)) == (0, 0)
    made = database(url)
    with made.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [LATEST]
    made.close()


def test_a_database_of_a_newer_program_is_left_alone(url: str) -> None:
    made = database(url)
    made.migrate()
    with made.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match=rf"newer isvbot \(tables 9999, here {LATEST}\): update isvbot"):
        made.migrate()
    made.close()


# Addresses, and what goes wrong.


def test_without_a_setting_it_is_a_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    made = Database(database_url(None, tmp_path / "data"))
    made.migrate()
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").glob("isvbot.sqlite*")}
    assert found["isvbot.sqlite"] == 0o600
    with made.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    made.close()


@pytest.mark.parametrize("setting", ["geen adres", "mysql://u:geheim@h/d", "oracle://u:geheim@h/d"])
def test_an_address_that_is_none_of_ours_is_named_without_its_password(setting: str) -> None:
    with pytest.raises(SettingsError, match="ISVBOT_DATABASE_URL") as caught:
        database_url(setting, Path())
    assert "geheim" not in str(caught.value)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    made = database("postgresql://u:geheim@127.0.0.1:1/d?connect_timeout=2")
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:1/d.* is it running\?") as caught:
        made.migrate()
    assert "geheim" not in str(caught.value)
    made.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "isvbot.sqlite"
    path.write_text("dit is geen database " * 100)
    made = database(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable, match=r"isvbot\.sqlite did not answer \(DatabaseError\)"):
        made.migrate()
    made.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="set ISVBOT_DATA_DIR"):
        Database(database_url(None, tmp_path / "file"))


def test_an_error_never_holds_what_was_to_be_written(url: str) -> None:
    with opened(url, Clock()) as store:
        made = database(url)
        with made.engine.begin() as connection:
            connection.execute(text("DROP TABLE feedback"))
        with pytest.raises(StoreUnavailable) as caught:
            store.feedback.add("p", Rating("id", is_good=False, text="mijn geheim"))
        assert "geheim" not in f"{caught.value} {caught.value.__cause__}"
        made.close()


def test_many_threads_write_at_once_and_nothing_is_lost(url: str) -> None:
    with opened(url, Clock()) as store:
        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda n: store.inbox.accept(f"k{n % 50}", "p", said(str(n))), range(100)))
        assert sum(taken) == 50
        assert len(store.inbox.waiting("test")) == 50


def test_a_thread_waits_for_its_turn_and_not_for_sqlite(tmp_path: Path) -> None:
    made = database(address("sqlite", tmp_path))
    began = threading.Event()

    @event.listens_for(made.engine, "begin")
    def _(_: object) -> None:
        began.set()

    def write() -> None:
        with made.session() as session:
            session.execute(text("CREATE TABLE other (n INTEGER)"))

    with ThreadPoolExecutor(1) as pool:
        with made.session() as session:
            session.execute(text("CREATE TABLE one (n INTEGER)"))
            began.clear()
            writing = pool.submit(write)
            assert not began.wait(0.2)
        writing.result(10)
    assert began.is_set()
    assert set(inspect(made.engine).get_table_names()) == {"one", "other"}
    made.close()


def test_what_an_older_program_kept_and_does_not_fit_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    assert Packing(Talk).unpack('{"role": "keizer"}') is None
    assert "a kept Talk does not fit" in caplog.text


def test_a_conversation_that_does_not_fit_loses_its_check_and_keeps_its_turns(url: str) -> None:
    with opened(url, Clock()) as store:
        store.inbox.finish("m", Finished((), "k", Conversation("p", asked="vraag")))
        made = database(url)
        with made.engine.begin() as connection:
            connection.execute(text("UPDATE conversations SET talk = '{}'"))
        made.close()
        assert store.conversations.load("k") == Conversation("p", asked="vraag")


# Personal data and the key.


def test_no_id_and_no_personal_datum_stands_in_the_database_in_clear(url: str) -> None:
    with opened(url, Clock()) as store:
        served = desk(PARTS, store=store)
        message = said(ASK, person="persoon-77", conversation="gesprek-88", address="adres-99")
        served.accept(message)
        for n, line in enumerate((ASK, f"mijn bsn is {BSN}", "/collega mag dit?", f"/feedback {BSN}", "/check")):
            served.handle(replace(message, text=line, message_id=f"n{n}"))
        served.accept(replace(message, text=f"mijn bsn is {BSN}", message_id="last"))
        (handed,) = store.queue.open()
        store.queue.reply(handed.id, "zo zit het")
        (answered,) = store.queue.unsent("test")
        assert answered.reply == "zo zit het"
        person = Identities(KEY).person("test", "persoon-77")
        assert "'reply': 'zo zit het'" in str(store.retention.export(person)["handed"])
        kept = everything_in(url)
    assert "zo zit het" not in kept
    assert "8 risicocategorieën" in kept
    assert not [word for word in ("persoon-77", "gesprek-88", "adres-99", BSN, "anna") if word in kept]


def test_a_sealed_text_opens_with_its_own_key_only() -> None:
    sealed = Seal(KEY).close("adres")
    assert "adres" not in sealed
    assert Seal(KEY).open(sealed) == "adres"
    assert Seal(b"another key of enough bytes, for a test").open(sealed) is None
    assert Seal(KEY).open("geen zegel") is None


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: key_from(None, path), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["key"]


def test_a_key_that_is_set_is_used_and_one_that_is_too_short_is_refused(tmp_path: Path) -> None:
    assert key_from("s" * 32, tmp_path / "key") == b"s" * 32
    assert not (tmp_path / "key").exists()
    with pytest.raises(SettingsError, match="ISVBOT_KEY is shorter than 32 bytes"):
        key_from("kort", tmp_path / "key")


def test_a_key_file_that_is_empty_or_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("")
    with pytest.raises(SettingsError, match="key holds no key"):
        key_from(None, tmp_path / "key")
    with pytest.raises(SettingsError, match="set ISVBOT_KEY"):
        key_from(None, tmp_path / "key" / "key")


# Restarts.


def test_a_check_goes_on_in_another_process(url: str) -> None:
    with opened(url, Clock()) as store:
        served = desk(PARTS, store=store)
        served.handle(said("/check", "1"))
        served.handle(said("2", "2"))
    with opened(url, Clock()) as store:
        (step,) = desk(PARTS, store=store).handle(said("laptops", "3"))
    assert step.kind is ReplyKind.STEP
    assert "een gemeente" in step.text
    assert "Manifest" in step.text


def test_a_record_tells_why_an_answer_was_given(url: str) -> None:
    with opened(url, Clock()) as store:
        (found,) = desk(PARTS, store=store).handle(said(ASK))
    made = create_engine(database_url(url, Path()))
    with made.connect() as connection:
        ((body,),) = connection.execute(text("SELECT body FROM records")).all()
    made.dispose()
    record = json.loads(body)
    assert record["id"] == found.answer_id
    assert record["versions"] == {"program": "0.0", "corpus": "klein", "rules": "regels", "prompts": "", "model": ""}
    assert (record["kept"], record["dropped"], record["draft"]) == (2, 0, "extractive")
    assert record["body"]["question"] == ASK
    assert record["body"]["passages"][0].keys() == {"id", "score"}
    assert record["body"]["timings_ms"]["total"] > 0


def test_what_was_accepted_before_a_kill_is_answered_once_after_it(url: str, tmp_path: Path) -> None:
    """One answer is being made at the kill and one is on its way; three conversations are done, two have a rest."""
    sent = tmp_path / "sent.txt"
    left = {f"vraag {n}" for n in range(10, MESSAGES) if n % CONVERSATIONS in (0, 1)}
    with opened(url, Clock()) as store, child("-m", "tests.adapters.child_desk", url, str(sent)) as first:
        while {message.text for message in store.inbox.waiting("test")} != left or not sent.exists():
            assert first.poll() is None
            time.sleep(0.02)
        first.kill()
    assert len(sent.read_text().splitlines()) == MESSAGES - len(left)
    asyncio.run(serve(url, sent, echo))
    lines = sent.read_text().splitlines()
    assert len(lines) == MESSAGES
    for conversation in range(CONVERSATIONS):
        own = [line for line in lines if line.startswith(f"c{conversation} ")]
        assert own == [f"c{conversation} vraag {n}" for n in range(conversation, MESSAGES, CONVERSATIONS)]


def child(*arguments: str) -> "subprocess.Popen[bytes]":
    """A Python of its own."""
    return subprocess.Popen([sys.executable, *arguments], cwd=REPOSITORY, env=os.environ | {"OMP_NUM_THREADS": "1"})
