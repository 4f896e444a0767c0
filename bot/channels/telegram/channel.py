"""The Telegram channel: updates in, replies out.

Knows how an update is taken in once, how replies are sent, and what is said of it in the log: one line for each update,
with nothing of what it holds.
Knows nothing of how updates reach it: see ``polling`` and ``webhook``.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeDefault

from bot.channels.telegram.activity import Activities, Pace
from bot.channels.telegram.inbound import Me, has_blocked, incoming_of
from bot.channels.telegram.place import Place, place_of
from bot.channels.telegram.sender import Sender, tried
from bot.channels.telegram.show import Shown, shown
from bot.channels.telegram.updates import id_in, pressed_in, read_update
from bot.core.commands import ENGLISH, PERSONAL, command_menu
from bot.core.corpus import Language
from bot.core.delivery import AGAIN_S, Delivery
from bot.core.desk import Desk
from bot.core.errors import StoreUnavailable
from bot.core.front import EVERY_S, Front
from bot.core.reply import Reply

MAX_IN_BACKGROUND = 50
"""Presses of buttons that are being confirmed; more than that waits."""

log = logging.getLogger(__name__)


class Channel:
    """Takes updates and sends replies. It belongs to one event loop."""

    def __init__(
        self,
        desk: Desk,
        bot: Bot,
        sender: Sender,
        me: Me,
        *,
        pace: Pace | None = None,
        again_s: tuple[float, ...] = AGAIN_S,
        every_s: float = EVERY_S,
    ) -> None:
        """Take the desk, the bot, what sends messages, who the bot is, and how long the front waits for what."""
        self._desk = desk
        self._bot = bot
        self._sender = sender
        self._me = me
        self.activities = Activities(bot, pace)
        self.front = Front(desk, self.send, partial=self.activities.begin, again_s=again_s, every_s=every_s)
        self._background: set[asyncio.Task[bool]] = set()

    async def take(self, data: object) -> None:
        """Take an update in; when this returns it may be confirmed, whatever it was.

        Raises:
            StoreUnavailable: it could not be kept; let it be sent again.
        """
        try:
            what = await self._taken(data)
        except StoreUnavailable as error:
            log.warning("update id=%s not kept cause=%s", id_in(data), error)
            raise
        except Exception as error:  # noqa: BLE001  # one bad update must not stop the ones behind it
            log.error("update id=%s dropped cause=%s", id_in(data), type(error).__name__)  # noqa: TRY400  # holds the text
        else:
            level = logging.WARNING if what == "malformed" else logging.INFO
            log.log(level, "update id=%s %s", id_in(data), what)

    async def send(self, delivery: Delivery) -> None:
        """Send replies to where a message came from, or to where nobody asked for them just now.

        Raises:
            NotDelivered: Telegram cannot be reached.
        """
        if delivery.incoming is not None:
            begun = await self.activities.end(delivery.incoming)
            delivery.begun = delivery.begun if begun is None else begun
        try:
            place = place_of(delivery.address)
        except ValueError:
            log.error("not sent cause=no place")  # noqa: TRY400  # the trace says nothing more
            return
        if delivery.incoming is None:
            place = Place(place.chat, place.thread)
        await self._sender.send(place, self._all_shown(delivery.replies, place.asked), delivery)

    async def put_menu(self) -> None:
        """Give Telegram the commands, in Dutch and English; in groups without those that are personal."""
        hidden = {name for command in PERSONAL for name in (command.value, ENGLISH.get(command, command.value))}
        for code, language in ((None, Language.NL), *((str(found), found) for found in Language)):
            menu = [BotCommand(name, text) for name, text in command_menu(self._desk.messages, language)]
            shared = [command for command in menu if command.command not in hidden]
            for commands, scope in ((menu, BotCommandScopeDefault()), (shared, BotCommandScopeAllGroupChats())):
                if not await tried(partial(self._bot.set_my_commands, commands, scope, code)):
                    log.warning("the menu of commands is not up to date")
                    return

    async def finish(self, timeout_s: float) -> bool:
        """Finish the answers in flight; what takes longer is answered after the next start."""
        is_done = await self.front.finish(timeout_s)
        await self.activities.close()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        return is_done

    async def _taken(self, data: object) -> str:
        """Take an update in and say what it was."""
        pressed = pressed_in(data)
        if pressed is not None:
            await self._behind(partial(self._bot.answer_callback_query, pressed))
        update = read_update(data)
        if update is None or not isinstance(data, dict):
            return "malformed"
        if has_blocked(update):
            return "bot was blocked"
        found = incoming_of(update, data, self._me)
        if not found:
            return "not for the bot"
        is_taken, *_ = [await self.front.receive(incoming) for incoming in found]
        return f"{'taken' if is_taken else 'known or too busy'} kind={found[0].kind}"

    async def _behind(self, call: Callable[[], Awaitable[Any]]) -> None:
        """Do something beside the rest; where there is too much of that, wait."""
        while len(self._background) >= MAX_IN_BACKGROUND:
            await asyncio.wait(self._background, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.get_running_loop().create_task(tried(call))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _all_shown(self, replies: tuple[Reply, ...], asked: str = "") -> tuple[Shown, ...]:
        messages = self._desk.messages
        return tuple(
            message for n, reply in enumerate(replies) for message in shown(reply, messages, "" if n else asked)
        )
