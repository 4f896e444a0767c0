"""Sends messages, and insists where that helps.

Knows which errors of Telegram pass by, which mean that nobody can be reached any more, and that an answer is better
sent without marks and buttons than not at all.
Knows nothing of what a message says. No text of Telegram's errors is logged: it may hold words of a message.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from bot.channels.telegram.markup import MAX_UNITS, cut, plain
from bot.channels.telegram.place import Place
from bot.channels.telegram.show import Shown
from bot.core.delivery import Delivery
from bot.core.errors import NotDelivered

PAUSES_S = (0.5, 1, 2, 4, 8, 16)
"""Seconds before each new try."""

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

NOWHERE = ("chat not found", "not enough rights", "topic_closed", "peer_id_invalid", "chat_write_forbidden")
"""Words of Telegram's errors that no other form of a message helps against."""

KNOWN = (*NOWHERE, "thread not found", "parse entities", "too long", "button")
"""Words of Telegram's errors that may be logged."""

UNCHANGED = "not modified"
"""What Telegram says of an edit that changes nothing."""

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Sender:
    """Sends what is shown to a place."""

    def __init__(self, bot: Bot, pauses: tuple[float, ...] = PAUSES_S) -> None:
        """Take the bot and how long to wait before each new try."""
        self._bot = bot
        self._pauses = pauses

    async def send(self, place: Place, messages: tuple[Shown, ...], delivery: Delivery) -> None:
        """Send what of a delivery did not arrive yet. Who cannot be reached any more is noted.

        Raises:
            NotDelivered: Telegram cannot be reached; it may help to try later.
        """
        for message in messages[delivery.arrived :]:
            try:
                place = await self._sent(place, message, delivery.begun if delivery.arrived == 0 else None)
            except Forbidden:
                log.warning("not sent cause=blocked or put out; no new try")
                return
            except BadRequest as error:
                log.error("not sent cause=%s; no new try", _described(error))  # noqa: TRY400  # a trace holds the message
                if _is_nowhere(error):
                    return
            except TelegramError as error:
                raise NotDelivered(type(error).__name__) from error
            delivery.arrived += 1

    async def _sent(self, place: Place, message: Shown, over: int | None) -> Place:
        """Send one message; give the place for the next one.

        Raises:
            BadRequest: Telegram refuses it.
        """
        if over is not None and await self._is_edited(place, message, over):
            return place
        try:
            await self._insist(lambda: self._write(place, message))
        except ChatMigrated as moved:
            place = replace(place, chat=moved.new_chat_id, reply_to=None)
            await self._insist(lambda: self._write(place, message))
        except BadRequest as error:
            await self._sent_plain(place, message, error)
        return place

    async def _sent_plain(self, place: Place, message: Shown, error: BadRequest) -> None:
        """Send a message that Telegram refused without marks, and where it refuses that too, as nothing but text.

        Raises:
            BadRequest: Telegram refuses it in any form.
        """
        text = plain(message.html)
        whole = (Shown(text, message.rows),)
        bare = tuple(Shown(part) for part in cut(text, MAX_UNITS))
        for where, form in ((place, whole), (Place(place.chat), bare)):
            if _is_nowhere(error):
                raise error
            log.error("sent again with less of its form cause=%s", _described(error))
            try:
                for part in form:
                    await self._insist(partial(self._write, where, part, None))
            except BadRequest as again:
                error = again
            else:
                return
        raise error

    async def _is_edited(self, place: Place, message: Shown, over: int) -> bool:
        """Put a message in the place of another; false where that other one cannot be changed."""
        try:
            await self._insist(
                lambda: self._bot.edit_message_text(
                    message.html,
                    place.chat,
                    over,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard_of(message),
                    link_preview_options=NO_PREVIEW,
                )
            )
        except ChatMigrated:
            return False  # writing anew finds where to
        except BadRequest as error:
            return UNCHANGED in error.message.lower()
        return True

    async def _write(self, place: Place, message: Shown, mode: str | None = ParseMode.HTML) -> None:
        await self._bot.send_message(
            place.chat,
            message.html,
            parse_mode=mode,
            message_thread_id=place.thread,
            reply_markup=keyboard_of(message),
            reply_parameters=reply_parameters(place),
            link_preview_options=NO_PREVIEW,
        )

    async def _insist(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Try again while Telegram or the way to it is down; what it refuses is not tried again.

        Raises:
            BadRequest: Telegram refuses it.
            Forbidden: nobody can be reached there any more.
            ChatMigrated: the chat has another number now.
            InvalidToken: the bot may not speak any more.
        """
        for pause in self._pauses:
            try:
                return await call()
            except (BadRequest, Forbidden, ChatMigrated, InvalidToken):
                raise
            except TelegramError as error:
                log.warning("tried again cause=%s", type(error).__name__)
                await asyncio.sleep(pause)
        return await call()


def keyboard_of(message: Shown) -> InlineKeyboardMarkup | None:
    """Give the buttons of a message as Telegram takes them."""
    rows = [[InlineKeyboardButton(b.label, callback_data=b.value) for b in row] for row in message.rows]
    return InlineKeyboardMarkup(rows) if rows else None


def reply_parameters(place: Place) -> ReplyParameters | None:
    """Give what makes a message a reply; it is sent too where the other one is gone."""
    if place.reply_to is None:
        return None
    return ReplyParameters(place.reply_to, allow_sending_without_reply=True)


async def tried(call: Callable[[], Awaitable[Any]]) -> bool:
    """Try what is nice to have; that it fails is noted and no more."""
    try:
        await call()
    except TelegramError as error:
        log.debug("left out cause=%s", type(error).__name__)
        return False
    return True


def _is_nowhere(error: BadRequest) -> bool:
    return any(words in error.message.lower() for words in NOWHERE)


def _described(error: BadRequest) -> str:
    return next((words for words in KNOWN if words in error.message.lower()), "refused")
