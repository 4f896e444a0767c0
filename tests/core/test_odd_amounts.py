"""Amounts of zero and below, and what only looks like one."""

import pytest

from bot.core.odd_amounts import odd_amounts_in


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
