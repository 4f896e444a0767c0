"""A message on its way in: what any channel hands to the desk.

Knows who said what, where, and in which form.
Knows nothing of the form that a channel got it in.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.core.corpus import Language


class MessageKind(StrEnum):
    """What a message is; a command is a text that begins with a slash."""

    TEXT = "text"
    EDITED = "edited"
    CHOICE = "choice"
    """A button was pressed; the text is its value."""
    JOINED = "joined"
    """A person opened the conversation, or a group took the bot in."""
    FEEDBACK = "feedback"
    """A channel's own form for feedback was sent; see ``rating``."""
    UNSUPPORTED = "unsupported"
    """No text: ``text`` is the name of an ``Attachment``."""


class Attachment(StrEnum):
    """What a message can be that is no text."""

    VOICE = "voice"
    PICTURE = "picture"
    FILE = "file"
    OTHER = "other"
    BESIDE = "beside"
    """Anything of these that came with a text, which is a message of its own."""


class Reason(StrEnum):
    """Why an answer was not good."""

    INCORRECT = "incorrect"
    INCOMPLETE = "incomplete"
    OUTDATED = "outdated"
    WRONG_SOURCE = "wrong_source"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reader thinks of an answer."""

    answer_id: str
    is_good: bool
    reason: Reason | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message. ``person``, ``conversation`` and ``message_id`` are the channel's own ids.

    ``edition`` tells one edit of a message from the next; ``address`` is what the channel needs to write to this
    conversation later, in its own form. ``is_withheld`` is set where the text held personal data and was not kept.
    """

    channel: str
    person: str
    conversation: str
    message_id: str
    text: str = ""
    kind: MessageKind = MessageKind.TEXT
    edition: str = ""
    is_group: bool = False
    is_addressed: bool = True
    """Whether a message in a group is meant for the bot."""
    language: Language | None = None
    """The language that the person's own program is set to."""
    address: str = ""
    rating: Rating | None = None
    is_withheld: bool = False
