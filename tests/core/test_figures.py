import pytest

from bot.core.figures import Figure, Force, forces_in, numbers_in


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("acht categorieën", "8 categorieën"),
        ("eight categories", "8 categorieën"),
        ("140.000 euro", "€ 140,000"),
        ("1,5 miljard euro", "1.5 billion euro"),
        ("15 procent", "fifteen percent"),
        ("tweede ronde", "second round"),
        ("drie weken", "3 weeks"),
    ],
)
def test_the_same_number_in_other_words_is_equal(one: str, other: str) -> None:
    assert numbers_in(one) == numbers_in(other) != frozenset()


@pytest.mark.parametrize(
    ("one", "other"), [("8", "9"), ("140.000 euro", "140 euro"), ("3 weken", "3 maanden"), ("15 procent", "15 euro")]
)
def test_another_number_or_unit_differs(one: str, other: str) -> None:
    assert numbers_in(one) != numbers_in(other)


def test_a_third_party_a_footnote_mark_and_a_date_are_no_numbers() -> None:
    assert numbers_in("volgens een derde partij, in de keten² op 13 juni 2022") == frozenset()
    assert numbers_in("according to third parties") == frozenset()


def test_one_as_an_article_is_no_number() -> None:
    assert numbers_in("een leverancier") == frozenset()
    assert Figure("1", "") in numbers_in("1 leverancier")


@pytest.mark.parametrize(
    ("text", "force"),
    [
        ("De leverancier moet rapporteren.", Force.DUTY),
        ("Zij dienen een risicoanalyse op te leveren.", Force.DUTY),
        ("ISV is obligatory.", Force.DUTY),
        ("ISV is niet verplicht.", Force.NO_DUTY),
        ("Dat is geen wettelijke ISV-plicht.", Force.NO_DUTY),
        ("U hoeft niet te scoren.", Force.NO_DUTY),
        ("It is not mandatory.", Force.NO_DUTY),
        ("Het mag niet meewegen.", Force.BAN),
        ("This may not count.", Force.BAN),
    ],
)
def test_duty_and_its_denial_are_told_apart(text: str, force: Force) -> None:
    assert forces_in(text) == {force}


def test_a_negation_in_another_clause_does_not_deny_a_duty() -> None:
    assert forces_in("Het is geen wet, het contract verplicht de leverancier.") == {Force.DUTY}
