"""Picks the parts of the desk and of what is kept, as ``bot.bootstrap`` picks those that answer.

Knows the settings of the store and of who may ask. The libraries of the database are loaded when one is opened: a
question on the command line does not wait for them before it is answered.
Knows nothing of what a message asks.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.assistant import Assistant
from bot.core.audit import Record, Records
from bot.core.checker import Checker
from bot.core.corpus import Role
from bot.core.desk import Desk, Manners
from bot.core.desk_commands import Commands
from bot.core.desk_talk import Talking
from bot.core.errors import MissingExtra, SettingsError, StoreUnavailable
from bot.core.identity import Identities, is_guid
from bot.core.keeping import Store
from bot.core.model import Answer
from bot.core.people import Door, Roster
from bot.core.receipt import Versions
from bot.core.recording import record_of
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.adapters.database import Tried
    from bot.adapters.entra_groups import EntraGroups
    from bot.adapters.people_file import ListedPeople

log = logging.getLogger(__name__)

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody takes for one another."""

CODE_LENGTH = 8

TEAMS = "teams"
"""The one channel whose people have groups that somebody keeps."""


def build_identities(settings: Settings) -> Identities:
    """Give what names persons by keyed digests.

    Raises:
        SettingsError: there is no key and none can be made.
    """
    return Identities(_key(settings))


def build_store(settings: Settings) -> Store:
    """Open the store, with its tables brought up to date.

    Raises:
        SettingsError: the address of the database or the key is wrong.
        MissingExtra: the database's driver is not installed.
        StoreUnavailable: the database cannot be reached or written.
    """
    from bot.adapters.database import Database, database_url
    from bot.adapters.seal import Seal
    from bot.adapters.store import sql_store

    seal = Seal(_key(settings))
    database = Database(database_url(*_database_place(settings)))
    database.migrate()
    return sql_store(database, seal, _now)


def try_store(settings: Settings) -> "Tried":
    """Try the database that is set, without making or changing anything.

    Raises:
        SettingsError: the address of the database is wrong.
        MissingExtra: the database's driver is not installed.
        StoreUnavailable: the database cannot be reached or written.
    """
    from bot.adapters.database import database_url, tried

    return tried(database_url(*_database_place(settings)))


def build_desk(
    settings: Settings,
    assistant: Assistant,
    store: Store,
    *,
    roster: Roster | None = None,
    today: Callable[[], date] = date.today,
) -> Desk:
    """Build the desk that all channels share; a channel with its own idea of who asks gives a roster.

    Raises:
        SettingsError: the file of people or the key is wrong.
    """
    identities = build_identities(settings)
    tools = assistant.tools
    talking = Talking(
        ask=assistant.ask,
        checker=Checker(tools),
        records=store.records,
        versions=tools.versions,
        question_key=lambda visit: identities.question(visit.incoming),
        now=_now,
        today=today,
        ask_aloud=assistant.ask,
    )
    door = Door(
        roster=roster or build_roster(settings),
        people=store.people,
        unknown=settings.unknown_role if isinstance(settings.unknown_role, Role) else None,
        new_code=_new_code,
        now=_now,
    )
    desk = Desk(
        Commands(talking, store, identities.message, _now),
        door,
        identities,
        tools.messages,
        tools.finder,
        Manners(settings.group_role, timedelta(days=settings.keep_days), _now),
    )
    desk.tidy()
    return desk


def build_roster(settings: Settings) -> "ListedPeople":
    """Read the file of people; groups in it are those of Entra, and only then is Entra ever asked.

    Raises:
        SettingsError: the file is wrong.
    """
    from bot.adapters.people_file import read_people

    roster = read_people(settings.people_file, {TEAMS: entra_groups(settings)})
    strange = next((group for group in roster.groups(TEAMS) if not is_guid(group)), None)
    if strange is not None:
        raise SettingsError(f"{settings.people_file}: groups: {TEAMS}: '{strange}' is no object id of a group in Entra")
    return roster


def entra_groups(settings: Settings) -> "EntraGroups":
    """Give what looks groups up in Entra."""
    from bot.adapters.entra_groups import EntraGroups, EntraOptions

    return EntraGroups(
        EntraOptions(
            client_id=settings.teams_client_id,
            client_secret=settings.teams_client_secret,
            tenant_id=settings.teams_tenant_id,
            graph_url=settings.teams_graph_url,
            login_url=settings.teams_login_url,
        )
    )


def is_ready(assistant: Assistant, store: Store) -> bool:
    """Say whether the index and the database answer."""
    lookup = assistant.tools.lookup
    try:
        lookup.vectors.nearest(lookup.embedder.embed_questions(["isv"])[0], 1)
        store.queue.open()
    except Exception as error:  # noqa: BLE001  # whatever is wrong, it does not answer
        log.warning("not ready cause=%s", type(error).__name__)
        return False
    return True


class LateRecords:
    """Opens the store at the first record, so that a question costs no database before it is answered."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings of the store."""
        self._settings = settings
        self._records: Records | None = None

    def add(self, record: Record) -> None:
        """Keep a record.

        Raises:
            StoreUnavailable: it cannot be kept, whatever the cause.
        """
        try:
            if self._records is None:
                self._records = build_store(self._settings).records
        except (SettingsError, MissingExtra) as error:
            raise StoreUnavailable(str(error)) from error
        self._records.add(record)


def keep_record(settings: Settings, answer: Answer, versions: Versions) -> None:
    """Keep why a check on the command line ended so; that this fails never costs its outcome."""
    try:
        LateRecords(settings).add(record_of(answer, versions))
    except StoreUnavailable as error:
        log.warning("not recorded id=%s cause=%s", answer.id, error)


def _database_place(settings: Settings) -> tuple[str | None, Path]:
    """Give what the address of the database is made of: the one that is set, and the data folder."""
    setting = settings.database_url
    return (setting.get_secret_value() if setting is not None else None), settings.data_dir


def _key(settings: Settings) -> bytes:
    from bot.adapters.seal import key_from

    setting = settings.key
    return key_from(setting.get_secret_value() if setting is not None else None, settings.data_dir / "key")


def _now() -> datetime:
    return datetime.now(UTC)


def _new_code() -> str:
    """Give a pairing code that nobody guesses and that can be read out over the telephone."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
