"""Where a reply goes: a chat, a topic in it, and the message that it replies to.

Knows how a place is written as text and read back.
Knows nothing of sending.
"""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place to write to. ``asked`` stands on the button that was pressed, for the reader to see what is answered."""

    chat: int
    thread: int | None = None
    reply_to: int | None = None
    is_private: bool = True
    asked: str = ""

    def text(self) -> str:
        """Write the place as text."""
        return json.dumps([self.chat, self.thread, self.reply_to, self.is_private, self.asked])


def place_of(text: str) -> Place:
    """Read a place.

    Raises:
        ValueError: it is none.
    """
    match json.loads(text):
        case [int(chat), int() | None as thread, int() | None as reply_to, bool(is_private), str(asked)]:
            return Place(chat, thread, reply_to, is_private, asked)
        case _:
            raise ValueError("no place")
