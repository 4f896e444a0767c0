"""The breaker in front of a chat model."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.adapters.breaker import BreakerModel
from bot.adapters.memory import Script, ScriptedModel
from bot.core.errors import ModelStopped, ModelTimeout, ModelUnavailable, ServiceError
from bot.core.ports import Piece, Prompt

PROMPT = Prompt("", "vraag")
GONE = ModelUnavailable("weg")
LATE = ModelTimeout("laat")
OPEN = r"^scripted:model failed 3 times in a row: not asked again for 30 seconds$"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def behind(*script: Script) -> tuple[BreakerModel, ScriptedModel, Clock]:
    model, clock = ScriptedModel(*script), Clock()
    return BreakerModel(model, clock, failures=3, rest_s=30.0), model, clock


def fail(breaker: BreakerModel, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ServiceError, match=r"^(weg|laat)$"):
            list(breaker.write(PROMPT, 1))


def text_of(breaker: BreakerModel) -> str:
    return "".join(piece.text for piece in breaker.write(PROMPT, 1))


@pytest.mark.parametrize("script", [(GONE,), (LATE,), (("half ", LATE),), (GONE, LATE, GONE)])
def test_after_three_failures_in_a_row_the_model_is_left_alone(script: tuple[Script, ...]) -> None:
    breaker, model, clock = behind(*script)
    fail(breaker, 3)
    with pytest.raises(ModelUnavailable, match=OPEN):
        list(breaker.write(PROMPT, 1))
    clock.now_s = 29.9
    with pytest.raises(ModelUnavailable, match="not asked again"):
        list(breaker.write(PROMPT, 1))
    assert len(model.prompts) == 3


def test_after_the_rest_one_try_that_works_closes_the_breaker() -> None:
    breaker, model, clock = behind(GONE, GONE, GONE, "Goed.")
    fail(breaker, 3)
    clock.now_s = 30.0
    assert text_of(breaker) == "Goed."
    clock.now_s = 0.0
    assert text_of(breaker) == "Goed."
    assert len(model.prompts) == 5


def test_after_the_rest_one_try_that_fails_begins_the_rest_anew() -> None:
    breaker, model, clock = behind(GONE)
    fail(breaker, 3)
    clock.now_s = 30.0
    fail(breaker, 1)
    clock.now_s = 59.9
    with pytest.raises(ModelUnavailable, match="failed 4 times in a row: not asked again"):
        list(breaker.write(PROMPT, 1))
    clock.now_s = 60.0
    fail(breaker, 1)
    assert len(model.prompts) == 5


def test_a_reply_between_failures_starts_the_count_anew() -> None:
    breaker, model, _ = behind(GONE, GONE, "Goed.", GONE, GONE, "Goed.")
    fail(breaker, 2)
    assert text_of(breaker) == "Goed."
    fail(breaker, 2)
    assert text_of(breaker) == "Goed."
    assert len(model.prompts) == 6


def test_a_reply_that_was_stopped_is_no_failure() -> None:
    breaker, model, _ = behind(GONE, GONE, ModelStopped("gefilterd"), GONE, "Goed.")
    fail(breaker, 2)
    with pytest.raises(ModelStopped):
        list(breaker.write(PROMPT, 1))
    fail(breaker, 1)
    assert text_of(breaker) == "Goed."
    assert len(model.prompts) == 5


def test_who_stops_reading_is_no_failure_and_ends_the_request() -> None:
    ended = []

    class Watched:
        name = "scripted:model"

        def write(self, prompt: Prompt, limit_s: float) -> Iterator[Piece]:
            try:
                while True:
                    yield Piece("woord ")
            finally:
                ended.append(True)

    breaker = BreakerModel(Watched(), Clock(), failures=1)
    for n in range(3):
        with closing(breaker.write(PROMPT, 1)) as pieces:
            next(pieces)
        assert len(ended) == n + 1


def test_only_one_makes_the_try_and_who_gives_up_lets_another() -> None:
    breaker, model, clock = behind(GONE, GONE, GONE, "Goed zo.")
    fail(breaker, 3)
    clock.now_s = 30.0
    with closing(breaker.write(PROMPT, 1)) as first:
        next(first)
        with pytest.raises(ModelUnavailable, match=r"another question tries it now$"):
            list(breaker.write(PROMPT, 1))
    assert text_of(breaker) == "Goed zo."
    assert len(model.prompts) == 5


def test_failures_of_many_threads_are_all_counted() -> None:
    breaker, model, _ = behind(GONE)
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        with pytest.raises(ModelUnavailable):
            list(breaker.write(PROMPT, 1))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(ModelUnavailable, match="not asked again"):
        list(breaker.write(PROMPT, 1))
    assert 3 <= len(model.prompts) <= 8
