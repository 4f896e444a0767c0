"""Replies on their way to a conversation.

Knows how far a delivery came, so that a new try goes on where the last one stopped.
Knows nothing of how a reply is sent.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.core.incoming import Incoming
from bot.core.reply import Reply


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
