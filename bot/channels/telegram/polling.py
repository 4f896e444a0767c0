"""Long polling: asks Telegram for updates, and confirms only what is kept.

Knows that a number confirms all updates before it, that two processes with one token hinder each other (409), and how
long to wait after an error.
Knows nothing of what an update holds.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.telegram.health import Health
from bot.channels.telegram.updates import ALLOWED, id_in
from bot.core.errors import ServiceError, SettingsError, StoreUnavailable

POLL_S = 30
"""Seconds for which Telegram holds a question for updates open."""

MARGIN_S = 15

MAX_CONFLICTS = 12
"""Conflicts in a row, some four minutes; a new version that takes over from an old one needs less."""

CONFLICT = "another process asks for updates with the same token (409): stop it, or give each its own bot"
UNREACHABLE = "Telegram does not answer"
NOT_KEPT = "the store takes nothing in: updates wait at Telegram"

BAD_TOKEN = "Telegram refused ISVBOT_TELEGRAM_TOKEN: copy it anew from @BotFather"  # noqa: S105  # no token

log = logging.getLogger(__name__)

Fetch = Callable[[int | None], Awaitable[object]]


class Updates:
    """Asks for updates in the form in which they come; python-telegram-bot's own question reads all or none."""

    def __init__(self, bot: Bot, request: HTTPXRequest, poll_s: float = POLL_S) -> None:
        """Take the bot, and a connection that is not shared with what is sent."""
        self._address = f"{bot.base_url}/getUpdates"
        self._request = request
        self._poll_s = poll_s

    async def __call__(self, offset: int | None) -> object:
        """Wait for updates from a number on.

        Raises:
            TelegramError: there was no answer, or a refusal.
        """
        asked = {"timeout": int(self._poll_s), "allowed_updates": json.dumps(ALLOWED)}
        query = urlencode(asked if offset is None else {**asked, "offset": offset})
        return await self._request.post(f"{self._address}?{query}", read_timeout=self._poll_s + MARGIN_S)


class Polling:
    """Asks for updates until it is told to stop."""

    def __init__(
        self,
        fetch: Fetch,
        take: Callable[[object], Awaitable[None]],
        health: Health,
        pauses_s: tuple[float, float] = (1.0, 30.0),
    ) -> None:
        """Take what fetches updates, what takes one in, where to note what is wrong, the first and longest pause."""
        self._fetch = fetch
        self._take = take
        self._health = health
        self._first_pause_s, self._longest_pause_s = pauses_s
        self._offset: int | None = None
        self._failures = self._conflicts = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Ask until ``stop`` is set.

        Raises:
            SettingsError: Telegram refuses the token.
            ServiceError: another process keeps asking with the same token.
        """
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                asking = asyncio.create_task(self._once())
                await asyncio.wait((asking, stopped), return_when=asyncio.FIRST_COMPLETED)
                if not asking.done():
                    asking.cancel()
                    with suppress(asyncio.CancelledError):
                        await asking
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(asking.result()):
                        await asyncio.shield(stopped)
        finally:
            stopped.cancel()

    async def _once(self) -> float:
        """Ask once and take in what comes; give the seconds to wait.

        Raises:
            SettingsError: Telegram refuses the token.
            ServiceError: another process keeps asking with the same token.
        """
        try:
            found = await self._fetch(self._offset)
        except Conflict as error:
            self._conflicts += 1
            self._health.report("polling", CONFLICT)
            if self._conflicts >= MAX_CONFLICTS:
                raise ServiceError(CONFLICT) from error
            return self._longer()
        except InvalidToken as error:
            raise SettingsError(BAD_TOKEN) from error
        except RetryAfter as error:
            self._health.report("polling", UNREACHABLE)
            return max(_seconds(error), self._first_pause_s)
        except (NetworkError, TelegramError) as error:
            log.info("no updates cause=%s", type(error).__name__)
            self._health.report("polling", UNREACHABLE)
            return self._longer()
        self._conflicts = 0
        self._health.clear("polling")
        return await self._all_taken(found if isinstance(found, list) else [])

    async def _all_taken(self, batch: list[object]) -> float:
        """Take updates in, one by one, so that a bad one costs no other; give the seconds to wait."""
        for data in batch:
            try:
                await self._take(data)
            except StoreUnavailable:
                self._health.report("store", NOT_KEPT)
                return self._longer()
            number = id_in(data)
            if number is not None:
                self._offset = max(self._offset or 0, number + 1)
        if batch:
            self._health.clear("store")
        self._failures = 0
        is_stuck = bool(batch) and all(id_in(data) is None for data in batch)
        return self._longer() if is_stuck else 0.0

    def _longer(self) -> float:
        self._failures += 1
        return min(self._longest_pause_s, self._first_pause_s * 2.0 ** min(self._failures - 1, 10))


def _seconds(error: RetryAfter) -> float:
    """Give how long Telegram asks to wait."""
    asked = error.retry_after
    return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
