import pytest

from bot.core.followup import readings_of
from bot.core.model import Turn
from tests.builders import real_rules

RULES = real_rules()


def readings(text: str, *history: str) -> tuple[str, ...]:
    return readings_of(text, tuple(Turn(question) for question in history), RULES)


def test_a_bare_term_takes_the_place_of_its_like() -> None:
    assert readings("en waterschappen?", "Moeten gemeenten ISV toepassen?")[0] == "Moeten waterschappen ISV toepassen?"
    assert readings("en MVI?", "Waar staat ISV voor?")[0] == "Waar staat MVI voor?"


def test_a_question_that_leans_gets_the_earlier_one_in_front() -> None:
    first = readings("binnen hoeveel weken?", "Welke documenten moet de leverancier aanleveren?")[0]
    assert first == "Welke documenten moet de leverancier aanleveren? binnen hoeveel weken?"


def test_a_question_that_leans_is_also_read_as_it_was_said() -> None:
    assert readings("binnen hoeveel weken?", "Wat levert hij aan?")[-1] == "binnen hoeveel weken?"


def test_a_question_with_its_own_subject_is_read_alone() -> None:
    found = readings("Wat vroeg de motie Van Raan?", "Wat is social return?")
    assert found == ("Wat vroeg de motie Van Raan?",)


def test_a_question_after_one_that_leans_itself_is_read_with_both() -> None:
    found = readings("en waarom dan niet?", "Wilde de motie ISV verplichten?", "steunde de minister dat?")
    assert found[0] == "Wilde de motie ISV verplichten? steunde de minister dat? en waarom dan niet?"
    assert found[1] == "steunde de minister dat? en waarom dan niet?"


@pytest.mark.parametrize("text", ["ander onderwerp: wat is de JBR", "ok duidelijk. los daarvan, wat is de JBR"])
def test_a_change_of_subject_drops_the_earlier_one(text: str) -> None:
    found = readings(text, "Moeten gemeenten ISV toepassen?")
    assert found == ("wat is de JBR",)


def test_a_chain_of_short_questions_keeps_its_subject() -> None:
    found = readings("en provincies?", "Moeten gemeenten ISV toepassen?", "en waterschappen?")
    assert found[0] == "Moeten provincies ISV toepassen?"


def test_without_history_there_is_one_reading() -> None:
    assert readings_of("en dan?", (), RULES) == ("en dan?",)
