from datetime import date

import pytest

from bot.core.references import days_in, references_in, without_references, years_in


@pytest.mark.parametrize(
    "written",
    ["Kamerstuk 26 485, nr. 331", "26485-331", "kst-26485-331", "Kamerstukken II, 26 485, nr. 331", "26.485 nr 331"],
)
def test_every_spelling_of_a_paper_has_one_form(written: str) -> None:
    assert "paper:26485-331" in references_in(written)


def test_a_chapter_belongs_to_the_paper() -> None:
    assert "paper:35470-XVII-10" in references_in("Kamerstuk 35 470 XVII, nr. 10")


@pytest.mark.parametrize(
    "written", ["13 juni 2022", "13 June 2022", "June 13, 2022", "13-06-2022", "2022-06-13", "13/6/2022"]
)
def test_every_spelling_of_a_day_has_one_form(written: str) -> None:
    assert days_in(written) == {date(2022, 6, 13)}
    assert {"day:2022-06-13", "month:2022-06", "year:2022"} <= references_in(written)


def test_articles_and_acts() -> None:
    assert references_in("artikel 2.78a en art. 2:80") >= {"article:2.78a", "article:2.80"}
    assert "act:2024/1760" in references_in("Richtlijn (EU) 2024/1760")


def test_an_amount_is_no_paper_and_no_year() -> None:
    assert references_in("140.000 euro en 5.404.000 euro, document 14444") == frozenset()
    assert years_in("in 2019 en op 1 mei 2020") == {2019, 2020}


def test_an_impossible_day_is_no_day() -> None:
    assert days_in("31 februari 2022 en 99-99-2022") == frozenset()


def test_references_can_be_blanked_out() -> None:
    assert without_references("op 13 juni 2022 (26 485, nr. 331) 8 categorieën").split() == [
        "op",
        "(",
        ")",
        "8",
        "categorieën",
    ]
