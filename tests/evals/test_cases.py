"""Every file of questions can be read, and the held-out half is held out.

Shows ids only where something is wrong: the words of the held-out questions are never printed.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from bot.core.corpus import Role, Status
from bot.core.model import Turn
from bot.core.plain import words
from evals.cases import FOLDER, Case, read_cases
from evals.run import SETS
from evals.scoring import normalised
from knowledge.loader import read_answers, read_kinds, read_replies, read_sources

EXAMPLES = "scope"
"""Questions that say only whether they are about ISV; another format, see evals.calibrate."""

NAMES = sorted(file.stem for file in FOLDER.glob("*.jsonl") if file.stem != EXAMPLES)
HELD = "held"
EXPECTED = {"answered", "refused", "either"}
ERRORS = {Status.ERROR_SERVICE, Status.ERROR_TIMEOUT}

ROW = {
    "id": "X1",
    "group": "helpdesk",
    "type": "direct",
    "history": ["eerder"],
    "question": "Geldt ISV?",
    "expected": "answered",
    "support": [{"source": "brief", "snippet": "ISV"}],
    "points": [["ja", "zeker"], ["nee"]],
    "forbidden": ["nooit"],
}


@cache
def cases(name: str) -> tuple[Case, ...]:
    return read_cases(name)


@cache
def rows(name: str) -> tuple[dict[str, object], ...]:
    lines = (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()
    return tuple(json.loads(line) for line in lines if line.strip())


def asked(questions: Sequence[str]) -> set[str]:
    """Questions as they are compared: their words only."""
    return {" ".join(words(question)) for question in questions}


def questions_of(name: str) -> set[str]:
    return asked([str(row["question"]) for row in rows(name)])


def read_rows(folder: Path, *found: Mapping[str, object]) -> tuple[Case, ...]:
    """Read rows as a set of their own, which is named by its whole path."""
    (folder / "own.jsonl").write_text("\n\n".join(json.dumps(row) for row in found), "utf-8")
    return read_cases(str(folder / "own"))


def test_the_sets_that_are_measured_have_a_file() -> None:
    assert set(SETS) <= set(NAMES)
    assert HELD in SETS


@pytest.mark.parametrize("name", NAMES)
def test_every_question_of_a_set_can_be_read(name: str) -> None:
    assert len(cases(name)) == len(rows(name)) > 0


@pytest.mark.parametrize("name", NAMES)
def test_every_question_says_something_and_expects_a_known_ending(name: str) -> None:
    assert [case.id for case in cases(name) if not case.question.strip()] == []
    assert [case.id for case in cases(name) if case.expected not in EXPECTED] == []
    assert [case.id for case in cases(name) if not case.statuses or case.statuses & ERRORS] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_expected_agrees_with_the_statuses_that_are_right(name: str) -> None:
    wrong = [
        case.id
        for case in cases(name)
        if (case.expected == "answered" and not any(status.is_answer for status in case.statuses))
        or (case.expected == "refused" and all(status.is_answer for status in case.statuses))
    ]
    assert wrong == []


def test_an_id_is_used_once_in_all_files_together() -> None:
    used = Counter(case.id for name in NAMES for case in cases(name))
    assert [case_id for case_id, count in used.items() if count > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_pattern_compiles_and_does_not_match_an_empty_answer(name: str) -> None:
    """A pattern that matches nothing at all makes its point whatever is said."""
    empty = [
        case.id
        for case in cases(name)
        for pattern in (*(pattern for point in case.points for pattern in point), *case.forbidden)
        if pattern.search("")
    ]
    assert empty == []


@pytest.mark.parametrize("name", NAMES)
def test_every_point_can_be_made(name: str) -> None:
    assert [case.id for case in cases(name) for point in case.points if not point] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_span_stands_in_its_letter_with_white_space_folded(name: str) -> None:
    texts = {file.head.id: " ".join(file.body.split()) for file in read_sources() if file.head.kind == "letter"}
    wrong = [
        case.id
        for case in cases(name)
        for span in case.support
        if not span.snippet.strip() or " ".join(span.snippet.split()) not in texts.get(span.source, "")
    ]
    assert wrong == []


@pytest.mark.parametrize("name", [*(name for name in NAMES if name != HELD), EXAMPLES])
def test_a_held_out_question_is_in_no_other_set(name: str) -> None:
    shared = questions_of(name) & questions_of(HELD)
    assert len(shared) == 0


@pytest.mark.parametrize("name", [name for name in NAMES if name != HELD])
def test_a_held_out_question_has_an_id_of_its_own(name: str) -> None:
    assert {case.id for case in cases(name)} & {case.id for case in cases(HELD)} == set()


def test_a_held_out_question_is_no_line_of_the_knowledge() -> None:
    """The lines teach the index how people ask; a held-out one among them would measure nothing."""
    lines = [
        *(line for file in read_sources() for meta in file.head.passages.values() for line in meta.questions),
        *(line for _, answer in read_answers() for line in answer.questions.all),
        *(line for _, reply in read_replies() for line in reply.questions),
        *(text for texts in read_kinds().values() for text in texts),
    ]
    assert len(asked(lines) & questions_of(HELD)) == 0


@pytest.mark.parametrize("name", NAMES)
def test_no_set_asks_the_same_twice_in_the_same_conversation(name: str) -> None:
    used = Counter((" ".join(words(case.question)), case.history) for case in cases(name))
    twice = [case.id for case in cases(name) if used[" ".join(words(case.question)), case.history] > 1]
    assert twice == []


def test_every_example_says_whether_it_is_about_isv() -> None:
    found = rows(EXAMPLES)
    assert all(isinstance(row["in_scope"], bool) and isinstance(row["history"], list) for row in found)
    assert {row["in_scope"] for row in found} == {True, False}


def test_a_row_becomes_a_case(tmp_path: Path) -> None:
    (case,) = read_rows(tmp_path, ROW)
    assert (case.id, case.role, case.type, case.question) == ("X1", Role.HELPDESK, "direct", "Geldt ISV?")
    assert case.history == (Turn("eerder"),)
    assert [(span.source, span.snippet) for span in case.support] == [("brief", "ISV")]
    assert [[pattern.pattern for pattern in point] for point in case.points] == [["ja", "zeker"], ["nee"]]
    assert case.forbidden[0].search("NOOIT")


@pytest.mark.parametrize(
    ("expected", "right", "wrong"),
    [
        ("answered", Status.ANSWERED_PARTLY, Status.CLARIFICATION),
        ("refused", Status.CLARIFICATION, Status.ANSWERED),
        ("refused", Status.UNANSWERABLE_OUT_OF_SCOPE, Status.ERROR_SERVICE),
        ("either", Status.ANSWERED, Status.ERROR_TIMEOUT),
        ("either", Status.REFUSED_INJECTION, Status.ERROR_SERVICE),
    ],
)
def test_what_is_expected_decides_which_statuses_are_right(
    tmp_path: Path, expected: str, right: Status, wrong: Status
) -> None:
    (case,) = read_rows(tmp_path, {**ROW, "expected": expected})
    assert right in case.statuses
    assert wrong not in case.statuses


def test_statuses_that_are_listed_go_before_what_is_expected(tmp_path: Path) -> None:
    first, second = read_rows(tmp_path, {**ROW, "status": ["refused_judgement"]}, {**ROW, "id": "X2", "status": []})
    assert first.statuses == {Status.REFUSED_JUDGEMENT}
    assert second.statuses == {Status.ANSWERED, Status.ANSWERED_PARTLY}


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("group", "baas", ValueError),
        ("status", ["klaar"], ValueError),
        ("points", [["(open"]], re.error),
        ("forbidden", ["(open"], re.error),
    ],
)
def test_a_wrong_row_is_an_error(tmp_path: Path, field: str, value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_rows(tmp_path, {**ROW, field: value})


def test_an_answer_that_a_pattern_was_written_for_still_makes_its_point_after_folding() -> None:
    """Patterns are written with straight quotes and single spaces, as answers are folded."""
    curly = [
        case.id
        for name in NAMES
        for case in cases(name)
        for pattern in (*(pattern for point in case.points for pattern in point), *case.forbidden)
        if pattern.pattern != normalised(pattern.pattern) and any(mark in pattern.pattern for mark in "‘’“”„")
    ]
    assert curly == []
