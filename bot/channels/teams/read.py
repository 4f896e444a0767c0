"""From an activity of Teams to what the desk understands.

Knows the kinds of activities, and that of the two that tell of an installation one is greeted.
Knows nothing of tokens, nor of what a message asks.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256

from microsoft_teams.api import ActivityBase
from microsoft_teams.api.activities.install_update import InstalledActivity
from microsoft_teams.api.activities.message import MessageActivity, MessageUpdateActivity
from microsoft_teams.api.activities.utils import StripMentionsTextOptions, strip_mentions_text
from microsoft_teams.api.models.attachment import Attachment as TeamsAttachment
from microsoft_teams.api.models.channel_data import ChannelData
from microsoft_teams.api.models.entity import MentionEntity

from bot.channels.teams.address import Address
from bot.core.corpus import Language
from bot.core.identity import plain_id
from bot.core.incoming import Attachment, Incoming, MessageKind, Rating, Reason

CHANNEL = "teams"

CHOICE = "choice"
"""What the value of a button is called in a card."""

ANSWER, REASON, REMARK, REACTION = "answer", "reason", "remark", "reaction"
"""What the fields of the form for feedback are called."""

_KINDS = {"image": Attachment.PICTURE, "audio": Attachment.VOICE, "video": Attachment.OTHER}
_FILE = "application/vnd.microsoft.teams.file.download.info"
_BODY = ("text/html", "text/plain")
"""Kinds of attachments that hold the text once more."""


def address_of(activity: ActivityBase) -> Address:
    """Tell where an activity came from."""
    conversation = activity.conversation
    return Address(
        service_url=activity.service_url or "",
        conversation=conversation.id,
        is_personal=conversation.conversation_type == "personal" and not conversation.is_group,
        reply_to=activity.id,
    )


def tenant_of(activity: ActivityBase) -> str:
    """Give the tenant that an activity says it is from; empty where it does not say."""
    data = activity.channel_data
    tenant = data.tenant.id if isinstance(data, ChannelData) and data.tenant is not None else None
    return (tenant or "").lower()


def incoming_of(activity: ActivityBase) -> tuple[Incoming, ...]:
    """Give what an activity means: nothing, a message, or a message and a file with it."""
    if isinstance(activity, MessageActivity):
        return tuple(_message(activity))
    if isinstance(activity, MessageUpdateActivity):
        return _edited(activity)
    if isinstance(activity, InstalledActivity):
        return (replace(_plain(activity), kind=MessageKind.JOINED),)
    return ()


def rating_of(activity: ActivityBase, given: Mapping[str, object], answer_id: str) -> Incoming:
    """Give the feedback of a form; ``answer_id`` is that of the answer which it stood under."""
    reason = given.get(REASON)
    rating = Rating(
        answer_id=answer_id,
        is_good=given.get(REACTION) == "like",
        reason=Reason(reason) if isinstance(reason, str) and reason in set(Reason) else None,
        text=_text(given.get(REMARK)),
    )
    return replace(_plain(activity), kind=MessageKind.FEEDBACK, rating=rating, is_addressed=True)


def form_of(feedback: object) -> Mapping[str, object]:
    """Read what a form gave: an object, or the text of one."""
    if isinstance(feedback, str):
        try:
            feedback = json.loads(feedback)
        except (ValueError, RecursionError):
            return {REMARK: feedback}
    return feedback if isinstance(feedback, dict) else {}


def _message(activity: MessageActivity) -> Iterator[Incoming]:
    plain = replace(_plain(activity), is_addressed=_is_addressed(activity))
    if isinstance(activity.value, dict) and isinstance(activity.value.get(CHOICE), str):
        yield replace(plain, kind=MessageKind.CHOICE, text=activity.value[CHOICE], is_addressed=True)
        return
    text = _said(activity)
    sent_along = _attachment(activity.attachments or ())
    if text or sent_along is None:
        yield replace(plain, text=text)
    if sent_along is not None:
        yield replace(
            plain,
            kind=MessageKind.UNSUPPORTED,
            text=(Attachment.BESIDE if text else sent_along).value,
            message_id=f"{plain.message_id}#attachment",
        )


def _edited(activity: MessageUpdateActivity) -> tuple[Incoming, ...]:
    if activity.channel_data.event_type != "editMessage":
        return ()
    edition = (
        activity.timestamp.isoformat()
        if activity.timestamp is not None
        else sha256(activity.text.encode("utf-8", "replace")).hexdigest()
    )
    is_addressed = _is_addressed(activity)
    plain = replace(_plain(activity), kind=MessageKind.EDITED, edition=edition, is_addressed=is_addressed)
    return (replace(plain, text=_said(activity)),)


def _plain(activity: ActivityBase) -> Incoming:
    address = address_of(activity)
    return Incoming(
        channel=CHANNEL,
        person=plain_id(activity.from_.aad_object_id or activity.from_.id),
        conversation=address.conversation,
        message_id=activity.id,
        is_group=not address.is_personal,
        language=_language(activity.locale),
        address=address.packed(),
    )


def _is_addressed(activity: MessageActivity | MessageUpdateActivity) -> bool:
    """Say whether a message names the bot; in a private conversation every message is for it."""
    if address_of(activity).is_personal:
        return True
    named = (entity.mentioned.id for entity in activity.entities or () if isinstance(entity, MentionEntity))
    return activity.recipient.id in named


def _said(activity: MessageActivity | MessageUpdateActivity) -> str:
    """Give the text without the bot's own name."""
    options = StripMentionsTextOptions(account_id=activity.recipient.id)
    return (strip_mentions_text(activity, options) or "").strip()


def _attachment(attachments: tuple[TeamsAttachment, ...] | list[TeamsAttachment]) -> Attachment | None:
    for attachment in attachments:
        kind = (attachment.content_type or "").lower()
        if kind == _FILE:
            return Attachment.FILE
        if kind not in _BODY:
            return _KINDS.get(kind.partition("/")[0], Attachment.OTHER)
    return None


def _language(locale: str | None) -> Language | None:
    name = (locale or "")[:2].lower()
    return Language(name) if name in set(Language) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
