"""Whether one place of a passage carries a sentence: everything that it claims, together."""

import pytest

from bot.core.corpus import Grade, Language
from bot.core.places import Place, places_of
from bot.core.support import Lack, best_places, is_told, opposes
from tests.builders import passage, real_rules, source, statement

TERMS = real_rules().terms
TEXT = (
    "ISV is verplicht bij Europese aanbestedingen van het Rijk vanaf 140.000 euro."
    " Voor gemeenten is ISV niet verplicht. De leverancier mag een keurmerk gebruiken."
    " Volgens PIANOo geldt dat sinds 13 juni 2022."
)
OWNER = source(TEXT, "brief", Grade.OFFICIAL)
PASSAGE = passage(TEXT, of=OWNER, english="ISV is obligatory in European tenders of central government.")
PLACES = places_of(PASSAGE, OWNER, Language.NL)


def found(sentence: str, places: tuple[Place, ...] = PLACES) -> tuple[Place, ...] | Lack:
    return best_places(sentence, places, TERMS)


@pytest.mark.parametrize(
    "sentence",
    [
        "Bij Europese aanbestedingen van het Rijk is ISV verplicht vanaf 140.000 euro.",
        "Voor gemeenten is ISV niet verplicht.",
        "Een leverancier mag een keurmerk gebruiken.",
        "Dat geldt volgens PIANOo sinds 13 juni 2022.",
    ],
)
def test_a_paraphrase_of_one_place_is_carried_by_it(sentence: str) -> None:
    places = found(sentence)
    assert not isinstance(places, Lack)
    assert all(TEXT[q.start : q.end] == q.text for place in places for q in place.quotes)


@pytest.mark.parametrize(
    ("sentence", "lack"),
    [
        ("Bij Europese aanbestedingen van het Rijk is ISV verplicht vanaf 143.000 euro.", Lack.NUMBER),
        ("Bij Europese aanbestedingen van het Rijk is ISV verplicht vanaf 140.000 dagen.", Lack.NUMBER),
        ("Dat geldt volgens PIANOo sinds 14 juni 2022.", Lack.REFERENCE),
        ("Dat geldt volgens Unicef sinds 13 juni 2022.", Lack.NAME),
        ("Bij Europese aanbestedingen van de provincie is ISV verplicht vanaf 140.000 euro.", Lack.TERM),
        ("Bij Europese aanbestedingen van het Rijk is ISV niet verplicht vanaf 140.000 euro.", Lack.DUTY),
        ("Voor gemeenten is ISV verplicht.", Lack.DUTY),
        ("De leverancier moet een keurmerk gebruiken.", Lack.DUTY),
        ("De leverancier mag geen keurmerk gebruiken.", Lack.DUTY),
        ("Alleen de leverancier mag een keurmerk gebruiken.", Lack.SCOPE),
        ("De leverancier gebruikt geen keurmerk.", Lack.NEGATION),
        ("Het weer is morgen zonnig met veel wind.", Lack.WORDS),
        ("Dat is zo.", Lack.WORDS),
    ],
)
def test_one_changed_thing_is_enough_not_to_be_carried(sentence: str, lack: Lack) -> None:
    assert found(sentence) is lack


def test_what_the_nearest_place_denies_is_not_carried_by_one_further_off() -> None:
    assert isinstance(found("Bij Europese aanbestedingen is ISV niet verplicht voor het Rijk."), Lack)


def test_two_passages_may_carry_a_sentence_together() -> None:
    first = source("De leverancier maakt een risicoanalyse van zijn keten.", "een")
    second = source("De leverancier maakt een plan van aanpak met maatregelen.", "twee")
    places = tuple(place for one in (first, second) for place in places_of(passage(one.text, of=one), one, Language.NL))
    both = found(
        "De leverancier maakt een risicoanalyse van zijn keten en een plan van aanpak met maatregelen.", places
    )
    assert not isinstance(both, Lack)
    assert {q.passage.source_id for place in both for q in place.quotes} == {"een", "twee"}


def test_an_english_place_quotes_the_dutch_text() -> None:
    places = best_places(
        "ISV is obligatory for European tenders of central government.",
        places_of(PASSAGE, OWNER, Language.EN),
        TERMS,
    )
    assert not isinstance(places, Lack)
    assert all(TEXT[q.start : q.end] == q.text for place in places for q in place.quotes)


def test_without_places_nothing_is_carried() -> None:
    assert found("Bij Europese aanbestedingen van het Rijk is ISV verplicht.", ()) is Lack.WORDS


@pytest.mark.parametrize(
    ("sentence", "is_opposed"),
    [
        ("Bij Europese aanbestedingen van het Rijk hoeft ISV niet.", True),
        ("ISV is niet verplicht bij Europese aanbestedingen van het Rijk.", True),
        ("ISV moet bij Europese aanbestedingen van het Rijk.", False),
        ("De catering is niet verplicht om vis te serveren.", False),
    ],
)
def test_the_opposite_of_a_statement_is_recognised(sentence: str, *, is_opposed: bool) -> None:
    assert opposes(sentence, "ISV is verplicht bij Europese aanbestedingen van het Rijk.") is is_opposed


@pytest.mark.parametrize(
    ("told", "is_there"),
    [
        ("Er zijn op dit moment 8 risicocategorieën.", True),
        ("Er zijn risicocategorieën.", False),
        ("Er zijn 9 risicocategorieën.", False),
        ("", False),
    ],
)
def test_a_text_tells_a_statement_with_its_figures(told: str, *, is_there: bool) -> None:
    own = statement("Er zijn 8 risicocategorieën.", PASSAGE)
    assert is_told(own, told) is is_there


def test_what_a_clause_leaves_free_is_no_duty_though_the_sentence_speaks_of_one() -> None:
    owner = source(
        "Het Rijk moet ISV in een risicocategorie toepassen, daarbuiten mag ISV vrijwillig worden toegepast."
    )
    places = places_of(passage(owner.text, of=owner), owner, Language.NL)
    assert found("Daarbuiten moet ISV vrijwillig worden toegepast.", places) is Lack.DUTY
