"""A reranker changes the order of the best texts, and nothing where there is none."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NoReturn

import pytest

from bot.adapters.memory import OverlapReranker
from bot.core.assistant import Assistant
from bot.core.corpus import Corpus, Language, Role, Status
from bot.core.errors import RerankerUnavailable
from bot.core.model import Question
from bot.core.ports import Reranker
from bot.core.rank import LEAST_LOG_CHANCE, Candidate, Lookup, read_again, readable_text
from bot.core.retrieve import FoundPart, retrieve
from bot.core.understand import Part, Understood
from tests.builders import TODAY, answer, claim, passage, real_rules, reply, source, tools

CALIBRATION = real_rules().calibration
OWNERS = [source(f"De {word} staat in het contract.", word) for word in ("drempel", "motie", "looptijd", "koffie")]
PASSAGES = [passage(owner.text, of=owner) for owner in OWNERS]
WEATHER = reply("weer", Status.UNANSWERABLE_OUT_OF_SCOPE, "regent het")
WRITTEN = answer("prijs", ["wat kost het"], claim("Het kost niets.", PASSAGES[0].id))
LOOKUP = tools(Corpus((), (), (), ())).lookup


class Judge:
    """Gives the log-odds it was told, by a word of the text, and remembers what it read."""

    name = "judge"

    def __init__(self, **odds: float) -> None:
        self.odds = odds
        self.read: list[str] = []

    def log_odds(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        self.read.extend(texts)
        return [next((odds for word, odds in self.odds.items() if word in text), 0.0) for text in texts]


def candidates(*targets: object) -> list[Candidate]:
    """Candidates in this order, a hundredth apart."""
    return [Candidate(target, 1 - n / 100, 0.5, 0.9, None) for n, target in enumerate(targets)]  # type: ignore[arg-type]  # targets


def read(found: list[Candidate], reranker: Reranker | None, count: int = 30) -> list[Candidate]:
    lookup: Lookup = replace(LOOKUP, reranker=reranker, reranked=count)
    return read_again("wat is de drempel", found, lookup, CALIBRATION)


def test_without_a_reranker_nothing_changes_at_all() -> None:
    found = candidates(*PASSAGES, WEATHER)
    assert read(found, None) is found


def test_what_the_reranker_finds_likelier_comes_first() -> None:
    found = read(candidates(*PASSAGES), Judge(drempel=-3.0, motie=2.0, looptijd=4.0, koffie=-5.0))
    assert [c.target for c in found] == [PASSAGES[2], PASSAGES[1], PASSAGES[0], PASSAGES[3]]


def test_a_chance_is_multiplied_into_the_score() -> None:
    before = candidates(*PASSAGES)
    (first, *_) = read(before, Judge(drempel=1.5))
    chance = 1 / (1 + math.exp(-1.5))
    sharpness = CALIBRATION.kernel_sharpness
    assert math.exp(sharpness * first.score) == pytest.approx(math.exp(sharpness * before[0].score) * chance)


def test_a_reranker_that_likes_everything_alike_changes_no_order() -> None:
    before = candidates(*PASSAGES, WRITTEN)
    assert [c.target for c in read(before, Judge())] == [c.target for c in before]


def test_it_reads_only_the_best_and_the_others_stay_behind_in_their_order() -> None:
    judge = Judge(drempel=-99.0, motie=-99.0)
    found = read(candidates(*PASSAGES), judge, count=2)
    assert judge.read == [readable_text(target) for target in PASSAGES[:2]]
    assert [c.target for c in found] == PASSAGES


def test_written_replies_are_neither_read_nor_moved_on_their_scale() -> None:
    judge = Judge()
    found = read(candidates(WEATHER, *PASSAGES), judge, count=4)
    assert not any("weer" in text for text in judge.read)
    assert len(judge.read) == 4
    assert next(c for c in found if c.target is WEATHER).score == 1.0


@pytest.mark.parametrize("odds", [-1e9, -1000.0, 1000.0, 1e9])
def test_no_log_odds_are_too_large(odds: float) -> None:
    before = candidates(*PASSAGES)
    (found, *_) = read(before[:1], Judge(drempel=odds))
    least = before[0].score + LEAST_LOG_CHANCE / CALIBRATION.kernel_sharpness
    assert found.score == pytest.approx(before[0].score if odds > 0 else least)


def test_nothing_found_is_nothing_to_read() -> None:
    assert read([], Judge()) == []


def test_an_answer_is_read_with_its_title_and_all_that_it_says() -> None:
    assert readable_text(WRITTEN) == "Vraag prijs? Het kost niets."
    assert readable_text(WEATHER) == ""


def found_with(reranker: Reranker | None) -> FoundPart:
    own = tools(Corpus(tuple(OWNERS), tuple(PASSAGES), (), (WEATHER,)))
    question = Question("wat is de drempel", Role.OFFICER, TODAY)
    understood = Understood(question, question.text, Language.NL, (Part(question.text, (question.text,)),))
    return retrieve(understood, replace(own.lookup, reranker=reranker), own.rules).parts[0]


def test_it_decides_which_passage_a_question_finds_first_and_not_whether_it_is_in_scope() -> None:
    plain, judged = found_with(None), found_with(Judge(koffie=9.0, drempel=-9.0))
    assert plain.passages[0].passage is PASSAGES[0]
    assert judged.passages[0].passage is PASSAGES[3]
    assert (judged.signals, judged.zone, judged.kinds) == (plain.signals, plain.zone, plain.kinds)


def test_the_twin_prefers_texts_that_share_words() -> None:
    odds = OverlapReranker().log_odds("wat is de drempel", ["De drempel is hoog.", "Koffie."])
    assert odds[0] > odds[1]
    assert OverlapReranker().log_odds("", ["Koffie."])[0] < 0


class Broken:
    name = "broken"

    def log_odds(self, question: str, texts: Sequence[str]) -> NoReturn:
        raise RerankerUnavailable("no memory")


def test_a_reranker_that_fails_is_an_outage_and_never_nothing_found() -> None:
    own = tools(Corpus(tuple(OWNERS), tuple(PASSAGES), (), ()))
    assistant = Assistant(replace(own, lookup=replace(own.lookup, reranker=Broken())))
    assert assistant.ask(Question("wat is de drempel", Role.OFFICER, date.today())).status is Status.ERROR_SERVICE
