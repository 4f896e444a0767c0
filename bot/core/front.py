"""The front of the desk for channels that work with asyncio.

Knows that the desk is slow and synchronous, so that it is asked in threads; that a conversation is answered in order;
that what cannot be sent now is sent later; and that what was confirmed is answered after a restart.
That a reply arrived is noted in a thread of its own, behind no other work: what is killed between the two sends the
reply again after the restart.
Knows nothing of how a reply is sent.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, repeat
from typing import TypeVar

from bot.core.busy import Busy
from bot.core.delivery import Delivery, Send
from bot.core.desk import Desk, Outgoing
from bot.core.desk_talk import OnPartial
from bot.core.errors import ChannelTaken, NotDelivered
from bot.core.incoming import Incoming
from bot.core.ordered import Ordered, Work

AGAIN_S = (5.0, 15.0, 60.0, 300.0)
"""Seconds before each new try to send; the last one holds for all that follow."""

TAKEN = "another process answers for {channel} with this database, or this one is ending: run one process a channel"

Partial = Callable[[Incoming], OnPartial | None]
"""Gives what shows the beginning of an answer while the rest is made; it is called from another thread."""

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Front:
    """Takes messages in and has them answered. It belongs to one event loop and one channel."""

    def __init__(
        self,
        desk: Desk,
        send: Send,
        *,
        workers: int = 4,
        partial: Partial | None = None,
        again_s: tuple[float, ...] = AGAIN_S,
    ) -> None:
        """Take the desk and what sends a reply; ``workers`` are the answers made at once."""
        self._desk = desk
        self._send = send
        self._partial = partial
        self._again_s = again_s
        self._pool = ThreadPoolExecutor(
            workers + 1, thread_name_prefix="desk"
        )  # one more: taking in waits for no answer
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="desk-notes")
        self._ordered = Ordered(side_by_side=workers)
        self._busy = Busy(desk.messages, send)
        self._channel = ""
        self._is_open = True
        self._unsent: dict[str, _Trying] = {}

    @property
    def is_open(self) -> bool:
        """Whether messages are taken in: this process answers for the channel and does not end."""
        return self._is_open

    async def open(self, channel: str) -> int:
        """Answer for a channel from now on, first what was confirmed before a restart; give how many messages that are.

        Raises:
            ChannelTaken: another process answers for it.
            StoreUnavailable: what waits cannot be read.
        """
        if not await self._in_thread(self._desk.take_on, channel):
            raise ChannelTaken(TAKEN.format(channel=channel))
        self._channel = channel
        waiting = await self._in_thread(self._desk.waiting, channel)
        for incoming in waiting:
            self._put(incoming)
        return len(waiting)

    async def receive(self, incoming: Incoming) -> bool:
        """Take a message in; when this returns, it may be confirmed. False: nothing came of it.

        Raises:
            ChannelTaken: messages are not taken in here any more; do not confirm it.
            StoreUnavailable: it could not be kept; do not confirm it.
        """
        if incoming.is_group and not incoming.is_addressed:
            return False
        if not self._is_open:
            raise ChannelTaken(TAKEN.format(channel=incoming.channel))
        if not self._ordered.has_room(_line(incoming)):
            if not await self._in_thread(self._desk.is_known, incoming):
                self._busy.tell(_line(incoming), incoming)
            return False
        if not await self._in_thread(self._desk.accept, incoming):
            return False
        self._put(incoming)
        return True

    async def send_outgoing(self) -> int:
        """Send what nobody asked for just now; give how much was sent. What cannot be sent stays for a later time.

        To be called every few seconds; it is also here that is seen whether this process still answers for the channel.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        if not self._is_open or not await self._is_mine():
            return 0
        sent = 0
        waiting = await self._in_thread(self._desk.outgoing, self._channel)
        self._unsent = {found.id: self._unsent[found.id] for found in waiting if found.id in self._unsent}
        for outgoing in waiting:
            if await self._is_sent(outgoing):
                await self._in_thread(self._desk.sent, outgoing.id)
                sent += 1
        return sent

    async def finish(self, timeout_s: float | None = None) -> bool:
        """Finish the answers in flight; what takes longer is answered after the next start."""
        self._is_open = False
        is_done = await self._ordered.finish(timeout_s)
        await self._busy.finish()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._notes.shutdown()
        if self._channel:
            self._desk.let_go(self._channel)
        return is_done

    def _put(self, incoming: Incoming) -> None:
        self._ordered.put(_line(incoming), self._work(incoming))

    def _work(self, incoming: Incoming) -> Work:
        """Give the way of one message: answered, sent, noted; each of them until it succeeds, and then no more."""
        pauses = _without_end(self._again_s)
        delivery: Delivery | None = None
        is_sent = False

        async def work() -> float | None:
            nonlocal delivery, is_sent
            if delivery is None:
                on_partial = self._partial(incoming) if self._partial is not None else None
                replies = await self._in_thread(self._desk.answer, incoming, on_partial)
                delivery = Delivery(incoming.address, replies, incoming)
            try:
                if not is_sent:
                    await self._send(delivery)
            except NotDelivered as error:
                pause = next(pauses)
                log.warning("not delivered channel=%s cause=%s again in %g s", incoming.channel, error, pause)
                return pause
            is_sent = True
            loop = asyncio.get_running_loop()
            return None if await loop.run_in_executor(self._notes, self._desk.delivered, incoming) else next(pauses)

        return work

    async def _is_mine(self) -> bool:
        """Say whether this process still answers for the channel; once it does not, it stays out of the way."""
        if await self._in_thread(self._desk.take_on, self._channel):
            return True
        self._is_open = False
        log.error("another process answers for %s now: nothing is taken in here until a restart", self._channel)
        return False

    async def _is_sent(self, outgoing: Outgoing) -> bool:
        """Send a message, unless a try of a short time ago failed."""
        now = asyncio.get_running_loop().time()
        trying = self._unsent.setdefault(outgoing.id, _Trying(outgoing, self._again_s))
        if now < trying.not_before:
            return False
        try:
            await self._send(trying.delivery)
        except Exception as error:  # noqa: BLE001  # a channel's own errors: one reader must not stop the others
            trying.not_before = now + next(trying.pauses)
            log.warning("not sent id=%s cause=%s", outgoing.id, type(error).__name__)
            return False
        return True

    async def _in_thread(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)


class _Trying:
    """A message that is being sent: how far it came, and when it may be tried again."""

    def __init__(self, outgoing: Outgoing, again_s: tuple[float, ...]) -> None:
        self.delivery = Delivery(outgoing.address, outgoing.replies)
        self.not_before = float("-inf")
        self.pauses = _without_end(again_s)


def _without_end(pauses_s: tuple[float, ...]) -> "chain[float]":
    return chain(pauses_s, repeat(pauses_s[-1]))


def _line(incoming: Incoming) -> str:
    """Name the line of a message: in a group everybody has one of their own, so that nobody holds up the others."""
    return f"{incoming.channel}\0{incoming.conversation}\0{incoming.person}"
