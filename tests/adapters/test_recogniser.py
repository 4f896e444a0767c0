from pathlib import Path

import numpy as np
import pytest

from bot.adapters.recogniser import LinearRecogniser, meaning_of
from bot.core.corpus import Kind
from bot.core.errors import IndexUnavailable
from bot.core.features import PLACES

DIMS = 3


def recogniser() -> LinearRecogniser:
    draw = np.random.default_rng(1)
    return LinearRecogniser(
        keys=("answer:a", "passage:b#p1"),
        centre=np.zeros(DIMS, dtype=np.float32),
        weights=draw.normal(size=(DIMS + PLACES, 2)).astype(np.float32),
        bias=np.asarray([0.5, -0.5], dtype=np.float32),
        kind_weights=draw.normal(size=(DIMS + PLACES, len(Kind))).astype(np.float32),
        kind_bias=np.zeros(len(Kind), dtype=np.float32),
    )


def test_what_is_saved_recognises_the_same(tmp_path: Path) -> None:
    recogniser().save(tmp_path / "recogniser.npz")
    loaded = LinearRecogniser.load(tmp_path / "recogniser.npz")
    vector = [0.6, 0.8, 0.0]
    assert loaded.recognise("een vraag", vector) == recogniser().recognise("een vraag", vector)


def test_a_text_without_words_is_recognised_by_its_vector_alone() -> None:
    one = recogniser().recognise("?!", [0.6, 0.8, 0.0])
    assert one == recogniser().recognise("", [0.6, 0.8, 0.0])
    assert one != recogniser().recognise("", [0.8, 0.6, 0.0])


def test_a_vector_in_the_centre_has_no_direction() -> None:
    centre = np.asarray([1.0, 0.0, 0.0], dtype=np.float32)
    assert not meaning_of([1.0, 0.0, 0.0], centre).any()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04half", b"geen archief"])
def test_a_damaged_file_is_named_with_the_way_out(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "recogniser.npz"
    path.write_bytes(content)
    with pytest.raises(IndexUnavailable, match=r"recogniser\.npz.*isvbot-ingest sync"):
        LinearRecogniser.load(path)


def test_a_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="isvbot-ingest sync"):
        LinearRecogniser.load(tmp_path / "recogniser.npz")
