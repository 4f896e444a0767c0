"""Work of one key is done in order, of different keys side by side, and never more than there is room for."""

import asyncio

import pytest

from bot.core.ordered import Ordered, Work


class Watched:
    """Work that tells when it began, and ends when it is told to."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.done: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.changed = asyncio.Event()

    def work(self, name: str) -> Work:
        self.gates[name] = asyncio.Event()

        async def run() -> None:
            self.began.append(name)
            self.changed.set()
            await self.gates[name].wait()
            self.done.append(name)

        return run

    async def until_began(self, count: int) -> None:
        while len(self.began) < count:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 5)


async def in_order() -> None:
    ordered, watched = Ordered(side_by_side=3), Watched()
    for key, name in (("a", "a1"), ("a", "a2"), ("b", "b1")):
        ordered.put(key, watched.work(name))
    await watched.until_began(2)
    assert watched.began == ["a1", "b1"]
    watched.gates["a1"].set()
    await watched.until_began(3)
    assert watched.began[-1] == "a2"
    for gate in watched.gates.values():
        gate.set()
    assert await ordered.finish(5)
    assert ordered.waiting == 0


def test_one_key_waits_for_itself_and_not_for_another() -> None:
    asyncio.run(in_order())


def test_no_more_keys_run_than_there_are_workers() -> None:
    async def run() -> None:
        ordered, watched = Ordered(side_by_side=2), Watched()
        for name in "abcd":
            ordered.put(name, watched.work(name))
        await watched.until_began(2)
        await asyncio.sleep(0)
        assert watched.began == ["a", "b"]
        for gate in watched.gates.values():
            gate.set()
        assert await ordered.finish(5)
        assert sorted(watched.done) == ["a", "b", "c", "d"]

    asyncio.run(run())


def test_there_is_room_for_so_much_in_all_and_for_one_key() -> None:
    async def run() -> None:
        ordered, watched = Ordered(side_by_side=1, max_waiting=3, max_waiting_per_key=2), Watched()
        ordered.put("a", watched.work("a1"))
        assert ordered.has_room("a")
        ordered.put("a", watched.work("a2"))
        assert not ordered.has_room("a")
        assert ordered.has_room("b")
        ordered.put("b", watched.work("b1"))
        assert not ordered.has_room("b")
        for gate in watched.gates.values():
            gate.set()
        assert await ordered.finish(5)
        assert ordered.has_room("a")

    asyncio.run(run())


def test_work_that_fails_does_not_stop_the_work_behind_it(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> list[str]:
        ordered, done = Ordered(), []

        async def fails() -> None:
            raise ValueError("a question of a person")

        async def works() -> None:
            done.append("done")

        ordered.put("a", fails)
        ordered.put("a", works)
        assert await ordered.finish(5)
        return done

    assert asyncio.run(run()) == ["done"]
    assert "ValueError" in caplog.text
    assert "a question" not in caplog.text


def test_what_takes_too_long_is_cancelled_and_said() -> None:
    async def run() -> None:
        ordered, watched = Ordered(), Watched()
        ordered.put("a", watched.work("a1"))
        ordered.put("a", watched.work("a2"))
        await watched.until_began(1)
        assert not await ordered.finish(0.01)
        assert ordered.waiting == 0
        assert watched.done == []

    asyncio.run(run())


def test_what_is_put_there_at_the_end_does_not_overtake_what_is_left() -> None:
    async def run() -> None:
        done: list[str] = []

        async def fails() -> float:
            return 3600.0

        async def later() -> None:
            done.append("later")

        ordered = Ordered()
        ordered.put("a", fails)
        assert not await ordered.finish(5)
        ordered.put("a", later)
        assert not await ordered.finish(5)
        assert done == []

    asyncio.run(run())


def test_a_cancellation_of_a_library_stops_nothing_behind_it() -> None:
    async def run() -> None:
        done: list[str] = []

        async def cancelled() -> None:
            raise asyncio.CancelledError

        async def later() -> None:
            done.append("later")

        ordered = Ordered()
        ordered.put("a", cancelled)
        ordered.put("a", later)
        assert await ordered.finish(5)
        assert done == ["later"]

    asyncio.run(run())
