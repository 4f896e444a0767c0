"""``isvbot teams``: what must be there is named, and a process that listens says whether it is ready and ends well."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from typing import NoReturn

import httpx
import pytest

from bot.adapters.memory_store import memory_store
from bot.bootstrap_desk import is_ready
from bot.core.assistant import Assistant
from bot.core.corpus import Corpus
from bot.core.errors import StoreUnavailable
from bot.settings import Settings
from tests.builders import Clock, tools
from tests.conftest import Command


def test_without_the_sdk_it_says_what_to_install(isvbot: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("bot.channels.teams", "microsoft_teams"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "microsoft_teams.apps", None)
    status, out, err = isvbot("teams")
    assert (status, out) == (1, "")
    assert err == "isvbot: Teams needs its SDK: run 'pip install isvbot[teams]'\n"


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "ISVBOT_TEAMS_CLIENT_ID"),
        ({"TEAMS_CLIENT_ID": "x", "TEAMS_TENANT_ID": "x"}, "ISVBOT_TEAMS_CLIENT_SECRET"),
        ({"TEAMS_UNAUTHENTICATED": "true"}, "ISVBOT_ENVIRONMENT=development"),
        (
            {"TEAMS_UNAUTHENTICATED": "true", "ENVIRONMENT": "development", "TEAMS_HOST": "0.0.0.0"},
            "ISVBOT_TEAMS_HOST='0.0.0.0'",
        ),
        ({"TEAMS_PORT": "0"}, "ISVBOT_TEAMS_PORT"),
    ],
)
def test_unsafe_or_missing_settings_are_one_line(
    isvbot: Command, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"ISVBOT_{name}", value)
    status, out, err = isvbot("teams")
    assert (status, out) == (1, "")
    assert named in err
    assert err.count("\n") == 1


class Broken:
    """A queue that cannot be read."""

    def open(self) -> NoReturn:
        raise StoreUnavailable("weg")


def test_it_is_ready_when_index_and_database_answer(caplog: pytest.LogCaptureFixture) -> None:
    assistant, store = Assistant(tools(Corpus((), (), (), ()))), memory_store(Clock())
    assert is_ready(assistant, store)
    assert not is_ready(assistant, replace(store, queue=Broken()))  # type: ignore[arg-type]  # only what is asked
    assert "StoreUnavailable" in caplog.text


@pytest.mark.integration
def test_a_process_listens_on_this_machine_and_ends_at_sigterm(installed: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    development = {"ISVBOT_ENVIRONMENT": "development", "ISVBOT_TEAMS_UNAUTHENTICATED": "true"}
    environment = {**os.environ, **development, "ISVBOT_TEAMS_PORT": str(port), "ISVBOT_LOG_LEVEL": "INFO"}
    command = [sys.executable, "-m", "bot", "teams"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as client:
            assert client.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
            assert client.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
            assert client.post(f"http://127.0.0.1:{port}/api/messages", content=b"x").status_code == 400
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGTERM
    assert b"refused why=" in err
    assert b"Traceback" not in err
    assert b"httpx" not in err
