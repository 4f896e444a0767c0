"""An offer of the last answer, taken up with a yes or a number."""

import pytest

from bot.core.model import Turn
from bot.core.offers import resolved, taken_offer

OFFERS = ("Wanneer is ISV verplicht?", "Wat levert de leverancier?")
TURNS = (Turn("wat is isv", "Dat is …", OFFERS),)


@pytest.mark.parametrize("text", ["ja", "Ja graag!", "graag", "ok, doe maar", "yes please", "ja, de eerste", "1"])
def test_a_yes_takes_the_first_offer(text: str) -> None:
    assert taken_offer(text, TURNS) == OFFERS[0]


@pytest.mark.parametrize("text", ["2", "de tweede", "ja, de tweede vraag", "the second one", "nummer 2"])
def test_a_number_takes_that_offer(text: str) -> None:
    assert taken_offer(text, TURNS) == OFFERS[1]


@pytest.mark.parametrize("text", ["nee", "ja maar hoe zit het met gemeenten", "3", "0", "", "!", "ISV", "goedemorgen"])
def test_any_other_message_takes_none(text: str) -> None:
    assert taken_offer(text, TURNS) is None


def test_without_an_offer_a_yes_takes_nothing() -> None:
    assert taken_offer("ja", ()) is None
    assert taken_offer("ja", (Turn("wat is isv", "Dat is …"),)) is None


def test_a_taken_offer_is_the_question_of_its_turn() -> None:
    turns = resolved((*TURNS, Turn("ja", "Altijd.", ("Mag het vrijwillig?",)), Turn("graag")))
    assert [turn.question for turn in turns] == ["wat is isv", OFFERS[0], "Mag het vrijwillig?"]
