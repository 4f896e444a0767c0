import numpy as np
import pytest

from ingest.sharpening import fit_sharpening

LINES = [
    ("a", [1.0, 0.4, 0.0]),
    ("a", [1.0, -0.4, 0.0]),
    ("a", [1.0, 0.1, 0.0]),
    ("b", [0.0, 0.4, 1.0]),
    ("b", [0.0, -0.4, 1.0]),
]


def test_lines_of_one_target_come_nearer_to_each_other() -> None:
    sharpening = fit_sharpening(LINES, 3)
    before = np.dot([1.0, 0.4, 0.0], [1.0, -0.4, 0.0]) / (1 + 0.4**2)
    after = float(sharpening.sharpened([1.0, 0.4, 0.0]) @ sharpening.sharpened([1.0, -0.4, 0.0]))
    assert after > before


def test_the_axis_along_which_lines_of_a_target_differ_counts_least() -> None:
    sharpening = fit_sharpening(LINES, 3)
    question = sharpening.sharpened([0.9, -0.3, 0.1])
    right, wrong = sharpening.sharpened([1.0, 0.4, 0.0]), sharpening.sharpened([0.0, -0.4, 1.0])
    assert float(question @ right) > float(question @ wrong)


def test_sharpened_vectors_have_length_one() -> None:
    sharpening = fit_sharpening(LINES, 3)
    assert [float(np.linalg.norm(sharpening.sharpened(vector))) for _, vector in LINES] == pytest.approx([1.0] * 5)


@pytest.mark.parametrize("lines", [[], [("a", [1.0, 0.0, 0.0]), ("b", [0.0, 1.0, 0.0])]], ids=["none", "one each"])
def test_where_no_target_has_two_lines_nothing_is_changed(lines: list[tuple[str, list[float]]]) -> None:
    assert fit_sharpening(lines, 3).sharpened([0.6, 0.8, 0.0]).tolist() == pytest.approx([0.6, 0.8, 0.0])


def test_a_target_with_one_line_changes_nothing_in_the_fit() -> None:
    alone = fit_sharpening(LINES, 3).sharpened([0.5, 0.5, 0.5])
    beside = fit_sharpening([*LINES, ("c", [9.0, 9.0, 9.0])], 3).sharpened([0.5, 0.5, 0.5])
    assert np.array_equal(alone, beside)


def test_more_dimensions_than_lines_can_be_fitted() -> None:
    rng = np.random.default_rng(5)
    lines = [(f"t{n // 2}", row) for n, row in enumerate(rng.normal(size=(10, 64)))]
    assert np.isfinite(fit_sharpening(lines, 64).sharpened(rng.normal(size=64))).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_lines_that_do_not_differ_change_nothing_for_the_worse() -> None:
    sharpening = fit_sharpening([("a", [1.0, 0.0, 0.0]), ("a", [1.0, 0.0, 0.0])], 3)
    assert np.isfinite(sharpening.sharpened([0.6, 0.8, 0.0])).all()
