"""Whether the channel works, for a health check.

Knows what is wrong now, in words for the operator.
Knows nothing of who asks.
"""

import logging

log = logging.getLogger(__name__)


class Health:
    """What is wrong, by name; nothing is well until the channel has started."""

    def __init__(self) -> None:
        """Begin as not started."""
        self._problems = {"start": "not started"}

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self._problems

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong."""
        return tuple(self._problems.values())

    def report(self, name: str, problem: str) -> None:
        """Note what is wrong; it is logged once, however often it is reported."""
        if self._problems.get(name) != problem:
            log.error("red: %s", problem)
        self._problems[name] = problem

    def stop(self) -> None:
        """Note that the channel ends, which is no error."""
        self._problems["start"] = "stopping"

    def clear(self, name: str) -> None:
        """Note that something is well again."""
        if self._problems.pop(name, None) is not None and name != "start":
            log.warning("well again: %s", name)
