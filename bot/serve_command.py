"""``isvbot serve``: every channel that is set, in one process, over one assistant, one store and one desk.

Knows which settings make a channel, that a channel whose service is away is started again while the others go on, and
that SIGTERM finishes the answers in flight (each channel takes at most its own ``FINISH_S`` for that).
Knows nothing of messages.
"""

import argparse
import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.adapters.counters import COUNTERS, counted
from bot.administration import Commands
from bot.bootstrap import build_assistant
from bot.bootstrap_desk import build_desk, build_store, is_ready
from bot.channels.telegram.health import Health
from bot.core.corpus import Language
from bot.core.desk import Desk
from bot.core.errors import IsvbotError, ServiceError, SettingsError
from bot.core.messages import Messages
from bot.settings import Settings
from bot.status_page import Status, status_page
from bot.teams_command import teams_registration
from bot.telegram_command import build_telegram, telegram_config

AGAIN_S = 30.0
"""Seconds before a channel whose service was away is started again."""

ALIVE_S = 5.0
"""Seconds in which the loop of the channels must answer to be alive."""

NO_CHANNEL = (
    "no channel is set: give ISVBOT_TELEGRAM_TOKEN or ISVBOT_TELEGRAM_TOKEN_FILE for Telegram, ISVBOT_TEAMS_CLIENT_ID"
    " for Teams, or both; see docs/operate.md"
)

log = logging.getLogger(__name__)

Ready = Callable[[], bool]
Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that is set: what runs it until an event is set, and what is wrong with it now."""

    name: str
    work: Callable[[Desk, Ready], Work]
    problems: Callable[[], tuple[str, ...]] = tuple


@dataclass(slots=True)
class Wrong:
    """What is wrong with the process as a whole, by name."""

    known: dict[str, str] = field(default_factory=dict)

    def problems(self, channels: tuple[Channel, ...], ready: Ready) -> tuple[str, ...]:
        """Give everything that is wrong now."""
        own = [f"{channel.name}: {problem}" for channel in channels for problem in channel.problems()]
        parts = () if ready() else ("the index or the database does not answer",)
        return (*[*self.known.values()], *own, *parts)


def add_serve(commands: Commands) -> None:
    """Add the command to the command line."""
    serve = commands.add_parser("serve", help="beantwoord vragen in alle ingestelde kanalen")
    serve.add_argument("--lang", metavar="TAAL", help="nl of en")
    serve.set_defaults(run=_serve)


def channels_of(settings: Settings) -> tuple[Channel, ...]:
    """Give the channels that are set.

    Raises:
        SettingsError: none is, or a value is not allowed; the message names the variable.
        MissingExtra: the library of a channel is not installed.
    """
    found: list[Channel] = []
    if settings.telegram_token is not None or settings.telegram_token_file is not None:
        found.append(_telegram(settings))
    if settings.teams_client_id or settings.teams_unauthenticated:
        found.append(_teams(settings))
    if not found:
        raise SettingsError(NO_CHANNEL)
    return tuple(found)


def _telegram(settings: Settings) -> Channel:
    build_telegram()
    from bot.channels.telegram.run import serve

    config, health = telegram_config(settings), Health()

    def work(desk: Desk, ready: Ready) -> Work:
        del ready
        return lambda stop: serve(desk, config, stop, health=health)

    return Channel("telegram", work, lambda: health.problems)


def _teams(settings: Settings) -> Channel:
    registration, place = teams_registration(settings)
    from bot.channels.teams.health import Health as TeamsHealth
    from bot.channels.teams.serve import serve_until

    health = TeamsHealth()

    def work(desk: Desk, ready: Ready) -> Work:
        return lambda stop: serve_until(stop, desk, registration, ready, place, health)

    return Channel("teams", work, lambda: health.problems)


def _serve(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    """Serve until the program is stopped."""
    del options, messages, language
    channels = channels_of(settings)
    store = counted(build_store(settings))
    assistant = build_assistant(settings, store.records)
    desk = build_desk(settings, assistant, store)

    def ready() -> bool:
        return is_ready(assistant, store)

    asyncio.run(_until_told(channels, desk, ready, settings))
    return 0


async def _until_told(channels: tuple[Channel, ...], desk: Desk, ready: Ready, settings: Settings) -> None:
    """Run the channels until SIGTERM, SIGINT or an error that the operator must mend.

    Raises:
        IsvbotError: the first of those errors.
    """
    loop, stop, wrong = asyncio.get_running_loop(), asyncio.Event(), Wrong()
    for name in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(name, stop.set)
    status = Status(lambda: _is_alive(loop), lambda: wrong.problems(channels, ready), COUNTERS.counts)
    with status_page(status, settings.serve_host, settings.serve_port):
        log.warning("serving %s", ", ".join(channel.name for channel in channels))
        running = [kept_up(channel, channel.work(desk, ready), stop, wrong) for channel in channels]
        ended = await asyncio.gather(*running, return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error


async def kept_up(channel: Channel, work: Work, stop: asyncio.Event, wrong: Wrong, again_s: float = AGAIN_S) -> None:
    """Run a channel until ``stop`` is set, again after its service was away; another error stops all channels.

    Raises:
        IsvbotError: the operator must mend something.
    """
    try:
        while not stop.is_set():
            try:
                await work(stop)
            except ServiceError as error:
                wrong.known[channel.name] = f"{channel.name}: {error}"
                log.error("%s is away: %s", channel.name, error)  # noqa: TRY400  # a trace could hold a message
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), again_s)
                wrong.known.pop(channel.name, None)
    except IsvbotError:
        log.error("%s cannot go on", channel.name)  # noqa: TRY400  # the command tells why
        raise
    finally:
        stop.set()
        wrong.known["stop"] = "stopping"


def _is_alive(loop: asyncio.AbstractEventLoop) -> bool:
    """Say whether the loop in which the channels run still does anything."""
    try:
        return asyncio.run_coroutine_threadsafe(asyncio.sleep(0, result=True), loop).result(ALIVE_S)
    except (TimeoutError, RuntimeError):
        return False
