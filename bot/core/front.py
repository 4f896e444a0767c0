"""The front of the desk for channels that work with asyncio.

Knows that the desk is slow and synchronous, so that it is asked in threads; that a conversation is answered in order;
and that what was confirmed is answered after a restart.
That a reply arrived is noted in a thread of its own, behind no other work: what is killed between the two sends the
reply again after the restart.
Knows nothing of how a reply is sent.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.core.corpus import Language
from bot.core.desk import Desk, Outgoing
from bot.core.desk_talk import OnPartial
from bot.core.incoming import Incoming
from bot.core.ordered import Ordered
from bot.core.reply import Reply, note

Send = Callable[[Incoming, tuple[Reply, ...]], Awaitable[None]]
"""Sends replies to where a message came from. What it raises is taken for not delivered."""

Partial = Callable[[Incoming], OnPartial | None]
"""Gives what shows the beginning of an answer while the rest is made; it is called from another thread."""

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Front:
    """Takes messages in and has them answered. It belongs to one event loop and one channel."""

    def __init__(self, desk: Desk, send: Send, *, workers: int = 4, partial: Partial | None = None) -> None:
        """Take the desk and what sends a reply; ``workers`` are the answers made at once."""
        self._desk = desk
        self._send = send
        self._partial = partial
        self._pool = ThreadPoolExecutor(
            workers + 1, thread_name_prefix="desk"
        )  # one more: taking in waits for no answer
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="desk-notes")
        self._ordered = Ordered(side_by_side=workers)

    async def receive(self, incoming: Incoming) -> bool:
        """Take a message in; when this returns, it may be confirmed. False: nothing came of it.

        Raises:
            StoreUnavailable: it could not be kept; do not confirm it.
        """
        if incoming.is_group and not incoming.is_addressed:
            return False
        if not self._ordered.has_room(_line(incoming)):
            await self._send(incoming, (self._busy(incoming),))
            return False
        if not await self._in_thread(self._desk.accept, incoming):
            return False
        self._put(incoming)
        return True

    async def resume(self, channel: str) -> int:
        """Answer what was confirmed before a restart; give how many messages that are.

        Raises:
            StoreUnavailable: they cannot be read.
        """
        waiting = await self._in_thread(self._desk.waiting, channel)
        for incoming in waiting:
            self._put(incoming)
        return len(waiting)

    async def send_outgoing(self, channel: str, send: Callable[[Outgoing], Awaitable[None]]) -> int:
        """Send what nobody asked for just now; give how much was sent. What cannot be sent stays for the next time.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        sent = 0
        for outgoing in await self._in_thread(self._desk.outgoing, channel):
            try:
                await send(outgoing)
            except Exception as error:  # noqa: BLE001  # a channel's own errors: one reader must not stop the others
                log.warning("not sent id=%s cause=%s", outgoing.id, type(error).__name__)
                continue
            await self._in_thread(self._desk.sent, outgoing.id)
            sent += 1
        return sent

    async def finish(self, timeout_s: float | None = None) -> bool:
        """Finish the answers in flight; what takes longer is answered after the next start."""
        is_done = await self._ordered.finish(timeout_s)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._notes.shutdown()
        return is_done

    def _put(self, incoming: Incoming) -> None:
        async def work() -> None:
            on_partial = self._partial(incoming) if self._partial is not None else None
            replies = await self._in_thread(self._desk.answer, incoming, on_partial)
            if replies:
                await self._send(incoming, replies)
            await asyncio.get_running_loop().run_in_executor(self._notes, self._desk.delivered, incoming)

        self._ordered.put(_line(incoming), work)

    async def _in_thread(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    def _busy(self, incoming: Incoming) -> Reply:
        language = incoming.language or Language.NL
        return note(self._desk.messages.say("too_busy", language), language)


def _line(incoming: Incoming) -> str:
    return f"{incoming.channel}\0{incoming.conversation}"
