"""A breaker in front of a chat model: after some failures in a row it is left alone for a while.

Ours, because the kept library (``pybreaker``) takes no clock, and counts a caller who stops reading as a failure.
Knows nothing of how a model is asked.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from typing import cast

from bot.core.errors import ModelStopped, ModelTimeout, ModelUnavailable
from bot.core.ports import LanguageModel, Piece, Prompt

FAILURES = 3
REST_S = 30.0


class BreakerModel:
    """Passes prompts on, until the model failed ``failures`` times in a row; then lets one try after ``rest_s`` s.

    Only one caller makes that try: the others are refused until it has ended. A reply that a filter or a limit stopped
    is no failure: the model is there, and says so at once.
    """

    def __init__(
        self, model: LanguageModel, clock: Callable[[], float], failures: int = FAILURES, rest_s: float = REST_S
    ) -> None:
        """Take the model, and a clock in seconds that never goes back."""
        self.name = model.name
        self._model = model
        self._clock = clock
        self._failures = failures
        self._rest_s = rest_s
        self._lock = threading.Lock()
        self._failed = 0
        self._opens_at = 0.0
        self._is_tried = False

    def write(self, prompt: Prompt, limit_s: float) -> Generator[Piece, None, None]:
        """Give the reply in pieces, or refuse at once.

        Raises:
            ModelUnavailable: the model failed too often, not long ago, or cannot be reached now.
            ModelTimeout: the reply was not whole in time.
            ModelStopped: the reply is not whole.
        """
        self._enter()
        is_failed: bool | None = None
        try:
            with closing(cast("Generator[Piece, None, None]", self._model.write(prompt, limit_s))) as pieces:
                for piece in pieces:
                    is_failed = False
                    yield piece
        except ModelStopped:
            is_failed = False
            raise
        except (ModelTimeout, ModelUnavailable):
            is_failed = True
            raise
        finally:
            self._leave(is_failed=is_failed)

    def _enter(self) -> None:
        with self._lock:
            if self._failed < self._failures:
                return
            left_s = self._opens_at - self._clock()
            if left_s > 0:
                raise ModelUnavailable(
                    f"{self.name} failed {self._failed} times in a row: not asked again for {left_s:.0f} seconds"
                )
            if self._is_tried:
                raise ModelUnavailable(
                    f"{self.name} failed {self._failed} times in a row: another question tries it now"
                )
            self._is_tried = True

    def _leave(self, *, is_failed: bool | None) -> None:
        """Count an ending; a caller that stopped before anything came (``None``) says nothing about the model."""
        with self._lock:
            self._is_tried = False
            if is_failed:
                self._failed += 1
                self._opens_at = self._clock() + self._rest_s
            elif is_failed is False:
                self._failed = 0
