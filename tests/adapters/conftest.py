"""What the tests of adapters share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.dictionary import write_dictionary
from tests.adapters.release import chroma_released


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    """Leave no threads or open files of Chroma behind."""
    with chroma_released():
        yield


@pytest.fixture(scope="session")
def word_list(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The word list of the installed package; not to be changed."""
    return write_dictionary(tmp_path_factory.mktemp("dictionary"))
