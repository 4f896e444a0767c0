from pathlib import Path

import pytest

from bot.adapters.dictionary import Dictionary
from bot.adapters.index import corpus_words
from bot.adapters.spelling import CorpusSpeller
from ingest.corpus import read_corpus

WORDS = {"leverancier": 9, "risicoanalyse": 5, "categorieën": 4, "eisen": 3, "keten": 2, "ketens": 1, "moet": 9}
KNOWN = frozenset({"leverancier", "verzoek", "reizen", "fietsen"})
SPELLER = CorpusSpeller(WORDS, KNOWN.__contains__)


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("levarancier", "leverancier"),
        ("leverancir", "leverancier"),
        ("leverranciier", "leverancier"),
        ("leveranceir", "leverancier"),
        ("categorieen", "categorieën"),
        ("eisne", "eisen"),
    ],
)
def test_a_slip_in_a_word_of_the_field_is_mended(slip: str, word: str) -> None:
    assert SPELLER.correct(slip) == word


@pytest.mark.parametrize("word", ["verzoek", "reizen", "fietsen", "Fietsen", "REIZEN"])
def test_a_word_that_a_dictionary_knows_is_never_touched(word: str) -> None:
    assert SPELLER.correct(word) == word


@pytest.mark.parametrize("word", ["keten", "ketens", "Leverancier", "LEVERANCIER"])
def test_a_word_of_the_field_is_never_touched(word: str) -> None:
    assert SPELLER.correct(word) == word


@pytest.mark.parametrize("word", ["moed", "ISV", "mvi", "eise"])
def test_a_short_word_is_left_alone(word: str) -> None:
    assert SPELLER.correct(word) == word


def test_two_slips_are_mended_only_in_a_long_word() -> None:
    assert SPELLER.correct("rizicoanalise") == "risicoanalyse"
    assert SPELLER.correct("kitan") == "kitan"


def test_three_slips_are_too_many() -> None:
    assert SPELLER.correct("rizikoanalise") == "rizikoanalise"


def test_a_word_that_begins_otherwise_is_another_word() -> None:
    assert SPELLER.correct("beisen") == "beisen"


def test_a_capital_stays_a_capital_and_the_rest_of_the_text_stays() -> None:
    assert SPELLER.correct("Levarancier (2022) moet\n eisne, 3% - ja?") == "Leverancier (2022) moet\n eisen, 3% - ja?"


def test_of_two_words_as_near_the_more_frequent_one_is_taken() -> None:
    assert CorpusSpeller({"keren": 1, "keten": 5}, lambda _: False).correct("kezen") == "keten"
    assert CorpusSpeller({"keren": 5, "keten": 1}, lambda _: False).correct("kezen") == "keren"


@pytest.fixture(scope="module")
def real(word_list: Path) -> CorpusSpeller:
    return CorpusSpeller(corpus_words(read_corpus().targets), Dictionary(word_list).knows)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("gunningscriterum", "gunningscriterium"),
        ("risicoanalise", "risicoanalyse"),
        ("aanbesteeding", "aanbesteding"),
        ("contractvoorwarde", "contractvoorwaarde"),
        ("zorgvuldigheit", "zorgvuldigheid"),
        ("bedrijfskeding", "bedrijfskleding"),
        ("ketenveranwoordelijkheid", "ketenverantwoordelijkheid"),
        ("procurment", "procurement"),
    ],
)
def test_slips_in_real_words_of_the_field_are_mended(real: CorpusSpeller, slip: str, word: str) -> None:
    assert real.correct(slip) == word


@pytest.mark.integration
@pytest.mark.parametrize(
    "text",
    [
        "Mag ik een fiets kopen voor mijn collega?",
        "Moeten wij koffie en thee aanbesteden?",
        "ISV, MVI, IMVO en BZK",
        "Is my supplier obliged to publish a report?",
    ],
)
def test_real_questions_without_slips_stay_as_they_are(real: CorpusSpeller, text: str) -> None:
    assert real.correct(text) == text
