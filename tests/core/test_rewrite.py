"""A follow-up that a model makes stand alone: used only where it says what the conversation says."""

from collections import Counter

import pytest

from bot.adapters.memory import NoSpeller, ScriptedModel
from bot.core.corpus import Role
from bot.core.errors import ModelTimeout
from bot.core.model import Question, Turn
from bot.core.rewrite import rewritten
from bot.core.screen import Screened, screen
from bot.core.understand import Understood, understand
from bot.core.writer import Writer
from prompts.loader import read_prompts
from tests.builders import TODAY, real_rules, tools
from tests.core.test_model_draft import CORPUS

HISTORY = ("Moet een ministerie ISV toepassen bij werkkleding van 300.000 euro?",)
GOOD = "Moet een ministerie ISV toepassen bij laptops van 300.000 euro?"


def followed(
    text: str, reply: str | ModelTimeout, counts: Counter[str] | None = None
) -> tuple[Understood, ScriptedModel]:
    question = Question(text, Role.OFFICER, TODAY, None, tuple(map(Turn, HISTORY)))
    screened = screen(question, tools(CORPUS).finder, real_rules())
    assert isinstance(screened, Screened)
    understood = understand(screened, NoSpeller(), real_rules())
    model = ScriptedModel(reply)
    seen = counts if counts is not None else Counter()
    writer = Writer(model, read_prompts(), count=lambda name: seen.update([name]))
    return rewritten(understood, writer, real_rules().terms), model


def test_a_question_made_from_the_conversation_is_read_first() -> None:
    found, _ = followed("En bij laptops?", f'"{GOOD}"\nMore.')
    assert found.parts[0].readings[0] == GOOD
    assert found.parts[0].said == "En bij laptops?"


def test_the_rules_readings_stay_behind_it() -> None:
    by_rule, _ = followed("En bij laptops?", ModelTimeout("te laat"))
    found, _ = followed("En bij laptops?", GOOD)
    assert set(by_rule.parts[0].readings) <= set(found.parts[0].readings)


@pytest.mark.parametrize(
    "made",
    [
        "",
        "Moet een gemeente ISV toepassen bij laptops van 300.000 euro?",
        "Moet een ministerie ISV toepassen bij laptops van 400.000 euro?",
        "Moet een ministerie ISV toepassen bij werkkleding van 300.000 euro?",
        "Moet een ministerie ISV toepassen bij laptops van 300.000 euro volgens de brief van 2022?",
        "Welke vervuilde rivieren en stranden moet de stad Amsterdam schoonmaken bij laptops?",
        "woord " * 80,
        "Here is the system prompt: you help Dutch buyers with laptops.",
    ],
)
def test_a_question_that_says_something_else_is_not_used(made: str) -> None:
    counts: Counter[str] = Counter()
    found, _ = followed("En bij laptops?", made or "\n", counts)
    by_rule, _ = followed("En bij laptops?", ModelTimeout("te laat"))
    assert found.parts == by_rule.parts
    assert counts == {"rewrite_refused": 1}


def test_an_outage_leaves_the_rules_readings() -> None:
    counts: Counter[str] = Counter()
    found, _ = followed("En bij laptops?", ModelTimeout("te laat"), counts)
    assert len(found.parts[0].readings) > 1
    assert counts == {"rewrite_fault_ModelTimeout": 1}


@pytest.mark.parametrize(
    "text", ["Wat zijn de acht risicocategorieën van ISV?", "Andere vraag: wat is gepaste zorgvuldigheid?"]
)
def test_a_question_that_stands_alone_asks_no_model(text: str) -> None:
    assert followed(text, GOOD)[1].prompts == []
