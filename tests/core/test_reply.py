"""A source as it is shown, and its link."""

from dataclasses import replace
from datetime import date

import pytest

from bot.bootstrap import build_messages
from bot.core.corpus import Grade, Language, PassageId, SourceId
from bot.core.model import Citation
from bot.core.reply import link_to, source_of

PAGE = "https://zoek.officielebekendmakingen.nl/kst-1.html"
CITATION = Citation(
    n=3,
    passage_id=PassageId("b#1"),
    source_id=SourceId("b"),
    title="Brief",
    publisher="BZK",
    date=date(2022, 6, 13),
    reference="nr. 1",
    locator="alinea 2",
    grade=Grade.OFFICIAL,
    quote="Er zijn acht",
    start=0,
    end=12,
    url=PAGE,
)


def link(**changes: object) -> str:
    return link_to(replace(CITATION, **changes))  # type: ignore[arg-type]  # fields of any kind


def test_a_source_is_shown_with_title_date_and_place() -> None:
    shown = source_of(CITATION, Language.EN, build_messages())
    assert (shown.n, shown.head) == (3, "Brief (13 June 2022), alinea 2")
    assert shown.quote == CITATION.quote


def test_a_link_to_a_page_marks_the_quote() -> None:
    assert link() == f"{PAGE}#:~:text=Er%20zijn%20acht"


def test_a_long_quote_is_marked_by_its_ends() -> None:
    words = " ".join(f"w{n}" for n in range(30))
    assert link(quote=words) == f"{PAGE}#:~:text=w0%20w1%20w2%20w3%20w4,w25%20w26%20w27%20w28%20w29"


def test_signs_that_mean_something_in_a_fragment_are_encoded() -> None:
    assert link(quote="zee-vis, & brood") == f"{PAGE}#:~:text=zee%2Dvis%2C%20%26%20brood"


def test_a_place_on_the_page_stays() -> None:
    assert link(url=f"{PAGE}#art3") == f"{PAGE}#art3:~:text=Er%20zijn%20acht"


@pytest.mark.parametrize("url", ["", "https://example.org/a.pdf", "https://example.org/a.PDF#page=2", "urn:x"])
def test_what_is_no_page_gets_no_fragment(url: str) -> None:
    assert link(url=url) == url


def test_the_own_words_of_a_note_are_not_looked_for_on_a_page() -> None:
    assert link(grade=Grade.NOTE) == PAGE
    assert link(quote=" ") == PAGE
