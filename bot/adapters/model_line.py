"""The connection under one request to a chat model, which another thread can cut.

A time limit on reading does not stop a server that sends a byte now and then, and a thread that waits for one cannot be
told to stop. Closing the connection under it can: the waiting read then ends at once.
Knows sockets and the client of ``openai``.
Knows nothing of prompts.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import openai

CONNECTED = "connection.connect_tcp.complete"


class Line:
    """The connections of one request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.is_cut = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:  # the stream is a type of the HTTP library
        """Note a connection when it is made: the hook of the HTTP library."""
        if event == CONNECTED:
            self._hold(info["return_value"].get_extra_info("socket"))

    def _hold(self, connected: socket.socket) -> None:
        # A copy: the library gives its own away when it begins TLS, and closes it when it likes.
        copy = connected.dup()
        with self._lock:
            self._sockets.append(copy)
        if self.is_cut:
            self.cut()

    def cut(self) -> None:
        """End every connection, now and later; what waits on one gets an error."""
        with self._lock:
            self.is_cut = True
            held, self._sockets = self._sockets, []
        for one in held:
            with contextlib.suppress(OSError):  # the other side was first
                one.shutdown(socket.SHUT_RDWR)
            one.close()


_CURRENT = threading.local()


@contextlib.contextmanager
def held(line: Line) -> Iterator[None]:
    """Let requests of this thread use a line."""
    _CURRENT.line = line
    try:
        yield
    finally:
        _CURRENT.line = None


def cuttable_client(timeout_s: float) -> openai.DefaultHttpxClient:
    """Make a client whose requests run over the line that the thread holds.

    Each request has a connection of its own, so that to cut one never breaks another. A redirect is not followed:
    it would take the prompt to a machine that nobody chose.
    """
    return openai.DefaultHttpxClient(
        timeout=timeout_s,
        limits=httpx2.Limits(max_keepalive_connections=0),
        event_hooks={"request": [_over_the_line]},
        follow_redirects=False,
    )


def _over_the_line(request: httpx2.Request) -> None:
    line: Line | None = getattr(_CURRENT, "line", None)
    if line is not None:
        request.extensions["trace"] = line.trace
