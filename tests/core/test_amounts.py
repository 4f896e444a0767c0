import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.amounts import Amount, Bound, amounts_in


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("aanbesteding van 90k", 90_000),
        ("voor 1,2 mln", 1_200_000),
        ("€ 140.000,-", 140_000),
        ("€140.000", 140_000),
        ("anderhalve ton", 150_000),
        ("een half miljoen", 500_000),
        ("half miljoen", 500_000),
        ("twee ton", 200_000),
        ("ruim zes ton", 600_000),
        ("EUR 2.3 million", 2_300_000),
        ("EUR 140,000", 140_000),
        ("2,5 miljoen euro", 2_500_000),
        ("een kwart miljoen", 250_000),
        ("honderd duizend euro", 100_000),
        ("80 mille", 80_000),
        ("de waarde is 220000", 220_000),
        ("geraamd op 139.999,50 euro", 139_999),
        ("a budget of 300 thousand euros", 300_000),
        ("€ 1 mld", 10**9),
        ("honderdveertigduizend euro", 140_000),
        ("raming tweehonderdvijftigduizend", 250_000),
        ("duizend euro", 1000),
        ("honderdnegenendertigduizend vijfhonderd euro", 139_500),
        ("zeven en een halve ton", 750_000),
        ("een ton veertig", 140_000),
        ("k€ 138", 138_000),
        ("145 grand", 145_000),
        ("one hundred and thirty-nine thousand euros", 139_000),
        ("three and a half thousand euros", 3_500),
        ("zevenenhalve ton", 750_000),
        ("zevenhonderd vijftigduizend euro", 750_000),
        ("honderdtwintig duizend euro", 120_000),
        ("€ 120.000,=", 120_000),
        ("lab, 141.000 excl.", 141_000),
        ("139.500 alles bij elkaar", 139_500),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, euros: int) -> None:
    assert [amount.euros for amount in amounts_in(text)] == [euros]


@pytest.mark.parametrize(
    "text",
    [
        "acht categorieën",
        "26 485, nr. 331",
        "kenmerk 2022-0000258488",
        "artikel 2.80 van de wet",
        "in 2022 en 2023",
        "3000 overhemden",
        "140.000 handschoenen",
        "10 ton afval",
        "binnen 8 weken",
        "een contract van 4 jaar",
        "document 14142 van PIANOo",
        "duizendpoot",
        "5.000 werknemers",
    ],
)
def test_what_counts_something_else_is_no_amount(text: str) -> None:
    assert amounts_in(text) == ()


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("onder de 140.000 euro", Bound.BELOW),
        ("minder dan 2 ton", Bound.BELOW),
        ("bijna twee ton", Bound.BELOW),
        ("hooguit 100k", Bound.AT_MOST),
        ("ruim een ton", Bound.AT_LEAST),
        ("vanaf negentigduizend euro", Bound.AT_LEAST),
        ("nog geen ton", Bound.BELOW),
        ("boven de 3 ton", Bound.AT_LEAST),
        ("meer dan 1 miljoen", Bound.AT_LEAST),
        ("at least 200k", Bound.AT_LEAST),
        ("precies 140.000 euro", Bound.EXACT),
    ],
)
def test_words_in_front_bound_an_amount(text: str, bound: Bound) -> None:
    (amount,) = amounts_in(text)
    assert amount.bound is bound


@pytest.mark.parametrize(
    "text", ["50k per jaar", "per jaar 50.000 euro", "50.000 euro p/j", "€ 50.000 jaarlijks", "50k a year"]
)
def test_an_amount_by_the_year_says_so(text: str) -> None:
    (amount,) = amounts_in(text)
    assert (amount.euros, amount.times_a_year) == (50_000, 1)


def test_an_amount_knows_where_it_stands() -> None:
    text = "Voor 90k kopen wij kleding."
    (amount,) = amounts_in(text)
    assert text[amount.span.start : amount.span.end].strip() == "90k"
    assert amount == Amount(90_000, amount.span)


@given(st.integers(1, 10**9))
def test_an_amount_with_points_between_thousands_is_read_back(euros: int) -> None:
    written = f"{euros:,}".replace(",", ".")
    assert [amount.euros for amount in amounts_in(f"€ {written}")] == [euros]


@given(st.text(alphabet="0123456789.,€ktonmlneuro -jar", max_size=40))
def test_any_text_gives_amounts_or_none(text: str) -> None:
    assert all(amount.euros >= 0 for amount in amounts_in(text))
