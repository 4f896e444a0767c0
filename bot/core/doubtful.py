"""Messages of which it is not known whether they were kept: the database failed while it kept them.

Knows that such a message comes again, for it was not confirmed, and that it may look as if it came in before.
Knows nothing of databases.
"""

from bot.core.incoming import Incoming

MAX_DOUBTFUL = 1_000
"""Messages remembered at once; a database that fails longer takes nothing in, so the oldest are surely not kept."""


class Doubtful:
    """Remembers messages. It belongs to one event loop."""

    def __init__(self) -> None:
        """Begin with none."""
        self._keys: dict[tuple[str, str, str], None] = {}

    def add(self, incoming: Incoming) -> None:
        """Remember a message."""
        self._keys[_key(incoming)] = None
        while len(self._keys) > MAX_DOUBTFUL:
            del self._keys[next(iter(self._keys))]

    def take(self, incoming: Incoming) -> bool:
        """Forget a message, and say whether it was remembered."""
        return self._keys.pop(_key(incoming), "") is None


def _key(incoming: Incoming) -> tuple[str, str, str]:
    return incoming.conversation, incoming.message_id, incoming.edition
