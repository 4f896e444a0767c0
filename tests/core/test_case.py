"""The facts of a purchase in what people type."""

from datetime import date

import pytest

from bot.core.amounts import Bound
from bot.core.case import Case, case_of
from bot.core.decision import Fact, FactName, Known, Refusal
from knowledge.loader import read_rules
from tests.builders import TODAY

RULES = read_rules()


def told(*messages: str, as_of: date = TODAY) -> Case:
    *earlier, last = messages
    return case_of(earlier, last, as_of, RULES)


def values(case: Case) -> dict[str, object]:
    return {name.value: fact.value for name, fact in case.facts.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ons ministerie koopt laptops", {"authority": "rijk", "category": "ict_werkomgeving_rijk"}),
        ("Wij zijn een gemeente en kopen uniformen", {"authority": "gemeente", "category": "bedrijfskleding"}),
        ("een waterschap koopt tuinonderhoud", {"authority": "waterschap", "category": "none"}),
        ("het gaat om 250.000 euro", {"value_eur": 250_000}),
        ("4 jaar lang 50.000 euro per jaar", {"value_eur": 200_000}),
        ("we besteden Europees aan", {"european_tender": True}),
        ("we besteden niet Europees aan", {"european_tender": False}),
        ("we hebben het Manifest MVOI ondertekend", {"manifest_signatory": True}),
        ("het contract loopt al", {"existing_contract": True}),
        ("de tender is van 3 maart 2024", {"date": date(2024, 3, 3)}),
        ("de aanbesteding was in december 2022", {"date": date(2022, 12, 1)}),
        ("de aanbesteding begint in 2027", {"date": date(2027, 1, 1)}),
        ("we gunnen in 2026", {"date": TODAY}),
        ("de brief van 2022 over ISV", {}),
        ("dat was in 1850", {}),
        ("wat is ISV?", {}),
    ],
)
def test_facts_are_read_from_plain_words(text: str, expected: dict[str, object]) -> None:
    assert values(told(text)) == expected


def test_a_fact_keeps_the_words_that_told_it() -> None:
    fact = told("Ons departement koopt toners").facts[FactName.AUTHORITY]
    assert (fact.known, fact.words) == (Known.QUESTION, "departement")


def test_last_year_is_the_year_before_the_asked_day() -> None:
    assert told("we kochten vorig jaar kleding", as_of=date(2025, 6, 1)).facts[FactName.DATE].value == date(2024, 1, 1)


def test_an_amount_by_the_year_without_a_number_of_years_is_a_lower_bound() -> None:
    fact = told("het kost 90.000 euro per jaar").facts[FactName.VALUE_EUR]
    assert (fact.value, fact.bound) == (90_000, Bound.AT_LEAST)


def test_amounts_that_cannot_be_added_up_are_no_value() -> None:
    assert FactName.VALUE_EUR not in told("20.000 euro per jaar en eenmalig 50.000 euro").facts


def test_two_values_in_one_message_are_unclear() -> None:
    case = told("Geldt het voor het ministerie en voor een gemeente?")
    assert FactName.AUTHORITY not in case.facts
    assert case.unclear == {FactName.AUTHORITY}
    assert FactName.AUTHORITY in case.told
    assert case.new == {FactName.AUTHORITY}


def test_things_of_two_risk_categories_are_in_a_risk_category() -> None:
    fact = told("laptops en uniformen").facts[FactName.CATEGORY]
    assert fact.words in {"laptops, uniformen", "uniformen, laptops"}


def test_a_thing_on_the_list_beside_one_that_is_not_is_unclear() -> None:
    assert told("laptops en tuinonderhoud").unclear == {FactName.CATEGORY}


def test_a_later_message_takes_the_place_of_an_earlier_fact() -> None:
    case = told("ons ministerie koopt laptops voor 100.000 euro", "en als het 200.000 euro is?")
    assert values(case) == {"authority": "rijk", "category": "ict_werkomgeving_rijk", "value_eur": 200_000}
    assert case.new == {FactName.VALUE_EUR}
    assert case.facts[FactName.AUTHORITY].known is Known.HISTORY
    assert case.facts[FactName.VALUE_EUR].known is Known.QUESTION


def test_a_new_amount_makes_the_kind_of_tender_open_again() -> None:
    case = told("we besteden Europees aan", "het wordt 20.000 euro")
    assert FactName.EUROPEAN_TENDER not in case.facts


def test_a_doubtful_fact_takes_the_earlier_one_away() -> None:
    case = told("wij zijn een gemeente", "of toch een provincie of een ministerie")
    assert FactName.AUTHORITY not in case.facts
    assert FactName.AUTHORITY in case.unclear


def test_facts_never_appear_from_nothing() -> None:
    assert told("goedemorgen") == Case(facts={}, unclear=frozenset(), new=frozenset())


def test_the_same_value_twice_is_told_once() -> None:
    fact = told("ministerie, dus het departement van ons ministerie").facts[FactName.AUTHORITY]
    assert fact == Fact(FactName.AUTHORITY, "rijk", Known.QUESTION, fact.words)
    assert fact.words.startswith("ministerie")


def test_another_currency_is_refused_and_never_taken_for_euro() -> None:
    case = told("ons ministerie koopt laptops voor £ 120.000")
    assert [(one.words, one.why) for one in case.refused] == [("£ 120.000", Refusal.NOT_IN_EURO)]
    assert FactName.VALUE_EUR not in case.facts
    both = told("laptops voor USD 150.000, dat is € 138.000")
    assert (values(both)["value_eur"], both.refused) == (138_000, ())


@pytest.mark.parametrize(
    "text",
    [
        "misschien niet Europees",
        "ik denk dat het niet Europees is",
        "waarschijnlijk onder de drempel",
        "moet dit niet Europees?",
        "moet dat niet Europees aanbesteed worden",
        "is it not a European tender?",
        "isn't this a European tender?",
        "it may be below the threshold",
        "blijven we onder de drempel?",
        "laptops, onder de drempel?",
        "ik weet niet of het Europees is",
        "vorige keer niet Europees, nu wel",
        "niet Europees maar dat weet ik niet zeker",
    ],
)
def test_who_doubts_or_asks_whether_a_tender_is_european_does_not_tell_it(text: str) -> None:
    assert FactName.EUROPEAN_TENDER not in told(text).facts


@pytest.mark.parametrize(
    ("text", "is_european"),
    [
        ("niet Europees", False),
        ("we zitten onder de drempel", False),
        ("geldt ISV ook onder de drempel?", False),
        ("not a European tender", False),
        ("een Europese aanbesteding", True),
    ],
)
def test_who_says_whether_a_tender_is_european_tells_it(text: str, is_european: bool) -> None:
    assert told(text).facts[FactName.EUROPEAN_TENDER].value is is_european


@pytest.mark.parametrize(
    ("text", "is_existing"),
    [
        ("een bestelling op de raamovereenkomst", True),
        ("onder het mantelcontract", True),
        ("an order under the framework", True),
        ("a mini-competition", True),
        ("drawdown from our framework", True),
        ("we maken gebruik van de optie tot verlenging", True),
        ("we gaan het contract met een jaar verlengen", True),
        ("wij doen mee aan een rijksbrede raamovereenkomst", True),
        ("100k zonder verlenging", False),
        ("100k met een optie tot verlenging", False),
        ("2 jaar plus 2 keer 1 jaar verlenging", False),
    ],
)
def test_an_order_under_an_agreement_is_no_new_tender_and_an_option_is(text: str, is_existing: bool) -> None:
    assert told(text).facts[FactName.EXISTING_CONTRACT].value is is_existing


@pytest.mark.parametrize(
    "text",
    [
        "onze stichting krijgt subsidie van het ministerie",
        "een Belgisch ministerie",
        "the German ministry",
        "de ambassade van Duitsland",
        "het ministerie van Curaçao",
    ],
)
def test_who_gives_money_or_is_of_another_country_is_no_dutch_buyer(text: str) -> None:
    assert FactName.AUTHORITY not in told(text).facts
