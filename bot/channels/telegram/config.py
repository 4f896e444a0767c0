"""What the Telegram channel is told: the token, where the Bot API is, and how updates come in.

Knows which values are allowed.
Knows nothing of where they are set.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.core.errors import SettingsError

PUBLIC_API = "https://api.telegram.org"

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}", re.ASCII)
_PATH = re.compile(r"/[A-Za-z0-9._~/-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Webhook:
    """The address at which Telegram delivers, and the secret that it then shows."""

    url: str
    secret: str = field(repr=False)
    path: str = "/telegram"

    def __post_init__(self) -> None:
        """Refuse what Telegram would refuse, and a webhook that anybody could call.

        Raises:
            SettingsError: a value is not allowed; the message names the variable.
        """
        if urlsplit(self.url).scheme not in ("https", "http") or not urlsplit(self.url).hostname:
            raise SettingsError(
                f"ISVBOT_TELEGRAM_WEBHOOK_URL={self.url!r} is no address: give the public https address"
            )
        if not _SECRET.fullmatch(self.secret):
            raise SettingsError(
                "ISVBOT_TELEGRAM_WEBHOOK_SECRET must be set for a webhook: 16 to 256 letters, digits, - and _;"
                " make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        if not _PATH.fullmatch(self.path) or self.path.rstrip("/") in ("", "/healthz"):
            raise SettingsError(f"ISVBOT_TELEGRAM_PATH={self.path!r} is no path of its own: give one such as /telegram")


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """Everything that the channel is told. Without a webhook it asks Telegram for updates itself (long polling)."""

    token: str = field(repr=False)
    api_url: str = PUBLIC_API
    webhook: Webhook | None = None
    listen: str = "127.0.0.1"
    port: int | None = None
    """Where ``/healthz`` and the webhook are served; ``None``: nowhere."""

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            SettingsError: a value is not allowed; the message names the variable and never shows the token.
        """
        if not _TOKEN.fullmatch(self.token):
            raise SettingsError(
                "ISVBOT_TELEGRAM_TOKEN does not look like a token (123456:letters): copy it from @BotFather"
            )
        if urlsplit(self.api_url).scheme not in ("https", "http") or not urlsplit(self.api_url).hostname:
            raise SettingsError(
                f"ISVBOT_TELEGRAM_API_URL={self.api_url!r} is no address: give one such as {PUBLIC_API}"
            )
        if self.webhook is not None and urlsplit(self.webhook.url).scheme != "https" and self.api_url == PUBLIC_API:
            raise SettingsError(f"ISVBOT_TELEGRAM_WEBHOOK_URL={self.webhook.url!r}: Telegram only calls https")
