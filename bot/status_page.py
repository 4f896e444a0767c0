"""What a monitor sees of ``isvbot serve``: ``/healthz``, ``/readyz`` and ``/metrics``, in a thread of their own.

Knows the three pages, and the text that Prometheus reads.
Knows nothing of channels, nor of what makes the program ready.
"""

import json
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic
from typing import Any

from bot.core.errors import SettingsError

PLAIN = "text/plain; version=0.0.4; charset=utf-8"
JSON = "application/json"
REQUEST_S = 10.0
"""Seconds in which a monitor must have sent its request, however slowly it sends."""
MAX_CONNECTIONS = 20
"""Monitors that may ask at once; who comes then is hung up on."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is told, asked for anew at each request, from another thread than the channels'."""

    is_alive: Callable[[], bool]
    problems: Callable[[], tuple[str, ...]]
    """What keeps questions from being answered; nothing where all is well."""
    counts: Callable[[], Mapping[str, int]]


@contextmanager
def status_page(status: Status, host: str, port: int, request_s: float = REQUEST_S) -> Iterator[None]:
    """Show the pages for as long as the program runs.

    Raises:
        SettingsError: the address or the port cannot be used.
    """
    try:
        server = _Server((host, port), _handler(status, request_s), request_s)
    except OSError as error:
        raise SettingsError(f"ISVBOT_SERVE_HOST={host}, ISVBOT_SERVE_PORT={port}: {error.strerror}") from error
    thread = Thread(target=server.serve_forever, name="status", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def metrics_text(counts: Mapping[str, int], *, is_ready: bool) -> str:
    """Write counts as Prometheus reads them."""
    lines = ["# HELP isvbot_ready Whether questions are answered.", "# TYPE isvbot_ready gauge"]
    lines += [f"isvbot_ready {int(is_ready)}"]
    lines += ["# HELP isvbot_events_total What happened since the process began.", "# TYPE isvbot_events_total counter"]
    lines += [f'isvbot_events_total{{event="{_escaped(name)}"}} {counts[name]}' for name in sorted(counts)]
    return "\n".join(lines) + "\n"


class _Server(ThreadingHTTPServer):
    """Serves each request in a thread, of which there are few and none that lasts.

    The library's own time limit begins anew with each byte.
    """

    daemon_threads = True
    request_queue_size = MAX_CONNECTIONS

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], request_s: float) -> None:
        self._request_s = request_s
        self._since: dict[socket.socket, float] = {}
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # as the library types them
        if len(self._since) >= MAX_CONNECTIONS:
            self.shutdown_request(request)
            return
        self._since[request] = monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # as the library types it
        self._since.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # as the library types them
        """Write nothing where a caller hung up; whoever can connect could fill the log."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def service_actions(self) -> None:
        """Read no more from who took too long; what is being answered still goes out."""
        for request, since in list(self._since.items()):
            if monotonic() - since > self._request_s:
                with suppress(OSError):  # it ended meanwhile
                    request.shutdown(socket.SHUT_RD)


def _handler(status: Status, request_s: float) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = request_s
        server_version = "isvbot"
        sys_version = ""

        def do_GET(self) -> None:  # the library's own name
            code, kind, text = _page(self.path.partition("?")[0], status)
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the library's own names
            """Write no line for each request."""

    return Handler


def _page(path: str, status: Status) -> tuple[HTTPStatus, str, str]:
    if path == "/healthz":
        is_alive = status.is_alive()
        return _code(is_well=is_alive), JSON, json.dumps({"ok": is_alive})
    if path == "/readyz":
        problems = status.problems()
        found = {"ok": not problems, "problems": problems}
        return _code(is_well=not problems), JSON, json.dumps(found, ensure_ascii=False)
    if path == "/metrics":
        return HTTPStatus.OK, PLAIN, metrics_text(status.counts(), is_ready=not status.problems())
    return HTTPStatus.NOT_FOUND, JSON, json.dumps({"ok": False})


def _code(*, is_well: bool) -> HTTPStatus:
    return HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE


def _escaped(name: str) -> str:
    return name.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
