"""``isvbot teams``: serve the bot to Microsoft Teams.

Knows the settings of Teams and what must be installed.
Knows nothing of activities or tokens.
"""

import argparse
from typing import TYPE_CHECKING

from bot.administration import Commands
from bot.bootstrap import build_assistant
from bot.bootstrap_desk import build_desk, build_store, is_ready
from bot.core.corpus import Language
from bot.core.errors import MissingExtra
from bot.core.messages import Messages
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.channels.teams.serve import Place, Registration


def add_teams(commands: Commands) -> None:
    """Add the command to the command line."""
    teams = commands.add_parser("teams", help="beantwoord vragen in Microsoft Teams")
    teams.add_argument("--lang", metavar="TAAL", help="nl of en")
    teams.set_defaults(run=_teams)


def teams_registration(settings: Settings) -> tuple["Registration", "Place"]:
    """Read what the channel is told, and refuse what is not safe or cannot work.

    Raises:
        MissingExtra: the SDK of Teams is not installed.
        SettingsError: a value is missing or not allowed; the message names the variable.
    """
    try:
        from bot.channels.teams.serve import Place, Registration, check
    except ImportError as error:
        raise MissingExtra("Teams needs its SDK: run 'pip install isvbot[teams]'") from error
    secret = settings.teams_client_secret
    registration = Registration(
        client_id=settings.teams_client_id,
        tenant_id=settings.teams_tenant_id,
        client_secret=secret.get_secret_value() if secret is not None else "",
        tenants=frozenset(name.strip() for name in settings.teams_more_tenants.split(",") if name.strip()),
        is_unauthenticated=settings.teams_unauthenticated,
    )
    place = Place(settings.teams_host, settings.teams_port, settings.environment == "development")
    check(registration, place)
    return registration, place


def _teams(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    """Serve until the program is stopped."""
    del options, messages, language
    registration, place = teams_registration(settings)
    from bot.channels.teams.serve import serve

    store = build_store(settings)
    assistant = build_assistant(settings, store.records)
    desk = build_desk(settings, assistant, store)
    serve(desk, registration, lambda: is_ready(assistant, store), place)
    return 0
