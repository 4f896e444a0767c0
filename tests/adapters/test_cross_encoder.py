"""The reranker over the real library, with a tiny model that was never trained: what it says is noise, that it fits."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.core.errors import RerankerUnavailable
from tests.engines import is_installed, needs_engines

if TYPE_CHECKING or is_installed:
    from bot.adapters.cross_encoder import CrossEncoderReranker

pytestmark = [pytest.mark.integration, *needs_engines]

TEXTS = ["De drempel staat in het contract.", "Koffie.", "Wat is een drempel? " * 200, ""]


def test_every_text_gets_a_number_of_its_own_in_order(tiny_cross_encoder: Path) -> None:
    reranker = CrossEncoderReranker(str(tiny_cross_encoder), precision="float32")
    found = reranker.log_odds("wat is de drempel", TEXTS)
    alone = [reranker.log_odds("wat is de drempel", [text])[0] for text in TEXTS]
    assert len(set(found)) == len(TEXTS)
    assert found == pytest.approx(alone, abs=1e-4)
    assert reranker.name == f"cross-encoder:{tiny_cross_encoder.name}"


def test_the_question_counts(tiny_cross_encoder: Path) -> None:
    reranker = CrossEncoderReranker(str(tiny_cross_encoder), precision="float32")
    assert reranker.log_odds("wat is de drempel", TEXTS[:1]) != reranker.log_odds("waar is koffie", TEXTS[:1])


def test_numbers_are_log_odds_and_not_squashed(tiny_cross_encoder: Path) -> None:
    """The library brings them between 0 and 1 for one model and not for another."""
    found = np.asarray(CrossEncoderReranker(str(tiny_cross_encoder)).log_odds("wat is de drempel", TEXTS))
    assert (found < 0).any()


def test_no_texts_are_no_numbers(tiny_cross_encoder: Path) -> None:
    assert list(CrossEncoderReranker(str(tiny_cross_encoder)).log_odds("x", [])) == []


def test_bfloat16_gives_about_the_same(tiny_cross_encoder: Path) -> None:
    exact = CrossEncoderReranker(str(tiny_cross_encoder), precision="float32").log_odds("drempel", TEXTS)
    rough = CrossEncoderReranker(str(tiny_cross_encoder), precision="bfloat16").log_odds("drempel", TEXTS)
    assert rough == pytest.approx(exact, abs=0.1)


def test_a_model_that_sorts_pairs_into_kinds_is_refused(sorting_cross_encoder: Path) -> None:
    with pytest.raises(RerankerUnavailable, match="gives 3 numbers a pair, not one"):
        CrossEncoderReranker(str(sorting_cross_encoder))


def test_a_folder_without_a_model_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(RerankerUnavailable, match=r"^ISVBOT_RERANKER='.*' does not load \("):
        CrossEncoderReranker(str(tmp_path))
