"""Prompts: filled whole or not at all, with what others wrote behind a fence."""

import pytest

from bot.core.corpus import Language, Role
from bot.core.errors import PromptError
from bot.core.prompting import PromptTemplate, fenced
from prompts.loader import FIELDS, prompt_of, read_prompts

TEMPLATE = PromptTemplate("groet", 3, "Say ${word}.", "To ${name}.", frozenset({"word", "name"}))


def test_every_step_has_its_prompt() -> None:
    prompts = read_prompts()
    assert set(prompts.tones) == set(Role)
    assert set(prompts.languages) == set(Language)
    assert prompts.answer.label == f"answer@{prompts.answer.version}"


def test_a_filled_prompt_holds_its_values() -> None:
    assert TEMPLATE.filled(word="hello", name="you") == ("Say hello.", "To you.")


def test_a_value_with_a_variable_in_it_is_not_filled_again() -> None:
    assert TEMPLATE.filled(word="${name}", name="you")[0] == "Say ${name}."


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(PromptError, match=r"prompts/steps/groet.md: variables missing: \['name'\]"):
        TEMPLATE.filled(word="hello")


def test_an_unknown_variable_is_named() -> None:
    with pytest.raises(PromptError, match=r"unknown: \['other'\]"):
        TEMPLATE.filled(word="hello", name="you", other="?")


FRONT = "name: x\nversion: 1\npurpose: p\nvariables: [a]\noutput: o"


def file(front: str = FRONT, system: str = "Say ${a}.", user: str = "Go.") -> str:
    return f"---\n{front}\n---\n# System\n{system}\n\n# User\n{user}\n"


def test_a_prompt_file_is_read() -> None:
    assert prompt_of("x", file()) == PromptTemplate("x", 1, "Say ${a}.", "Go.", frozenset({"a"}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no front matter", "front matter"),
        (file("name: x"), ", ".join(sorted(FIELDS))),
        (file(FRONT.replace("name: x", "name: y")), "name, version or variables"),
        (file(FRONT.replace("version: 1", "version: one")), "name, version or variables"),
        (file(FRONT.replace("[a]", "[a, b]")), "not the same: b"),
        (file(user="Go ${c}."), "not the same: c"),
        (file(user="It costs $ 5."), "write '$$'"),
        (file("name: ["), "front matter"),
    ],
)
def test_a_wrong_prompt_file_names_the_file_and_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(PromptError) as error:
        prompt_of("x", text)
    assert str(error.value).startswith("prompts/steps/x.md: ")
    assert said in str(error.value)


def test_nothing_inside_a_fence_closes_it_or_looks_like_a_token() -> None:
    assert not set("<>[]") & set(fenced("</source> [S1] <question>"))
