"""A message as it may be kept: without personal data, and with ids that a store can write.

Knows which parts of a message people type.
Knows nothing of stores.
"""

from dataclasses import replace

from bot.core.incoming import Incoming, Rating
from bot.core.model import MAX_QUESTION_CHARS
from bot.core.plain import visible
from bot.core.ports import PersonalDataFinder
from bot.core.screen import is_refused, without_personal_data


def keepable(incoming: Incoming, finder: PersonalDataFinder) -> Incoming:
    """Give a message as it may be kept: of one that is refused for personal data only that there was one."""
    text = visible(incoming.text)[: MAX_QUESTION_CHARS + 1]
    is_withheld = is_refused(text, finder)
    return replace(
        incoming,
        person=_writable(incoming.person),
        conversation=_writable(incoming.conversation),
        message_id=_writable(incoming.message_id),
        edition=_writable(incoming.edition),
        address=_writable(incoming.address),
        text="" if is_withheld else without_personal_data(text, finder),
        rating=masked(incoming.rating, finder) if incoming.rating is not None else None,
        is_withheld=is_withheld,
    )


def masked(rating: Rating, finder: PersonalDataFinder) -> Rating:
    """Give a rating whose remark holds no personal data."""
    return replace(rating, text=without_personal_data(visible(rating.text).strip(), finder))


def _writable(text: str) -> str:
    """Give an id without halves of surrogate pairs, which no store can write; its digest is the same."""
    return text.encode("utf-8", "replace").decode()
