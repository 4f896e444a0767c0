"""How long each step took.

Knows a clock that is handed in; reads none itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Measures steps in milliseconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start; ``clock`` gives seconds."""
        self._clock = clock
        self._started = clock()
        self._steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what happens inside, also when it fails."""
        started = self._clock()
        try:
            yield
        finally:
            self._steps[name] = round((self._clock() - started) * 1000, 3)

    def timings_ms(self) -> dict[str, float]:
        """Give the milliseconds of each step and in ``total``."""
        return {**self._steps, "total": round((self._clock() - self._started) * 1000, 3)}
