"""The front of the desk for channels that work with asyncio.

Knows that the desk is slow and synchronous, so that it is asked in threads; that a conversation is answered in order;
that what cannot be sent now is sent later; and that what was confirmed is answered after a restart.
Answers are sent in lines of their own, behind those in which they are made: what cannot be sent keeps nobody from being
heard. That a reply arrived is noted in a thread of its own, behind no other work: what is killed between the two sends
the reply again after the restart.
Knows nothing of how a reply is sent.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar
from weakref import WeakValueDictionary

from bot.core.busy import Busy
from bot.core.delivery import AGAIN_S, Delivery, Send, tries
from bot.core.desk import Desk
from bot.core.desk_talk import OnPartial
from bot.core.doubtful import Doubtful
from bot.core.errors import ChannelTaken, NotDelivered, StoreUnavailable
from bot.core.incoming import Incoming
from bot.core.ordered import Ordered, Work
from bot.core.unasked import Unasked

EVERY_S = 5.0
"""Seconds between two looks for what is to be told unasked, and at whether this process still has the channel."""

SENT_AT_ONCE = 200
"""Conversations to which is sent at once; most of that is waiting for the other side."""

GRACE_S = 3.0
"""Seconds for what is on its way when the time is up: a message that is cut off may have arrived, and is sent again."""

LET_GO_S = 5.0
"""Seconds that giving back a channel may take."""

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
        every_s: float = EVERY_S,
    ) -> None:
        """Take the desk and what sends a reply; ``workers`` are the answers made at once."""
        self._desk = desk
        self._send = send
        self._partial = partial
        self._again_s = again_s
        self._every_s = every_s
        self._pool = ThreadPoolExecutor(
            workers + 1, thread_name_prefix="desk"
        )  # one more: taking in waits for no answer
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="desk-notes")
        self._answering = Ordered(side_by_side=workers)
        self._sending = Ordered(side_by_side=SENT_AT_ONCE)
        self._busy = Busy(desk.messages, send)
        self._unasked = Unasked(send, again_s)
        self._doubtful = Doubtful()
        self._channel = ""
        self._taking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._closing = asyncio.Event()
        self._looking: list[asyncio.Task[None]] = []
        self.taken_over = asyncio.Event()
        """Set when another process answers for the channel: nothing is taken in or sent here any more."""

    async def open(self, channel: str) -> int:
        """Answer for a channel from now on, first what was confirmed before a restart; give how many messages that are.

        What a colleague answers, and who was let in, is told from now on too.

        Raises:
            ChannelTaken: another process answers for it.
            StoreUnavailable: what waits cannot be read.
        """
        if not await self._in_thread(self._desk.take_on, channel):
            raise ChannelTaken(channel)
        self._channel = channel
        waiting = await self._in_thread(self._desk.waiting, channel)
        for incoming in waiting:
            self._put(incoming)
        for look in (self._look_who_answers, self.send_outgoing):
            self._looking.append(asyncio.create_task(self._again_and_again(look)))
        return len(waiting)

    async def receive(self, incoming: Incoming) -> bool:
        """Take a message in; when this returns, it may be confirmed. False: nothing came of it.

        Raises:
            ChannelTaken: messages are not taken in here any more; do not confirm it.
            StoreUnavailable: it could not be kept, or nothing can be sent now; do not confirm it.
        """
        if incoming.is_group and not incoming.is_addressed:
            return False
        if self._closing.is_set():
            raise ChannelTaken(incoming.channel)
        if self._sending.is_full:
            raise StoreUnavailable("too many answers wait to be sent")
        line = _line(incoming)
        if not (self._answering.has_room(line) and self._sending.has_room(line)):
            if incoming in self._doubtful:
                raise StoreUnavailable("it may have been kept, and its line is full")
            if not await self._in_thread(self._desk.is_known, incoming):
                self._busy.tell(line, incoming)
            return False
        taking = self._taking.setdefault(line, asyncio.Lock())
        async with taking:  # of two that come at the same moment, the first is answered first
            if not await self._is_to_be_answered(incoming):
                return False
            self._put(incoming)
        return True

    async def _is_to_be_answered(self, incoming: Incoming) -> bool:
        """Keep a message; one that was kept before, and was not confirmed then, is answered if it still waits.

        Raises:
            StoreUnavailable: it could not be kept, or that could not be seen.
        """
        try:
            is_new = await self._in_thread(self._desk.accept, incoming)
            is_doubtful = not is_new and incoming in self._doubtful
            is_left = is_doubtful and await self._in_thread(self._desk.is_waiting, incoming)
        except StoreUnavailable:
            self._doubtful.add(incoming)
            raise
        self._doubtful.take(incoming)
        return is_new or is_left

    async def send_outgoing(self) -> int:
        """Send what nobody asked for just now; give how much was sent. What cannot be sent stays for a later time.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        sent = 0
        waiting = await self._in_thread(self._desk.outgoing, self._channel)
        self._unasked.keep(waiting)
        for outgoing in waiting:
            if self._closing.is_set():
                break
            if await self._unasked.is_sent(outgoing):
                await self._in_thread(self._desk.sent, outgoing)
                sent += 1
        return sent

    async def finish(self, timeout_s: float | None = None) -> bool:
        """Finish the answers in flight; what takes longer is answered after the next start."""
        loop = asyncio.get_running_loop()
        end = None if timeout_s is None else loop.time() + timeout_s
        self._closing.set()
        is_done = await self._answering.finish(timeout_s)
        left = _left(end)
        is_done = await self._sending.finish(None if left is None else max(left, GRACE_S)) and is_done
        if self._looking:
            await asyncio.wait(self._looking, timeout=_left(end))
        for task in self._looking:
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await self._busy.finish()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._notes.shutdown(wait=False)  # each delivery waited for its note
        if self._channel:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.to_thread(self._desk.let_go, self._channel), LET_GO_S)
        return is_done

    def _put(self, incoming: Incoming) -> None:
        line = _line(incoming)
        self._doubtful.put_in_line(incoming)

        async def answer() -> None:
            on_partial = self._partial(incoming) if self._partial is not None else None
            replies = await self._in_thread(self._desk.answer, incoming, on_partial)
            delivery = Delivery(incoming.address, replies, incoming)
            self._sending.put(line, self._delivering(incoming, delivery))

        self._answering.put(line, answer)

    def _delivering(self, incoming: Incoming, delivery: Delivery) -> Work:
        """Give the way of one delivery: sent, then noted; each of them until it succeeds, and then no more."""
        pauses = tries(self._again_s)
        is_sent = False

        async def once() -> float | None:
            nonlocal is_sent
            try:
                if not is_sent:
                    await self._send(delivery)
            except NotDelivered as error:
                pause = next(pauses, None)
                what = "no new try before a restart" if pause is None else f"again in {pause:g} s"
                log.warning("not delivered channel=%s cause=%s %s", incoming.channel, error, what)
                return pause
            is_sent = True
            loop = asyncio.get_running_loop()
            is_noted = await loop.run_in_executor(self._notes, self._desk.delivered, incoming)
            return None if is_noted else next(pauses, None)

        async def work() -> float | None:
            pause: float | None = None
            try:
                pause = await once()
            finally:
                if pause is None:
                    self._doubtful.out_of_line(incoming)
            return pause

        return work

    async def _look_who_answers(self) -> None:
        """See that the channel is still ours; where it is not, stay out of the way of who has it."""
        if await self._in_thread(self._desk.take_on, self._channel):
            return
        log.error("another process answers for %s now: nothing is taken in or sent here any more", self._channel)
        self._closing.set()
        for lines in (self._sending, self._answering):
            await lines.finish(0)
        self.taken_over.set()

    async def _again_and_again(self, look: Callable[[], Awaitable[object]]) -> None:
        """Do something every few seconds, whatever comes of it, until the end."""
        while not self._closing.is_set():
            try:
                await look()
            except StoreUnavailable as error:
                log.warning("the store does not answer cause=%s", error)
            except Exception as error:  # noqa: BLE001  # this is done for as long as the channel runs
                log.error("not looked cause=%s", type(error).__name__)  # noqa: TRY400  # a trace could hold a message
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._closing.wait()

    async def _in_thread(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)


def _left(end: float | None) -> float | None:
    return None if end is None else max(0.0, end - asyncio.get_running_loop().time())


def _line(incoming: Incoming) -> str:
    """Name the line of a message: in a group everybody has one of their own, so that nobody holds up the others."""
    return f"{incoming.channel}\0{incoming.conversation}\0{incoming.person}"
