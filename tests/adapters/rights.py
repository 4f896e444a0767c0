"""Takes the right to write away for a moment, also from a superuser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534

needs_unix = pytest.mark.skipif(os.name != "posix", reason="rights and signals of Unix")


@contextmanager
def without_right_to_write(folder: Path) -> Iterator[None]:
    """Make a folder read-only; a superuser is somebody else meanwhile, for rights do not hold for him."""
    mode = folder.stat().st_mode
    is_superuser = os.geteuid() == 0
    folder.chmod(0o500)
    if is_superuser:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_superuser:
            os.seteuid(0)
        folder.chmod(mode)
