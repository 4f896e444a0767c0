import pytest

from bot.core.corpus import Language
from bot.core.stance import asks_yes_or_no, prefix_for
from tests.builders import no, yes


@pytest.mark.parametrize(
    "text",
    [
        "Is ISV verplicht?",
        "moet een gemeente isv toepassen",
        "schoonmaak europees aanbesteed, ISV verplicht?",
        "Er zijn toch tien categorieën?",
        "De wet verplicht dit. Klopt dat?",
        "Do municipalities have to apply ISV?",
        "Mijn collega zegt dat het niet hoeft. Heeft hij gelijk?",
    ],
)
def test_yes_or_no_questions_are_recognised(text: str) -> None:
    assert asks_yes_or_no(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wanneer is ISV verplicht?",
        "Welke categorieën zijn er?",
        "Wat moet ik doen?",
        "Zijn het acht of tien categorieën?",
        "What is ISV?",
        "",
    ],
)
def test_other_questions_are_not(text: str) -> None:
    assert not asks_yes_or_no(text)


def test_the_prefix_follows_the_stance_of_the_line() -> None:
    assert (
        prefix_for("Moet een gemeente ISV toepassen?", no("Moet een gemeente ISV toepassen?"), "ISV.", Language.NL)
        == "Nee."
    )
    assert prefix_for("Is milieu deel van ISV?", yes("Valt milieu onder ISV?"), "ISV.", Language.NL) == "Ja."
    assert prefix_for("Must we apply it?", no("Must we apply ISV?"), "ISV.", Language.EN) == "No."


def test_a_negation_on_one_side_only_gives_no_prefix() -> None:
    assert (
        prefix_for("Hoeft ISV niet bij een gemeente?", no("Moet een gemeente ISV toepassen?"), "ISV.", Language.NL)
        == ""
    )


def test_a_lead_with_its_own_opening_keeps_it() -> None:
    assert (
        prefix_for(
            "Mag ik een keurmerk eisen?", yes("Mag ik een keurmerk eisen?"), "Dat hangt af van de wet.", Language.NL
        )
        == ""
    )


def test_without_a_line_there_is_no_prefix() -> None:
    assert prefix_for("Is ISV verplicht?", None, "ISV.", Language.NL) == ""


def test_a_message_that_also_asks_openly_gets_no_yes_at_the_front() -> None:
    line = yes("Was er voor 2017 iets?")
    assert prefix_for("Hoe ging het voor 2017? Was het toen verplicht", line, "ISV.", Language.NL) == ""
    assert prefix_for("Wij kopen kleding. Is het verplicht?", yes("Is ISV verplicht?"), "ISV.", Language.NL) == "Ja."
