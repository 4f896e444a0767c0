"""The fixed sentences: the same in both languages, none missing, none too long."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest

from bot.bootstrap import build_messages
from bot.channels.mcp.arguments import TOOLS
from bot.core.commands import CommandName
from bot.core.corpus import Grade, Language, Role, Status
from bot.core.decision import NO_CATEGORY, VALUES, FactName, Known, Outcome, Refusal, WarningKind
from bot.core.errors import ContentError
from bot.core.incoming import Attachment, Reason
from bot.core.messages import Messages
from bot.core.model import NoticeKind
from bot.core.plain import words
from bot.core.sentences import sentences
from knowledge.check_rules import read_check_rules
from prompts.loader import read_messages
from tests.conftest import REPOSITORY

TEXTS = {language: read_messages(language.value) for language in Language}
NAMES = sorted(TEXTS[Language.NL])

MAX_SENTENCE_WORDS = 25
MAX_CHARS = 240
"""A fixed sentence is read in a chat: three or four short sentences, with the way out."""

ENDINGS = [status for status in Status if not status.is_answer]
ERRORS = (Status.ERROR_SERVICE, Status.ERROR_TIMEOUT)

MADE_FROM_A_VALUE = (
    *("part_", "value_", "ask_", "depends_", "grade_", "role_", "usage_", "receipt_", "choice_", "phase_", "who_"),
    *("known_", "outcome_", "fact_", "check_threshold_", "command_", "language_", "feedback_reason_"),
    *("unsupported_", "people_", "feedback_title_", "datum_"),
)
"""Texts whose name is put together; other tests here show that each value has one."""


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def code() -> dict[str, ast.Module]:
    files = (path for folder in ("bot", "scripts") for path in sorted((REPOSITORY / folder).rglob("*.py")))
    return {str(path): ast.parse(path.read_text("utf-8")) for path in files}


def calls(name: str) -> Iterator[ast.Call]:
    """Every call in the code of something with this name."""
    for tree in code().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func
                found = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                if found == name:
                    yield node


def literals() -> set[str]:
    nodes = (node for tree in code().values() for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_both_languages_have_the_same_names_in_the_same_order() -> None:
    assert list(TEXTS[Language.NL]) == list(TEXTS[Language.EN])


@pytest.mark.parametrize("language", Language)
def test_no_name_stands_twice_in_a_file(language: Language) -> None:
    lines = (REPOSITORY / f"prompts/messages/{language.value}.yaml").read_text("utf-8").splitlines()
    names = [match.group() for line in lines if (match := re.match(r"\w+(?=:)", line))]
    assert sorted(names) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_text_has_the_same_holes_in_both_languages(name: str) -> None:
    assert holes(TEXTS[Language.NL][name]) == holes(TEXTS[Language.EN][name])


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_no_longer_than_needed(name: str, language: Language) -> None:
    text = TEXTS[language][name]
    assert text == text.strip()
    assert 0 < len(text) <= MAX_CHARS
    assert max(map(len, text.splitlines())) <= MAX_CHARS


@pytest.mark.parametrize("name", NAMES)
def test_a_dutch_sentence_has_at_most_25_words(name: str) -> None:
    pieces = [piece for line in TEXTS[Language.NL][name].splitlines() for piece in sentences(line)]
    assert all(len(words(piece)) <= MAX_SENTENCE_WORDS for piece in pieces)


def test_the_reader_is_always_addressed_formally_in_dutch() -> None:
    informal = re.compile(r"\b(?:je|jij|jouw|jullie)\b", re.IGNORECASE)
    assert [name for name, text in TEXTS[Language.NL].items() if informal.search(text)] == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("status", ENDINGS)
def test_every_ending_without_an_answer_has_its_reply(status: Status, language: Language) -> None:
    assert build_messages().say(status.value, language, id="01J")


@pytest.mark.parametrize("status", [status for status in ENDINGS if status not in ERRORS])
def test_every_part_without_an_answer_has_its_reply(status: Status) -> None:
    assert holes(TEXTS[Language.NL][f"part_{status.value}"]) <= {"part"}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("status", ERRORS)
def test_an_outage_never_sounds_like_nothing_found(status: Status, language: Language) -> None:
    said = {Language.NL: "betekent niet dat er geen antwoord is", Language.EN: "does not mean that there is no answer"}
    assert said[language] in TEXTS[language][status.value]
    assert said[language] not in TEXTS[language][Status.UNANSWERABLE_NOTHING_FOUND.value]


@pytest.mark.parametrize("kind", set(NoticeKind) - {NoticeKind.PART_NOT_ANSWERED, NoticeKind.CONTRADICTION})
def test_every_kind_of_warning_has_a_text(kind: NoticeKind) -> None:
    assert kind.value in NAMES


def test_every_warning_and_refusal_of_the_check_is_a_kind_of_warning() -> None:
    assert {kind.value for kind in (*WarningKind, *Refusal)} <= {kind.value for kind in NoticeKind}


@pytest.mark.parametrize(
    "name", [*(f"grade_{grade.value}" for grade in Grade), *(f"role_{role.value}" for role in Role)]
)
def test_every_grade_and_role_has_a_text(name: str) -> None:
    assert name in NAMES


def test_every_role_is_shown_with_the_word_to_type() -> None:
    assert all(role.value in TEXTS[language][f"role_{role.value}"] for role in Role for language in Language)


def test_every_value_that_a_rule_looks_at_has_a_text() -> None:
    for rule in read_check_rules().rules:
        for name, values in rule.when.items():
            assert all(f"value_{name}_{str(value).lower()}" in NAMES for value in values)
            assert len(values) == 1 or f"value_{name}_any" in NAMES


def test_every_fact_can_be_asked_for_and_has_a_name() -> None:
    assert sorted(f"ask_{name}" for name in FactName) == [name for name in NAMES if name.startswith("ask_")]
    assert {f"fact_{name}" for name in FactName} <= set(NAMES)


def test_every_fact_that_a_rule_looks_at_can_stand_in_a_condition() -> None:
    wanted: set[FactName] = {FactName.DATE, *(name for rule in read_check_rules().rules for name in rule.when)}
    assert sorted(f"depends_{name}" for name in wanted) == [name for name in NAMES if name.startswith("depends_")]


def test_every_outcome_origin_phase_and_person_has_a_text() -> None:
    todos = [todo for todos in read_check_rules().todos.values() for todo in todos]
    wanted = [
        *(f"outcome_{outcome}" for outcome in Outcome),
        *(f"known_{known}" for known in Known),
        *(f"phase_{todo.phase}" for todo in todos),
        *(f"who_{todo.who}" for todo in todos),
    ]
    assert sorted(set(wanted) - set(NAMES)) == []


def test_every_choice_that_is_no_name_of_a_thing_has_a_text() -> None:
    values = [(name, str(value).lower()) for name, values in VALUES.items() for value in values]
    own = [f"choice_{name}_{value}" for name, value in values if value in ("true", "false", NO_CATEGORY)]
    assert sorted({*own, "choice_agree", "choice_unknown", "choice_change"}) == [
        name for name in NAMES if name.startswith("choice_")
    ]


def test_every_heading_of_the_receipt_has_a_text() -> None:
    said = [str(call.args[0].value) for call in calls("_head") if isinstance(call.args[0], ast.Constant)]
    assert said
    assert sorted({f"receipt_{name}" for name in said} - set(NAMES)) == []


def test_every_error_of_use_has_a_text_with_just_the_holes_that_it_fills() -> None:
    raised = {
        f"usage_{call.args[0].value!s}": {keyword.arg for keyword in call.keywords}
        for call in calls("UsageError")
        if isinstance(call.args[0], ast.Constant)
    }
    assert raised == {name: holes(TEXTS[Language.NL][name]) for name in NAMES if name.startswith("usage_")}


def test_every_text_that_the_code_says_by_name_exists() -> None:
    said = [
        call.args[0].value
        for method in ("say", "_say", "_text")
        for call in calls(method)
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    said += [call.args[1].value for call in calls("says") if isinstance(call.args[1], ast.Constant)]
    assert said
    assert sorted(set(map(str, said)) - set(NAMES)) == []


def test_every_command_reason_and_attachment_has_a_text() -> None:
    wanted = [
        *(f"command_{name}" for name in CommandName),
        *(f"feedback_reason_{reason}" for reason in Reason),
        *(f"unsupported_{attachment}" for attachment in Attachment),
        *(f"language_{language}" for language in (*Language, "auto")),
        *(f"feedback_title_{reaction}" for reaction in ("like", "dislike")),
    ]
    made = ("command_", "feedback_reason_", "unsupported_", "language_", "feedback_title_")
    assert sorted(wanted) == [name for name in NAMES if name.startswith(made)]


def test_every_text_is_said_somewhere() -> None:
    known = literals() | {status.value for status in Status} | {kind.value for kind in NoticeKind}
    unsaid = [name for name in NAMES if name not in known and not name.startswith(MADE_FROM_A_VALUE)]
    assert unsaid == []


def test_a_name_that_does_not_exist_and_a_hole_that_is_not_filled_are_named() -> None:
    messages = Messages({Language.NL: {"groet": "Dag {naam}."}})
    assert messages.say("groet", Language.NL, naam="Kaag") == "Dag Kaag."
    with pytest.raises(ContentError, match=r"messages/nl\.yaml: afscheid"):
        messages.say("afscheid", Language.NL)
    with pytest.raises(ContentError, match=r"groet: .*naam"):
        messages.say("groet", Language.NL)


def test_what_fills_a_hole_is_never_read_as_a_hole() -> None:
    messages = Messages({Language.NL: {"deel": "Dit begrijp ik niet: '{part}'."}})
    assert messages.say("deel", Language.NL, part="{id} {0} %s") == "Dit begrijp ik niet: '{id} {0} %s'."


def test_what_other_programs_read_is_the_same_in_both_languages() -> None:
    texts = {language: read_messages(language.value, "mcp") for language in Language}
    needed = {"instructions", *TOOLS, *(f"{tool}_title" for tool in TOOLS), *(f"fact_{name}" for name in FactName)}
    needed |= {f"arg_{argument}" for arguments in TOOLS.values() for argument in arguments}
    assert set(texts[Language.NL]) == set(texts[Language.EN]) == needed
    assert [text for language in Language for text in texts[language].values() if not text or holes(text)] == []
