"""Thirty questions to a real, weak model behind a real server: whatever it writes, the reader gets nothing untrue.

Needs the whole index (``ISVBOT_DATA_DIR``), which ``make model-tests`` brings up to date first.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.language_model import LangChainModel
from bot.adapters.model_options import ModelOptions
from bot.bootstrap import build_assistant
from bot.core.assistant import Assistant
from bot.core.corpus import Source, SourceId
from bot.core.drafting import DraftKind
from bot.core.figures import facts_in, numbers_in
from bot.core.model import Answer
from bot.core.writer import Limits, Writer
from bot.settings import Settings, read_settings
from evals.cases import Case, read_cases
from evals.run import measure, sample, worsened
from evals.scoring import Score
from prompts.loader import read_prompts
from tests.servers.real_model import RealModel

pytestmark = pytest.mark.model

QUESTIONS = 30
LIMIT_S = 40.0
MAX_TOKENS = 140
PASSAGES = 2
"""The engine reads some hundreds of tokens a second."""


@pytest.fixture(scope="module")
def plain() -> Assistant:
    settings: Settings = read_settings()
    if not (settings.data_dir / "index").is_dir():
        pytest.skip("there is no index: run 'make model-tests', which makes one")
    return build_assistant(settings)


@pytest.fixture(scope="module")
def drafting(plain: Assistant, real_model: RealModel) -> Assistant:
    options = ModelOptions("openai", real_model.name, real_model.url, timeout_s=LIMIT_S, max_tokens=MAX_TOKENS)
    limits = Limits(seconds=LIMIT_S, passages=PASSAGES, sentences=4)
    return Assistant(replace(plain.tools, writer=Writer(LangChainModel(options), read_prompts(), limits)))


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return sample([case for name in ("tuning", "tuning2", "tuning3") for case in read_cases(name)], QUESTIONS)


@pytest.fixture(scope="module")
def sources(plain: Assistant) -> dict[SourceId, Source]:
    ids = {SourceId(p.stem) for p in (Path(__file__).parent.parent / "knowledge/sources").rglob("*.md")}
    return dict(plain.tools.lookup.shelf.sources(sorted(ids)))


@pytest.fixture(scope="module")
def scores(
    plain: Assistant, drafting: Assistant, cases: tuple[Case, ...], sources: dict[SourceId, Source]
) -> dict[str, list[Score]]:
    return {
        DraftKind.EXTRACTIVE.value: measure(cases, plain, sources),
        DraftKind.MODEL.value: measure(cases, drafting, sources),
    }


def drafted(scores: dict[str, list[Score]]) -> list[Answer]:
    return [score.answer for score in scores[DraftKind.MODEL.value]]


def test_thirty_questions_in_two_languages_were_put_to_the_model(scores: dict[str, list[Score]]) -> None:
    answers = drafted(scores)
    assert len(answers) == QUESTIONS
    assert sum(answer.language.value == "en" for answer in answers) >= QUESTIONS // 3
    asked = [answer.drafting for answer in answers if answer.drafting is not None]
    assert len(asked) >= 0.8 * QUESTIONS
    heard = [one for one in asked if one.kept or one.dropped]
    assert len(heard) >= 0.5 * len(asked)


def test_the_verifier_had_something_to_do(scores: dict[str, list[Score]]) -> None:
    dropped = sum(sum(a.drafting.dropped.values()) for a in drafted(scores) if a.drafting is not None)
    assert dropped >= QUESTIONS // 2


def test_no_answer_is_worse_than_the_one_by_rule(scores: dict[str, list[Score]]) -> None:
    assert list(worsened(scores)) == []


def test_every_quote_is_word_for_word_and_every_number_of_a_source_has_one(scores: dict[str, list[Score]]) -> None:
    assert all((s.quotes_exact, s.dangling) == (s.quotes, 0) for s in scores[DraftKind.MODEL.value])


def test_no_figure_date_or_address_comes_from_the_model(scores: dict[str, list[Score]]) -> None:
    """Apart from the verifier: what an answer names stands in the answer by rule or in a passage that it cites."""
    for before, after in zip(*scores.values(), strict=True):
        cited = {citation.passage_id for citation in after.answer.citations}
        passages = [s.passage for s in after.answer.passages if s.passage.id in cited]
        held = "\n".join([before.answer.text, *(f"{p.text}\n{p.english}\n{p.context}" for p in passages)])
        held += "\n".join(citation.quote for citation in after.answer.citations)
        values = {figure.value for figure in numbers_in(held)}
        text = re.sub(r"\[\d+\]", "", after.answer.text)
        assert {figure.value for figure in numbers_in(text)} <= values
        assert facts_in(text) <= facts_in(held)
        assert set(re.findall(r"https?://\S+|www\.\S+", text)) <= set(re.findall(r"https?://\S+|www\.\S+", held))


def test_nothing_of_the_prompt_reaches_the_reader(scores: dict[str, list[Score]]) -> None:
    for answer in drafted(scores):
        assert not re.search(r"\[S\d+\]|<source|<checked>|Rules, without exception|source tags", answer.text)
