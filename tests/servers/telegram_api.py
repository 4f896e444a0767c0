"""A small strict Bot API of our own: what Telegram's own server would refuse, it refuses.

Knows long polling with its conflict, drafts, limits, marks, buttons, blocked people, and what a test scripts: 429 with
a time to wait, errors of the server, slow answers. ``FakeTelegram.call`` needs no network; ``served`` puts it behind
HTTP.
"""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from tests.servers.telegram_markup import Refused, checked_keyboard, checked_text

TOKEN = "123456:" + "A-token-that-only-this-server-takes"
ME = {"id": 123456, "is_bot": True, "first_name": "isvbot", "username": "isv_test_bot"}
ANNA, BEA, GROUP = 1001, 1002, -2001
PATIENCE_S = 20


@dataclass
class Script:
    """What happens to one call instead of its answer, or before it."""

    code: int = 200
    retry_after: int = 0
    hold: asyncio.Event | None = None
    """The call waits until this is set."""
    body: str = ""


@dataclass
class Sent:
    """A message of the bot as it stands in a chat."""

    id: int
    chat: int
    text: str
    seen: str
    marks: list[str]
    rows: list[list[dict[str, str]]]
    params: dict[str, str]

    @property
    def data(self) -> list[str]:
        return [button["callback_data"] for row in self.rows for button in row]


@dataclass
class FakeTelegram:
    """The state of the server, and what each method does."""

    chats: dict[int, str] = field(default_factory=lambda: {ANNA: "private", BEA: "private", GROUP: "supergroup"})
    blocked: set[int] = field(default_factory=set)
    topics: set[int] = field(default_factory=set)
    has_drafts: bool = True
    can_fold: bool = True

    def __post_init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.at: list[float] = []
        self.sent: dict[int, Sent] = {}
        self.drafts: list[tuple[int, str]] = []
        self.answered: list[str] = []
        self.commands: dict[tuple[str, str], list[str]] = {}
        self.webhook: dict[str, str] = {}
        self.scripts: dict[str, deque[Script]] = defaultdict(deque)
        self._updates: deque[Any] = deque()
        self._numbers = count(1)
        self._changed = asyncio.Condition()
        self._poll = 0
        self._queries: set[str] = set()

    # What people do.

    def update(self, **content: Any) -> dict[str, Any]:
        """Give an update with a number of its own."""
        return {"update_id": 5000 + next(self._numbers), **content}

    def message(self, text: str | None, who: int = ANNA, chat: int | None = None, **fields: Any) -> dict[str, Any]:
        """Give a message of a person."""
        where = who if chat is None else chat
        found = {
            "message_id": next(self._numbers),
            "date": 1_790_000_000,
            "chat": {"id": where, "type": self.chats[where]},
            "from": {"id": who, "is_bot": False, "first_name": "A", "language_code": "nl"},
            **fields,
        }
        return found if text is None else {**found, "text": text}

    async def deliver(self, *updates: Any) -> None:
        """Put updates where the bot asks for them."""
        async with self._changed:
            self._updates += updates
            self._changed.notify_all()

    async def say(self, text: str, who: int = ANNA, **fields: Any) -> dict[str, Any]:
        """Let a person say something."""
        update = self.update(message=self.message(text, who, **fields))
        await self.deliver(update)
        return update

    def pressed(self, data: str, who: int = ANNA, *, query: str = "") -> dict[str, Any]:
        """Let a person press a button under the last message that has it."""
        sent = next(sent for sent in reversed(self.sent.values()) if data in sent.data)
        number = query or f"q{next(self._numbers)}"
        self._queries.add(number)
        message = {
            "message_id": sent.id,
            "date": 1_790_000_000,
            "chat": {"id": sent.chat, "type": self.chats[sent.chat]},
            "from": ME,
            "text": sent.seen,
            "reply_markup": {"inline_keyboard": sent.rows},
        }
        query_from = {"id": who, "is_bot": False, "first_name": "A", "language_code": "nl"}
        press = {"id": number, "from": query_from, "message": message, "chat_instance": "1", "data": data}
        return self.update(callback_query=press)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: bool(holds()))

    def texts(self, chat: int = ANNA) -> list[str]:
        """Give what a chat shows of the bot."""
        return [sent.seen for sent in self.sent.values() if sent.chat == chat]

    def has_more(self, chat: int, than: int) -> bool:
        """Whether a chat shows more messages of the bot than that."""
        return len(self.texts(chat)) > than

    def count(self, method: str) -> int:
        """Count the calls of a method."""
        return sum(name == method for name, _ in self.calls)

    # What the bot does.

    async def call(self, token: str, method: str, params: dict[str, str]) -> tuple[int, str]:
        """Answer a call: the status and the body."""
        if token != TOKEN:
            return 401, json.dumps({"ok": False, "error_code": 401, "description": "Unauthorized"})
        self.calls.append((method, params))
        self.at.append(time.monotonic())
        try:
            return await self._called(method, params)
        except Refused as refused:
            return refused.code, json.dumps(refused.body)
        finally:
            async with self._changed:
                self._changed.notify_all()

    async def _called(self, method: str, params: dict[str, str]) -> tuple[int, str]:
        script = self.scripts[method].popleft() if self.scripts[method] else Script()
        if script.hold is not None:
            await script.hold.wait()
        if script.retry_after:
            raise Refused("Too Many Requests", 429, retry_after=script.retry_after)
        if script.body:
            return script.code, script.body
        if script.code != 200:
            raise Refused("scripted", script.code)
        work = getattr(self, f"_do_{method}", None)
        if work is None or (method == "sendMessageDraft" and not self.has_drafts):
            raise Refused("Not Found", 404)
        return 200, json.dumps({"ok": True, "result": await work(params)})

    async def _do_getMe(self, params: dict[str, str]) -> Any:  # noqa: N802
        return ME

    async def _do_getUpdates(self, params: dict[str, str]) -> Any:  # noqa: N802
        if self.webhook:
            raise Refused("Conflict: can't use getUpdates method while webhook is active", 409)
        self._poll += 1
        mine, offset = self._poll, int(params.get("offset", 0))
        async with self._changed:
            self._changed.notify_all()
            while self._updates and _number(self._updates[0]) < offset:
                self._updates.popleft()
            try:
                async with asyncio.timeout(float(params.get("timeout", 0))):
                    await self._changed.wait_for(lambda: self._updates or self._poll != mine)
            except TimeoutError:
                return []
        if self._poll != mine:
            raise Refused("Conflict: terminated by other getUpdates request", 409)
        return list(self._updates)[:100]

    async def _do_setWebhook(self, params: dict[str, str]) -> Any:  # noqa: N802
        if not params["url"].startswith("https://"):
            raise Refused("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = params
        return True

    async def _do_deleteWebhook(self, params: dict[str, str]) -> Any:  # noqa: N802
        self.webhook = {}
        return True

    async def _do_setMyCommands(self, params: dict[str, str]) -> Any:  # noqa: N802
        scope = json.loads(params.get("scope", '{"type": "default"}'))["type"]
        commands = json.loads(params["commands"])
        for command in commands:
            if not command["command"].islower() or not 1 <= len(command["description"]) <= 256:
                raise Refused("Bad Request: BOT_COMMAND_INVALID")
        self.commands[scope, params.get("language_code", "")] = [command["command"] for command in commands]
        return True

    async def _do_sendMessage(self, params: dict[str, str]) -> Any:  # noqa: N802
        chat = self._chat(params)
        return self._stored(next(self._numbers), chat, params)

    async def _do_editMessageText(self, params: dict[str, str]) -> Any:  # noqa: N802
        chat, old = self._chat(params), self.sent.get(int(params["message_id"]))
        if old is None or old.chat != chat:
            raise Refused("Bad Request: message to edit not found")
        if old.text == params["text"] and old.rows == checked_keyboard(params.get("reply_markup")):
            raise Refused("Bad Request: message is not modified")
        return self._stored(old.id, chat, params)

    async def _do_sendMessageDraft(self, params: dict[str, str]) -> Any:  # noqa: N802
        chat = self._chat(params)
        if self.chats[chat] != "private" or int(params["draft_id"]) == 0:
            raise Refused("Bad Request: drafts go to private chats")
        seen, _ = checked_text(params["text"], params.get("parse_mode"))
        self.drafts.append((chat, seen))
        return True

    async def _do_sendChatAction(self, params: dict[str, str]) -> Any:  # noqa: N802
        self._chat(params)
        return True

    async def _do_answerCallbackQuery(self, params: dict[str, str]) -> Any:  # noqa: N802
        number = params["callback_query_id"]
        if number not in self._queries:
            raise Refused("Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answered.append(number)
        return True

    def _chat(self, params: dict[str, str]) -> int:
        chat = int(params["chat_id"])
        if chat not in self.chats:
            raise Refused("Bad Request: chat not found")
        if chat in self.blocked:
            raise Refused("Forbidden: bot was blocked by the user", 403)
        if "message_thread_id" in params and int(params["message_thread_id"]) not in self.topics:
            raise Refused("Bad Request: message thread not found")
        return chat

    def _stored(self, number: int, chat: int, params: dict[str, str]) -> dict[str, Any]:
        seen, marks = checked_text(params["text"], params.get("parse_mode"))
        if not self.can_fold and "blockquoteexpandable" in marks:
            raise Refused("Bad Request: can't parse entities: attributes of blockquote")
        rows = checked_keyboard(params.get("reply_markup"))
        self.sent[number] = Sent(number, chat, params["text"], seen, marks, rows, params)
        shown = {"message_id": number, "date": 1_790_000_000, "chat": {"id": chat, "type": self.chats[chat]}}
        return {**shown, "from": ME, "text": seen}


def _number(update: Any) -> int:
    """The number of an update; one without is confirmed with the next."""
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if isinstance(found, int) else 1


class _Api(RequestHandler):
    def initialize(self, fake: FakeTelegram) -> None:
        self._fake = fake

    async def _answer(self, token: str, method: str) -> None:
        params = {name: self.get_argument(name, strip=False) for name in self.request.arguments}
        code, body = await self._fake.call(token, method, params)
        self.set_status(code)
        self.set_header("Content-Type", "application/json")
        self.write(body)

    get = post = _answer


class _Quiet(Application):
    def log_request(self, handler: RequestHandler) -> None:
        pass


@asynccontextmanager
async def served(fake: FakeTelegram) -> AsyncIterator[str]:
    """Serve it over HTTP; gives its address."""
    server = HTTPServer(_Quiet([(r"/bot([^/]+)/(\w+)", _Api, {"fake": fake})]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    try:
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    finally:
        server.stop()
        await server.close_all_connections()
