"""Checks what an engine gave for vectors, and brings them to length one.

Knows what a usable vector is. Knows nothing of engines.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.core.errors import EmbedderUnavailable


def unit_vectors(found: npt.ArrayLike, count: int, dims: int, name: str) -> Sequence[npt.NDArray[np.float32]]:
    """Give ``count`` unit vectors of ``dims`` dimensions.

    Raises:
        EmbedderUnavailable: there are fewer or more of them, they are shorter or longer, or not all numbers.
    """
    try:
        rows = np.asarray(found, dtype=np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise EmbedderUnavailable(f"{name} gave something that is no list of vectors of one length") from error
    if rows.shape != (count, dims):
        shape = " x ".join(map(str, rows.shape))
        raise EmbedderUnavailable(f"{name} gave {shape} numbers where {count} x {dims} were asked for")
    if not np.isfinite(rows).all():
        raise EmbedderUnavailable(f"{name} gave a vector that does not hold numbers only")
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    if not (lengths > 0).all():
        raise EmbedderUnavailable(f"{name} gave a vector of length zero")
    return list((rows / lengths).astype(np.float32))
