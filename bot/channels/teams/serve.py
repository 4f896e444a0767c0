"""Serves Teams: refuses a configuration that is not safe, and then listens.

Knows addresses, ports and what may not be combined.
Knows nothing of messages.
"""

from dataclasses import dataclass

import uvicorn

from bot.channels.teams import sdk
from bot.channels.teams.address import is_loopback
from bot.channels.teams.app import FINISH_S, Ready, Registration, build_app
from bot.core.desk import Desk
from bot.core.errors import SettingsError

__all__ = ["Place", "Registration", "check", "sdk", "serve"]


MAX_CONNECTIONS = 500
"""Connections at once; with bodies of the largest size they take some 130 MB."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where is listened, and whether this is a developer's own machine."""

    host: str
    port: int
    is_development: bool = False


def check(registration: Registration, place: Place) -> None:
    """Refuse what is not safe or cannot work.

    Raises:
        SettingsError: a setting must be changed; the message names it.
    """
    if registration.is_unauthenticated:
        if not place.is_development:
            raise SettingsError(
                "ISVBOT_TEAMS_UNAUTHENTICATED=true: anybody could ask in anybody's name; only for tests, with"
                " ISVBOT_ENVIRONMENT=development"
            )
        if not is_loopback(place.host):
            raise SettingsError(
                f"ISVBOT_TEAMS_HOST={place.host!r}: with ISVBOT_TEAMS_UNAUTHENTICATED only 127.0.0.1 is listened on"
            )
        return
    for name, value in (
        ("CLIENT_ID", registration.client_id),
        ("CLIENT_SECRET", registration.client_secret or registration.token),
        ("TENANT_ID", registration.tenant_id),
    ):
        if not value:
            raise SettingsError(f"ISVBOT_TEAMS_{name} is not set: Teams needs it; see docs/teams.md")


def serve(desk: Desk, registration: Registration, ready: Ready, place: Place) -> None:
    """Listen until SIGTERM or Ctrl-C, and finish the answers in flight.

    Raises:
        SettingsError: the settings are not safe or cannot work.
    """
    check(registration, place)
    config = uvicorn.Config(
        build_app(desk, registration, ready),
        host=place.host,
        port=place.port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=int(FINISH_S),
        limit_concurrency=MAX_CONNECTIONS,
    )
    uvicorn.Server(config).run()
