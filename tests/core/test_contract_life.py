"""How long a contract may last, in what people type."""

import pytest

from bot.core.contract_life import life_in


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("een contract van 4 jaar", 4),
        ("vier jaar lang", 4),
        ("a 2-year contract", 2),
        ("24 maanden", 2),
        ("12 kwartalen", 3),
        ("2 jaar met 2 x 1 optiejaar", 4),
        ("2 jaar, met 1 jaar verlenging", 3),
        ("twee jaar, met een optie van twee jaar", 4),
        ("2+1+1", 4),
        ("3 jaar plus 1 optiejaar", 4),
        ("two years plus three optional years", 5),
        ("geen looptijd", None),
        ("2 jaar of 4 jaar", None),
    ],
)
def test_the_longest_life_is_read_where_the_text_tells_it(text: str, years: float | None) -> None:
    assert life_in(text) == (years, years is not None)


def test_options_of_unknown_length_leave_the_life_open() -> None:
    assert life_in("2 jaar, met opties") == (2, False)


def test_a_life_that_holds_its_options_is_whole() -> None:
    assert life_in("4 jaar inclusief opties") == (4, True)
