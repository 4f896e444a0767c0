import gc
from pathlib import Path

import numpy as np
import pytest

from bot.adapters.chroma import ChromaVectorIndex, write_vectors
from bot.adapters.sharpening import SharpenedVectorIndex, Sharpening
from bot.core.errors import IndexUnavailable

STRETCH = Sharpening([1.0, 0.0], [[1.0, 0.0], [0.0, 3.0]])


def test_a_vector_is_centred_turned_and_brought_to_length_one() -> None:
    assert STRETCH.sharpened([2.0, 1.0]).tolist() == pytest.approx([1 / 10**0.5, 3 / 10**0.5])


def test_a_vector_in_the_centre_has_no_direction_and_stays_zero() -> None:
    assert STRETCH.sharpened([1.0, 0.0]).tolist() == [0.0, 0.0]


def test_a_saved_sharpening_does_the_same(tmp_path: Path) -> None:
    STRETCH.save(tmp_path / "s.npz")
    loaded = Sharpening.load(tmp_path / "s.npz")
    for vector in ([2.0, 1.0], [0.3, -0.7], [1.0, 0.0]):
        assert np.array_equal(loaded.sharpened(vector), STRETCH.sharpened(vector))


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match=r"s.npz cannot be read: run 'isvbot-ingest sync'"):
        Sharpening.load(tmp_path / "s.npz")


def test_a_file_of_another_kind_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "s.npz").write_bytes(b"geen assen")
    with pytest.raises(IndexUnavailable):
        Sharpening.load(tmp_path / "s.npz")


def test_a_file_without_axes_is_one_clear_error(tmp_path: Path) -> None:
    np.savez(tmp_path / "s.npz", centre=np.zeros(2))
    with pytest.raises(IndexUnavailable):
        Sharpening.load(tmp_path / "s.npz")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # numpy leaves a file open that it cannot read
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_one_clear_error(tmp_path: Path, share: float) -> None:
    STRETCH.save(tmp_path / "s.npz")
    content = (tmp_path / "s.npz").read_bytes()
    (tmp_path / "s.npz").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(IndexUnavailable, match="cannot be read") as caught:
        Sharpening.load(tmp_path / "s.npz")
    del caught
    gc.collect()


@pytest.mark.integration
def test_a_search_sharpens_the_question_as_the_entries_were(tmp_path: Path) -> None:
    entries = {"a": [2.0, 1.0], "b": [0.0, 1.0], "c": [1.0, -1.0]}
    write_vectors(tmp_path / "v", ((entry, STRETCH.sharpened(vector)) for entry, vector in entries.items()))
    index = SharpenedVectorIndex(STRETCH, ChromaVectorIndex(tmp_path / "v"))
    assert [index.nearest(vector, 1)[0].entry for vector in entries.values()] == ["a", "b", "c"]
    assert index.nearest([2.0, 1.0], 1)[0].score == pytest.approx(1.0, abs=1e-5)
