"""Times and memory, measured the same way for whatever is compared.

Knows rounds, percentiles and the kernel's count of memory.
Knows nothing of what is measured.
"""

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

ROUNDS = 3


def shortest(tasks: Sequence[Callable[[], object]]) -> list[float]:
    """Give the shortest time of each task over some rounds, in seconds; the first round only warms up."""
    best = [float("inf")] * len(tasks)
    for turn in range(ROUNDS + 1):
        for i, task in enumerate(tasks):
            started = time.perf_counter()
            task()
            if turn:
                best[i] = min(best[i], time.perf_counter() - started)
    return best


def ratio(times: Sequence[float], base: Sequence[float], share: int) -> str:
    """Write the ratio of two percentiles, and the milliseconds behind it."""
    one, other = np.percentile(times, share), np.percentile(base, share)
    return f"{one / other:.2f} ({one * 1000:.0f} ms / {other * 1000:.0f} ms)"


def peak_megabytes() -> float | None:
    """Give the most memory that this process ever had; ``None`` where the kernel does not tell.

    The peak of a child that is read from outside may be that of its parent before it became another program.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
    return None if found is None else int(found[1]) / 1024
