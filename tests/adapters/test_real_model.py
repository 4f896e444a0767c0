"""The adapter of chat models, against a real model behind a real server."""

import json
from contextlib import closing

import pytest

from bot.adapters.language_model import LangChainModel
from bot.adapters.model_options import ModelOptions
from bot.core.errors import ModelStopped
from bot.core.ports import Prompt
from tests.servers.real_model import RealModel

pytestmark = pytest.mark.model

LIMIT_S = 60.0
PROMPT = Prompt("You answer in one short sentence.", "What is the capital of the Netherlands?")
SCHEMA = {
    "type": "object",
    "properties": {"capital": {"type": "string"}, "is_sure": {"type": "boolean"}},
    "required": ["capital", "is_sure"],
    "additionalProperties": False,
}


def model_at(real_model: RealModel, max_tokens: int = 60) -> LangChainModel:
    return LangChainModel(
        ModelOptions("openai", real_model.name, real_model.url, timeout_s=LIMIT_S, max_tokens=max_tokens)
    )


def test_a_real_model_writes_in_pieces_and_counts_its_tokens(real_model: RealModel) -> None:
    pieces = list(model_at(real_model).write(PROMPT, LIMIT_S))
    text = "".join(piece.text for piece in pieces)
    assert "Amsterdam" in text
    usage = pieces[-1].usage
    assert usage is not None
    assert 20 < usage.input_tokens < 100
    assert 2 < len(pieces) <= usage.output_tokens + 2


def test_a_real_model_writes_the_same_twice(real_model: RealModel) -> None:
    model = model_at(real_model)
    first, second = ("".join(piece.text for piece in model.write(PROMPT, LIMIT_S)) for _ in range(2))
    assert first == second


def test_a_real_model_keeps_to_the_schema(real_model: RealModel) -> None:
    pieces = model_at(real_model, 200).write(Prompt(PROMPT.system, PROMPT.user, SCHEMA), LIMIT_S)
    reply = json.loads("".join(piece.text for piece in pieces))
    assert set(reply) == {"capital", "is_sure"}
    assert isinstance(reply["is_sure"], bool)


def test_a_real_reply_that_is_cut_off_is_an_error(real_model: RealModel) -> None:
    with pytest.raises(ModelStopped, match="length"):
        list(model_at(real_model, 16).write(Prompt("", "Tell me a very long story."), LIMIT_S))


def test_who_leaves_a_real_model_early_leaves_it_ready_for_the_next(real_model: RealModel) -> None:
    model = model_at(real_model, 800)
    with closing(model.write(Prompt("", "Tell me a very long story."), LIMIT_S)) as pieces:
        next(pieces)
    assert "Amsterdam" in "".join(piece.text for piece in model_at(real_model).write(PROMPT, LIMIT_S))
