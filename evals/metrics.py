"""Figures over many scores, with bootstrap intervals.

Knows recall@k and nDCG@k (Järvelin and Kekäläinen, *Cumulated gain-based evaluation of IR techniques*, 2002)
and the percentile bootstrap over questions (Efron, 1979).
Knows nothing of questions.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from evals.scoring import Score

Scored = TypeVar("Scored")

RESAMPLES = 1000
SEED = 20261121


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in [0, 1] with its 95 % interval and the number of questions it is over."""

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        """Write it for a table."""
        return f"{self.value:.3f} [{self.low:.3f}-{self.high:.3f}] n={self.count}"


def figure(scores: Sequence[Scored], ratio: Callable[[Scored], tuple[float, float]]) -> Figure:
    """Give the sum of parts over the sum of wholes, and its interval; questions without a whole do not count."""
    pairs = [pair for pair in map(ratio, scores) if pair[1] > 0]
    if not pairs:
        return Figure(0.0, 0.0, 0.0, 0)
    draw = random.Random(SEED)
    resampled = sorted(_ratio(draw.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    return Figure(_ratio(pairs), resampled[int(0.025 * RESAMPLES)], resampled[int(0.975 * RESAMPLES)], len(pairs))


def recall_at(k: int) -> Callable[[Score], tuple[float, float]]:
    """Give the share of labelled spans that the first ``k`` passages hold."""
    return lambda s: (sum(rank is not None and rank <= k for rank in s.ranks), len(s.ranks))


def hit_at(k: int) -> Callable[[Score], tuple[float, float]]:
    """Give the share of questions for which the first ``k`` passages hold at least one labelled span."""
    return lambda s: (any(rank is not None and rank <= k for rank in s.ranks), bool(s.ranks))


def ndcg_at(k: int) -> Callable[[Score], tuple[float, float]]:
    """Give nDCG@k with a gain of 1 for the first passage of each labelled span."""

    def gain(s: Score) -> tuple[float, float]:
        found = {rank for rank in s.ranks if rank is not None and rank <= k}
        wanted = len({rank if rank is not None else ("missing", i) for i, rank in enumerate(s.ranks)})
        ideal = sum(1 / math.log2(i + 1) for i in range(1, min(wanted, k) + 1))
        return (sum(1 / math.log2(rank + 1) for rank in found) / ideal if ideal else 0.0, bool(s.ranks))

    return gain


def status_right(s: Score) -> tuple[float, float]:
    """Whether the status is one of the right ones."""
    return s.status_right, 1


def points(s: Score) -> tuple[float, float]:
    """The share of points made, where points count."""
    return (sum(s.points_made), len(s.points_made)) if s.counts_points else (0, 0)


def quotes_exact(s: Score) -> tuple[float, float]:
    """The share of quotes that stand word for word at their offsets."""
    return s.quotes_exact, s.quotes


def cited(s: Score) -> tuple[float, float]:
    """Whether an answer has a citation."""
    return bool(s.quotes), s.answer.status.is_answer


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    whole = sum(pair[1] for pair in pairs)
    return sum(pair[0] for pair in pairs) / whole if whole else 0.0
