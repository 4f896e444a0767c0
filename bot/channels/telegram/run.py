"""``isvbot telegram`` while it runs: start, updates, what colleagues answer, and a stop that finishes answers.

Knows the order of these, and which errors at the start the operator can mend.
Knows nothing of what is said.
"""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest
from tornado.httpserver import HTTPServer

from bot.channels.telegram.activity import Pace
from bot.channels.telegram.channel import Channel
from bot.channels.telegram.config import TelegramConfig, Webhook
from bot.channels.telegram.health import Health
from bot.channels.telegram.inbound import CHANNEL, Me
from bot.channels.telegram.polling import BAD_TOKEN, POLL_S, Polling, Updates
from bot.channels.telegram.sender import PAUSES_S, Sender
from bot.channels.telegram.updates import ALLOWED
from bot.channels.telegram.webhook import start_server
from bot.core.delivery import AGAIN_S
from bot.core.desk import Desk
from bot.core.errors import ChannelTaken, ServiceError, SettingsError
from bot.core.front import EVERY_S

SEND_TIMEOUT_S = 20.0
"""Seconds to wait for Telegram; too short a wait sends a message again that had arrived."""

LIMIT_RETRIES = 5
"""How often a message is sent again after Telegram asked to wait (429)."""

START_TRIES = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast things go; tests go faster."""

    poll_s: float = POLL_S
    pauses_s: tuple[float, ...] = PAUSES_S
    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0
    every_s: float = EVERY_S
    finish_s: float = 20.0
    again_s: tuple[float, ...] = AGAIN_S
    pace: Pace = field(default_factory=Pace)


async def serve(
    desk: Desk,
    config: TelegramConfig,
    stop: asyncio.Event,
    *,
    health: Health | None = None,
    tempo: Tempo | None = None,
    on_start: Callable[[int | None], None] = lambda _: None,
) -> None:
    """Answer until ``stop`` is set, then finish the answers in flight; ``on_start`` gets the port in use.

    Raises:
        SettingsError: Telegram refuses the token or the webhook, or the port is taken.
        ServiceError: Telegram cannot be reached at the start, or another process keeps using the token.
        StoreUnavailable: what was confirmed before cannot be read.
        ChannelTaken: another process answers for the channel.
    """
    prepare_libraries()
    health, tempo = health or Health(), tempo or Tempo()
    bot = ExtBot(
        config.token,
        base_url=f"{config.api_url.rstrip('/')}/bot",
        request=HTTPXRequest(connection_pool_size=64, read_timeout=SEND_TIMEOUT_S, pool_timeout=SEND_TIMEOUT_S),
        rate_limiter=AIORateLimiter(max_retries=LIMIT_RETRIES),
    )
    async with _started(bot, config, tempo):
        me = Me(bot.id, bot.username or "")
        channel = _channel(desk, bot, me, tempo)
        background: list[asyncio.Task[None]] = []
        server, port = None, None
        try:
            await channel.front.open(CHANNEL)
            if config.port is not None:
                server, port = start_server(config, channel.take, health)
            background += [asyncio.create_task(channel.put_menu())]
            await _at_start(lambda: _set_up(bot, config.webhook), config, tempo)
            health.clear("start")
            log.warning("telegram is ready as @%s", me.username)
            on_start(port)
            ended = asyncio.Event()
            for event in (stop, channel.front.taken_over):
                background.append(asyncio.create_task(_passed_on(event, ended)))
            await _updates(bot, config, channel, health, tempo, ended)
            if channel.front.taken_over.is_set():
                raise ChannelTaken(CHANNEL)
        finally:
            health.stop()
            await _stopped(server, background)
            await channel.finish(tempo.finish_s)


def _channel(desk: Desk, bot: Bot, me: Me, tempo: Tempo) -> Channel:
    sender = Sender(bot, tempo.pauses_s)
    return Channel(desk, bot, sender, me, pace=tempo.pace, again_s=tempo.again_s, every_s=tempo.every_s)


async def _stopped(server: HTTPServer | None, background: list[asyncio.Task[None]]) -> None:
    """Take nothing in any more; what is not confirmed yet, Telegram delivers again."""
    if server is not None:
        server.stop()
        await server.close_all_connections()
    for task in background:
        task.cancel()
    await asyncio.gather(*background, return_exceptions=True)


def run(desk: Desk, config: TelegramConfig) -> None:
    """Answer until the process is told to stop.

    Raises:
        SettingsError: Telegram refuses the token or the webhook, or the port is taken.
        ServiceError: Telegram cannot be reached at the start, or another process keeps using the token.
        StoreUnavailable: what was confirmed before cannot be read.
    """

    async def until_told() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # Windows
                asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await serve(desk, config, stop)

    asyncio.run(until_told())


def prepare_libraries() -> None:
    """Let libraries write nothing in which a token, an address or a question can stand, at any level.

    Python-telegram-bot gives times as ``timedelta`` from its next version on; asked for now, it does not warn of that.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    for name in ("telegram", "httpx", "httpcore", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@asynccontextmanager
async def _started(bot: Bot, config: TelegramConfig, tempo: Tempo) -> AsyncIterator[None]:
    try:
        await _at_start(bot.initialize, config, tempo)
        yield
    finally:
        await bot.shutdown()


async def _at_start(call: Callable[[], Awaitable[object]], config: TelegramConfig, tempo: Tempo) -> None:
    """Do what must succeed before anything else; Telegram may be slow to come up.

    Raises:
        SettingsError: Telegram refuses it.
        ServiceError: Telegram cannot be reached.
    """
    for n in range(START_TRIES):
        try:
            await call()
        except InvalidToken as error:
            raise SettingsError(BAD_TOKEN) from error
        except BadRequest as error:
            raise SettingsError(
                "Telegram refused ISVBOT_TELEGRAM_WEBHOOK_URL: it must be a public https address on port 443, 80, 88"
                " or 8443"
            ) from error
        except (NetworkError, TelegramError) as error:
            if n == START_TRIES - 1:
                raise ServiceError(
                    f"Telegram cannot be reached at {config.api_url} ({type(error).__name__}): check the network, the"
                    " proxy and ISVBOT_TELEGRAM_API_URL"
                ) from error
            await asyncio.sleep(tempo.first_pause_s)
        else:
            return


async def _set_up(bot: Bot, webhook: Webhook | None) -> None:
    """Tell Telegram how updates come in; one call at a time keeps the messages of a conversation in order."""
    if webhook is None:
        await bot.delete_webhook(drop_pending_updates=False)
        return
    await bot.set_webhook(webhook.url, secret_token=webhook.secret, max_connections=1, allowed_updates=ALLOWED)


async def _passed_on(event: asyncio.Event, to: asyncio.Event) -> None:
    await event.wait()
    to.set()


async def _updates(
    bot: Bot, config: TelegramConfig, channel: Channel, health: Health, tempo: Tempo, stop: asyncio.Event
) -> None:
    if config.webhook is not None:
        await stop.wait()
        return
    async with HTTPXRequest(connection_pool_size=1) as request:
        fetch = Updates(bot, request, tempo.poll_s)
        pauses = (tempo.first_pause_s, tempo.longest_pause_s)
        await Polling(fetch, channel.take, health, pauses).run(stop)
