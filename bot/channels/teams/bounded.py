"""What a caller gets at most before any of our code sees the request: connections, headers, and time to send them.

Knows uvicorn, which by itself waits for headers without end, and reads them without end where httptools is installed.
Knows nothing of what is asked.
"""

import asyncio
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits; what a body may take, the guard knows."""

    connections: int = 500
    """With bodies of the largest size they take some 130 MB."""
    header_bytes: int = 16 * 1024
    """Tokens of the connector take some 2,000."""
    receive_s: int = 15
    """Seconds in which the headers must be in."""


class _Bounded(H11Protocol):
    """A connection that is hung up on when there are too many, or when no request comes in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self.timeout_keep_alive, self._hang_up)
        if self.limit_concurrency is not None and len(self.connections) > self.limit_concurrency:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.cancel()
        super().connection_lost(exc)

    def _hang_up(self) -> None:
        if not self.headers:  # uvicorn has none before the first request
            self.transport.abort()


def bounded(
    app: ASGIApp, limits: Limits, *, finish_s: int = 0, host: str = "127.0.0.1", port: int = 0
) -> uvicorn.Config:
    """Give what uvicorn is told: each connection takes one request, and nothing of it is logged."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=_Bounded,
        ws="none",
        headers=[("Connection", "close")],
        h11_max_incomplete_event_size=limits.header_bytes,
        limit_concurrency=limits.connections,
        timeout_keep_alive=limits.receive_s,
        timeout_graceful_shutdown=finish_s,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
