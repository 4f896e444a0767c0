"""``isvbot telegram`` on the command line: what is missing is named, and how to mend it."""

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from bot.channels.telegram.config import TelegramConfig
from bot.channels.telegram.run import run
from bot.core.errors import MissingExtra, SettingsError
from bot.settings import Settings
from bot.telegram_command import WEBHOOK_PORT, build_telegram, telegram_config
from tests.channels.telegram import new_desk
from tests.conftest import Command
from tests.servers.telegram_api import TOKEN as GOOD
from tests.servers.telegram_api import FakeTelegram, served

TOKEN = "1:" + "a" * 35


def test_without_a_token_it_says_where_to_get_one(isvbot: Command) -> None:
    status, out, err = isvbot("telegram")
    assert (status, out) == (1, "")
    assert err.startswith("isvbot: ISVBOT_TELEGRAM_TOKEN is not set: ask @BotFather")
    assert err.count("\n") == 1


def test_a_token_that_is_none_is_not_shown(isvbot: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISVBOT_TELEGRAM_TOKEN", "geheim")
    status, _, err = isvbot("telegram")
    assert status == 1
    assert "does not look like a token" in err
    assert "geheim" not in err


def test_a_token_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "token.txt"
    path.write_text(f"{TOKEN}\n", "utf-8")
    assert telegram_config(Settings(telegram_token_file=path)).token == TOKEN
    path.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"ISVBOT_TELEGRAM_TOKEN_FILE=.*cannot be read: no UTF-8"):
        telegram_config(Settings(telegram_token_file=path))
    with pytest.raises(SettingsError, match=r"ISVBOT_TELEGRAM_TOKEN_FILE=.*cannot be read: No such file"):
        telegram_config(Settings(telegram_token_file=tmp_path / "weg"))


def test_a_webhook_listens_on_this_machine_only_and_needs_a_secret() -> None:
    told = {"telegram_token": TOKEN, "telegram_webhook_url": "https://bot.example.org/tg"}
    with pytest.raises(SettingsError, match="ISVBOT_TELEGRAM_WEBHOOK_SECRET"):
        telegram_config(Settings.model_validate(told))
    config = telegram_config(Settings.model_validate({**told, "telegram_webhook_secret": "s" * 16}))
    assert (config.listen, config.port) == ("127.0.0.1", WEBHOOK_PORT)
    assert telegram_config(Settings.model_validate({"telegram_token": TOKEN})).port is None


def test_without_its_library_it_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "telegram", None)
    for name in [name for name in sys.modules if name.startswith("bot.channels.telegram.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingExtra, match=r"pip install isvbot\[telegram\]"):
        build_telegram()


def test_a_signal_ends_the_program_in_order() -> None:
    address: list[str] = []
    is_up, is_over = threading.Event(), threading.Event()
    fake = FakeTelegram()

    async def serve() -> None:
        async with served(fake) as url:
            address.append(url)
            is_up.set()
            await fake.until(lambda: fake.count("getUpdates"))
            await fake.say("vraag")
            await fake.until(fake.texts)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.to_thread(is_over.wait, 20)

    server = threading.Thread(target=asyncio.run, args=(serve(),))
    server.start()
    assert is_up.wait(20)
    run(new_desk(), TelegramConfig(GOOD, address[0]))
    is_over.set()
    server.join(20)
    assert len(fake.texts()) == 1
    assert not server.is_alive()
