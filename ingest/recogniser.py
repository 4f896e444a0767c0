"""Learns from the question lines which target a question asks for, and from examples what a message is.

Knows multinomial logistic regression (Hosmer, Lemeshow and Sturdivant, *Applied Logistic Regression*,
2013), fitted in small batches with Adam (Kingma and Ba, *Adam: a method for stochastic optimization*, 2015).
The same lines give the same weights on the same machine.
Knows nothing of files.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.adapters.recogniser import LinearRecogniser, meaning_of, wording_of
from bot.core.corpus import Kind
from bot.core.features import PLACES
from bot.core.ports import Vector

EPOCHS = 15
BATCH = 512
STEP = 0.03
"""Size of the first step; it shrinks to nothing along a cosine (Loshchilov and Hutter, 2017)."""

DECAY = 1e-4
"""Pull of each weight to zero. Ten times more cost 0.1 of the share of right first targets on the tuning questions."""

MIN_LINES = 4
MAX_TARGETS = 2_000
"""A target with fewer lines is found by its text and lines alone; so are those with the fewest above this number.
With 2,000 targets the weights take 20 MB and a question 2 ms."""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """A line or message with its vector and kind; ``key`` is its target, or empty where it only shows the kind."""

    text: str
    vector: Vector
    kind: Kind
    key: str = ""


def fit_recogniser(examples: Sequence[Example], dims: int, progress: Callable[[int, int], None]) -> LinearRecogniser:
    """Learn from examples; ``progress`` is told epochs done and their number. Without examples nothing is known."""
    if not examples:
        none = np.zeros((dims + PLACES, len(Kind)), dtype=np.float32)
        return LinearRecogniser((), none[:dims, 0], none[:, :0], none[0, :0], none, none[0])
    centre = np.mean([np.asarray(e.vector, dtype=np.float32) for e in examples], axis=0)
    rows = _Rows.of(examples, centre)
    keys = _learnt_keys(examples)
    numbers = {key: number for number, key in enumerate(keys)}
    labels = np.asarray([numbers.get(e.key, -1) for e in examples])
    told = np.flatnonzero(labels >= 0)
    weights, bias = _fit(rows, told, np.eye(len(keys), dtype=np.float32)[labels[told]], progress)
    kinds = np.asarray([list(Kind).index(e.kind) for e in examples])
    wanted = np.eye(len(Kind), dtype=np.float32)[kinds]
    kind_weights, kind_bias = _fit(rows, np.arange(len(examples)), wanted, lambda _done, _total: None, _shares(kinds))
    return LinearRecogniser(keys, centre, weights, bias, kind_weights, kind_bias)


def _shares(kinds: npt.NDArray[np.int64]) -> Array:
    """Weigh each example by the root of how rare its kind is: a kind of few examples is heard, but not as loudly."""
    counts = np.bincount(kinds, minlength=len(Kind)).astype(np.float32)
    weights = 1 / np.sqrt(np.maximum(counts, 1.0))
    each = weights[kinds]
    return np.asarray(each * len(kinds) / each.sum(), dtype=np.float32)


def _learnt_keys(examples: Sequence[Example]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for example in examples:
        if example.key:
            counts[example.key] = counts.get(example.key, 0) + 1
    enough = sorted((key for key, count in counts.items() if count >= MIN_LINES), key=lambda key: -counts[key])
    return tuple(sorted(enough[:MAX_TARGETS]))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of examples: meaning as a full matrix, wording as places and values, row after row."""

    meaning: Array
    starts: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    values: Array

    @classmethod
    def of(cls, examples: Sequence[Example], centre: Array) -> "_Rows":
        wordings = [wording_of(example.text) for example in examples]
        starts = np.cumsum([0, *(len(places) for places, _ in wordings)])
        return cls(
            meaning=np.stack([meaning_of(example.vector, centre) for example in examples]),
            starts=starts,
            places=np.concatenate([places for places, _ in wordings]),
            values=np.concatenate([values for _, values in wordings]),
        )

    def block(self, rows: npt.NDArray[np.int64]) -> Array:
        """Give some rows in full, shape (len(rows), d + PLACES)."""
        wording = np.zeros((len(rows), PLACES), dtype=np.float32)
        for i, row in enumerate(rows):
            own = slice(self.starts[row], self.starts[row + 1])
            wording[i, self.places[own]] = self.values[own]
        return np.hstack([self.meaning[rows], wording])


def _fit(
    rows: _Rows,
    told: npt.NDArray[np.int64],
    wanted: Array,
    progress: Callable[[int, int], None],
    shares: Array | None = None,
) -> tuple[Array, Array]:
    """Fit a softmax over the columns of ``wanted`` on the rows ``told``, which may weigh differently."""
    width, count = rows.meaning.shape[1] + PLACES, wanted.shape[1]
    weights, bias = _Learnt((width, count)), _Learnt((count,))
    progress(0, EPOCHS)
    if count == 0:
        return weights.values, bias.values
    for epoch, order in _epochs(len(told)):
        for places in order:
            block = rows.block(told[places])
            error = (_softmax(block @ weights.values + bias.values) - wanted[places]) / len(places)
            if shares is not None:
                error *= shares[places][:, None]
            weights.move(block.T @ error + DECAY * weights.values, epoch)
            bias.move(error.sum(axis=0), epoch)
        progress(epoch + 1, EPOCHS)
    return weights.values, bias.values


def _epochs(count: int) -> Iterator[tuple[int, list[npt.NDArray[np.int64]]]]:
    draw = np.random.default_rng(0)
    for epoch in range(EPOCHS):
        order = draw.permutation(count)
        yield epoch, [order[start : start + BATCH] for start in range(0, count, BATCH)]


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


class _Learnt:
    """Values that Adam moves, with its two running means."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.values: Array = np.zeros(shape, dtype=np.float32)
        self._first, self._second = np.zeros_like(self.values), np.zeros_like(self.values)
        self._moves = 0

    def move(self, gradient: npt.ArrayLike, epoch: int) -> None:
        """Take one step against a gradient."""
        self._moves += 1
        change = np.asarray(gradient, dtype=np.float32)
        self._first = 0.9 * self._first + 0.1 * change
        self._second = 0.99 * self._second + 0.01 * change * change
        size = STEP * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        corrected = self._first / (1 - 0.9**self._moves)
        spread = np.sqrt(self._second / (1 - 0.99**self._moves)) + 1e-6
        self.values = np.asarray(self.values - size * corrected / spread, dtype=np.float32)
