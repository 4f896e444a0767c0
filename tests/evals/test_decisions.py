"""The cases of the check can be read, the held half is held out, and the figures are those of the scores.

Shows ids only where something is wrong: the words of the held-out cases are never printed.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.core.checker import Checker
from bot.core.decision import Decision, Fact, FactName, Known, Outcome
from bot.core.dialogue import Stage, Step
from bot.core.plain import words
from evals import decisions
from evals.decisions import (
    AS_OF,
    FOLDER,
    SETS,
    THRESHOLDS,
    DecisionCase,
    DecisionScore,
    figures_of,
    main,
    measure,
    read_cases,
    wrong,
)
from evals.metrics import Figure
from evals.run import below
from tests.builders import tools
from tests.core.test_isv_check import corpus

HELD = "held"
HALVES = ("tuning", HELD)
"""The two halves that were written together; later sets only find faults."""

LIMITS: Mapping[str, Mapping[str, float]] = yaml.safe_load(THRESHOLDS.read_text("utf-8"))
AGREED: Mapping[str, float] = {"outcome_right": 0.98, "next_right": 0.9, "wrongly_free": 0}
COUNT = "wrongly_free"

WHOLE = {
    "id": "X1",
    "question": "Ons ministerie koopt laptops, 200.000 euro.",
    "outcome": "obligatory",
    "missing": None,
}
OPEN = {"id": "X2", "question": "Ons ministerie koopt laptops.", "outcome": "undetermined", "missing": "value_eur"}
WRONG = {"id": "X3", "question": "Ons ministerie koopt laptops, 200.000 euro.", "outcome": "voluntary", "missing": None}


@cache
def cases(name: str) -> tuple[DecisionCase, ...]:
    return read_cases(name)


@cache
def rows(name: str) -> tuple[dict[str, object], ...]:
    return tuple(json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines())


def halves() -> Iterator[DecisionCase]:
    for name in HALVES:
        yield from cases(name)


def asked(case: DecisionCase) -> str:
    """A whole case as it is compared: its words only."""
    return " ".join(words(" ".join(case.messages)))


def score(
    outcome: Outcome = Outcome.OBLIGATORY,
    right: Outcome = Outcome.OBLIGATORY,
    asks: FactName | None = None,
    missing: FactName | None = None,
) -> DecisionScore:
    """A made-up score: the outcome that came and the right one, what was asked and what was missing."""
    fact = Fact(FactName.CATEGORY, "energie", Known.QUESTION, "stroom")
    decision = Decision(outcome, AS_OF, {FactName.CATEGORY: fact}, (), ())
    step = Step(Stage.ASK if asks else Stage.DONE, decision, decision.facts, asks)
    return DecisionScore(DecisionCase("X9", ("eerst", "dan"), right, missing), step)


def asks(fact: FactName | None, missing: FactName) -> DecisionScore:
    return score(Outcome.UNDETERMINED, Outcome.UNDETERMINED, fact, missing)


def perfect() -> dict[str, Figure | int]:
    return {title: 0 if isinstance(value, int) else Figure(1.0, 1.0, 1.0, 9) for title, value in figures_of([]).items()}


@pytest.fixture
def own_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of made-up sets in the place of the real one."""
    folder = tmp_path / "decisions"
    folder.mkdir()
    for name in SETS:
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, (WHOLE, OPEN))), "utf-8")
    monkeypatch.setattr(decisions, "FOLDER", folder)
    return folder


# The cases.


def test_every_set_has_a_file_and_every_file_is_a_set() -> None:
    assert {file.stem for file in FOLDER.glob("*.jsonl")} == set(SETS)
    assert set(HALVES) <= set(SETS)


@pytest.mark.parametrize("name", SETS)
def test_every_case_of_a_set_can_be_read_and_says_something(name: str) -> None:
    assert len(cases(name)) == len(rows(name)) > 0
    assert [case.id for case in cases(name) if not all(message.strip() for message in case.messages)] == []


@pytest.mark.parametrize("name", SETS)
def test_a_fact_is_missing_only_where_the_outcome_is_open(name: str) -> None:
    assert [case.id for case in cases(name) if case.missing and case.outcome is not Outcome.UNDETERMINED] == []


@pytest.mark.parametrize("name", SETS)
def test_the_traits_of_a_case_say_whether_a_fact_is_missing(name: str) -> None:
    told = {str(row["id"]): row["traits"] for row in rows(name)}
    for case in cases(name):
        traits = told[case.id]
        assert isinstance(traits, list)
        assert ("missing" in traits, "complete" in traits) == (bool(case.missing), not case.missing), case.id


def test_an_id_is_used_once_in_all_sets_together() -> None:
    used = Counter(case.id for name in SETS for case in cases(name))
    assert [case_id for case_id, count in used.items() if count > 1] == []


def test_no_question_stands_twice_in_one_set_or_in_two() -> None:
    used = Counter(asked(case) for name in SETS for case in cases(name))
    assert [case.id for name in SETS for case in cases(name) if used[asked(case)] > 1] == []


def test_there_are_enough_cases_half_of_them_open_and_a_third_at_a_boundary() -> None:
    found = list(halves())
    at_boundary = sum("boundary" in str(row["traits"]) for name in HALVES for row in rows(name))
    assert len(found) >= 120
    assert sum(case.missing is not None for case in found) / len(found) == pytest.approx(0.5, abs=0.05)
    assert at_boundary / len(found) >= 1 / 3


@pytest.mark.parametrize("name", HALVES)
def test_each_half_has_every_outcome_and_every_fact_to_ask_for(name: str) -> None:
    assert {case.outcome for case in cases(name)} == set(Outcome)
    asked_for = {FactName.AUTHORITY, FactName.CATEGORY, FactName.EUROPEAN_TENDER, FactName.MANIFEST_SIGNATORY}
    assert {case.missing for case in cases(name)} == {None, *asked_for}


def test_a_row_becomes_a_case_with_its_earlier_messages_first(own_cases: Path) -> None:
    row = {**OPEN, "history": ["eerst", "dan"], "question": "en nu"}
    (own_cases / "own.jsonl").write_text(json.dumps(row), "utf-8")
    (case,) = read_cases("own")
    assert case.messages == ("eerst", "dan", "en nu")
    assert case.outcome is Outcome.UNDETERMINED
    assert case.missing is FactName.EUROPEAN_TENDER


@pytest.mark.parametrize(("field", "value"), [("outcome", "misschien"), ("missing", "kleur")])
def test_a_wrong_row_is_an_error(own_cases: Path, field: str, value: str) -> None:
    (own_cases / "own.jsonl").write_text(json.dumps({**OPEN, field: value}), "utf-8")
    with pytest.raises(ValueError, match=value):
        read_cases("own")


# The thresholds.


def test_the_thresholds_of_the_held_half_are_those_that_were_agreed() -> None:
    assert LIMITS[HELD] == AGREED
    assert set(LIMITS) <= set(SETS)
    assert set(LIMITS[HELD]) == set(figures_of([]))


def test_nothing_is_below_its_threshold_where_all_is_right() -> None:
    assert below(HELD, perfect(), THRESHOLDS) == []


@pytest.mark.parametrize("title", sorted(AGREED))
def test_a_figure_that_just_reaches_its_threshold_is_good_enough(title: str) -> None:
    same: Figure | int = int(AGREED[title]) if title == COUNT else Figure(AGREED[title], 0.0, 1.0, 9)
    assert below(HELD, {**perfect(), title: same}, THRESHOLDS) == []


@pytest.mark.parametrize("title", sorted(AGREED))
def test_each_figure_that_is_worse_than_its_threshold_is_named(title: str) -> None:
    worse: Figure | int = 1 if title == COUNT else Figure(AGREED[title] - 0.001, 0.0, 1.0, 9)
    (failure,) = below(HELD, {**perfect(), title: worse}, THRESHOLDS)
    assert failure.startswith(f"held {title}: ")
    assert failure.endswith(f", threshold {AGREED[title]}")


# The figures.


def test_outcomes_count_only_where_all_is_told() -> None:
    scores = [
        score(),
        score(),
        score(Outcome.UNDETERMINED),
        score(Outcome.OWN_POLICY, Outcome.MANIFEST_COMMITMENT),
        asks(None, FactName.AUTHORITY),
    ]
    found = figures_of(scores)["outcome_right"]
    assert isinstance(found, Figure)
    assert (found.value, found.count) == (0.5, 4)


def test_next_questions_count_only_where_a_fact_is_missing() -> None:
    scores = [
        asks(FactName.AUTHORITY, FactName.AUTHORITY),
        asks(FactName.CATEGORY, FactName.AUTHORITY),
        asks(None, FactName.CATEGORY),
        score(asks=FactName.CATEGORY),
    ]
    found = figures_of(scores)["next_right"]
    assert isinstance(found, Figure)
    assert found.value == pytest.approx(1 / 3)
    assert found.count == 3


@pytest.mark.parametrize("right", [outcome for outcome in Outcome if outcome is not Outcome.VOLUNTARY])
def test_not_obligatory_where_that_is_not_so_is_counted(right: Outcome) -> None:
    missing = FactName.CATEGORY if right is Outcome.UNDETERMINED else None
    scores = [score(Outcome.VOLUNTARY, right, missing=missing), score(Outcome.VOLUNTARY, Outcome.VOLUNTARY), score()]
    assert figures_of(scores)["wrongly_free"] == 1


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.VOLUNTARY])
def test_another_wrong_outcome_is_not_wrongly_free(outcome: Outcome) -> None:
    assert figures_of([score(outcome, Outcome.VOLUNTARY)])["wrongly_free"] == 0


def test_figures_over_nothing_are_zero() -> None:
    nothing = Figure(0.0, 0.0, 0.0, 0)
    assert figures_of([]) == {"outcome_right": nothing, "next_right": nothing, "wrongly_free": 0}


def test_only_what_went_wrong_is_shown_with_what_was_understood() -> None:
    right = [score(), asks(FactName.CATEGORY, FactName.CATEGORY)]
    assert list(wrong(right)) == []
    (shown,) = wrong([*right, asks(FactName.AUTHORITY, FactName.CATEGORY)])
    assert shown.startswith("X9 ['eerst', 'dan']")
    assert "asks authority for category" in shown
    assert "'category': ('energie', 'stroom')" in shown


def test_a_settled_case_that_asks_or_ends_otherwise_is_shown() -> None:
    (asking,) = wrong([score(asks=FactName.CATEGORY)])
    (other,) = wrong([score(Outcome.VOLUNTARY)])
    assert "asks category for nothing" in asking
    assert "outcome voluntary for obligatory" in other


def test_each_case_is_told_to_a_check_of_its_own(own_cases: Path) -> None:
    history = {"history": ["Ons ministerie koopt laptops."], "question": "200.000 euro"}
    (own_cases / "own.jsonl").write_text("\n".join(map(json.dumps, (WHOLE, OPEN, {**WHOLE, **history}))), "utf-8")
    scores = measure(read_cases("own"), Checker(tools(corpus())))
    assert [one.outcome_right and one.next_right for one in scores] == [True, True, True]
    assert [one.step.decision.as_of for one in scores] == [AS_OF] * 3


# The command.


@pytest.mark.integration
@pytest.mark.usefixtures("installed", "own_cases")
def test_the_command_prints_the_figures_of_every_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert [line for line in out.splitlines() if line.startswith("==")] == [f"== decisions, {n}: 2 cases" for n in SETS]
    assert out.count("outcome_right    1.000 [1.000-1.000] n=1") == len(SETS)
    assert out.count("next_right       1.000 [1.000-1.000] n=1") == len(SETS)
    assert out.count("wrongly_free     0") == len(SETS)
    assert err == ""


@pytest.mark.integration
@pytest.mark.usefixtures("installed")
def test_the_command_fails_below_a_threshold_and_never_shows_a_held_case(
    own_cases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in HALVES:
        (own_cases / f"{name}.jsonl").write_text(json.dumps({**WRONG, "id": f"X-{name}"}), "utf-8")
    assert main(["--show", "--set", "tuning", "--set", HELD]) == 1
    out, err = capsys.readouterr()
    assert "X-tuning" in out
    assert f"X-{HELD}" not in out + err
    assert out.count("laptops, 200.000") == 1
    assert "BELOW THRESHOLD decisions held outcome_right: 0.000 [0.000-0.000] n=1, threshold 0.98" in err
    assert "tuning" not in err


def test_a_set_that_does_not_exist_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--set", "geheim"])
    assert ended.value.code == 2
    assert "geheim" in capsys.readouterr().err
