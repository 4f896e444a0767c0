"""Passages without an answer: the same as the assistant finds, with a verbatim quote of each."""

from dataclasses import replace
from datetime import date

import pytest

from bot.core.assistant import Assistant
from bot.core.corpus import Corpus, Grade, Role, Status, Validity
from bot.core.errors import EmbedderUnavailable
from bot.core.model import Question
from bot.core.screen import Stopped
from bot.core.search import Found, search
from tests.builders import TODAY, BrokenEmbedder, answer, claim, passage, source, tools

LETTER = source(
    "Het Rijk koopt veel in. De verplichting ziet op 8 risicocategorieën. Daarna volgt een groet.",
    "brief",
    Grade.OFFICIAL,
)
OFFICIAL = passage(LETTER.text, of=LETTER, grade=Grade.OFFICIAL)
NOTE = source("Gemeenten zijn niet verplicht om ISV toe te passen.", "notitie")
OWN = passage(NOTE.text, of=NOTE, lines=("moet een gemeente ISV toepassen",))
LATER_NOTE = source("Provincies zijn niet verplicht om ISV toe te passen.", "later")
LATER = passage(LATER_NOTE.text, of=LATER_NOTE, validity=Validity(date(2030, 1, 1)))
WRITTEN = answer("risico", ["welke risicocategorieën zijn er"], claim("Er zijn 8 risicocategorieën.", OFFICIAL.id))
CORPUS = Corpus((LETTER, NOTE, LATER_NOTE), (OFFICIAL, OWN, LATER), (WRITTEN,), ())

QUESTIONS = (
    "welke risicocategorieën zijn er",
    "moet een gemeente ISV toepassen",
    "Welke risicocategorieën zijn er? En moet een gemeente ISV toepassen?",
)


def found_for(text: str, corpus: Corpus = CORPUS, role: Role = Role.OFFICER, as_of: date = TODAY) -> Found:
    found = search(Question(text, role, as_of), tools(corpus))
    assert isinstance(found, Found)
    return found


@pytest.mark.parametrize("text", QUESTIONS)
def test_the_passages_are_those_of_the_answer_in_the_same_order(text: str) -> None:
    asked = Assistant(tools(CORPUS)).ask(Question(text, Role.OFFICER, TODAY))
    assert asked.passages
    assert tuple(hit.scored for hit in found_for(text).hits) == asked.passages


def test_each_passage_has_a_verbatim_quote_that_fits_the_question() -> None:
    best = found_for("welke risicocategorieën zijn er").hits[0].citation
    assert best.quote == "De verplichting ziet op 8 risicocategorieën."
    assert LETTER.text[best.start : best.end] == best.quote
    assert (best.n, best.title, best.grade) == (1, LETTER.title, Grade.OFFICIAL)


def test_a_passage_of_another_role_or_day_is_not_found() -> None:
    hidden = replace(OWN, audience=frozenset({Role.HELPDESK}))
    corpus = replace(CORPUS, passages=(hidden, LATER), answers=())
    assert found_for("moet een gemeente ISV toepassen", corpus).hits == ()
    assert [hit.passage for hit in found_for("gemeente", corpus, Role.HELPDESK).hits] == [hidden]
    assert [hit.passage for hit in found_for("provincies", corpus, as_of=date(2030, 1, 1)).hits] == [LATER]


def test_a_message_with_personal_data_is_not_looked_up() -> None:
    stopped = search(Question("wie is 123456782", Role.OFFICER, TODAY), tools(CORPUS))
    assert isinstance(stopped, Stopped)
    assert (stopped.status, stopped.text) == (Status.REFUSED_PERSONAL_DATA, "wie is [bsn]")


def test_an_outage_is_an_error_and_never_nothing_found() -> None:
    broken = tools(CORPUS, embedder=BrokenEmbedder(EmbedderUnavailable("weg")))
    with pytest.raises(EmbedderUnavailable):
        search(Question("welke risicocategorieën zijn er", Role.OFFICER, TODAY), broken)
