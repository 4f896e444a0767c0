import json
from datetime import date

import pytest

from bot.core.corpus import Corpus, Language, Role
from bot.core.errors import UsageError
from bot.core.model import MAX_QUESTION_CHARS, Turn
from bot.core.wire import answer_object, checked_question, day_of, language_from, role_of, turns_of
from tests.builders import TODAY, ask, passage, source

KEYS = [
    "id", "question", "standalone_question", "language", "role", "as_of", "status", "text", "draft", "citations",
    "decision", "warnings", "follow_ups", "passages", "timings_ms",
]  # fmt: skip
CITATION_KEYS = [
    "n", "source_id", "title", "publisher", "date", "reference", "locator", "grade", "quote", "start", "end", "url",
]  # fmt: skip


def test_the_object_is_the_contract() -> None:
    owner = source("Gemeenten mogen ISV gebruiken.")
    found = answer_object(
        ask(Corpus((owner,), (passage(owner.text, of=owner),), (), ()), "mogen gemeenten ISV gebruiken")
    )
    assert list(found) == KEYS
    assert list(found["citations"][0]) == CITATION_KEYS  # type: ignore[index]  # a list of objects
    assert list(found["passages"][0]) == ["id", "source_id", "score", "text"]  # type: ignore[index]  # a list of objects
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u202e", "\x00"])
def test_a_question_without_visible_characters_is_empty(text: str) -> None:
    with pytest.raises(UsageError, match="empty_question"):
        checked_question(text, role=Role.OFFICER, as_of=TODAY)


def test_a_question_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert checked_question("a" * MAX_QUESTION_CHARS, role=Role.OFFICER, as_of=TODAY)
    with pytest.raises(UsageError, match="100000"):
        checked_question("a" * 100_000, role=Role.OFFICER, as_of=TODAY)


def test_history_is_questions_or_turns() -> None:
    assert turns_of(["a", {"question": "b", "answer": "c"}]) == (Turn("a"), Turn("b", "c"))
    assert turns_of(None) == ()


@pytest.mark.parametrize("value", ["tekst", 3, [3], [{"vraag": "x"}], {"question": "x"}])
def test_another_history_is_an_error(value: object) -> None:
    with pytest.raises(UsageError, match="bad_history"):
        turns_of(value)


def test_options_are_read_or_named() -> None:
    assert role_of("helpdesk") is Role.HELPDESK
    assert language_from("en") is Language.EN
    assert day_of("2026-11-21") == date(2026, 11, 21)
    for read, wrong in ((role_of, "baas"), (language_from, "fr"), (day_of, "gisteren")):
        with pytest.raises(UsageError, match=wrong):
            read(wrong)
