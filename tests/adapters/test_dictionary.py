from importlib.metadata import version
from pathlib import Path

import pytest

from bot.adapters.dictionary import Dictionary, dictionary_path, write_dictionary
from bot.core.errors import IndexUnavailable

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("word", ["fiets", "gemeente", "verplicht", "categorieën", "mandatory", "supplier"])
def test_dutch_and_english_words_are_known(word_list: Path, word: str) -> None:
    assert Dictionary(word_list).knows(word)


@pytest.mark.parametrize("word", ["levarancier", "gunningscriterum", "xyzzy", "", "'; DROP TABLE words; --"])
def test_a_slip_is_not_known(word_list: Path, word: str) -> None:
    assert not Dictionary(word_list).knows(word)


def test_the_list_belongs_to_the_installed_package(word_list: Path) -> None:
    assert word_list == dictionary_path(word_list.parent)
    assert version("pyspellchecker") in word_list.name


def test_a_list_that_is_there_is_left_alone(word_list: Path) -> None:
    before = word_list.stat().st_mtime_ns
    assert write_dictionary(word_list.parent) == word_list
    assert word_list.stat().st_mtime_ns == before
    assert [child.name for child in word_list.parent.iterdir()] == [word_list.name]


def test_what_a_killed_run_left_is_written_anew(tmp_path: Path) -> None:
    left = dictionary_path(tmp_path).with_suffix(".part")
    left.write_bytes(b"half")
    assert Dictionary(write_dictionary(tmp_path)).knows("fiets")
    assert not left.exists()


@pytest.mark.parametrize("content", [None, b"", b"geen lijst" * 100], ids=["missing", "empty", "overwritten"])
def test_a_list_that_cannot_be_read_is_one_clear_error(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "list.sqlite").write_bytes(content)
    with pytest.raises(IndexUnavailable, match=r"list.sqlite cannot be read: run 'isvbot-ingest sync'"):
        Dictionary(tmp_path / "list.sqlite")


def test_a_damaged_list_is_made_anew_as_its_error_says(tmp_path: Path) -> None:
    dictionary_path(tmp_path).write_bytes(b"geen lijst" * 100)
    assert Dictionary(write_dictionary(tmp_path)).knows("fiets")


def test_a_list_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable):
        write_dictionary(tmp_path / "nergens")
