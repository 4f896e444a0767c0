"""An update as Telegram sends it, read strictly and no further than the bot needs.

Knows the few fields that are used, and their types. python-telegram-bot reads a whole batch of updates or none of it,
so that one that is broken would cost the others; here each is read by itself.
Knows nothing of what an update means.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from bot.core.model import MAX_QUESTION_CHARS

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update that are asked for."""

MAX_ENTITIES = 1_000

Id = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class User(_Part):
    """Who sent something."""

    id: Id
    is_bot: bool = False
    language_code: str | None = None


class Chat(_Part):
    """Where something was sent."""

    id: Id
    type: Literal["private", "group", "supergroup", "channel"]


class Entity(_Part):
    """A marked part of a text; places are counted in UTF-16 units."""

    type: str
    offset: Annotated[int, Field(ge=0, lt=2**31)]
    length: Annotated[int, Field(ge=0, lt=2**31)]
    user: User | None = None


class RepliedTo(_Part):
    """The message that a message replies to."""

    sender: User | None = Field(default=None, alias="from")


class Button(_Part):
    """A button under a message of ours."""

    text: str = ""
    callback_data: str | None = None


class Keyboard(_Part):
    """The buttons under a message of ours."""

    inline_keyboard: Annotated[list[list[Button]], FailFast()] = []


class Message(_Part):
    """A message. Of one that is too old Telegram only tells where it stands."""

    message_id: Id
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    edit_date: Id | None = None
    message_thread_id: Id | None = None
    is_topic_message: bool = False
    media_group_id: str | None = None
    sender_chat: Chat | None = None
    """The chat in whose name somebody wrote: of an anonymous administrator the group itself."""
    text: str | None = None
    entities: Annotated[list[Entity], FailFast(), Field(max_length=MAX_ENTITIES)] = []
    caption: str | None = None
    caption_entities: Annotated[list[Entity], FailFast(), Field(max_length=MAX_ENTITIES)] = []
    reply_to_message: RepliedTo | None = None
    reply_markup: Keyboard | None = None

    @property
    def thread(self) -> int | None:
        """The topic that the message stands in; in other chats Telegram gives a number that may not be used."""
        return self.message_thread_id if self.is_topic_message else None

    @property
    def clipped_text(self) -> str:
        """No more of the text than is needed to say that it is too long."""
        return (self.text or self.caption or "")[: MAX_QUESTION_CHARS + 1]

    @property
    def marks(self) -> list[Entity]:
        """What is marked in the text, or in what stands under a picture or file."""
        return self.entities if self.text else self.caption_entities


class Pressed(_Part):
    """A button that was pressed."""

    id: str
    sender: User = Field(alias="from")
    message: Message | None = None
    data: str | None = None


class Member(_Part):
    """What the bot is in a chat."""

    status: str


class Membership(_Part):
    """The bot was taken in, put out or blocked."""

    chat: Chat
    sender: User = Field(alias="from")
    date: Id
    old_chat_member: Member
    new_chat_member: Member


class Update(_Part):
    """One update."""

    update_id: Annotated[int, Field(ge=0, lt=2**63)]
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Pressed | None = None
    my_chat_member: Membership | None = None


def read_update(data: object) -> Update | None:
    """Read an update; ``None`` where it is none."""
    try:
        return Update.model_validate(data)
    except (ValidationError, RecursionError):
        return None


def id_in(data: object) -> int | None:
    """Give the number of an update that may be broken otherwise, so that it can be confirmed."""
    found: Any = data.get("update_id") if isinstance(data, Mapping) else None
    return found if type(found) is int and 0 <= found < 2**63 else None


def pressed_in(data: object) -> str | None:
    """Give the number of a pressed button in an update that may be broken otherwise, so that it can be answered."""
    pressed: Any = data.get("callback_query") if isinstance(data, Mapping) else None
    found = pressed.get("id") if isinstance(pressed, Mapping) else None
    return found if isinstance(found, str) and 0 < len(found) <= 64 else None  # noqa: PLR2004  # bytes of an id
