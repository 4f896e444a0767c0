"""Work in order: of one key one after another, of different keys side by side, never more than there is room for.

Knows asyncio, how much may wait, and that work which must be done again holds up its own line and no other.
Knows nothing of messages.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

Work = Callable[[], Awaitable[float | None]]
"""Does something, and gives the seconds after which it must be done again; ``None``: it is done."""

log = logging.getLogger(__name__)


class Ordered:
    """Runs work by key. It belongs to one event loop."""

    def __init__(self, *, side_by_side: int = 4, max_waiting: int = 1_000, max_waiting_per_key: int = 20) -> None:
        """Choose how many keys run at once, and how much may wait in all and for one key."""
        self._room = asyncio.Semaphore(side_by_side)
        self._max_waiting = max_waiting
        self._max_per_key = max_waiting_per_key
        self._lines: dict[str, deque[Work]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._closing = asyncio.Event()
        self._is_all_done = True

    @property
    def waiting(self) -> int:
        """How much work is not done yet."""
        return self._waiting

    @property
    def is_full(self) -> bool:
        """Whether no more work may be taken on, for whatever key."""
        return self._waiting >= self._max_waiting

    def has_room(self, key: str) -> bool:
        """Say whether more work for this key may be taken on."""
        return not self.is_full and len(self._lines.get(key, ())) < self._max_per_key

    def put(self, key: str, work: Work) -> None:
        """Put work in line behind the work of the same key; whether there is room is asked before it is promised.

        Where everything ends already, it is not begun: it would come before what is left of its line.
        """
        if self._closing.is_set():
            self._is_all_done = False
            return
        self._waiting += 1
        if key in self._lines:
            self._lines[key].append(work)
            return
        self._lines[key] = deque([work])
        task = asyncio.get_running_loop().create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, timeout_s: float | None = None) -> bool:
        """Wait until all work is done; what must be done again later is not waited for.

        False: some was left, for that reason or because it takes longer than ``timeout_s``.
        """
        self._closing.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._tasks:
                    await asyncio.wait(self._tasks)
            return self._is_all_done
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return False

    async def _run(self, key: str) -> None:
        line = self._lines[key]
        try:
            while line:
                async with self._room:
                    pause = await self._one(line[0])
                if pause is None:
                    line.popleft()
                    self._waiting -= 1
                elif not await self._is_paused(pause):
                    return
        finally:
            self._is_all_done = self._is_all_done and not line
            self._waiting -= len(line)
            del self._lines[key]

    async def _is_paused(self, pause_s: float) -> bool:
        """Wait; false where everything ends meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._closing.wait()
            return False
        return True

    async def _one(self, work: Work) -> float | None:
        try:
            return await work()
        except Exception as error:  # noqa: BLE001  # what fails for one message must not stop the ones behind it
            log.error("work failed cause=%s", type(error).__name__)  # noqa: TRY400  # a trace could hold a message
            return None
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            log.error("work failed cause=%s", type(error).__name__)  # noqa: TRY400  # a library's own, and not for us
            return None
