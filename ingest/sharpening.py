"""Fits the change of axes that brings different ways to ask the same thing together.

Knows within-class covariance normalisation (Hatch, Kajarekar and Stolcke, *Within-class covariance normalization
for SVM-based speaker recognition*, 2006): the axes along which the question lines of one target differ are shrunk.
Knows nothing of texts.
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from bot.adapters.sharpening import Sharpening
from bot.core.ports import Vector

SHRINKAGE = 0.3
"""Share of the plain identity mixed into the covariance, for there are fewer lines than it has values. From 0.1 to
0.5 the share of tuning questions whose best target is right stays within 0.01 (docs/adr/0003-ranking.md)."""


def fit_sharpening(lines: Iterable[tuple[str, Vector]], dims: int) -> Sharpening:
    """Fit on vectors of question lines, each with its target; where no target has two lines, change nothing."""
    by_target: dict[str, list[npt.NDArray[np.float64]]] = defaultdict(list)
    for target, vector in lines:
        by_target[target].append(np.asarray(vector, dtype=np.float64))
    groups = [np.stack(rows) for rows in by_target.values() if len(rows) > 1]
    if not any(np.ptp(rows, axis=0).any() for rows in groups):
        return Sharpening(np.zeros(dims), np.eye(dims))
    centred = np.concatenate([rows - rows.mean(axis=0) for rows in groups])
    within = centred.T @ centred / (len(centred) - len(groups))
    mixed = (1 - SHRINKAGE) * within + SHRINKAGE * np.trace(within) / dims * np.eye(dims)
    sizes, directions = np.linalg.eigh(mixed)
    centre = np.concatenate(groups).mean(axis=0)
    return Sharpening(centre, directions @ np.diag(sizes**-0.5) @ directions.T)
