import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from bot.adapters.memory import targets_of
from bot.adapters.shelf import KEPT_TARGETS, SqliteShelf, write_shelf
from bot.core.corpus import Status
from bot.core.entries import Entry, key_of
from bot.core.errors import IndexUnavailable
from tests.adapters.small import small_corpus
from tests.builders import reply

CORPUS = small_corpus()
ENTRIES = [
    (Entry("b|text", "tekst", False), "d2"),
    (Entry("a|line 0", "vraag", True), "d1"),
    (Entry("c|line 0", "vraag", True), "d1"),
]
VECTORS = {"d1": [0.6, 0.8], "d2": [1.0, 0.0], "d3": [0.0, 1.0]}


PAGE = 4096
"""Bytes of a page of SQLite."""


def write(path: Path) -> Path:
    write_shelf(path, CORPUS.sources, targets_of(CORPUS), ENTRIES, VECTORS, {"drempel": 3, "één": 1})
    return path


def read_whole(path: Path) -> None:
    with closing(SqliteShelf(path)) as shelf:
        shelf.all_sources()
        shelf.all_targets()
        shelf.known_vectors()
        shelf.digests()
        shelf.words()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "shelf.sqlite")


def test_everything_comes_back_as_it_was_put(path: Path) -> None:
    shelf = SqliteShelf(path)
    assert shelf.all_sources() == tuple(sorted(CORPUS.sources, key=lambda source: source.id))
    assert shelf.all_targets() == tuple(sorted(targets_of(CORPUS), key=key_of))
    assert shelf.words() == {"drempel": 3, "één": 1}
    shelf.close()


def test_entries_come_in_order_of_id_and_may_share_a_vector(path: Path) -> None:
    shelf = SqliteShelf(path)
    assert shelf.counts().entries == 3
    vectors = list(shelf.vectors())
    shelf.close()
    assert [entry for entry, _ in vectors] == ["a|line 0", "b|text", "c|line 0"]
    assert np.allclose([vector for _, vector in vectors], [[0.6, 0.8], [1.0, 0.0], [0.6, 0.8]])


def test_a_vector_without_an_entry_is_kept_for_the_next_build(path: Path) -> None:
    shelf = SqliteShelf(path)
    known = shelf.known_vectors()
    shelf.close()
    assert known.keys() == VECTORS.keys()
    assert known["d3"].tolist() == [0.0, 1.0]


def test_more_targets_than_are_kept_in_memory_all_come_back(tmp_path: Path) -> None:
    replies = [reply(f"r{n}", Status.SMALLTALK, f"regel {n}") for n in range(KEPT_TARGETS + 10)]
    write_shelf(tmp_path / "many.sqlite", (), replies, (), {}, {})
    shelf = SqliteShelf(tmp_path / "many.sqlite")
    keys = [key_of(one) for one in replies]
    assert list(shelf.fetch(keys)) == keys
    assert shelf.fetch(keys[:1])[keys[0]] == replies[0]
    shelf.close()


def test_several_readers_read_the_same_file(path: Path) -> None:
    first, second = SqliteShelf(path), SqliteShelf(path)
    assert first.all_targets() == second.all_targets()
    first.close()
    assert second.counts().entries == 3
    second.close()


def test_reading_changes_nothing_on_disk(path: Path) -> None:
    before = path.read_bytes()
    shelf = SqliteShelf(path)
    shelf.fetch([key_of(target) for target in targets_of(CORPUS)])
    shelf.close()
    assert path.read_bytes() == before
    assert [child.name for child in path.parent.iterdir()] == [path.name]


def test_a_missing_shelf_is_one_clear_error_and_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match=r"nergens.sqlite cannot be read: run 'isvbot-ingest sync'"):
        SqliteShelf(tmp_path / "nergens.sqlite")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pages", range(7))
def test_a_shelf_that_was_cut_off_is_one_clear_error(path: Path, pages: int) -> None:
    content = path.read_bytes()
    assert len(content) == 7 * PAGE
    path.write_bytes(content[: pages * PAGE])
    with pytest.raises(IndexUnavailable, match="cannot be read: run 'isvbot-ingest sync'"):
        read_whole(path)


def test_a_shelf_that_misses_a_table_is_one_clear_error(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP TABLE words")
    db.close()
    shelf = SqliteShelf(path)
    with pytest.raises(IndexUnavailable, match="cannot be read"):
        shelf.words()
    shelf.close()


def test_a_shelf_that_is_closed_is_one_clear_error(path: Path) -> None:
    shelf = SqliteShelf(path)
    shelf.close()
    with pytest.raises(IndexUnavailable, match="cannot be read"):
        shelf.counts()


def test_a_target_of_another_shape_is_one_clear_error(path: Path) -> None:
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE targets SET json = '{}'")
    db.close()
    shelf = SqliteShelf(path)
    try:
        with pytest.raises(IndexUnavailable):
            shelf.fetch(["answer:uniform"])
    finally:
        shelf.close()


def test_a_shelf_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable):
        write(tmp_path / "nergens" / "shelf.sqlite")


@pytest.mark.parametrize("name", ["met spatie", "ë ü", "it's", "100% van"])
def test_a_shelf_may_lie_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    shelf = SqliteShelf(write(tmp_path / name / "shelf.sqlite"))
    assert shelf.counts().entries == 3
    shelf.close()


@pytest.mark.parametrize("name", ["map #1", "wat?nu", "a%41b"])
def test_a_shelf_may_lie_in_a_folder_whose_name_has_a_sign_of_a_uri(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    shelf = SqliteShelf(write(tmp_path / name / "shelf.sqlite"))
    assert shelf.counts().entries == 3
    shelf.close()
