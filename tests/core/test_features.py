import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.features import PLACES, text_features


@given(st.text(max_size=80))
def test_values_lie_in_the_vector_and_have_length_one(text: str) -> None:
    found = text_features(text)
    assert all(0 <= place < PLACES for place in found)
    if found:
        assert math.sqrt(sum(value * value for value in found.values())) == pytest.approx(1.0)


def test_a_text_without_words_has_no_values() -> None:
    assert text_features("?! …") == {}


def test_case_and_accents_do_not_matter() -> None:
    assert text_features("Categorieën") == text_features("CATEGORIEEN")


def test_a_slip_of_the_pen_keeps_most_of_a_word() -> None:
    assert product("risicoanalyse", "risicoanalise") > 0.4 > product("risicoanalyse", "drempelbedrag")


def test_the_order_of_words_counts_a_little() -> None:
    assert 0.7 < product("plan van aanpak", "aanpak van plan") < 0.99


def product(one: str, other: str) -> float:
    """The cosine of two texts."""
    first, second = text_features(one), text_features(other)
    return sum(value * second.get(place, 0.0) for place, value in first.items())
