"""Ten thousand hostile updates: no crash, one line each, nothing of our code in a reply, bounded memory.

A few hundred more go to a store in SQLite, which refuses what memory takes, such as halves of surrogate pairs.
"""

import gc
import json
import logging
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.activity import Pace
from bot.channels.telegram.channel import Channel
from bot.channels.telegram.inbound import Me
from bot.channels.telegram.run import prepare_libraries
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.updates import read_update
from bot.core.corpus import Role
from bot.core.desk import Desk
from tests.adapters.stores import store_of
from tests.builders import Clock
from tests.channels.hostile import Hostile, deep
from tests.channels.telegram import new_desk, run
from tests.servers.telegram_api import ME, TOKEN, FakeTelegram

COUNT = 10_000
WARM = 1_000
"""Updates after which what is loaded and kept once is there."""

COUNT_ON_DISK = 300
SEED = 20_261_121
MOST_MB = 30
"""Megabytes by which the process may grow from then on; that nothing is forgotten of what is said takes about 8."""

TOLD = ("Traceback", 'File "', "Error", "Exception", ".py")


class InProcess(BaseRequest):
    """Carries the calls of python-telegram-bot to our own Bot API without a network."""

    def __init__(self, fake: FakeTelegram) -> None:
        self._fake = fake

    @property
    def read_timeout(self) -> float:
        return 5

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(  # type: ignore[override]  # the timeouts are of no use here
        self, url: str, method: str, request_data: RequestData | None = None, **_: object
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        params = request_data.json_parameters if request_data is not None else {}
        code, body = await self._fake.call(TOKEN, name, dict(params))
        return code, body.encode()


class Everybody(dict[int, str]):
    """Every chat is there, and private where its number is positive."""

    def __contains__(self, chat: object) -> bool:
        return True

    def __missing__(self, chat: int) -> str:
        return "private" if chat > 0 else "supergroup"


def megabytes() -> float:
    """The memory that this process holds now; the most it ever held would hide growth after an earlier test."""
    gc.collect()
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("no /proc here")
    return int(statm.read_text().split()[1]) * resource.getpagesize() / 1024**2


class Seen:
    """What became of hostile updates."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        prepare_libraries()
        caplog.set_level(logging.INFO, "bot.channels.telegram.channel")
        self._caplog = caplog
        self._replies: set[str] = set()

    async def after(self, desk: Desk, seed: int, count: int, at: Callable[[int], None] = lambda _: None) -> None:
        """Give the channel updates; ``at`` is told the number of each."""
        fake = FakeTelegram(chats=Everybody())
        bot = ExtBot(TOKEN, request=InProcess(fake), get_updates_request=InProcess(fake))
        async with bot:
            me = Me(ME["id"], ME["username"])  # type: ignore[arg-type]  # of a dict of several kinds
            channel = Channel(desk, bot, Sender(bot, ()), me, pace=Pace(0, 0, 60, 0))
            for number, update in enumerate(Hostile(seed).updates(count)):
                await channel.take(update)
                if number % 200 == 0:
                    self._forget(fake)
                at(number)
            assert await channel.finish(30)
            assert channel.activities.going == 0
        self._forget(fake)
        at(count)

    def _forget(self, fake: FakeTelegram) -> None:
        self._replies.update(sent.seen for sent in fake.sent.values())
        for kept in (fake.sent, fake.calls, fake.at):
            kept.clear()

    def check(self, count: int, kinds: int) -> None:
        """See that each cost one line, that none was dropped, and that nothing of our code was told."""
        lines = [record for record in self._caplog.records if record.name == "bot.channels.telegram.channel"]
        assert len(lines) == count
        assert not [line.getMessage() for line in lines if "dropped" in line.getMessage()]
        assert all(len(line.getMessage()) < 200 and "\n" not in line.getMessage() for line in lines)
        assert not [record for record in self._caplog.records if record.exc_info]
        assert len(self._replies) > kinds
        assert not [reply for reply in self._replies for word in TOLD if word in reply]


def test_ten_thousand_hostile_updates_each_cost_one_line_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    seen, sizes, started = Seen(caplog), [], time.monotonic()

    def measure(number: int) -> None:
        if number in (WARM, COUNT):
            sizes.append(megabytes())

    run(lambda: seen.after(new_desk(unknown=Role.OFFICER), SEED, COUNT, measure))
    seen.check(COUNT, 15)
    assert sizes[1] - sizes[0] < MOST_MB
    assert time.monotonic() - started < 60


def test_hostile_updates_do_no_harm_where_what_is_said_is_kept_on_disk(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    seen = Seen(caplog)
    with store_of("sqlite", tmp_path, Clock()) as store:
        desk = new_desk(store=store, unknown=Role.OFFICER)
        run(lambda: seen.after(desk, SEED + 1, COUNT_ON_DISK))
        assert store.inbox.waiting("telegram") == ()
    seen.check(COUNT_ON_DISK, 8)


def test_the_same_seed_gives_the_same_updates() -> None:
    first, second = (json.dumps(list(Hostile(1).updates(50)), default=str) for _ in range(2))
    assert first == second


def test_an_update_nested_too_deep_is_no_update() -> None:
    assert read_update({"update_id": 1, "message": deep(50_000)}) is None
