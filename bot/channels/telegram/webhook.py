"""The web server of the channel: the webhook that Telegram calls, and ``/healthz``.

Knows that a call without the secret is refused in constant time before anything of it is read, and that an update is
confirmed after it is kept. python-telegram-bot's own server confirms first and compares the secret letter by letter.
Knows nothing of what an update holds.
"""

import hmac
import json
from collections.abc import Awaitable, Callable

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from bot.channels.telegram.config import TelegramConfig
from bot.channels.telegram.health import Health
from bot.core.errors import SettingsError, StoreUnavailable

MAX_BODY_BYTES = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of a header

Take = Callable[[object], Awaitable[None]]


class _Quiet(Application):
    """An application that writes no line for each request."""

    def log_request(self, handler: RequestHandler) -> None:
        """Write nothing."""


class _Webhook(RequestHandler):
    """Takes an update that Telegram delivers."""

    SUPPORTED_METHODS = ("POST",)

    def initialize(self, take: Take, secret: str) -> None:
        self._take = take
        self._secret = secret.encode()

    def prepare(self) -> None:
        given = self.request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret):
            self.set_status(403)
            self.finish()

    async def post(self) -> None:
        try:
            data = json.loads(self.request.body)
        except (ValueError, RecursionError):
            self.set_status(400)
            return
        try:
            await self._take(data)
        except StoreUnavailable:
            self.set_status(503)


class _Healthz(RequestHandler):
    """Says whether the channel works: 200, or 503 with what is wrong."""

    SUPPORTED_METHODS = ("GET", "HEAD")

    def initialize(self, health: Health) -> None:
        self._health = health

    async def get(self) -> None:
        self.set_status(200 if self._health.is_well else 503)
        self.write({"ok": self._health.is_well, "problems": list(self._health.problems)})

    head = get


def start_server(config: TelegramConfig, take: Take, health: Health) -> tuple[HTTPServer, int]:
    """Serve what the settings ask for; give the port too, which the system chooses where it is 0.

    Raises:
        SettingsError: the address or the port cannot be used.
    """
    routes: list[tuple[str, type[RequestHandler], dict[str, object]]] = [(r"/healthz", _Healthz, {"health": health})]
    if config.webhook is not None:
        routes.append((config.webhook.path, _Webhook, {"take": take, "secret": config.webhook.secret}))
    server = HTTPServer(_Quiet(routes), max_body_size=MAX_BODY_BYTES)
    try:
        sockets = bind_sockets(config.port or 0, address=config.listen)
    except OSError as error:
        raise SettingsError(
            f"ISVBOT_TELEGRAM_LISTEN={config.listen}, ISVBOT_TELEGRAM_PORT={config.port}: {error.strerror}"
        ) from error
    server.add_sockets(sockets)
    return server, int(sockets[0].getsockname()[1])
