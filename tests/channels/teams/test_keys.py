"""Keys that cannot be had: nothing is let in, nothing else waits, and they are not asked for at every call."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import httpx
import pytest
from fastapi import Response
from fastapi.responses import JSONResponse, StreamingResponse

from bot.channels.teams.app import build_app
from bot.channels.teams.health import Health
from bot.channels.teams.keys import Keys, KeysAway, Pace
from tests.builders import desk
from tests.channels.teams.conftest import PARTS, Bot, NewBot, registration
from tests.servers.teams_connector import Connector
from tests.servers.web import served

FLOOD = 24
SILENCE_S = 1.5
PATIENCE_S = 10


def statuses(bot: Bot, http: httpx.Client, tokens: list[str]) -> list[int]:
    """Send a message with each token, all at once."""

    def status(token: str) -> int:
        sent = {"Authorization": f"Bearer {token}"}
        return http.post(f"{bot.url}/api/messages", json=bot.activity("/stop"), headers=sent).status_code

    with ThreadPoolExecutor(len(tokens)) as pool:
        return [*pool.map(status, tokens)]


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=30) as client:
        yield client


def test_while_the_host_of_the_keys_is_silent_all_else_goes_on(connector: Connector, http: httpx.Client) -> None:
    health = Health()
    pace = Pace(timeout_s=SILENCE_S, again_s=0.1)
    with served(build_app(desk(PARTS), registration(connector), lambda: True, pace=pace, health=health)) as url:
        bot = Bot(url, connector)
        connector.gives_keys.clear()
        tokens = [connector.token(), *(connector.token(kid=f"x{n}") for n in range(FLOOD - 1))]
        with ThreadPoolExecutor(1) as pool:
            began = monotonic()
            flood = pool.submit(statuses, bot, http, tokens)
            connector.wait_keys_asked()
            asked = monotonic()
            assert http.get(f"{url}/healthz").status_code == 200
            assert http.get(f"{url}/readyz").status_code == 200
            assert statuses(bot, http, ["x.y.z"]) == [401]
            assert monotonic() - asked < SILENCE_S / 2
            assert not flood.done()
            assert flood.result() == [503] * FLOOD
            assert monotonic() - began < 2 * SILENCE_S
        assert connector.keys_asked <= 2
        assert statuses(bot, http, tokens) == [503] * FLOOD
        assert connector.keys_asked <= 3
        assert http.get(f"{url}/readyz").status_code == 503
        assert list(health.problems) == ["the keys by which Teams signs cannot be fetched"]
        connector.gives_keys.set()
        until = monotonic() + PATIENCE_S
        while http.get(f"{url}/readyz").status_code != 200:
            assert monotonic() < until
        assert list(health.problems) == []
        assert bot.say("/stop").status_code == 200
        connector.wait()


def test_a_flood_with_unknown_keys_asks_for_no_more_keys(new_bot: NewBot, http: httpx.Client) -> None:
    bot = new_bot()
    tokens = [bot.connector.token(kid=f"x{n}") for n in range(FLOOD)]
    assert statuses(bot, http, tokens) == [401] * FLOOD
    assert bot.say("/stop").status_code == 200
    assert bot.connector.keys_asked == 1
    bot.connector.wait()


def test_a_new_key_is_asked_for_and_known_keys_hold_while_newer_ones_cannot_be_had(new_bot: NewBot) -> None:
    bot = new_bot(pace=Pace(fresh_s=0, unknown_s=0))
    assert bot.say("/stop").status_code == 200
    bot.connector.kid = "k2"
    assert bot.post(bot.activity("/stop"), bot.connector.token(kid="k2")).status_code == 200
    assert bot.say("/stop").status_code == 401
    bot.connector.odd_keys.append(Response(status_code=503))
    assert bot.post(bot.activity("/stop"), bot.connector.token(kid="k2")).status_code == 200
    assert bot.say("/stop").status_code == 503
    assert httpx.get(f"{bot.url}/readyz").status_code == 200
    bot.connector.wait(3)


def drops() -> Iterator[bytes]:
    """Send a space now and then: never silent for long, and never done."""
    for _ in range(40):
        yield b" "
        sleep(0.05)


ODD = (
    Response(status_code=500),
    Response(status_code=302, headers={"location": "/v1/.well-known/keys"}),
    StreamingResponse(drops()),
    Response("<html>"),
    JSONResponse(["keys"]),
    JSONResponse({}),
    JSONResponse({"keys": 1}),
    JSONResponse({"keys": []}),
    JSONResponse({"keys": [{"kty": "RSA", "kid": ["k1"], "n": "x", "e": 1}, 3]}),
)


def test_a_host_that_sends_something_else_is_asked_again(connector: Connector) -> None:
    async def test() -> None:
        for odd in ODD:
            connector.odd_keys.append(odd)
            keys = Keys(f"{connector.url}/v1/.well-known/keys", Pace(timeout_s=0.5, again_s=0))
            with pytest.raises(KeysAway):
                await asyncio.wait_for(keys.has("k1"), 1.5)
            assert keys.are_missing
            assert keys._returning is not None
            await asyncio.wait_for(keys._returning, PATIENCE_S)
            assert await keys.has("k1")
            await keys.close()

    asyncio.run(test())


def test_keys_that_are_too_old_hold_no_longer(connector: Connector) -> None:
    async def test() -> None:
        keys = Keys(f"{connector.url}/v1/.well-known/keys", Pace(fresh_s=0, keep_s=0))
        try:
            assert not await keys.has("k1")
            connector.odd_keys.append(Response(status_code=500))
            with pytest.raises(KeysAway):
                await keys.has("k1")
            assert keys.are_missing
        finally:
            await keys.close()

    asyncio.run(test())
