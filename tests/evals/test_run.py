"""The figures that are printed are those that the thresholds name, and a low one fails the run."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
import yaml

from bot.core.corpus import Status
from evals.metrics import Figure
from evals.run import SETS, THRESHOLDS, below, by_type, confusion, figures_of, main, wrong
from evals.scoring import Score
from tests.evals.test_metrics import of
from tests.evals.test_scoring import case

LIMITS: Mapping[str, Mapping[str, float]] = yaml.safe_load(THRESHOLDS.read_text("utf-8"))
COUNTS = ("forbidden", "dangling")


def perfect() -> dict[str, Figure | int]:
    return {title: 0 if isinstance(value, int) else Figure(1.0, 1.0, 1.0, 9) for title, value in figures_of([]).items()}


def test_the_thresholds_name_only_sets_and_figures_that_exist() -> None:
    assert set(LIMITS) <= set(SETS)
    assert {title for limits in LIMITS.values() for title in limits} <= set(figures_of([]))


def test_the_held_out_half_decides() -> None:
    assert "held" in LIMITS


def test_a_threshold_is_a_share_or_a_count() -> None:
    for limits in LIMITS.values():
        for title, limit in limits.items():
            assert isinstance(limit, int) if title in COUNTS else 0 < limit <= 1


def test_quotes_must_be_exact_and_nothing_may_dangle_or_be_forbidden() -> None:
    assert LIMITS["held"]["quote_exact"] == 1.0
    assert all(LIMITS["held"][title] == 0 for title in COUNTS)


def test_nothing_is_below_its_threshold_where_all_is_right() -> None:
    assert below("held", perfect()) == []


@pytest.mark.parametrize("title", sorted(LIMITS["held"]))
def test_each_figure_that_is_worse_than_its_threshold_is_named(title: str) -> None:
    limit = LIMITS["held"][title]
    worse: Figure | int = int(limit) + 1 if title in COUNTS else Figure(limit - 0.01, 0.0, 1.0, 9)
    (failure,) = below("held", {**perfect(), title: worse})
    assert failure.startswith(f"held {title}: ")
    assert failure.endswith(f", threshold {limit}")


@pytest.mark.parametrize("title", sorted(LIMITS["held"]))
def test_a_figure_that_just_reaches_its_threshold_is_good_enough(title: str) -> None:
    limit = LIMITS["held"][title]
    same: Figure | int = int(limit) if title in COUNTS else Figure(limit, 0.0, 1.0, 9)
    assert below("held", {**perfect(), title: same}) == []


def test_a_set_without_thresholds_never_fails() -> None:
    assert below("dev", {title: Figure(0.0, 0.0, 0.0, 9) for title in figures_of([])}) == []


def scores() -> list[Score]:
    return [
        of(right=True),
        of(right=False, status=Status.CLARIFICATION),
        of(right=True, expected="refused", status=Status.REFUSED_INJECTION),
    ]


def test_the_figures_are_over_the_scores() -> None:
    found = figures_of(scores())
    assert str(found["status_right"]).startswith("0.667")
    assert (found["forbidden"], found["dangling"]) == (0, 0)


def test_the_confusion_matrix_counts_what_came_by_what_was_expected() -> None:
    head, *rows = confusion(scores()).splitlines()
    assert head.split()[3:] == ["answered", "clarification", "refused"]
    assert [row.split() for row in rows] == [["answered", "1", "1", "0"], ["refused", "0", "0", "1"]]


def test_each_type_of_question_has_its_share() -> None:
    assert by_type(scores()).split()[:4] == ["direct", "n=3", "status", "0.67"]


def test_only_what_went_wrong_is_shown() -> None:
    (shown,) = wrong(scores())
    assert '"got": "clarification"' in shown


def test_a_missed_point_is_shown_where_points_count() -> None:
    two_points = case(["eerste"], ["tweede"])
    made, missed = (replace(of(made=[True, second]), case=two_points) for second in (True, False))
    (shown,) = wrong([made, missed])
    assert "tweede" in shown
    assert "eerste" not in shown


def test_a_set_that_does_not_exist_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--set", "geheim"])
    assert ended.value.code == 2
    assert "geheim" in capsys.readouterr().err
