"""Whether the channel works, for a health check.

Knows what is wrong now, in words for the operator.
Knows nothing of who asks.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Health:
    """What is wrong; the channel says how that is found when it starts."""

    are_keys_missing: Callable[[], bool] = bool
    """Whether the keys by which messages are signed cannot be had, so that nothing is let in."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong."""
        return ("the keys by which Teams signs cannot be fetched",) if self.are_keys_missing() else ()
