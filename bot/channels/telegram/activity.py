"""What a reader sees while an answer is made: that the bot is typing, and the beginning of the answer.

Knows that a private chat takes drafts, that elsewhere a message is edited about once a second, and that what is shown
is only the newest.
Knows nothing of how an answer is made.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.markup import MAX_UNITS, clean, cut
from bot.channels.telegram.place import Place, place_of
from bot.channels.telegram.sender import reply_parameters, tried
from bot.core.desk_talk import OnPartial
from bot.core.incoming import Incoming, MessageKind

TYPING_S = 4.5
"""Telegram shows for five seconds that somebody is typing."""

QUIET_S = 0.3
"""An answer that is ready sooner needs no sign. In a rush a sign would take the place of an answer, for Telegram takes
some thirty messages a second from a bot."""

TYPING_TIMES = 14
"""An answer that takes longer than a minute is an outage; the one that says so comes by itself."""

MAX_GROUP_EDITS = 6
"""A group takes twenty messages a minute from a bot, edits included; the answer itself must be among them."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two signs of life."""

    draft_s: float = 0.4
    edit_s: float = 1.0
    typing_s: float = TYPING_S
    quiet_s: float = QUIET_S


class Activities:
    """Shows what goes on for each message. It belongs to one event loop."""

    def __init__(self, bot: Bot, pace: Pace | None = None) -> None:
        """Take the bot."""
        self._bot = bot
        self._pace = pace or Pace()
        self._going: dict[str, _Activity] = {}
        self._drafts = _Drafts()

    @property
    def going(self) -> int:
        """For how many messages something goes on."""
        return len(self._going)

    def begin(self, incoming: Incoming) -> OnPartial | None:
        """Show that an answer is being made; give what shows its beginning, for any thread."""
        try:
            place = place_of(incoming.address)
        except ValueError:
            return None
        activity = _Activity(
            self._bot, place, self._pace, self._drafts, is_long=incoming.kind is not MessageKind.EDITED
        )
        key = _key(incoming)
        self._going[key] = activity
        activity.typing.add_done_callback(lambda _: self._forget(key, activity))
        loop = asyncio.get_running_loop()

        def show(text: str) -> None:
            with suppress(RuntimeError):  # the program ends: nobody looks any more
                loop.call_soon_threadsafe(activity.show, text)

        return show

    async def end(self, incoming: Incoming) -> int | None:
        """Stop showing; give the message that holds the beginning of the answer, to be written over."""
        activity = self._going.pop(_key(incoming), None)
        return await activity.end() if activity is not None else None

    async def close(self) -> None:
        """Stop everything."""
        while self._going:
            await self._going.popitem()[1].end()

    def _forget(self, key: str, activity: "_Activity") -> None:
        """Forget what ended by itself; where the beginning of an answer is shown, the answer must still find it."""
        if self._going.get(key) is activity and activity.streaming is None:
            del self._going[key]


def _key(incoming: Incoming) -> str:
    """Name a message: what is told of one that is not taken in must not end what goes on for another."""
    return f"{incoming.conversation}\0{incoming.message_id}\0{incoming.edition}"


class _Drafts:
    """Whether this Bot API takes drafts, and their numbers."""

    def __init__(self) -> None:
        self.are_taken = True
        self.numbers = count(1)


class _Activity:
    """What is shown for one answer."""

    def __init__(self, bot: Bot, place: Place, pace: Pace, drafts: _Drafts, *, is_long: bool) -> None:
        self._bot = bot
        self._place = place
        self._pace = pace
        self._drafts = drafts
        self._draft = next(drafts.numbers) if place.is_private else None
        self._message: int | None = None
        self._newest = asyncio.Event()
        self._over = asyncio.Event()
        self._text = ""
        self.streaming: asyncio.Task[None] | None = None
        self.typing = asyncio.get_running_loop().create_task(
            self._type(TYPING_TIMES if is_long and place.is_private else 1)
        )

    def show(self, text: str) -> None:
        """Show the beginning of the answer."""
        if text.strip() and not self._over.is_set():
            self._text = next(cut(clean(text), MAX_UNITS - 2)) + " …"
            self._newest.set()
            self.streaming = self.streaming or asyncio.get_running_loop().create_task(self._stream())

    async def end(self) -> int | None:
        """Stop; a message on its way is waited for, so that it is not sent beside the answer."""
        self._over.set()
        self._newest.set()
        self.typing.cancel()
        await asyncio.wait([self.typing, *([self.streaming] if self.streaming is not None else [])])
        return self._message

    async def _type(self, times: int) -> None:
        await asyncio.sleep(self._pace.quiet_s)
        for _ in range(times):
            send = partial(
                self._bot.send_chat_action, self._place.chat, ChatAction.TYPING, message_thread_id=self._place.thread
            )
            if not await tried(send):
                return
            await asyncio.sleep(self._pace.typing_s)

    async def _stream(self) -> None:
        edits = 0
        while True:
            await self._newest.wait()
            self._newest.clear()
            if self._over.is_set():
                return
            is_draft = self._draft is not None and self._drafts.are_taken
            if is_draft:
                await self._show_draft()
            elif self._place.is_private or edits < MAX_GROUP_EDITS:
                edits += 1
                with suppress(TelegramError):
                    await self._show_message()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.draft_s if is_draft else self._pace.edit_s):
                    await self._over.wait()

    async def _show_draft(self) -> None:
        """Show a draft; where the Bot API does not know them, or refuses this one, a message is edited from now on."""
        try:
            await self._bot.send_message_draft(
                self._place.chat, self._draft or 1, self._text, message_thread_id=self._place.thread
            )
        except InvalidToken:  # 404: a Bot API of before drafts
            self._drafts.are_taken = False
            self._newest.set()
        except TelegramError:
            self._draft = None
            self._newest.set()

    async def _show_message(self) -> None:
        if self._message is None:
            sent = await self._bot.send_message(
                self._place.chat,
                self._text,
                message_thread_id=self._place.thread,
                reply_parameters=reply_parameters(self._place),
            )
            self._message = sent.message_id
        else:
            await self._bot.edit_message_text(self._text, self._place.chat, self._message)
