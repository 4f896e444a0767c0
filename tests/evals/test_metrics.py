"""Figures agree with values worked out by hand."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.corpus import Status
from evals.metrics import (
    Figure,
    cited,
    figure,
    hit_at,
    ndcg_at,
    points,
    quotes_exact,
    recall_at,
    status_right,
)
from evals.scoring import Score
from tests.evals.test_scoring import answer, case

Ranks = tuple[int | None, ...]

ANY_RANKS = st.lists(st.lists(st.one_of(st.none(), st.integers(1, 12)), max_size=4).map(tuple), min_size=1, max_size=8)


def of(
    ranks: Ranks = (),
    made: Sequence[bool] = (),
    quotes: tuple[int, int] = (0, 0),
    right: bool = True,
    expected: str = "answered",
    status: Status = Status.ANSWERED,
) -> Score:
    return Score(
        case=case(expected=expected),
        answer=answer(status=status),
        status_right=right,
        points_made=tuple(made),
        forbidden_hit=False,
        dangling=0,
        quotes=quotes[1],
        quotes_exact=quotes[0],
        ranks=ranks,
    )


@pytest.mark.parametrize(
    ("k", "all_ranks", "value", "count"),
    [
        (3, [(1,)], 1.0, 1),
        (3, [(4,)], 0.0, 1),
        (3, [(3, 4)], 0.5, 1),
        (3, [(None,)], 0.0, 1),
        (1, [(1, 2, None)], 1 / 3, 1),
        (3, [(1, 2), (None, 9)], 0.5, 2),
        (3, [(1,), (None, None, None)], 0.25, 2),
        (3, [(1,), ()], 1.0, 1),
    ],
)
def test_recall_is_the_share_of_spans_among_the_first_passages(
    k: int, all_ranks: list[Ranks], value: float, count: int
) -> None:
    found = figure([of(ranks) for ranks in all_ranks], recall_at(k))
    assert found.value == pytest.approx(value)
    assert found.count == count


@pytest.mark.parametrize(
    ("k", "all_ranks", "value"),
    [(3, [(5, 3)], 1.0), (3, [(5, None)], 0.0), (3, [(1,), (9,)], 0.5), (3, [(1,), ()], 1.0)],
)
def test_a_hit_is_one_span_among_the_first_passages(k: int, all_ranks: list[Ranks], value: float) -> None:
    assert figure([of(ranks) for ranks in all_ranks], hit_at(k)).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("k", "ranks", "value"),
    [
        (10, (1,), 1.0),
        (10, (2,), 1 / math.log2(3)),
        (10, (3,), 0.5),
        (10, (1, 2), 1.0),
        (10, (1, 3), (1 + 0.5) / (1 + 1 / math.log2(3))),
        (10, (1, None), 1 / (1 + 1 / math.log2(3))),
        (10, (None, None), 0.0),
        (10, (2, 2), 1 / math.log2(3)),
        (10, (11,), 0.0),
        (1, (1, 2), 1.0),
        (2, (2, 3, None), (1 / math.log2(3)) / (1 + 1 / math.log2(3))),
    ],
)
def test_ndcg_is_the_gain_over_the_best_gain_that_could_be(k: int, ranks: Ranks, value: float) -> None:
    """Gains are 1 / log2(rank + 1): 1.000, 0.631, 0.500; spans in one passage are one gain."""
    assert figure([of(ranks)], ndcg_at(k)).value == pytest.approx(value)


def test_ndcg_of_two_questions_is_their_mean() -> None:
    assert figure([of((1,)), of((3,)), of(())], ndcg_at(10)).value == pytest.approx(0.75)


def test_points_are_counted_together_where_they_count() -> None:
    scores = [of(made=[True, False, True]), of(made=[False]), of(made=[False], expected="refused")]
    found = figure(scores, points)
    assert (found.value, found.count) == (0.5, 2)


def test_statuses_count_for_every_question() -> None:
    found = figure([of(right=True), of(right=False, expected="refused")], status_right)
    assert (found.value, found.count) == (0.5, 2)


def test_quotes_count_each() -> None:
    assert figure([of(quotes=(3, 3)), of(quotes=(0, 1)), of()], quotes_exact).value == 0.75


def test_only_answers_have_to_cite() -> None:
    scores = [of(quotes=(1, 1)), of(), of(status=Status.CLARIFICATION)]
    found = figure(scores, cited)
    assert (found.value, found.count) == (0.5, 2)


def test_a_figure_over_nothing_is_zero_over_zero_questions() -> None:
    assert figure([], status_right) == Figure(0.0, 0.0, 0.0, 0)
    assert figure([of(())], recall_at(3)) == Figure(0.0, 0.0, 0.0, 0)


@given(ANY_RANKS)
def test_every_figure_and_its_interval_lie_between_zero_and_one(all_ranks: list[Ranks]) -> None:
    for ratio in (recall_at(3), hit_at(3), ndcg_at(10)):
        found = figure([of(ranks) for ranks in all_ranks], ratio)
        assert 0 <= found.low <= found.high <= 1 + 1e-9
        assert 0 <= found.value <= 1 + 1e-9


@given(ANY_RANKS, st.integers(1, 11))
def test_more_passages_never_lower_recall_or_hits(all_ranks: list[Ranks], k: int) -> None:
    scores = [of(ranks) for ranks in all_ranks]
    assert figure(scores, recall_at(k)).value <= figure(scores, recall_at(k + 1)).value
    assert figure(scores, hit_at(k)).value <= figure(scores, hit_at(k + 1)).value
    assert figure(scores, recall_at(k)).value <= 1


@pytest.mark.parametrize("right", [1, 10, 50, 93, 99])
def test_the_interval_holds_the_value_and_is_about_two_standard_errors_wide(right: int) -> None:
    found = figure([of(right=i < right) for i in range(100)], status_right)
    assert found.value == right / 100
    assert found.low <= found.value <= found.high
    assert found.high - found.low == pytest.approx(4 * math.sqrt(right / 100 * (1 - right / 100) / 100), abs=0.03)


def test_the_interval_of_what_is_always_right_is_a_point() -> None:
    assert figure([of()] * 20, status_right) == Figure(1.0, 1.0, 1.0, 20)


def test_more_questions_make_the_interval_narrower() -> None:
    few, many = (figure([of(right=i % 4 > 0) for i in range(n)], status_right) for n in (40, 400))
    assert many.high - many.low < few.high - few.low


def test_the_same_scores_give_the_same_interval() -> None:
    scores = [of(right=i % 3 > 0) for i in range(30)]
    assert figure(scores, status_right) == figure(scores, status_right)


def test_a_figure_is_written_with_its_interval_and_count() -> None:
    assert str(Figure(0.9, 0.85, 0.95, 201)) == "0.900 [0.850-0.950] n=201"
