from collections.abc import Sequence

from bot.core.corpus import Corpus, Language, Passage, Role, Status, WrittenAnswer
from bot.core.model import Question, Turn
from bot.core.retrieve import FoundPart, retrieve
from bot.core.screen import Screened
from bot.core.understand import understand
from tests.builders import TODAY, answer, claim, passage, reply, source, tools

EARLIER = "Hoe hoog is de drempel voor ISV?"
THRESHOLD = passage("De drempel is een bedrag.", key="drempel", lines=(EARLIER,))
PLAN = passage("De leverancier levert een plan van aanpak.", key="plan", lines=("wat moet de leverancier leveren",))


def find(
    said: str,
    *replies: str,
    also: Sequence[Passage] = (),
    answers: Sequence[WrittenAnswer] = (),
    told: str = "",
) -> FoundPart:
    """What is found for a message after an earlier question."""
    weather = reply("weer", Status.UNANSWERABLE_OUT_OF_SCOPE, *replies)
    corpus = Corpus((source(THRESHOLD.text),), (THRESHOLD, PLAN, *also), tuple(answers), (weather,) if replies else ())
    own = tools(corpus)
    question = Question(said, Role.OFFICER, TODAY, history=(Turn(EARLIER, told),))
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


def test_a_short_question_that_refers_to_the_one_before_borrows_however_near_it_is() -> None:
    near = passage("De minister tekende de brief.", key="brief", lines=("wie tekende hem", "wie tekende de brief"))
    assert find("Wie tekende hem?", also=(near,)).question == f"{EARLIER} Wie tekende hem?"
    assert find("Wie tekende de brief?", also=(near,)).question == "Wie tekende de brief?"


def test_what_would_be_answered_as_before_is_read_alone_where_that_leads_elsewhere() -> None:
    given = answer("drempel", [EARLIER], claim("De drempel is een bedrag.", "bron#drempel"))
    hulp = answer("hulp", ["waar kan een bedrijf hulp krijgen", "wie helpt"], claim("Er is een loket.", "bron#plan"))
    anew = find("Krijgen we hulp?", told="De drempel is een bedrag. [1]", answers=(given, hulp))
    assert anew.question == "Krijgen we hulp?"
    assert anew.answers[0].target == hulp
    unknown = find("Krijgen we hulp?", told="Iets anders. [1]", answers=(given, hulp))
    assert unknown.question == f"{EARLIER} Krijgen we hulp?"
    refers = find("En krijgen we hulp?", told="De drempel is een bedrag. [1]", answers=(given, hulp))
    assert refers.question == f"{EARLIER} En krijgen we hulp?"
