"""A file of questions: one object a line, in order, and a bad line never stops the rest."""

import json
from collections.abc import Sequence
from datetime import date

import pytest

from bot.bootstrap import build_messages
from bot.channels.batch import Defaults, answer_lines
from bot.core.assistant import Assistant
from bot.core.corpus import Corpus, Language, Role
from bot.core.model import Answer, Question, Turn
from bot.core.wire import answer_object
from tests.builders import TODAY, passage, source, tools

OWNER = source("Gemeenten mogen ISV gebruiken.")
CORPUS = Corpus((OWNER,), (passage(OWNER.text, of=OWNER, lines=("mogen gemeenten ISV gebruiken",)),), (), ())
GOOD = '{"id": "a", "question": "mogen gemeenten ISV gebruiken"}'
DEFAULTS = Defaults(Role.NEWCOMER, TODAY)


class Asked:
    """An assistant in memory that remembers what it was asked."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self._assistant = Assistant(tools(CORPUS))

    def __call__(self, question: Question) -> Answer:
        self.questions.append(question)
        return self._assistant.ask(question)


def answered(*lines: str, defaults: Defaults = DEFAULTS, ask: Asked | None = None) -> list[dict[str, object]]:
    return list(answer_lines(lines, ask or Asked(), defaults, build_messages()))


def asked(line: str, defaults: Defaults = DEFAULTS) -> Question:
    ask = Asked()
    answered(line, defaults=defaults, ask=ask)
    return ask.questions[0]


def refs(found: Sequence[dict[str, object]]) -> list[object]:
    return [item["ref"] for item in found]


def error_of(line: str, defaults: Defaults = DEFAULTS) -> str:
    """The text of the error that a line gives, between two good lines that are answered."""
    first, bad, last = answered(GOOD, line, GOOD, defaults=defaults)
    assert "error" not in first
    assert "error" not in last
    assert list(bad) == ["ref", "line", "error"]
    assert bad["line"] == 2
    error = bad["error"]
    assert isinstance(error, dict)
    assert error["kind"] == "usage"
    return str(error["text"])


def test_answers_come_in_the_order_of_the_lines_with_the_id_as_ref() -> None:
    found = answered(*(json.dumps({"id": name, "question": "mogen gemeenten ISV gebruiken"}) for name in "cab"))
    assert refs(found) == ["c", "a", "b"]


def test_a_line_gives_the_same_object_as_a_single_question_with_its_ref_in_front() -> None:
    ask = Asked()
    (found,) = answered(GOOD, ask=ask)
    single = answer_object(Asked()(ask.questions[0]))
    assert list(found) == ["ref", *single]
    assert found["text"] == single["text"]
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("ref", [7, None, "x", ["a", 1], {"a": 1}])
def test_an_id_of_any_kind_comes_back_as_it_was(ref: object) -> None:
    assert refs(answered(json.dumps({"id": ref, "question": "geldt ISV"}))) == [ref]


def test_a_line_without_an_id_has_no_ref() -> None:
    assert refs(answered('{"question": "geldt ISV"}')) == [None]


def test_lines_are_answered_one_by_one_as_they_come() -> None:
    ask = Asked()
    found = answer_lines((GOOD for _ in range(3)), ask, DEFAULTS, build_messages())
    next(found)
    assert len(ask.questions) == 1


def test_blank_lines_give_nothing_and_still_count() -> None:
    found = answered("\n", GOOD, "  \t\n", "fout")
    assert len(found) == 2
    assert found[1]["line"] == 4


def test_no_lines_give_nothing() -> None:
    assert answered() == []


@pytest.mark.parametrize(
    "line",
    [
        "geen JSON",
        '{"id": "a", "question": ',
        "[]",
        '["mogen gemeenten ISV gebruiken"]',
        '"mogen gemeenten ISV gebruiken"',
        "3",
        "null",
        '{"id": "a"}',
        '{"id": "a", "question": null}',
        '{"id": "a", "question": 3}',
        '{"id": "a", "question": ["geldt ISV"]}',
        '{"id": "a", "vraag": "geldt ISV"}',
        f'{{"id": {"9" * 5000}, "question": "geldt ISV"}}',
    ],
)
def test_a_line_that_is_no_question_is_an_error_with_its_number(line: str) -> None:
    assert "Regel 2 " in error_of(line)


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_deeply_nested_json_is_an_error(bracket: str) -> None:
    assert "Regel 2 " in error_of(bracket * 100_000)


def test_bytes_that_were_not_utf_8_do_not_stop_the_rest() -> None:
    """The file is opened with replacement characters, and a pipe may carry lone surrogates."""
    found = answered('{"id": "a", "question": "geldt \ufffd ISV"}', '{"id": "b", "question": "geldt \udcff ISV"}', GOOD)
    assert refs(found) == ["a", "b", "a"]
    assert all("error" not in item for item in found)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("role", "baas", "'baas'"),
        ("role", 3, "'3'"),
        ("as_of", "gisteren", "'gisteren'"),
        ("as_of", "2026-02-30", "'2026-02-30'"),
        ("as_of", 21, "'21'"),
        ("language", "fr", "'fr'"),
        ("history", "eerder", "eerder"),
        ("history", [3], "3"),
        ("history", [{"vraag": "x"}], "vraag"),
        ("question", "", "leeg"),
        ("question", " \u200b\u202e ", "leeg"),
        ("question", "a" * 100_000, "100000"),
    ],
)
def test_a_wrong_field_is_an_error_that_names_the_value(field: str, value: object, message: str) -> None:
    line = json.dumps({"id": "x", "question": "geldt ISV", field: value})
    assert message in error_of(line)
    assert refs(answered(line)) == ["x"]


def test_an_error_shows_little_of_a_long_value() -> None:
    line = json.dumps({"id": "x", "question": "geldt ISV", "role": "baas " * 1000})
    assert len(error_of(line)) < 200


def test_an_error_is_in_the_language_that_was_asked_for() -> None:
    assert error_of("fout", Defaults(Role.OFFICER, TODAY, Language.EN)).startswith("Line 2 is no JSON object")


def test_what_a_line_does_not_say_is_taken_from_the_options() -> None:
    question = asked(GOOD, Defaults(Role.HELPDESK, date(2023, 1, 2), Language.EN))
    assert (question.role, question.as_of, question.language) == (Role.HELPDESK, date(2023, 1, 2), Language.EN)
    assert question.history == ()


def test_what_a_line_says_goes_before_the_options() -> None:
    told = {"question": "geldt ISV", "role": "officer", "as_of": "2024-05-06", "language": "en", "history": ["eerder"]}
    question = asked(json.dumps(told))
    assert (question.role, question.as_of, question.language) == (Role.OFFICER, date(2024, 5, 6), Language.EN)
    assert question.history == (Turn("eerder"),)


def test_a_field_that_is_null_is_taken_from_the_options() -> None:
    told = {"question": "geldt ISV", "role": None, "as_of": None, "language": None, "history": None}
    question = asked(json.dumps(told))
    assert (question.role, question.as_of, question.language) == (Role.NEWCOMER, TODAY, None)


def test_one_line_knows_nothing_of_the_lines_before_it() -> None:
    ask = Asked()
    answered(GOOD, GOOD, ask=ask)
    assert [question.history for question in ask.questions] == [(), ()]


def test_a_byte_order_mark_in_front_of_the_first_line_does_not_matter() -> None:
    assert "error" not in answered(f"\ufeff{GOOD}")[0]


def test_what_comes_back_is_json_whatever_the_id() -> None:
    (found,) = answered('{"id": NaN, "question": "geldt ISV"}')
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("value", [False, 0, [], {}])
def test_a_role_that_is_no_text_is_an_error_even_where_it_is_empty(value: object) -> None:
    assert "error" in answered(json.dumps({"question": "geldt ISV", "role": value}))[0]
