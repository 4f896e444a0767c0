"""Serves Teams: refuses a configuration that is not safe, and then listens.

Knows addresses, ports and what may not be combined.
Knows nothing of messages.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import uvicorn

from bot.channels.teams import sdk
from bot.channels.teams.address import is_loopback
from bot.channels.teams.app import FINISH_S, Ready, Registration, build_app
from bot.channels.teams.bounded import Limits, bounded
from bot.channels.teams.health import Health
from bot.channels.teams.read import CHANNEL
from bot.core.desk import Desk
from bot.core.errors import ChannelTaken, ServiceError, SettingsError

__all__ = ["Place", "Registration", "check", "sdk", "serve", "serve_until"]


Kind = TypeVar("Kind", bound="_Server")


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
        ChannelTaken: another process answers in Teams.
        StoreUnavailable: the database cannot be reached.
    """
    check(registration, place)
    _take_on(desk)
    server = _served(_Server, desk, registration, ready, place)
    server.run()
    server.check()


async def serve_until(
    stop: asyncio.Event,
    desk: Desk,
    registration: Registration,
    ready: Ready,
    place: Place,
    health: Health | None = None,
) -> None:
    """Listen beside other channels until ``stop`` is set, and finish the answers in flight.

    What is wrong meanwhile can be asked of ``health``.

    Raises:
        SettingsError: the settings are not safe, or the address or the port cannot be used.
        ServiceError: the channel could not start.
        ChannelTaken: another process answers in Teams.
        StoreUnavailable: the database cannot be reached.
    """
    check(registration, place)
    await asyncio.to_thread(_take_on, desk)
    server = _served(_Beside, desk, registration, ready, place, health)
    listening = _listening(place)
    stopping = asyncio.create_task(_passed_on(stop, server))
    try:
        await server.serve([listening])
        server.check()
    except SystemExit as error:  # how uvicorn says that the application did not start
        raise ServiceError("Teams could not start: see the lines above") from error
    finally:
        listening.close()
        stopping.cancel()
        await asyncio.to_thread(desk.let_go, CHANNEL)


def _take_on(desk: Desk) -> None:
    """See that no other process answers in Teams before anything listens.

    Raises:
        ChannelTaken: one does.
        StoreUnavailable: the database cannot be reached.
    """
    if not desk.take_on(CHANNEL):
        raise ChannelTaken(CHANNEL)


class _Server(uvicorn.Server):
    """A server that ends when another process answers in Teams."""

    is_taken = False

    def leave(self) -> None:
        """End, and remember why."""
        self.is_taken = self.should_exit = True

    def check(self) -> None:
        """Say why it ended.

        Raises:
            ChannelTaken: another process answers in Teams.
        """
        if self.is_taken:
            raise ChannelTaken(CHANNEL)


class _Beside(_Server):
    """A server that leaves signals to who runs it beside others."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def _passed_on(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True


def _listening(place: Place) -> socket.socket:
    """Listen, where uvicorn itself would end the program if it cannot.

    Raises:
        SettingsError: the address or the port cannot be used.
    """
    try:
        return socket.create_server(
            (place.host, place.port), family=socket.AF_INET6 if ":" in place.host else socket.AF_INET
        )
    except OSError as error:
        raise SettingsError(
            f"ISVBOT_TEAMS_HOST={place.host}, ISVBOT_TEAMS_PORT={place.port}: {error.strerror}"
        ) from error


def _served(
    kind: type[Kind],
    desk: Desk,
    registration: Registration,
    ready: Ready,
    place: Place,
    health: Health | None = None,
) -> Kind:
    app = build_app(desk, registration, ready, health=health)
    server = kind(bounded(app, Limits(), finish_s=int(FINISH_S), host=place.host, port=place.port))
    app.state.on_taken = server.leave
    return server
