"""``isvbot telegram``: the bot in Telegram.

Knows the settings of the channel, and what to install for it.
Knows nothing of messages.
"""

import argparse
from collections.abc import Callable
from typing import Protocol

from bot.bootstrap import build_assistant
from bot.bootstrap_desk import build_desk, build_store
from bot.channels.telegram.config import TelegramConfig, Webhook
from bot.core.corpus import Language
from bot.core.desk import Desk
from bot.core.errors import MissingExtra, SettingsError
from bot.core.messages import Messages
from bot.settings import Settings

WEBHOOK_PORT = 8081


class Commands(Protocol):
    """Where commands are added: the subparsers of argparse."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002  # argparse's own name
        """Add a command."""
        ...


def add_telegram(commands: Commands) -> None:
    """Add the command to the command line."""
    telegram = commands.add_parser("telegram", help="beantwoord vragen in Telegram")
    telegram.add_argument("--lang", metavar="TAAL", help="nl of en")
    telegram.set_defaults(run=_telegram)


def telegram_config(settings: Settings) -> TelegramConfig:
    """Read what the channel is told.

    Raises:
        SettingsError: a value is missing or not allowed; the message names the variable.
    """
    webhook = None
    if settings.telegram_webhook_url is not None:
        secret = settings.telegram_webhook_secret
        webhook = Webhook(
            settings.telegram_webhook_url,
            secret.get_secret_value() if secret is not None else "",
            settings.telegram_path,
        )
    return TelegramConfig(
        token=_token(settings),
        api_url=settings.telegram_api_url,
        webhook=webhook,
        listen=settings.telegram_listen,
        port=settings.telegram_port or (WEBHOOK_PORT if webhook is not None else None),
    )


def build_telegram() -> Callable[[Desk, TelegramConfig], None]:
    """Give what runs the channel.

    Raises:
        MissingExtra: its library is not installed.
    """
    try:
        from bot.channels.telegram.run import run
    except ImportError as error:
        raise MissingExtra("Telegram needs python-telegram-bot: run 'pip install isvbot[telegram]'") from error
    return run


def _telegram(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    del options, messages, language
    run, config = build_telegram(), telegram_config(settings)
    store = build_store(settings)
    run(build_desk(settings, build_assistant(settings, store.records), store), config)
    return 0


def _token(settings: Settings) -> str:
    """Give the token from the setting or from a file.

    Raises:
        SettingsError: there is none, or the file cannot be read.
    """
    if settings.telegram_token is not None:
        return settings.telegram_token.get_secret_value().strip()
    path = settings.telegram_token_file
    if path is None:
        raise SettingsError(
            "ISVBOT_TELEGRAM_TOKEN is not set: ask @BotFather for a bot and put its token there, or in a file named by"
            " ISVBOT_TELEGRAM_TOKEN_FILE; see docs/telegram.md"
        )
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no UTF-8"
        raise SettingsError(f"ISVBOT_TELEGRAM_TOKEN_FILE={path} cannot be read: {reason}") from error
