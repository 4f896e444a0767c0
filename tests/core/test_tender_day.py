"""The day of a tender as people write it, and days that do not exist."""

from datetime import date

import pytest

from bot.core.corpus import Validity
from bot.core.decision import Fact, Known, Refusal
from bot.core.tender_day import period_of, tender_days_in, with_year, year_of
from tests.builders import TODAY


def told(text: str, as_of: date = TODAY) -> Fact:
    (fact,) = tender_days_in(text, as_of).facts
    return fact


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("in 2022", date(2022, 1, 1), date(2022, 12, 31), "2022"),
        ("vorig jaar", date(2025, 1, 1), date(2025, 12, 31), "2025"),
        ("volgend jaar", date(2027, 1, 1), date(2027, 12, 31), "2027"),
        ("in juni 2022", date(2022, 6, 1), date(2022, 6, 30), "2022-06"),
        ("in february 2024", date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        ("in mei of juni 2022, of mei 2022", date(2022, 1, 1), date(2022, 12, 31), "2022"),
    ],
)
def test_a_month_or_a_year_is_all_of_its_days(text: str, first: date, last: date, words: str) -> None:
    fact = told(text)
    assert (fact.within, fact.value, fact.words) == (Validity(first, last), first, words)


def test_of_this_year_the_day_of_the_question_is_taken() -> None:
    assert told("in 2026").value == TODAY
    assert told("in november 2026").value == TODAY
    assert told("in december 2026").value == date(2026, 12, 1)


def test_a_whole_day_is_that_day() -> None:
    assert (told("op 3 maart 2024").value, told("op 3 maart 2024").within) == (date(2024, 3, 3), None)


@pytest.mark.parametrize(
    ("text", "words", "first"),
    [
        ("31 februari 2023", "31 februari 2023", date(2023, 2, 1)),
        ("op 29-2-2023", "29-2-2023", date(2023, 2, 1)),
        ("2023-02-30", "2023-02-30", date(2023, 2, 1)),
        ("June 31, 2022", "June 31, 2022", date(2022, 6, 1)),
        ("13/25/2023", "13/25/2023", date(2023, 1, 1)),
    ],
)
def test_a_day_that_does_not_exist_is_named_and_its_month_or_year_is_kept(text: str, words: str, first: date) -> None:
    days = tender_days_in(text, TODAY)
    assert [(one.words, one.why) for one in days.refused] == [(words, Refusal.NO_SUCH_DAY)]
    assert [fact.value for fact in days.facts] == [first]


@pytest.mark.parametrize("text", ["de brief van 31 juni 2022", "artikel 31", "31 juni"])
def test_a_day_of_a_document_or_without_a_year_is_not_of_the_tender(text: str) -> None:
    found = tender_days_in(text, TODAY)
    assert (found.facts, found.refused) == ((), ())


def test_a_day_that_exists_goes_before_one_that_does_not() -> None:
    days = tender_days_in("niet 31 juni 2022 maar 30 juni 2022", TODAY)
    assert [fact.value for fact in days.facts] == [date(2022, 6, 30)]
    assert days.refused == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 september", "15 september 2022"),
        ("15-9", "15-9-2022"),
        (" september ", "september 2022"),
        ("31 juni", "31 juni 2022"),
        ("15 september 2023", "15 september 2023"),
        ("dat zoek ik op", "dat zoek ik op"),
    ],
)
def test_an_answer_gets_the_year_that_was_told_before(text: str, expected: str) -> None:
    assert with_year(text, 2022) == expected


def test_a_period_may_be_written_as_data() -> None:
    fact = period_of("2022-06")
    assert fact is not None
    assert (fact.within, fact.known) == (Validity(date(2022, 6, 1), date(2022, 6, 30)), Known.ASKED)
    assert [period_of(text) for text in ("2022-13", "22", "2022-06-01", "juni 2022", "None")] == [None] * 5


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("in 2020 of 2022", date(2020, 1, 1), date(2022, 12, 31)),
        ("een in juni 2022 en een in 2024", date(2022, 6, 1), date(2024, 12, 31)),
        ("3 maart 2024 of 4 april 2024", date(2024, 3, 3), date(2024, 4, 4)),
        ("eind 2025 of begin 2026", date(2025, 1, 1), date(2026, 12, 31)),
    ],
)
def test_of_several_days_each_day_between_may_be_it(text: str, first: date, last: date) -> None:
    fact = told(text)
    assert fact.within == Validity(first, last)
    assert fact.value == (TODAY if last >= TODAY else first)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("twee jaar geleden", 2024), ("8 years ago", 2018), ("contract 2019-2022", 2019), ("van 2018 tot 2020", 2018),
        ("tot 2020 t/m 2022", 2020),
    ],
)  # fmt: skip
def test_a_year_is_counted_back_and_a_contract_begins_in_the_first(text: str, year: int) -> None:
    assert year_of(told(text)) == year


def test_a_day_that_may_be_of_several_years_has_no_year() -> None:
    assert year_of(told("2020 of 2022")) is None
    assert tender_days_in("een paar jaar geleden", TODAY).facts == ()
