"""Sending what nobody asked for just now: what a colleague answered, and that somebody was let in.

Knows that what cannot be sent is tried again later, and that one who cannot be reached must not stop the others.
Knows nothing of when to look for it.
"""

import asyncio
import logging
from collections.abc import Sequence

from bot.core.delivery import Delivery, Send, tries
from bot.core.outgoing import Outgoing

log = logging.getLogger(__name__)


class Unasked:
    """Sends messages, and remembers how far each came. It belongs to one event loop."""

    def __init__(self, send: Send, again_s: tuple[float, ...]) -> None:
        """Take what sends, and the seconds before each new try."""
        self._send = send
        self._again_s = again_s
        self._trying: dict[str, _Trying] = {}

    def keep(self, waiting: Sequence[Outgoing]) -> None:
        """Forget how far those came that wait no longer."""
        self._trying = {found.id: self._trying[found.id] for found in waiting if found.id in self._trying}

    async def is_sent(self, outgoing: Outgoing) -> bool:
        """Send a message, unless a try of a short time ago failed; say whether it arrived."""
        now = asyncio.get_running_loop().time()
        trying = self._trying.setdefault(outgoing.id, _Trying(outgoing, self._again_s))
        if now < trying.not_before:
            return False
        try:
            await self._send(trying.delivery)
        except Exception as error:  # noqa: BLE001  # a channel's own errors: one reader must not stop the others
            trying.not_before = now + next(trying.pauses, self._again_s[-1])
            log.warning("not sent id=%s cause=%s", outgoing.id, type(error).__name__)
            return False
        return True


class _Trying:
    """A message that is being sent: how far it came, and when it may be tried again."""

    def __init__(self, outgoing: Outgoing, again_s: tuple[float, ...]) -> None:
        self.delivery = Delivery(outgoing.address, outgoing.replies)
        self.not_before = float("-inf")
        self.pauses = tries(again_s)
