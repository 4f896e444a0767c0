"""The web server of Teams waits for nobody without end and keeps nothing without end: over real sockets."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bot.channels.teams.bounded import Limits, bounded
from bot.channels.teams.guard import MAX_BYTES, Guard
from tests.servers.raw import LONG_S, PATIENCE_S, Call, answers, calls, head
from tests.servers.web import served

JSON = {"Content_Type": "application/json"}
GOOD = b'{"type": "message", "id": "1", "serviceUrl": "https://example.org"}'
PATIENT = Limits(receive_s=int(LONG_S))
QUICK = Limits(receive_s=1)  # uvicorn takes whole seconds


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the guard: it does not read a body that it does not need."""
    await PlainTextResponse("binnen")(scope, receive, send)


@contextmanager
def serving(limits: Limits, body_s: float) -> Iterator[int]:
    app = Guard(behind, "/in", body_s)
    with served(app, bounded(app, limits)) as address:
        yield int(address.rpartition(":")[2])


def good() -> bytes:
    return head("POST /in", len(GOOD), **JSON) + GOOD


async def is_let_in(port: int) -> bool:
    (told,) = await answers(port, 1, good())
    return told.startswith(b"HTTP/1.1 200 ") and told.endswith(b"binnen")


def run(limits: Limits, test: Callable[[int], Awaitable[None]], body_s: float = LONG_S) -> None:
    async def whole(port: int) -> None:
        await test(port)
        assert await is_let_in(port)

    with serving(limits, body_s) as port:
        asyncio.run(whole(port))


async def ends(call: Call, *, is_dripping: bool) -> bytes:
    return await (call.end_of_drip(b"x") if is_dripping else call.end())


def test_headers_that_do_not_come_to_their_end_are_hung_up_on_also_byte_by_byte() -> None:
    async def test(port: int) -> None:
        async with calls(port, 2) as silent, calls(port, 2, b"POST /in HTTP/1.1\r\nHost: a\r\n") as begun:
            waiting = [*silent, *begun]
            told = await asyncio.gather(*(ends(call, is_dripping=bool(n % 2)) for n, call in enumerate(waiting)))
        assert not any(told)

    run(QUICK, test)


def test_a_body_that_does_not_come_to_its_end_is_refused_and_hung_up_on_also_byte_by_byte() -> None:
    async def test(port: int) -> None:
        async with calls(port, 2, head("POST /in", MAX_BYTES, **JSON) + b"{") as (silent, dripping):
            told = await asyncio.gather(silent.end(), dripping.end_of_drip(b" "))
        assert all(one.startswith(b"HTTP/1.1 408 ") for one in told)

    run(PATIENT, test, body_s=0.2)


def test_a_body_that_nobody_reads_is_not_waited_for() -> None:
    async def test(port: int) -> None:
        elsewhere = head("POST /elders", 2_000) + b"x" * 1_990
        another_kind = head("POST /in", 2_000, Content_Type="text/plain") + b"x" * 1_990
        for data, code in ((elsewhere, b"200"), (another_kind, b"400")):
            assert all(told.startswith(b"HTTP/1.1 " + code) for told in await answers(port, 10, data))

    run(PATIENT, test)


@pytest.mark.parametrize("endless", [b"X-Filler: " + b"x" * 100_000, b"X: 1\r\n" * 20_000])
def test_headers_without_end_are_hung_up_on(endless: bytes) -> None:
    async def test(port: int) -> None:
        assert b" 200 " not in (await answers(port, 1, b"POST /in HTTP/1.1\r\nHost: a\r\n" + endless))[0]

    run(PATIENT, test)


def test_who_comes_when_the_server_is_full_is_hung_up_on_and_later_there_is_room() -> None:
    async def test(port: int) -> None:
        async with calls(port, 6, b"POST"):
            assert await answers(port, 3, b"") == [b""] * 3
            assert not await is_let_in(port)
        async with asyncio.timeout(PATIENCE_S):
            while not await is_let_in(port):
                pass

    run(Limits(connections=6, receive_s=int(LONG_S)), test)


def test_a_second_request_on_the_same_connection_is_not_let_in() -> None:
    async def test(port: int) -> None:
        (told,) = await answers(port, 1, good() * 20)
        assert told.count(b"binnen") == 1

    run(PATIENT, test)
