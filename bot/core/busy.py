"""Telling somebody that there is no room for more messages.

Knows that this is told beside all else, so that it holds up nobody, and to each line at most once a minute.
Knows nothing of why there is no room.
"""

import asyncio
import logging

from bot.core.corpus import Language
from bot.core.delivery import Delivery, Send
from bot.core.incoming import Incoming
from bot.core.messages import Messages
from bot.core.reply import note

TOLD_EVERY_S = 60.0
"""Seconds in which the same line is told no second time."""

MAX_AT_ONCE = 50
"""How many are told at the same moment; who comes on top of that is not told."""

MAX_LINES = 10_000
"""Lines of which is remembered that they were told."""

log = logging.getLogger(__name__)


class Busy:
    """Tells who must wait. It belongs to one event loop."""

    def __init__(self, messages: Messages, send: Send) -> None:
        """Take the fixed sentences and what sends them."""
        self._messages = messages
        self._send = send
        self._told: dict[str, float] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def tell(self, line: str, incoming: Incoming) -> None:
        """Tell who wrote a message that it is not taken in, unless the line was told a short time ago."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._told.get(line, float("-inf")) < TOLD_EVERY_S or len(self._telling) >= MAX_AT_ONCE:
            return
        self._told.pop(line, None)
        self._told[line] = loop.time()  # the newest stands last
        while len(self._told) > MAX_LINES:
            del self._told[next(iter(self._told))]
        language = incoming.language or Language.NL
        reply = note(self._messages.say("too_busy", language), language)
        task = loop.create_task(self._tried(line, Delivery(incoming.address, (reply,), incoming)))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def finish(self) -> None:
        """Tell nobody any more."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    async def _tried(self, line: str, delivery: Delivery) -> None:
        try:
            await self._send(delivery)
        except Exception as error:  # noqa: BLE001  # a channel's own errors: that it fails costs nothing else
            log.warning("not told that it is too busy cause=%s", type(error).__name__)
            self._told.pop(line, None)
