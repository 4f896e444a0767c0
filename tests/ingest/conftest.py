"""What the tests of ingest share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.release import chroma_released
from tests.ingest.small import write_knowledge


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small knowledge folder without findings, to spoil."""
    return write_knowledge(tmp_path / "knowledge")


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    """Leave no threads or open files of Chroma behind."""
    with chroma_released():
        yield
