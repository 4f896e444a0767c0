"""Amounts of zero and below, and what only looks like one."""

import pytest

from bot.core.odd_amounts import foreign_amounts_in, odd_amounts_in, without_foreign


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("0 euro", "0 euro"),
        ("€ 0,-", "€ 0,-"),
        ("nul euro", "nul euro"),
        ("zero euros", "zero euros"),
        ("waarde 0", "0"),
        ("waarde -5000", "-5000"),
        ("budget: -90k", "-90k"),
        ("-5.000 euro", "-5.000 euro"),
        ("€ -5.000", "€ -5.000"),
        ("-€ 90.000", "-€ 90.000"),
        ("(-5.000 euro)", "-5.000 euro"),
        ("minus 5000 euro", "minus 5000 euro"),
        ("een waarde van \u22125.000 euro", "\u22125.000 euro"),
    ],
)
def test_zero_and_less_are_found_as_they_are_written(text: str, odd: str) -> None:
    assert odd_amounts_in(text) == (odd,)


@pytest.mark.parametrize(
    "text",
    [
        "100.000-140.000 euro",
        "€ 100.000 - € 140.000",
        "€ 100.000 -140.000 euro",
        "100.000 - 140.000 euro",
        "€ 140.000,-",
        "EUR-140.000",
        "waarde 0,5 mln",
        "0.5 miljoen euro",
        "€ 0,50 per stuk",
        "10 euro",
        "100k-140k",
        "min 5000",
        "- 90.000 euro",
        "2022-2026",
        "140.000 euro",
    ],
)
def test_a_dash_or_a_nought_within_an_amount_is_no_odd_amount(text: str) -> None:
    assert odd_amounts_in(text) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("laptops voor USD 130.000", "USD 130.000"),
        ("laptops voor $130k", "$130k"),
        ("laptops voor £120,000", "£120,000"),
        ("laptops voor CHF 120.000", "CHF 120.000"),
        ("laptops voor 130.000 dollar", "130.000 dollar"),
        ("1,2 miljoen yen", "1,2 miljoen yen"),
    ],
)
def test_an_amount_in_another_currency_is_found_and_taken_out(text: str, words: str) -> None:
    assert foreign_amounts_in(text) == (words,)
    assert words not in without_foreign(text)


@pytest.mark.parametrize("text", ["€ 130.000", "130.000 euro", "20.000 kronieken", "120k"])
def test_euros_are_no_other_currency(text: str) -> None:
    assert foreign_amounts_in(text) == ()
