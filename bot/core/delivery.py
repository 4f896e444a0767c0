"""Replies on their way to a conversation.

Knows how far a delivery came, so that a new try goes on where the last one stopped.
Knows nothing of how a reply is sent.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from bot.core.incoming import Incoming
from bot.core.reply import Reply

AGAIN_S = (5.0, 15.0, 60.0, 300.0)
"""Seconds before each new try to send."""

LAST_TRIES = 288
"""How often the last of these pauses is taken: a day, after which there is no new try before a restart."""


@dataclass(slots=True)
class Delivery:
    """Replies and where they go. ``address`` is the channel's own; without an incoming nobody asked for it just now.

    There may be no replies: then only what showed that an answer was being made must end.
    """

    address: str
    replies: tuple[Reply, ...]
    incoming: Incoming | None = None
    arrived: int = 0
    """How many of the channel's own messages arrived; the channel counts, and skips them at a new try."""
    begun: int | None = None
    """The channel's own message that shows the beginning of the answer, to be written over."""


Send = Callable[[Delivery], Awaitable[None]]
"""Sends a delivery. ``NotDelivered`` asks for a new try later; after any other error there is none until a restart."""


def tries(again_s: tuple[float, ...]) -> Iterator[float]:
    """Give the seconds before each new try, until it is time to give up."""
    return chain(again_s, repeat(again_s[-1], LAST_TRIES))
