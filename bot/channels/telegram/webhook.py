"""The web server of the channel: the webhook that Telegram calls, and ``/healthz``.

Knows that a call without the secret is refused in constant time as soon as its headers are in, that its body is not
waited for and not kept, that no connection may last, and that an update is confirmed after it is kept.
python-telegram-bot's own server confirms first and compares the secret letter by letter.
Knows nothing of what an update holds.
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, stream_request_body

from bot.channels.telegram.config import TelegramConfig
from bot.channels.telegram.health import Health
from bot.core.errors import SettingsError, StoreUnavailable

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of a header

Take = Callable[[object], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a caller gets at most.

    Each connection takes one request, so none lasts longer than twice ``receive_s`` and the time to keep an update.
    """

    body_bytes: int = 512 * 1024
    """Room for a message of the greatest length, the one that it replies to, and the marks and buttons of both."""
    header_bytes: int = 16 * 1024
    receive_s: float = 15.0
    """Seconds in which the headers must be in, and as many for the body."""
    connections: int = 200
    """Telegram is told to use one, and could use 100."""


class _Server(HTTPServer):
    """A server that hangs up at once on who comes when it is full."""

    def initialize(self, application: Application, limits: Limits) -> None:  # type: ignore[override]  # fewer options
        super().initialize(
            application,
            no_keep_alive=True,  # who sends request after request and reads no answer would stay for ever
            max_header_size=limits.header_bytes,
            idle_connection_timeout=limits.receive_s,
            body_timeout=limits.receive_s,
            max_body_size=limits.body_bytes,
            max_buffer_size=2 * limits.body_bytes,
        )
        self._most = limits.connections
        self._open = 0

    def handle_stream(self, stream: IOStream, address: tuple[object, ...]) -> None:
        if self._open >= self._most:
            stream.close()
            return
        self._open += 1
        super().handle_stream(stream, address)

    def on_close(self, server_conn: object) -> None:
        self._open -= 1
        super().on_close(server_conn)


class _Quiet(Application):
    """An application that writes no line for each request."""

    def log_request(self, handler: RequestHandler) -> None:
        """Write nothing."""


@stream_request_body
class _Webhook(RequestHandler):
    """Takes an update that Telegram delivers; of the body nothing is kept before the secret is seen."""

    SUPPORTED_METHODS = ("POST",)

    def initialize(self, take: Take, secret: str) -> None:
        self._take = take
        self._secret = secret.encode()
        self._body = bytearray()

    def prepare(self) -> None:
        given = self.request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret):
            self.set_status(403)
            self.finish()

    def data_received(self, chunk: bytes) -> None:
        self._body += chunk

    async def post(self) -> None:
        try:
            data = json.loads(self._body)
        except (ValueError, RecursionError):
            self.set_status(400)
            return
        try:
            await self._take(data)
        except StoreUnavailable:
            self.set_status(503)


@stream_request_body
class _NotFound(RequestHandler):
    """Says that there is nothing here, without waiting for a body."""

    def prepare(self) -> None:
        self.set_status(404)
        self.finish()


@stream_request_body
class _Healthz(RequestHandler):
    """Says whether the channel works: 200, or 503 with what is wrong."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, health: Health) -> None:
        self._health = health

    def data_received(self, chunk: bytes) -> None:
        """Keep nothing of a body that nobody asked for."""

    async def get(self) -> None:
        self.set_status(200 if self._health.is_well else 503)
        self.write({"ok": self._health.is_well, "problems": list(self._health.problems)})

    head = get


def start_server(
    config: TelegramConfig, take: Take, health: Health, limits: Limits | None = None
) -> tuple[HTTPServer, int]:
    """Serve what the settings ask for; give the port too, which the system chooses where it is 0.

    Raises:
        SettingsError: the address or the port cannot be used.
    """
    routes: list[tuple[str, type[RequestHandler], dict[str, object]]] = [(r"/healthz", _Healthz, {"health": health})]
    if config.webhook is not None:
        routes.append((config.webhook.path, _Webhook, {"take": take, "secret": config.webhook.secret}))
    server = _Server(_Quiet(routes, default_handler_class=_NotFound), limits or Limits())
    try:
        sockets = bind_sockets(config.port or 0, address=config.listen)
    except OSError as error:
        raise SettingsError(
            f"ISVBOT_TELEGRAM_LISTEN={config.listen}, ISVBOT_TELEGRAM_PORT={config.port}: {error.strerror}"
        ) from error
    server.add_sockets(sockets)
    return server, int(sockets[0].getsockname()[1])
