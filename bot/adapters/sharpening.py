"""Vectors with what does not matter taken out: the differences between ways to ask the same thing.

Knows how to apply a fitted change of axes to vectors, and to keep it in a file.
Knows nothing of how it is fitted, or of texts.
"""

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from bot.adapters.chroma import CollectionIndex
from bot.core.errors import IndexMismatch, IndexUnavailable
from bot.core.ports import Hit, Vector

Array = npt.NDArray[np.float32]


class Sharpening:
    """A centre to take off, shape (d,), and new axes, shape (d, d); the result is brought to length one."""

    def __init__(self, centre: npt.ArrayLike, axes: npt.ArrayLike) -> None:
        """Take the fitted values."""
        self._centre = np.asarray(centre, dtype=np.float32)
        self._axes = np.asarray(axes, dtype=np.float32)

    def sharpened(self, vector: Vector) -> Array:
        """Give a vector in the new axes, of length one.

        Raises:
            IndexMismatch: it is longer or shorter than the vectors from which this was fitted.
        """
        if len(vector) != len(self._centre):
            raise IndexMismatch(
                f"the index holds vectors of {len(self._centre)} dimensions, the embedder gives {len(vector)}:"
                " run 'isvbot-ingest sync --rebuild'"
            )
        moved = (np.asarray(vector, dtype=np.float32) - self._centre) @ self._axes
        length = np.linalg.norm(moved)
        return np.asarray(moved / length if length > 0 else moved, dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the values to a file."""
        with path.open("wb") as file:
            np.savez(file, centre=self._centre, axes=self._axes)

    @classmethod
    def load(cls, path: Path) -> "Sharpening":
        """Read the values from a file.

        Raises:
            IndexUnavailable: the file is missing or damaged.
        """
        try:
            with path.open("rb") as file, np.load(file) as values:
                return cls(values["centre"], values["axes"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise IndexUnavailable(f"the index file {path} cannot be read: run 'isvbot-ingest sync'") from error


class SharpenedVectorIndex:
    """Finds entries by meaning among sharpened vectors."""

    def __init__(self, sharpening: Sharpening, vectors: CollectionIndex) -> None:
        """Take an index of vectors that were sharpened in the same way."""
        self._sharpening = sharpening
        self._vectors = vectors

    def nearest(self, vector: Vector, limit: int) -> Sequence[Hit]:
        """Give the entries nearest to a vector, best first, with the cosine after sharpening."""
        return self._vectors.nearest(self._sharpening.sharpened(vector), limit)
