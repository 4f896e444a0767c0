"""Messages of which it is not known whether they were kept: the database failed while it kept them.

Knows that such a message comes again, for it was not confirmed, and that it may look as if it came in before; and which
messages are in line, for those are answered already.
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
        self._in_line: set[tuple[str, str, str]] = set()

    def __contains__(self, incoming: Incoming) -> bool:
        """Say whether a message is remembered."""
        return _key(incoming) in self._keys

    def add(self, incoming: Incoming) -> None:
        """Remember a message, unless it is in line."""
        if _key(incoming) in self._in_line:
            return
        self._keys[_key(incoming)] = None
        while len(self._keys) > MAX_DOUBTFUL:
            del self._keys[next(iter(self._keys))]

    def take(self, incoming: Incoming) -> bool:
        """Forget a message, and say whether it was remembered."""
        return self._keys.pop(_key(incoming), "") is None

    def put_in_line(self, incoming: Incoming) -> None:
        """Note that a message is going to be answered."""
        self._in_line.add(_key(incoming))

    def out_of_line(self, incoming: Incoming) -> None:
        """Note that nothing more is done for a message."""
        self._in_line.discard(_key(incoming))


def _key(incoming: Incoming) -> tuple[str, str, str]:
    return incoming.conversation, incoming.message_id, incoming.edition
