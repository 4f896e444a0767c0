"""Which target a question asks for, from weights that were learnt from the question lines.

Knows how a question becomes one row of numbers, and how to keep weights in a file.
Knows nothing of how they are learnt (``ingest.recogniser``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from bot.core.corpus import Kind
from bot.core.errors import IndexUnavailable
from bot.core.features import text_features
from bot.core.ports import Recognised, Vector

Array = npt.NDArray[np.float32]

MEANING = 2.0
WORDING = 1.5
"""Lengths of the two halves of a row, for the vector and for the words (docs/adr/0003-ranking.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearRecogniser:
    """Two linear models over the same row: a softmax over ``keys``, and one over the kinds of message.

    Shapes: ``centre`` (d,), ``weights`` (d + PLACES, n), ``bias`` (n,), ``kind_weights`` (d + PLACES, k) and
    ``kind_bias`` (k,), the kinds in the order of ``Kind``.
    """

    keys: tuple[str, ...]
    centre: Array
    weights: Array
    bias: Array
    kind_weights: Array
    kind_bias: Array

    def recognise(self, text: str, vector: Vector) -> Recognised:
        """Recognise a question by its words and its vector."""
        meaning = meaning_of(vector, self.centre)
        places, values = wording_of(text)
        dims = len(self.centre)

        def log_chances(weights: Array, bias: Array) -> Array:
            scores = meaning @ weights[:dims] + values @ weights[dims + places] + bias
            shifted = scores - scores.max(initial=-np.inf)
            return np.asarray(shifted - np.log(np.exp(shifted).sum()))

        kinds = np.exp(log_chances(self.kind_weights, self.kind_bias)).tolist()
        chances = log_chances(self.weights, self.bias).tolist() if self.keys else []
        return Recognised(dict(zip(self.keys, chances, strict=True)), dict(zip(Kind, kinds, strict=True)))

    def save(self, path: Path) -> None:
        """Write the weights to a file."""
        with path.open("wb") as file:
            np.savez(
                file,
                keys=np.asarray(self.keys, dtype=np.str_),
                centre=self.centre,
                weights=self.weights,
                bias=self.bias,
                kind_weights=self.kind_weights,
                kind_bias=self.kind_bias,
            )

    @classmethod
    def load(cls, path: Path) -> "LinearRecogniser":
        """Read the weights from a file.

        Raises:
            IndexUnavailable: the file is missing or damaged.
        """
        try:
            with path.open("rb") as file, np.load(file) as values:
                return cls(
                    keys=tuple(str(key) for key in values["keys"]),
                    centre=values["centre"],
                    weights=values["weights"],
                    bias=values["bias"],
                    kind_weights=values["kind_weights"],
                    kind_bias=values["kind_bias"],
                )
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise IndexUnavailable(f"the index file {path} cannot be read: run 'isvbot-ingest sync'") from error


def meaning_of(vector: Vector | Sequence[float], centre: Array) -> Array:
    """Give the first half of a row: where a vector lies from the centre of all questions, shape (d,)."""
    moved = np.asarray(vector, dtype=np.float32) - centre
    length = float(np.linalg.norm(moved))
    return np.asarray(MEANING * moved / length if length > 0 else moved, dtype=np.float32)


def wording_of(text: str) -> tuple[npt.NDArray[np.int64], Array]:
    """Give the second half of a row: the places that are not zero and their values."""
    found = text_features(text)
    places = np.fromiter(found.keys(), dtype=np.int64, count=len(found))
    values = np.fromiter(found.values(), dtype=np.float32, count=len(found))
    return places, np.asarray(WORDING * values, dtype=np.float32)
