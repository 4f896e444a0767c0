"""A small server that speaks OpenAI's protocol of chat completions, and misbehaves as a test tells it to.

Strict: a request that OpenAI would refuse gets an error 400 and is kept in ``complaints``.
Knows HTTP on 127.0.0.1 and a script. Nothing here waits for a time to pass: what hangs, hangs until the other side is
gone or the server stops.
"""

import json
import select
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import TracebackType
from typing import Any, Self

Request = dict[str, Any]  # the body of a request as JSON
Text = str | Callable[[Request], str]

HELD_S = 0.02
"""Seconds between two looks at whether the other side is still there."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server does with one request.

    ``text`` is cut into pieces of ``piece`` characters, each an event of its own. ``hang`` and ``drop`` name a moment:
    ``before_headers``, ``in_headers``, ``before_text``, ``midway`` (after half of the events).
    """

    text: Text = "Goed."
    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    piece: int = 4
    bytewise: bool = False
    forever: bool = False
    hang: str = ""
    drop: str = ""
    finish: str | None = "stop"
    done: bool = True
    usage: tuple[int, int] | None = (11, 7)
    raw_events: tuple[str, ...] | None = None


def failing(status: int, code: str = "", param: str = "", **headers: str) -> Reply:
    """An error as OpenAI words it, quoting what a server should not."""
    error = {"message": "Wrong: GEHEIM and sk-geheim", "type": "error", "code": code or None, "param": param or None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=json.dumps({"error": error}), headers=named)


class HostileModel:
    """The server; each request takes the next line of the script, the last one goes for all that follow."""

    def __init__(self, *script: Reply, refuses: tuple[str, ...] = ()) -> None:
        """Take the script, and the names of parameters that get an error 400."""
        self.script = list(script) or [Reply()]
        self.refuses = refuses
        self.requests: list[Request] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.complaints: list[str] = []
        self.gone = threading.Semaphore(0)
        """Released each time the other side is seen to have left."""
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._answered = 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.model = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": HELD_S})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next_reply(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            complaint = self._complaint(request)
            if complaint:
                self.complaints.append(complaint)
                return failing(400, "invalid_request_error")
            for name in self.refuses:
                if name in request:
                    return failing(400, "unsupported_parameter", name)
            reply = self.script[min(self._answered, len(self.script) - 1)]
            self._answered += 1
        return replace(reply, text=reply.text(request)) if callable(reply.text) else reply

    @staticmethod
    def _complaint(request: Request) -> str:
        messages = request.get("messages")
        if not isinstance(request.get("model"), str) or not isinstance(messages, list) or not messages:
            return "model and messages are needed"
        for message in messages:
            if message.get("role") not in {"system", "user", "assistant"} or not isinstance(
                message.get("content"), str
            ):
                return "a message needs a role and a content"
        known = {
            "model", "messages", "stream", "stream_options", "temperature", "max_tokens", "max_completion_tokens",
            "response_format",
        }  # fmt: skip
        unknown = set(request) - known
        if unknown:
            return f"unknown parameters {sorted(unknown)}"
        if "stream_options" in request and not request.get("stream"):
            return "stream_options without stream"
        return ""


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    model: HostileModel

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that the other side cut: that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        """Stay silent."""

    def do_GET(self) -> None:
        if self.path.endswith("/models"):
            self._send(200, json.dumps({"object": "list", "data": [{"id": "hostile", "object": "model"}]}), {})
        else:
            self._send(404, "{}", {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.server.model.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if not self.path.partition("?")[0].endswith("/chat/completions"):
            self._send(404, "{}", {})
            return
        self.close_connection = True
        request = json.loads(body)
        reply = self.server.model.next_reply(request)
        if reply.hang == "before_headers":
            self._hang()
        elif reply.drop == "before_headers":
            self._drop()
        elif reply.hang == "in_headers":
            self._endless_header()
        elif reply.body is not None:
            self._send(reply.status, reply.body, reply.headers)
        elif request.get("stream"):
            self._stream(reply, request)
        else:
            self._send(200, json.dumps(_completion(reply)), reply.headers)

    def _send(self, status: int, body: str, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def _stream(self, reply: Reply, request: Request) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        if reply.hang == "before_text":
            self._hang()
            return
        asks_usage = bool((request.get("stream_options") or {}).get("include_usage"))
        events = list(_events(reply, asks_usage=asks_usage))
        for n, event in enumerate(_endless(events) if reply.forever else events):
            if n == len(events) // 2 and "midway" in {reply.hang, reply.drop}:
                self._hang() if reply.hang else self._drop()
                return
            self._chunk(event, bytewise=reply.bytewise)
            if reply.forever and self._is_gone(HELD_S):
                return
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, event: str, *, bytewise: bool) -> None:
        data = event.encode()
        pieces = [data[n : n + 1] for n in range(len(data))] if bytewise else [data]
        for piece in pieces:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.flush()

    def _endless_header(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nx-a: ")
        while not self._is_gone(HELD_S):
            self.wfile.write(b"a")

    def _hang(self) -> None:
        self.wfile.flush()
        while not self._is_gone(HELD_S):
            pass

    def _is_gone(self, wait_s: float) -> bool:
        readable, _, _ = select.select([self.connection], [], [], wait_s)
        try:
            is_gone = bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            is_gone = True
        if is_gone:
            self.server.model.gone.release()
        return is_gone or self.server.model.stopping.is_set()

    def _drop(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)


def _endless(events: list[str]) -> Iterator[str]:
    for n in count():
        yield events[n % max(1, len(events) - 3)]


def _events(reply: Reply, *, asks_usage: bool) -> Iterator[str]:
    if reply.raw_events is not None:
        yield from reply.raw_events
        return
    assert isinstance(reply.text, str)
    yield _event([_choice({"role": "assistant", "content": ""}, None)])
    for start in range(0, len(reply.text), reply.piece):
        yield _event([_choice({"content": reply.text[start : start + reply.piece]}, None)])
    if reply.finish is not None:
        yield _event([_choice({}, reply.finish)])
    if asks_usage and reply.usage is not None:
        yield _event([], usage=_usage(reply.usage))
    if reply.done:
        yield "data: [DONE]\n\n"


def _choice(delta: Mapping[str, str], finish: str | None) -> Mapping[str, object]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _event(choices: list[Mapping[str, object]], **more: object) -> str:
    event = {
        "id": "x", "object": "chat.completion.chunk", "created": 1, "model": "hostile", "choices": choices, **more
    }  # fmt: skip
    return f"data: {json.dumps(event)}\n\n"


def _completion(reply: Reply) -> Mapping[str, object]:
    message = {"role": "assistant", "content": reply.text}
    choices = [{"index": 0, "message": message, "finish_reason": reply.finish}]
    more = {"usage": _usage(reply.usage)} if reply.usage else {}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "hostile", "choices": choices, **more}


def _usage(tokens: tuple[int, int]) -> Mapping[str, int]:
    read, written = tokens
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


@contextmanager
def hostile(*script: Reply, refuses: tuple[str, ...] = ()) -> Iterator[HostileModel]:
    """Run a server for the length of a block."""
    with HostileModel(*script, refuses=refuses) as server:
        yield server
