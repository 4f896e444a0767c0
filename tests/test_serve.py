"""``isvbot serve``: all channels in one process, which stops without losing an answer."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Response

from bot.adapters.counters import Counters, counted
from bot.adapters.memory_store import memory_store
from bot.channels.teams import serve as teams_serve
from bot.channels.teams.health import Health
from bot.channels.telegram.config import TelegramConfig
from bot.channels.telegram.run import serve as telegram_serve
from bot.core.errors import ChannelTaken, ServiceError, SettingsError
from bot.serve_command import Channel, Wrong, channels_of, kept_up
from bot.settings import Settings
from bot.status_page import MAX_CONNECTIONS, Status, metrics_text, status_page
from tests.builders import Clock, desk, said
from tests.channels.teams.conftest import registration
from tests.conftest import Command
from tests.core.test_desk import ASK, PARTS
from tests.core.test_front import Elsewhere
from tests.servers.hostile_model import HostileModel, Reply
from tests.servers.raw import LONG_S, answers, calls, head
from tests.servers.teams_connector import Connector, fake_connector
from tests.servers.telegram_api import ANNA, TOKEN, FakeTelegram, Script, served

QUESTION = "Welke drempelbedragen gelden er voor ISV?"
PATIENCE_S = 60
QUICK_S = 0.01


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Held:
    """A reply of a chat model that is not given before the test says so."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.given = threading.Event()

    def __call__(self, request: dict[str, Any]) -> str:
        self.asked.release()
        assert self.given.wait(PATIENCE_S)
        return "{}"


@contextmanager
def serving(**environment: object) -> Iterator["subprocess.Popen[str]"]:
    """Run the command in a process of its own."""
    own = {**os.environ, **{f"ISVBOT_{name}": str(value) for name, value in environment.items()}}
    command = [sys.executable, "-m", "bot", "serve"]
    with subprocess.Popen(command, env=own, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def activity(connector: Connector, text: str, number: str = "a1") -> dict[str, Any]:
    """A message of Bea in her private conversation in Teams."""
    return {
        "type": "message",
        "id": number,
        "channelId": "msteams",
        "serviceUrl": connector.url,
        "from": {"id": "29:bea"},
        "recipient": {"id": "28:isvbot", "name": "isvbot"},
        "conversation": {"id": "a:c1", "conversationType": "personal"},
        "text": text,
    }


def test_both_channels_answer_and_what_is_being_answered_at_a_stop_is_still_sent(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held()
    status, teams = f"http://127.0.0.1:{free_port()}", free_port()

    async def test(connector: Connector, model: HostileModel) -> None:
        fake = FakeTelegram()
        fake.scripts["getUpdates"].extend([Script(code=409)] * 2)
        async with served(fake) as url:
            with serving(
                TELEGRAM_TOKEN=TOKEN,
                TELEGRAM_API_URL=url,
                TEAMS_UNAUTHENTICATED="true",
                TEAMS_PORT=teams,
                ENVIRONMENT="development",
                UNKNOWN_ROLE="officer",
                SERVE_PORT=status.rpartition(":")[2],
                MODEL="openai:x",
                MODEL_URL=model.url,
                MODEL_RETRIES=0,
            ) as process:
                async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=9)) as http:
                    await fake.until(lambda: fake.count("getUpdates") >= 2)
                    red = await http.get(f"{status}/readyz")
                    assert red.status_code == 503
                    assert any("409" in problem for problem in red.json()["problems"])
                    assert (await http.get(f"{status}/healthz")).status_code == 200

                    await fake.say("/start")
                    await fake.until(fake.texts)
                    assert (await http.get(f"{status}/readyz")).json() == {"ok": True, "problems": []}
                    address = f"http://127.0.0.1:{teams}/api/messages"
                    assert (await http.post(address, json=activity(connector, "/start"))).status_code == 200
                    await asyncio.to_thread(connector.wait)

                    await fake.say(QUESTION)
                    posted = await http.post(address, json=activity(connector, QUESTION, "a2"))
                    assert posted.status_code == 200
                    for _ in range(2):
                        assert await asyncio.to_thread(held.asked.acquire, timeout=PATIENCE_S)
                    counts = (await http.get(f"{status}/metrics")).text
                    assert 'isvbot_events_total{event="message_taken_teams"} 2\n' in counts
                    assert 'isvbot_events_total{event="message_taken_telegram"} 2\n' in counts
                    assert "isvbot_ready 1\n" in counts
                    assert QUESTION not in counts

                    process.send_signal(signal.SIGTERM)
                    before = len(fake.texts())
                    await refused(address)
                    assert process.poll() is None
                    held.given.set()
                    await fake.until(lambda: fake.has_more(ANNA, before))
                    answer = await asyncio.to_thread(connector.wait, 2)
                assert await asyncio.to_thread(process.wait, PATIENCE_S) == 0
                assert process.stderr is not None
                log = process.stderr.read()
        assert "drempel" in fake.texts()[-1]
        assert "drempel" in answer.text
        assert QUESTION not in log
        assert TOKEN not in log
        assert "Traceback" not in log

    with fake_connector() as connector, HostileModel(Reply(text=held)) as model:
        asyncio.run(test(connector, model))


async def refused(address: str) -> None:
    """Wait until nothing is listened to there any more."""
    async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient() as http:
        while True:
            try:
                await http.get(address)
            except httpx.TransportError:
                return


def test_without_a_channel_one_line_names_the_settings(isvbot: Command, tmp_path: Path) -> None:
    status, out, err = isvbot("serve")
    assert (status, out, err.count("\n")) == (1, "", 1)
    for name in ("ISVBOT_TELEGRAM_TOKEN", "ISVBOT_TELEGRAM_TOKEN_FILE", "ISVBOT_TEAMS_CLIENT_ID"):
        assert name in err


@pytest.mark.usefixtures("clean_settings")
def test_channels_are_those_whose_settings_are_there() -> None:
    telegram: dict[str, Any] = {"telegram_token": TOKEN}
    teams: dict[str, Any] = {"teams_client_id": "c", "teams_tenant_id": "t", "teams_client_secret": "s"}
    assert [channel.name for channel in channels_of(Settings(**telegram))] == ["telegram"]
    assert [channel.name for channel in channels_of(Settings(**teams))] == ["teams"]
    assert [channel.name for channel in channels_of(Settings(**telegram, **teams))] == ["telegram", "teams"]
    with pytest.raises(SettingsError, match="ISVBOT_TEAMS_TENANT_ID"):
        channels_of(Settings(**telegram, **{**teams, "teams_tenant_id": ""}))


def test_a_channel_whose_service_is_away_is_started_again_while_the_others_go_on() -> None:
    async def test() -> None:
        stop, wrong, tries, seen = asyncio.Event(), Wrong(), 0, []
        other = asyncio.Event()

        async def away(stop: asyncio.Event) -> None:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise ServiceError("Telegram cannot be reached")
            other.set()
            await stop.wait()

        async def well(stop: asyncio.Event) -> None:
            await other.wait()
            seen.append(stop.is_set())
            stop.set()

        telegram, teams = (Channel(name, lambda *_: away) for name in ("telegram", "teams"))
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(
                kept_up(telegram, away, stop, wrong, QUICK_S), kept_up(teams, well, stop, wrong, QUICK_S)
            )
        assert (tries, seen) == (3, [False])

    asyncio.run(test())


def test_a_second_process_with_the_same_database_takes_nothing_in() -> None:
    store = replace(memory_store(Clock()), claims=Elsewhere(is_ours=False))
    second = desk(PARTS, store=store)
    teams = teams_serve.Registration("", "", is_unauthenticated=True)
    place = teams_serve.Place("127.0.0.1", free_port(), is_development=True)

    async def test() -> None:
        stop, fake = asyncio.Event(), FakeTelegram()
        with pytest.raises(ChannelTaken, match="another process answers for teams"):
            await teams_serve.serve_until(stop, second, teams, lambda: True, place)
        async with served(fake) as url:
            with pytest.raises(ChannelTaken, match="another process answers for telegram"):
                await telegram_serve(second, TelegramConfig(TOKEN, url), stop)
        assert fake.count("getUpdates") == 0

    asyncio.run(test())


def test_what_is_wrong_in_teams_can_be_asked_beside_it() -> None:
    port, health = free_port(), Health()

    async def test(connector: Connector) -> None:
        connector.odd_keys.append(Response(status_code=500))
        stop, place = asyncio.Event(), teams_serve.Place("127.0.0.1", port)
        work = teams_serve.serve_until(stop, desk(PARTS), registration(connector), lambda: True, place, health)
        serving = asyncio.create_task(work)
        sent = {"Authorization": f"Bearer {connector.token()}"}
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=9), headers=sent) as http:
            address = f"http://127.0.0.1:{port}/api/messages"
            assert (await http.post(address, json=activity(connector, "/start"))).status_code == 503
        assert list(health.problems) == ["the keys by which Teams signs cannot be fetched"]
        stop.set()
        await serving

    with fake_connector() as connector:
        assert health.problems == ()
        asyncio.run(test(connector))


def test_what_the_operator_must_mend_stops_all_channels_and_is_told() -> None:
    async def test() -> None:
        stop, wrong, ended = asyncio.Event(), Wrong(), []
        runs = asyncio.Event()

        async def refused(stop: asyncio.Event) -> None:
            await runs.wait()
            raise SettingsError("Telegram refused ISVBOT_TELEGRAM_TOKEN")

        async def well(stop: asyncio.Event) -> None:
            runs.set()
            await stop.wait()
            ended.append("teams")

        channel = Channel("telegram", lambda *_: refused)
        found = await asyncio.gather(
            kept_up(channel, refused, stop, wrong), kept_up(channel, well, stop, wrong), return_exceptions=True
        )
        assert ended == ["teams"]
        assert isinstance(found[0], SettingsError)
        assert wrong.problems((), lambda: True) == ("stopping",)

    asyncio.run(test())


def test_what_is_wrong_names_the_channel_and_the_parts() -> None:
    red = Channel("telegram", lambda *_: pytest.fail("not run"), lambda: ("409",))
    assert Wrong({"teams": "teams: away"}).problems((red,), lambda: False) == (
        "teams: away",
        "telegram: 409",
        "the index or the database does not answer",
    )


def test_the_page_shows_what_is_wrong_and_nothing_else() -> None:
    port, alive = free_port(), [True]
    problems: list[tuple[str, ...]] = [("weg",)]
    status = Status(lambda: alive[0], lambda: problems[0], lambda: {"message_taken_telegram": 2})
    with status_page(status, "127.0.0.1", port), httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
        assert http.get("/readyz").status_code == 503
        assert "isvbot_ready 0\n" in http.get("/metrics").text
        problems[0] = ()
        assert http.get("/readyz?x=1").json() == {"ok": True, "problems": []}
        assert http.head("/healthz").content == b""
        alive[0] = False
        assert http.get("/healthz").status_code == 503
        assert http.get("/").status_code == 404
        assert http.post("/readyz").status_code == 501
        assert "Python" not in http.get("/").headers["server"]
        with pytest.raises(SettingsError, match="ISVBOT_SERVE_PORT"), status_page(status, "127.0.0.1", port):
            pass


BEGUN = b"GET /healthz HTTP/1.0\r\n"


def test_the_page_waits_for_nobody_also_where_a_request_comes_byte_by_byte() -> None:
    async def test(port: int) -> None:
        async with calls(port, 2, BEGUN) as (silent, dripping):
            await asyncio.gather(silent.end(), dripping.end_of_drip(b"X"))

    port = free_port()
    with status_page(Status(lambda: True, tuple, dict), "127.0.0.1", port, 0.5):
        asyncio.run(test(port))


def test_the_page_hangs_up_when_it_is_full_and_later_there_is_room(capfd: pytest.CaptureFixture[str]) -> None:
    async def test(port: int) -> None:
        async with calls(port, MAX_CONNECTIONS, BEGUN):
            assert await answers(port, 3, head("GET /healthz")) == [b""] * 3
        async with asyncio.timeout(PATIENCE_S):
            while not (await answers(port, 1, head("GET /healthz")))[0].startswith(b"HTTP/1.0 200 "):
                pass

    port = free_port()
    with status_page(Status(lambda: True, tuple, dict), "127.0.0.1", port, LONG_S):
        asyncio.run(test(port))
    assert capfd.readouterr() == ("", "")


def test_counts_are_written_as_prometheus_reads_them() -> None:
    text = metrics_text({'b"\n\\': 1, "a": 2}, is_ready=True)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == [
        "isvbot_ready 1",
        'isvbot_events_total{event="a"} 2',
        'isvbot_events_total{event="b\\"\\n\\\\"} 1',
    ]
    assert all(re.fullmatch(r'\w+(\{\w+="([^"\\\n]|\\.)*"\})? \d+', line) for line in lines)


def test_a_counted_store_counts_each_message_and_answer_once() -> None:
    counters = Counters()
    served_desk = desk(PARTS, store=counted(memory_store(Clock()), counters.count))
    served_desk.handle(said(ASK))
    served_desk.handle(said(ASK))
    assert counters.counts() == {
        "message_taken_test": 1,
        "message_known_test": 1,
        "answer_answered": 1,
        "message_answered": 1,
        "message_delivered": 1,
    }
