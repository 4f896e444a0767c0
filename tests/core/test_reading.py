from bot.core.corpus import Corpus, Language, Role, Status
from bot.core.model import Question, Turn
from bot.core.retrieve import FoundPart, retrieve
from bot.core.screen import Screened
from bot.core.understand import understand
from tests.builders import TODAY, passage, reply, source, tools

EARLIER = "Hoe hoog is de drempel voor ISV?"
THRESHOLD = passage("De drempel is een bedrag.", key="drempel", lines=(EARLIER,))
PLAN = passage("De leverancier levert een plan van aanpak.", key="plan", lines=("wat moet de leverancier leveren",))


def find(said: str, *replies: str) -> FoundPart:
    """What is found for a message after an earlier question."""
    weather = reply("weer", Status.UNANSWERABLE_OUT_OF_SCOPE, *replies)
    corpus = Corpus((source(THRESHOLD.text),), (THRESHOLD, PLAN), (), (weather,) if replies else ())
    own = tools(corpus)
    question = Question(said, Role.OFFICER, TODAY, history=(Turn(EARLIER),))
    understood = understand(Screened(question, said, Language.NL), own.speller, own.rules)
    return retrieve(understood, own.lookup, own.rules).parts[0]


def test_a_question_that_people_ask_by_itself_borrows_nothing() -> None:
    found = find("Wat moet de leverancier leveren?")
    assert found.passages[0].passage.id == PLAN.id
    assert found.question == "Wat moet de leverancier leveren?"
    assert not found.signals.follows


def test_a_question_that_nobody_asks_by_itself_borrows_the_earlier_subject() -> None:
    found = find("En hoe weet ik dat dan?")
    assert found.passages[0].passage.id == THRESHOLD.id
    assert found.question == f"{EARLIER} En hoe weet ik dat dan?"
    assert found.signals.follows


def test_a_line_of_a_written_reply_does_not_make_a_question_stand_alone() -> None:
    assert find("En regent het daar?", "en regent het daar").signals.follows
