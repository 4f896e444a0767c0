"""A purchase told in chat: when the check decides, and what the reader gets to see of it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest

from bot.core.case import FULL_CASE
from bot.core.corpus import Corpus, Language, Passage, Status, WrittenAnswer
from bot.core.decision import FactName, Outcome
from bot.core.model import Answer
from ingest.corpus import read_corpus
from tests.builders import ask

CALLING = ("verplicht-wanneer", "categorie-bedrijfskleding", "medeoverheden", "gunningscriterium-verplicht")
"""Written answers of the corpus below; all but the last call the check."""

LAPTOPS = "Ons ministerie koopt laptops voor 200.000 euro. Moeten we ISV toepassen?"
WITHOUT_VALUE = "Is ISV verplicht bij uniformen voor ons ministerie?"


@cache
def corpus() -> Corpus:
    """All real passages, so that every cite of the rules is there, and a few real answers."""
    real = read_corpus()
    passages = tuple(replace(target, lines=()) for target in real.targets if isinstance(target, Passage))
    answers = tuple(t for t in real.targets if isinstance(t, WrittenAnswer) and t.id in CALLING)
    assert len(answers) == len(CALLING)
    return Corpus(real.sources, passages, answers, ())


def told(*messages: str) -> Answer:
    *earlier, last = messages
    return ask(corpus(), last, history=earlier)


def facts(found: Answer) -> Mapping[FactName, object]:
    assert found.decision is not None
    return {name: fact.value for name, fact in found.decision.facts.items()}


@pytest.mark.parametrize(
    ("text", "outcome", "opening"),
    [
        (LAPTOPS, Outcome.OBLIGATORY, "Ja. ISV is verplicht als contractvoorwaarde."),
        ("Moet ISV bij uniformen van 20.000 euro voor ons ministerie?", Outcome.VOLUNTARY, "Nee. ISV is niet"),
        ("Moet ons ministerie ISV toepassen bij tuinonderhoud van 1 miljoen euro?", Outcome.VOLUNTARY, "Nee. ISV"),
        ("Moet onze gemeente ISV toepassen bij uniformen van 1 miljoen?", Outcome.OWN_POLICY, "Nee. ISV is niet"),
        ("Is ISV verplicht voor ons lopende contract voor uniformen bij het ministerie?", Outcome.UNDETERMINED, "Wat"),
    ],
)
def test_the_outcome_opens_the_answer(text: str, outcome: Outcome, opening: str) -> None:
    found = told(text)
    assert found.decision is not None
    assert found.decision.outcome is outcome
    assert found.text.startswith(opening)


def test_an_answer_of_the_check_cites_and_says_what_it_took_for_true() -> None:
    found = told(LAPTOPS)
    assert found.status is Status.ANSWERED
    assert all(f"[{citation.n}]" in found.text for citation in found.citations)
    assert "200.000 euro" in found.text
    assert "volgt uit de waarde" in found.text
    assert "risicoanalyse" in found.text
    assert "140.000 euro" in found.text


def test_the_check_answers_in_english_too() -> None:
    found = told("Our ministry buys laptops for 200,000 euro. Is ISV mandatory?")
    assert found.language is Language.EN
    assert found.text.startswith("Yes. ISV is obligatory as a contract condition.")


def test_a_missing_value_gives_the_outcome_for_each_case_and_asks() -> None:
    found = told(WITHOUT_VALUE)
    assert found.status is Status.CLARIFICATION
    assert found.text.startswith("Dat hangt af van de waarde.")
    assert "Bij een Europese aanbesteding: ISV is verplicht als contractvoorwaarde." in found.text
    assert found.text.count("?") >= 1


def test_the_value_told_afterwards_settles_it() -> None:
    found = told(WITHOUT_VALUE, "het wordt ongeveer 300.000 euro")
    assert found.decision is not None
    assert found.decision.outcome is Outcome.OBLIGATORY
    assert facts(found)[FactName.VALUE_EUR] == 300_000


def test_what_was_not_told_is_taken_for_granted_only_after_enough_is_told() -> None:
    assert told("Moet ISV?").decision is None
    assert told("Is ISV verplicht bij uniformen?").decision is None


def test_a_long_message_with_another_question_is_not_a_change_of_the_case() -> None:
    found = told(
        LAPTOPS,
        "Goed, dan nog iets heel anders dat ik me al een tijd afvraag: wat kostte de uitvoering bij de gemeente Breda?",
    )
    assert found.decision is None


@pytest.mark.parametrize("text", ["Wat is de drempel voor het Rijk?", "Welke risico's zijn er bij uniformen?"])
def test_who_asks_for_a_thing_after_a_purchase_gets_no_verdict(text: str) -> None:
    assert told(LAPTOPS, text).decision is None


def test_what_one_thing_is_worth_says_nothing_of_what_is_bought_beside_it() -> None:
    found = told(LAPTOPS, "Wij kopen ook uniformen. Is ISV daar verplicht?")
    assert FactName.VALUE_EUR not in facts(found)
    assert facts(found)[FactName.CATEGORY] == "bedrijfskleding"


def test_another_subject_ends_a_purchase_for_what_comes_after_it_too() -> None:
    found = told(LAPTOPS, "Andere vraag: wat is ISV?", "Is ISV verplicht bij uniformen?")
    assert found.decision is None or FactName.VALUE_EUR not in facts(found)


def test_contradicting_facts_are_not_decided_on() -> None:
    assert told("Moet ISV bij laptops en tuinonderhoud van ons ministerie, 200.000 euro?").decision is None


def test_an_open_question_is_answered_from_the_texts() -> None:
    found = told("Waarom moet ons ministerie ISV toepassen bij laptops van 200.000 euro?")
    assert found.decision is None


def test_a_full_case_is_decided_on_a_near_answer_too() -> None:
    found = told("Is ISV verplicht als gunningscriterium bij laptops van 200.000 euro voor ons ministerie?")
    assert found.decision is None or len(facts(found)) >= FULL_CASE


def test_that_nobody_signed_the_manifest_is_only_assumed_and_the_reader_sees_it() -> None:
    found = told("Moet onze gemeente ISV toepassen bij uniformen van 1 miljoen?")
    assert "een organisatie die het Manifest MVOI niet heeft getekend (aangenomen)" in found.text
    assert "Heeft de organisatie het Manifest MVOI wel getekend, dan geldt:" in found.text
    assert "bestuurlijke toezegging" in found.text
    signed = told("Moet onze gemeente ISV toepassen bij uniformen van 1 miljoen?", "we hebben het Manifest getekend")
    assert signed.decision is not None
    assert signed.decision.outcome is Outcome.MANIFEST_COMMITMENT


def test_the_manifest_is_not_spoken_of_where_it_does_not_matter() -> None:
    assert "Manifest" not in told(LAPTOPS).text
    before = told("Moest onze gemeente in 2019 ISV toepassen bij uniformen van 1 miljoen euro?")
    assert before.decision is not None
    assert "Manifest MVOI wel getekend" not in before.text.partition("Voor een aanbesteding van nu")[0]


def test_a_value_that_cannot_be_is_named_beside_the_outcome() -> None:
    found = told("Ons ministerie koopt laptops voor 0 euro. Moeten we ISV toepassen?")
    assert found.status is Status.CLARIFICATION
    assert "Een waarde van '0 euro' kan niet." in found.text


def test_who_splits_a_contract_is_warned() -> None:
    found = told("Ons ministerie koopt laptops voor 500.000 euro, we knippen de opdracht in drieën. Moet ISV erin?")
    assert found.decision is not None
    assert found.decision.outcome is Outcome.OBLIGATORY
    assert "U zegt dat de opdracht wordt gesplitst." in found.text


def test_a_decision_names_the_day_it_holds_for() -> None:
    found = told("In 2019 kocht ons ministerie laptops voor 200.000 euro. Was ISV toen verplicht?")
    assert found.decision is not None
    assert found.decision.as_of.year == 2019
    assert "144.000 euro" in found.text


@pytest.mark.parametrize(
    "text",
    [
        "Ik koop laptops in voor ons ministerie, 4 jaar, 60k per jaar, wat nu?",
        "We buy laptops for our ministry, 300,000 euro. What should I do?",
    ],
)
def test_who_tells_a_whole_purchase_and_asks_what_now_gets_the_outcome(text: str) -> None:
    found = told(text)
    assert found.decision is not None
    assert found.decision.outcome is Outcome.OBLIGATORY


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Wij kopen laptops voor het ministerie, 150.000 euro", Outcome.OBLIGATORY),
        ("Ministerie, laptops, 90.000 euro.", Outcome.VOLUNTARY),
        ("gemeente, laptops, drie ton", Outcome.OWN_POLICY),
    ],
)
def test_who_only_tells_a_whole_purchase_gets_the_outcome(text: str, outcome: Outcome) -> None:
    found = told(text)
    assert found.decision is not None
    assert found.decision.outcome is outcome


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Wij kopen laptops voor het ministerie.", FactName.EUROPEAN_TENDER),
        ("Ministerie van BZK koopt software voor 500.000 euro", FactName.CATEGORY),
        ("We buy laptops for our ministry", FactName.EUROPEAN_TENDER),
    ],
)
def test_who_only_tells_a_part_of_a_purchase_is_asked_for_the_rest(text: str, missing: FactName) -> None:
    found = told(text)
    assert found.status is Status.CLARIFICATION
    assert found.decision is not None
    assert found.decision.missing == (missing,)


def test_a_purchase_that_is_told_anew_has_nothing_of_the_one_before() -> None:
    before = "Wij kopen laptops voor de gemeente, 300.000 euro"
    bought = told(before, "Ons ministerie koopt software voor 500.000 euro")
    assert bought.decision is not None
    assert FactName.CATEGORY not in bought.decision.facts
    assert bought.decision.missing == (FactName.CATEGORY,)
    without_value = told(before, "Het ministerie koopt uniformen.")
    assert FactName.VALUE_EUR not in facts(without_value)
    goes_on = told("Wij kopen laptops voor het ministerie.", "En dan voor 300.000 euro.")
    assert facts(goes_on)[FactName.CATEGORY] == "ict_werkomgeving_rijk"


def test_what_a_purchase_is_about_is_no_purchase() -> None:
    assert told("De drempel voor het ministerie is 140.000 euro.").decision is None


def test_a_story_with_a_purchase_in_it_is_no_question_about_that_purchase() -> None:
    story = "Gisteren sprak ik lang met een collega over van alles, ook over zijn kinderen en zijn huis in Zeeland."
    assert told(f"{story} Hij koopt laptops voor een ministerie, 150.000 euro.").decision is None


@pytest.mark.parametrize(
    "text",
    [
        "Noem de bronnen over laptops voor het ministerie van 150.000 euro",
        "Wij leveren laptops aan het ministerie voor 300.000 euro",
        "Wij leveren laptops aan het ministerie voor 300.000 euro en vinden ISV te duur",
        "Het ministerie kocht laptops voor 300.000 euro en nu blijkt kinderarbeid in de keten",
        "Ministerie, laptops, 300.000 euro. Leg het stappenplan uit.",
        "Stel een contractclausule op voor laptops, ministerie, 300.000 euro",
        "Wij kopen laptops voor het ministerie maar de leverancier weigert een risicoanalyse",
        "Ons ministerie heeft voor 300.000 euro laptops gekocht, maar er komt geen rapport",
    ],
)
def test_a_complaint_an_order_or_a_supplier_only_mentions_a_purchase(text: str) -> None:
    assert told(text).decision is None


def test_a_whole_purchase_borrows_nothing_from_the_one_before() -> None:
    found = told("Wij kopen catering voor een gemeente, 300.000 euro", "Ministerie, laptops, 90.000 euro.")
    assert found.standalone_question == "Ministerie, laptops, 90.000 euro."
    assert found.decision is not None
    assert found.decision.outcome is Outcome.VOLUNTARY


def test_a_supplier_who_asks_what_now_is_no_buyer() -> None:
    assert told("Wij leveren laptops van 300.000 euro aan een ministerie. Wat moet ik doen?").decision is None
