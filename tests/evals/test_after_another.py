"""A question is asked after one on something else, in the same language, and both ways are scored."""

from dataclasses import replace

from bot.core.assistant import Assistant
from bot.core.corpus import Corpus
from evals.after_another import MAX_WORDS, compared, with_earlier
from tests.builders import passage, source, tools
from tests.evals.test_scoring import case

LETTERS = (source("De drempel is een bedrag.", "drempel"), source("De leverancier levert een plan.", "plan"))
THRESHOLD = passage(LETTERS[0].text, of=LETTERS[0], lines=("hoe hoog is de drempel van isv",))
PLAN = passage(LETTERS[1].text, of=LETTERS[1], lines=("wat moet de leverancier leveren",))
CORPUS = Corpus(LETTERS, (THRESHOLD, PLAN), (), ())
HOW_HIGH = replace(case(["bedrag"], support=[("bron", "drempel")]), question="Hoe hoog is de drempel van ISV?")
WHAT = replace(case(["plan"], support=[("bron", "plan")]), question="Wat moet de leverancier leveren?")


def test_the_earlier_question_is_about_something_else_in_the_same_language() -> None:
    english = replace(WHAT, question="What must the supplier deliver to the ministry?")
    same = replace(HOW_HIGH, question="Welk bedrag is de drempel dan van ISV?")
    found = with_earlier([HOW_HIGH, same, english, WHAT])
    earlier = {c.question: c.history[0].question for c in found}
    assert set(earlier) == {HOW_HIGH.question, same.question, WHAT.question}
    assert earlier[HOW_HIGH.question] == earlier[same.question] == WHAT.question


def test_a_question_without_another_one_is_left_out() -> None:
    assert with_earlier([HOW_HIGH]) == []


def test_both_ways_are_scored_and_compared() -> None:
    long = replace(WHAT, question="wat " * (MAX_WORDS + 1))
    later = replace(WHAT, history=with_earlier([WHAT, HOW_HIGH])[0].history)
    assistant = Assistant(tools(CORPUS))
    found = compared([HOW_HIGH, WHAT, long, later], assistant, {s.id: s for s in CORPUS.sources})
    assert {title: figure.count for title, figure in found.items()} == dict.fromkeys(found, 2)
    assert found["points_alone"].value == found["points"].value == found["same"].value == 1.0


def test_an_answer_that_changes_is_seen() -> None:
    vague = replace(case(["plan"], support=[("bron", "plan")]), question="En hoe dan?")
    assistant = Assistant(tools(CORPUS))
    found = compared([HOW_HIGH, vague], assistant, {s.id: s for s in CORPUS.sources})
    assert found["same"].value == 0.5
