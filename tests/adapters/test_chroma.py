from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from bot.adapters.chroma import BATCH, ChromaVectorIndex, write_vectors
from bot.core.errors import IndexUnavailable
from bot.core.ports import Vector

pytestmark = pytest.mark.integration


def vectors(count: int, dims: int = 16) -> list[tuple[str, Vector]]:
    rows = np.random.default_rng(7).normal(size=(count, dims)).astype(np.float32)
    return [(f"e{n}", row / np.linalg.norm(row)) for n, row in enumerate(rows)]


def test_what_was_written_is_found_after_opening_again(tmp_path: Path) -> None:
    some = vectors(30)
    write_vectors(tmp_path / "v", some)
    index = ChromaVectorIndex(tmp_path / "v")
    assert [index.nearest(vector, 1)[0].entry for _, vector in some] == [entry for entry, _ in some]


def test_more_than_one_batch_is_written_whole(tmp_path: Path) -> None:
    some = vectors(BATCH + 1)
    write_vectors(tmp_path / "v", some)
    index = ChromaVectorIndex(tmp_path / "v")
    assert index.holds(BATCH + 1, some[-2:])
    assert {hit.entry for hit in index.nearest(some[0][1], BATCH + 1)} == {entry for entry, _ in some}


def test_the_check_says_yes_to_what_was_written(tmp_path: Path) -> None:
    some = vectors(20)
    write_vectors(tmp_path / "v", some)
    assert ChromaVectorIndex(tmp_path / "v").holds(20, some)


def test_the_check_says_no_to_another_count(tmp_path: Path) -> None:
    some = vectors(20)
    write_vectors(tmp_path / "v", some)
    index = ChromaVectorIndex(tmp_path / "v")
    assert not index.holds(21, some)
    assert not index.holds(19, some)


def test_the_check_says_no_to_vectors_that_do_not_find_themselves(tmp_path: Path) -> None:
    write_vectors(tmp_path / "v", vectors(20))
    foreign = [(entry, np.roll(np.asarray(list(vector)), 1)) for entry, vector in vectors(20)]
    assert not ChromaVectorIndex(tmp_path / "v").holds(20, foreign)


def test_the_check_says_no_where_the_count_is_right_and_a_search_misses_records(tmp_path: Path) -> None:
    some = vectors(200)
    hidden = [*some, *((f"same{n}", some[0][1]) for n in range(1000))]
    write_vectors(tmp_path / "v", hidden)
    assert not ChromaVectorIndex(tmp_path / "v").holds(len(hidden), hidden)


def test_an_index_without_vectors_holds_nothing(tmp_path: Path) -> None:
    write_vectors(tmp_path / "v", ())
    index = ChromaVectorIndex(tmp_path / "v")
    assert index.holds(0, ())
    assert not index.holds(1, ())


def test_a_missing_folder_says_how_to_make_one_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match=r"no vectors in .*run 'isvbot-ingest sync'"):
        ChromaVectorIndex(tmp_path / "v")
    assert not (tmp_path / "v").exists()


@pytest.mark.parametrize("content", [b"", b"geen database"], ids=["empty", "overwritten"])
def test_a_damaged_database_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "chroma.sqlite3").write_bytes(content)
    with pytest.raises(IndexUnavailable, match="cannot be opened: run 'isvbot-ingest sync'"):
        ChromaVectorIndex(tmp_path / "v")


def test_a_folder_of_another_program_is_one_clear_error(tmp_path: Path) -> None:
    client = chromadb.PersistentClient(path=str(tmp_path / "v"), settings=Settings(anonymized_telemetry=False))
    client.create_collection("iets-anders", embedding_function=None)
    with pytest.raises(IndexUnavailable):
        ChromaVectorIndex(tmp_path / "v")


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("geen map", "utf-8")
    with pytest.raises(IndexUnavailable):
        write_vectors(tmp_path / "file" / "v", vectors(2))


def test_vectors_of_unequal_length_are_one_clear_error(tmp_path: Path) -> None:
    write_vectors(tmp_path / "v", vectors(3, dims=16))
    with pytest.raises(IndexUnavailable):
        ChromaVectorIndex(tmp_path / "v").nearest([1.0, 0.0], 1)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts the open files of Linux")
def test_writing_leaves_no_files_open(tmp_path: Path) -> None:
    for n in range(10):
        write_vectors(tmp_path / f"v{n}", vectors(3))
    opened = [file for file in Path("/proc/self/fd").iterdir() if str(tmp_path) in str(file.resolve())]
    assert len(opened) < 10  # Chroma closes the last ones in a thread of its own
