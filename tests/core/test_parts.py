import pytest

from bot.core.parts import WHOLE_WORDS, questions_of, sentences_of
from tests.builders import real_rules

RULES = real_rules().screen

MAIL = """Beste helpdesk,

Hopelijk gaat het goed. Wij leveren stoelen aan een ministerie en in het contract staat een bijlage over ISV.
Moeten wij elk jaar rapporteren? En waar publiceren we dat rapport?

Met vriendelijke groet,
Jan
"""


def said(text: str) -> list[str]:
    return [asked.said for asked in questions_of(text, RULES)]


def test_greetings_headers_and_closings_are_left_out() -> None:
    kept = sentences_of("> Van: iemand\n> Beste collega,\n> Wat is ISV?\nMet vriendelijke groet,", RULES)
    assert kept == ("Wat is ISV?",)


def test_the_questions_of_a_mail_are_found() -> None:
    assert said(MAIL) == ["Moeten wij elk jaar rapporteren?", "En waar publiceren we dat rapport?"]


def test_a_question_that_leans_is_also_read_with_the_sentence_before_it() -> None:
    asked = questions_of("De wet verplicht ISV voor gemeenten. " * 8 + "Klopt dat?", RULES)
    assert len(asked) == 1
    assert any("gemeenten" in reading for reading in asked[0].readings)


def test_a_short_message_is_read_whole() -> None:
    asked = questions_of("Wij zijn een gemeente. Moet ISV?", RULES)
    assert asked[0].said == "Wij zijn een gemeente. Moet ISV?"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Wat is ISV en wat is MVI?", ["Wat is ISV?", "wat is MVI?"]),
        ("wat is isv, hoe vaak komt de jbr uit", ["wat is isv?", "hoe vaak komt de jbr uit?"]),
        ("What is ISV and who signed the letter?", ["What is ISV?", "who signed the letter?"]),
        ("Moeten gemeenten en provincies ISV toepassen?", ["Moeten gemeenten en provincies ISV toepassen?"]),
        ("zonnepanelen uit china, waar moet ik op letten", ["zonnepanelen uit china, waar moet ik op letten"]),
    ],
)
def test_joined_questions_are_split_and_joined_nouns_are_not(text: str, parts: list[str]) -> None:
    assert said(text) == parts


def test_a_piece_that_points_back_keeps_what_stands_before_it() -> None:
    second = questions_of("Wat is de JBR en wat heeft die met ISV te maken?", RULES)[1]
    assert second.goes_on
    assert second.readings == ("Wat is de JBR en wat heeft die met ISV te maken?", "wat heeft die met ISV te maken?")


def test_words_that_report_a_question_are_left_out() -> None:
    assert questions_of("Een leverancier vraagt: wat zijn de ISV?", RULES)[0].readings[0] == "wat zijn de ISV?"


def test_a_request_for_help_as_such_is_not_a_question() -> None:
    assert said("Kun je even meedenken? Wij hebben een contract. Moeten wij rapporteren?") == [
        "Wij hebben een contract. Moeten wij rapporteren?"
    ]


def test_the_only_question_of_a_long_message_is_read_with_what_stands_before_it() -> None:
    (asked,) = questions_of("Wij hebben een contract. " * 40 + "De klant is een ministerie. Moeten wij?", RULES)
    assert asked.said.endswith("De klant is een ministerie. Moeten wij?")
    assert len(asked.said.split()) == WHOLE_WORDS
    assert asked.readings == (asked.said, "Wij hebben een contract. De klant is een ministerie. Moeten wij?")


def test_a_message_without_a_question_is_one_question() -> None:
    assert said("ISV schoonmaak") == ["ISV schoonmaak"]
    assert said("...") == ["..."]
