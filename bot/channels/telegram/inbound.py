"""From an update to a message for the desk.

Knows when a message in a group is for the bot, what a message without text is, and what of Telegram is no message.
Knows nothing of answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.telegram.place import Place
from bot.channels.telegram.updates import Entity, Membership, Message, Pressed, Update
from bot.core.corpus import Language
from bot.core.incoming import Attachment, Incoming, MessageKind
from bot.core.reply import BAD, GOOD

CHANNEL = "telegram"

ATTACHMENTS: Mapping[str, Attachment] = {
    "voice": Attachment.VOICE,
    "audio": Attachment.VOICE,
    "photo": Attachment.PICTURE,
    "video": Attachment.PICTURE,
    "video_note": Attachment.PICTURE,
    "animation": Attachment.PICTURE,
    "document": Attachment.FILE,
    **dict.fromkeys(
        "sticker location contact venue poll dice game story paid_media checklist live_photo".split(), Attachment.OTHER
    ),
}
"""What a message without text is; one with none of these tells of the chat, such as a new member, and is no message."""

MAX_DATA = 64
"""Bytes that stand behind a button."""

MAX_LABEL = 200

OUT = ("left", "kicked")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, as Telegram knows it."""

    id: int
    username: str


def incoming_of(update: Update, data: Mapping[str, Any], me: Me) -> tuple[Incoming, ...]:
    """Give what an update holds for the bot: nothing, a message, or a text and the note that something came with it.

    ``data`` is the update as it came.
    """
    if update.callback_query is not None:
        return _one(_chosen(update.callback_query))
    if update.my_chat_member is not None:
        return _one(_joined(update.my_chat_member))
    if update.edited_message is not None:
        return _said(update.edited_message, {}, me, is_edited=True)
    if update.message is not None:
        return _said(update.message, data["message"], me, is_edited=False)
    return ()


def has_blocked(update: Update) -> bool:
    """Whether somebody blocked the bot."""
    member = update.my_chat_member
    return member is not None and member.chat.type == "private" and member.new_chat_member.status == "kicked"


def _one(incoming: Incoming | None) -> tuple[Incoming, ...]:
    return () if incoming is None else (incoming,)


def _said(message: Message, data: Mapping[str, Any], me: Me, *, is_edited: bool) -> tuple[Incoming, ...]:
    """Give a text, which can stand under a picture or file, and beside it a word about what the bot cannot read."""
    person, chat = _person(message), message.chat
    attachment = next((kind for name, kind in ATTACHMENTS.items() if data.get(name)), None)
    is_group = chat.type != "private"
    if person is None or chat.type == "channel" or (is_group and not _is_addressed(message, me)):
        return ()
    text = _without_mention(message, me)
    plain = Incoming(
        channel=CHANNEL,
        person=person,
        conversation=_conversation(message),
        message_id=str(message.message_id),
        text=text,
        is_group=is_group,
        language=_language(message.sender.language_code if message.sender is not None else None),
        address=Place(
            chat.id, message.thread, message.message_id if is_group else None, is_private=not is_group
        ).text(),
    )
    found: list[Incoming] = []
    if is_edited and message.clipped_text:
        found.append(replace(plain, kind=MessageKind.EDITED, edition=str(message.edit_date)))
    elif message.text is not None or text:
        found.append(plain)
    if attachment is not None:
        album = message.media_group_id
        number = f"album:{album}" if album else f"{plain.message_id}#attachment" if found else plain.message_id
        kept = Attachment.BESIDE if found else attachment
        found.append(replace(plain, kind=MessageKind.UNSUPPORTED, text=str(kept), message_id=number))
    return tuple(found)


def _person(message: Message) -> str | None:
    """Give who said something: a bot is nobody, and the group stands for its administrators who write anonymously."""
    if message.sender is None or not message.sender.is_bot:
        return None if message.sender is None else str(message.sender.id)
    is_anonymous = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    return str(message.chat.id) if is_anonymous and message.chat.type != "private" else None


def _chosen(pressed: Pressed) -> Incoming | None:
    message = pressed.message
    if message is None or not pressed.data or pressed.sender.is_bot or message.chat.type == "channel":
        return None
    is_group = message.chat.type != "private"
    return Incoming(
        channel=CHANNEL,
        person=str(pressed.sender.id),
        conversation=_conversation(message),
        message_id=f"button:{pressed.id[:MAX_DATA]}",
        text=pressed.data[:MAX_DATA],
        kind=MessageKind.CHOICE,
        is_group=is_group,
        language=_language(pressed.sender.language_code),
        address=Place(
            message.chat.id,
            message.thread,
            message.message_id if is_group else None,
            is_private=not is_group,
            asked=_label(message, pressed.data),
        ).text(),
    )


def _joined(member: Membership) -> Incoming | None:
    """Greet a group that took the bot in; who opens a private conversation sends /start."""
    is_in = member.old_chat_member.status in OUT and member.new_chat_member.status not in OUT
    if member.chat.type not in ("group", "supergroup") or not is_in or member.sender.is_bot:
        return None
    return Incoming(
        channel=CHANNEL,
        person=str(member.sender.id),
        conversation=str(member.chat.id),
        message_id=f"joined:{member.date}",
        kind=MessageKind.JOINED,
        is_group=True,
        language=_language(member.sender.language_code),
        address=Place(member.chat.id, is_private=False).text(),
    )


def _is_addressed(message: Message, me: Me) -> bool:
    """Whether a message in a group is for the bot: named in it, a reply to it, or a command with its name."""
    marked = [_marked(message.clipped_text, entity) for entity in message.marks if entity.type == "bot_command"]
    named = [name.partition("@")[2].lower() for name in marked if "@" in name]
    if named:
        return me.username.lower() in named
    replied = message.reply_to_message.sender if message.reply_to_message is not None else None
    return (replied is not None and replied.id == me.id) or any(_names(message, e, me) for e in message.marks)


def _names(message: Message, entity: Entity, me: Me) -> bool:
    if entity.type == "text_mention":
        return entity.user is not None and entity.user.id == me.id
    return entity.type == "mention" and _marked(message.clipped_text, entity).lower() == f"@{me.username.lower()}"


def _without_mention(message: Message, me: Me) -> str:
    """Give the text without the bot's own name, which is no part of a question."""
    text = message.clipped_text
    encoded = _utf16(text)
    for entity in sorted(message.marks, key=lambda found: found.offset, reverse=True):
        if _names(message, entity, me):
            encoded = encoded[: 2 * entity.offset] + encoded[2 * (entity.offset + entity.length) :]
    return encoded.decode("utf-16-le", "replace").strip()


def _marked(text: str, entity: Entity) -> str:
    part = _utf16(text)[2 * entity.offset : 2 * (entity.offset + entity.length)]
    return part.decode("utf-16-le", "replace")


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _conversation(message: Message) -> str:
    return str(message.chat.id) if message.thread is None else f"{message.chat.id}:{message.thread}"


def _language(code: str | None) -> Language | None:
    """Give our language for a code such as nl-BE."""
    return next((language for language in Language if (code or "").lower().split("-")[0] == language), None)


def _label(message: Message, data: str) -> str:
    """Give what stands on a button, where pressing it asks something."""
    if data.partition(":")[0] in (GOOD, BAD) or message.reply_markup is None:
        return ""
    buttons = (button for row in message.reply_markup.inline_keyboard for button in row)
    return next((button.text[:MAX_LABEL] for button in buttons if button.callback_data == data), "")
