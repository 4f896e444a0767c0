"""The web server of the channel holds nothing for who has no secret, and nothing for long: over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.channels.telegram.config import TelegramConfig, Webhook
from bot.channels.telegram.health import Health
from bot.channels.telegram.run import prepare_libraries
from bot.channels.telegram.webhook import Limits, start_server
from tests.channels.telegram import run
from tests.servers.raw import LONG_S, PATIENCE_S, answers, calls, head
from tests.servers.telegram_api import TOKEN

SECRET = "een-geheim-van-genoeg-tekens"
HEADER = "X_Telegram_Bot_Api_Secret_Token"
SIGNED = {HEADER: SECRET}
WITHHELD = b"x" * 1_990
LENGTH = 2_000
PATIENT = Limits(receive_s=LONG_S)
QUICK = Limits(receive_s=0.2)


class Serving:
    """The web server while a test calls it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[object] = []

    async def take(self, update: object) -> None:
        self.taken.append(update)


@asynccontextmanager
async def serving(limits: Limits) -> AsyncIterator[Serving]:
    prepare_libraries()
    config = TelegramConfig(TOKEN, webhook=Webhook("https://bot.example.org/tg", SECRET, "/tg"), port=0)
    health, here = Health(), Serving(0)
    health.clear("start")
    server, here.port = start_server(config, here.take, health, limits)
    try:
        yield here
    finally:
        server.stop()
        await server.close_all_connections()


async def is_taken(here: Serving) -> bool:
    """Whether a call as Telegram makes it gets through."""
    (told,) = await answers(here.port, 1, head("POST /tg", 2, **SIGNED) + b"{}")
    return told.startswith(b"HTTP/1.1 200 ") and bool(here.taken)


@pytest.mark.parametrize(
    ("line", "headers", "code"),
    [
        ("POST /tg", {}, 403),
        ("POST /tg", {HEADER: SECRET[:-1]}, 403),
        ("POST /tg", {HEADER: "é"}, 403),
        ("POST /tg", {"Expect": "100-continue"}, 403),
        ("PUT /tg", SIGNED, 405),
        ("POST /ander", SIGNED, 404),
        ("POST /healthz", {}, 405),
    ],
)
def test_who_may_not_deliver_is_told_so_and_hung_up_on_before_the_body_is_there(
    line: str, headers: dict[str, str], code: int
) -> None:
    async def test() -> None:
        async with serving(PATIENT) as here:
            told = await answers(here.port, 20, head(line, LENGTH, **headers) + WITHHELD)
            assert all(one.startswith(f"HTTP/1.1 {code} ".encode()) for one in told), told[0]
            assert not here.taken
            assert await is_taken(here)

    run(test)


def test_a_large_body_without_the_secret_is_not_waited_for_either() -> None:
    async def test() -> None:
        async with serving(PATIENT) as here:
            body = b"x" * (PATIENT.body_bytes - 10)
            assert len(await answers(here.port, 20, head("POST /tg", PATIENT.body_bytes) + body)) == 20
            told = await answers(here.port, 5, head("POST /tg", 0, Transfer_Encoding="chunked") + b"fffff\r\n" + body)
            assert len(told) == 5
            assert not here.taken

    run(test)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"POST /tg HTTP/1.1\r\nHost: loc",
        head("POST /tg", LENGTH, **SIGNED),
        head("POST /tg", LENGTH, **SIGNED) + b"{}",
        head("GET /healthz", LENGTH),
    ],
)
def test_what_does_not_come_to_its_end_is_hung_up_on_also_where_it_comes_byte_by_byte(data: bytes) -> None:
    async def test() -> None:
        async with serving(QUICK) as here, calls(here.port, 2, data) as (silent, dripping):
            told = await asyncio.gather(silent.end(), dripping.end_of_drip(b" " if data else b"x"))
            assert not any(told)
            assert not here.taken

    run(test)


def test_what_is_larger_than_it_may_be_is_hung_up_on() -> None:
    async def test() -> None:
        async with serving(PATIENT) as here:
            too_long = head("POST /tg", 2, **SIGNED, Filler="x" * 2 * PATIENT.header_bytes) + b"{}"
            assert b" 200 " not in (await answers(here.port, 1, too_long))[0]
            too_large = head("POST /tg", PATIENT.body_bytes + 1, **SIGNED)
            assert (await answers(here.port, 1, too_large))[0].startswith(b"HTTP/1.1 400 ")
            assert not here.taken

    run(test)


def test_who_comes_when_the_server_is_full_is_hung_up_on_and_later_there_is_room() -> None:
    async def test() -> None:
        most = 5
        async with serving(Limits(receive_s=LONG_S, connections=most)) as here:
            async with calls(here.port, most) as waiting:
                waiting[0].send(b"POST")
                assert not await is_taken(here)
                assert not here.taken
            async with asyncio.timeout(PATIENCE_S):
                while not await is_taken(here):  # noqa: ASYNC110  # that there is room again has no event
                    await asyncio.sleep(0)

    run(test)


def test_a_second_request_on_the_same_connection_is_not_taken() -> None:
    async def test() -> None:
        async with serving(PATIENT) as here:
            told = await answers(here.port, 1, (head("POST /tg", 2, **SIGNED) + b"{}") * 50)
            assert told[0].count(b"HTTP/1.1 200 ") == len(here.taken) == 1

    run(test)
