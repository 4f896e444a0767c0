"""What is checked of a request before anything reads it: its kind, its size, and that it is JSON of a sane shape.

Knows ASGI and the limits.
Knows nothing of tokens, nor of what an activity says.
"""

import asyncio
import json
import logging
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.teams.line import Line, begun, shown

log = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024
"""Bytes of an activity; one with the longest message that Teams lets a person write takes about a tenth."""

MAX_DEPTH = 32
"""Levels of lists and objects in an activity; a real one has fewer than ten."""

BODY_TIMEOUT_S = 15
"""Seconds within which a body must have come in."""

NAMED = ("type", "id", "serviceUrl")
"""What the SDK reads of an activity before it has looked at its form."""


class Refused(Exception):
    """A request that is not let in."""

    def __init__(self, status: int, why: str) -> None:
        """Take the HTTP status and the reason, which holds nothing of the request."""
        super().__init__(why)
        self.status = status
        self.why = why


class Guard:
    """Lets in what is JSON of a sane size and shape, and writes one line for each activity, whatever became of it."""

    def __init__(self, app: ASGIApp, path: str, body_s: float = BODY_TIMEOUT_S) -> None:
        """Take the application, the path at which activities come in, and how long a body may take."""
        self._app = app
        self._path = path
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and pass it on."""
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        line = begun()
        try:
            await self._checked(scope, receive, _watched(send, line), line)
        finally:
            if not line.status:
                line.write(log)

    async def _checked(self, scope: Scope, receive: Receive, send: Send, line: Line) -> None:
        try:
            _check_kind(scope)
            body = await _read(receive, self._body_s)
            line.id = shown(check_body(body).get("id"))
        except Refused as refused:
            line.what = f"refused why={refused.why}"
            await JSONResponse({"error": refused.why}, refused.status)(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)


def check_body(body: bytes) -> dict[str, Any]:
    """Check that a body is an object with what every activity has, and give it.

    Raises:
        Refused: it is not.
    """
    try:
        activity = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "no JSON") from error
    if not isinstance(activity, dict):
        raise Refused(400, "no object")
    if _is_deep(activity):
        raise Refused(400, "too deep")
    for name in NAMED:
        if not isinstance(activity.get(name), str if name != "id" else str | None):
            raise Refused(400, f"no {name}")
    if not activity["serviceUrl"]:
        raise Refused(400, "no serviceUrl")
    return activity


def _check_kind(scope: Scope) -> None:
    headers = dict(scope["headers"])
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != b"application/json":
        raise Refused(400, "no application/json")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > len(str(MAX_BYTES)) or int(length) > MAX_BYTES:
        raise Refused(413, "too large")


async def _read(receive: Receive, body_s: float) -> bytes:
    """Read a body; what it says of its own length is not believed.

    Raises:
        Refused: it is too large, or does not come.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(body_s):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Refused(400, "broken off")
                body += message.get("body", b"")
                if len(body) > MAX_BYTES:
                    raise Refused(413, "too large")
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError as error:
        raise Refused(408, "too slow") from error


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Give what hands out a body that was read already."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _watched(send: Send, line: Line) -> Send:
    """Write the line of an activity as it is answered; the SDK's own lines could hold what somebody wrote."""

    async def watch(message: Message) -> None:
        if message["type"] == "http.response.start":
            line.status = message["status"]
            line.write(log)
        await send(message)

    return watch


def _is_deep(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value.values()]
    return value if isinstance(value, list) else []


def _no_constant(name: str) -> object:
    """Refuse NaN and Infinity, which are no JSON.

    Raises:
        ValueError: always.
    """
    raise ValueError(name)
