"""One answer is scored on its status, points, forbidden claims, numbers, quotes and passages."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.corpus import Grade, Language, Passage, Role, SourceId, Status
from bot.core.model import Answer, Citation, Scored
from evals.cases import Case, Support
from evals.scoring import Score, normalised, score
from tests.builders import TODAY, passage, source

LETTER = source("Er zijn 8 risicocategorieën.\nISV is een  contractvoorwaarde. Meer niet.", "brief", Grade.OFFICIAL)
NOTE = source("Gemeenten zijn niet verplicht.", "notitie")
SOURCES = {LETTER.id: LETTER, NOTE.id: NOTE}


def case(
    *points: Sequence[str],
    expected: str = "answered",
    statuses: Sequence[Status] = (Status.ANSWERED,),
    forbidden: Sequence[str] = (),
    support: Sequence[tuple[str, str]] = (),
) -> Case:
    def patterns(sources: Sequence[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern, re.IGNORECASE) for pattern in sources)

    return Case(
        id="x",
        role=Role.OFFICER,
        type="direct",
        history=(),
        question="vraag",
        expected=expected,
        statuses=frozenset(statuses),
        support=tuple(Support(*span) for span in support),
        points=tuple(map(patterns, points)),
        forbidden=patterns(forbidden),
    )


def answer(
    text: str = "Ja.",
    status: Status = Status.ANSWERED,
    citations: Sequence[Citation] = (),
    passages: Sequence[Passage] = (),
) -> Answer:
    return Answer(
        id="a",
        question="vraag",
        standalone_question="vraag",
        language=Language.NL,
        role=Role.OFFICER,
        as_of=TODAY,
        status=status,
        text=text,
        citations=tuple(citations),
        passages=tuple(Scored(found, 1.0) for found in passages),
    )


def citation(n: int, quote: str = "Er zijn 8 risicocategorieën.") -> Citation:
    own = passage(LETTER.text, of=LETTER)
    start = LETTER.text.index(quote)
    return Citation(
        n=n,
        passage_id=own.id,
        source_id=LETTER.id,
        title="",
        publisher="",
        date=TODAY,
        reference="",
        locator="",
        grade=Grade.OFFICIAL,
        quote=quote,
        start=start,
        end=start + len(quote),
        url="",
    )


def scored(of: Case, given: Answer) -> Score:
    return score(of, given, SOURCES)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("e\u0301e\u0301n", "één"),
        ("‘enkel’ en “dubbel” en „laag”", '\'enkel\' en "dubbel" en "laag"'),
        ("**vet** _schuin_ `code` # kop", "vet schuin code kop"),
        ("een\n\n- twee\t drie ", "een - twee drie"),
        ("140.000 euro\u00a0zonder btw", "140.000 euro zonder btw"),
        ("", ""),
    ],
)
def test_an_answer_is_folded_before_patterns_are_matched(text: str, folded: str) -> None:
    assert normalised(text) == folded


def test_folding_twice_is_folding_once() -> None:
    text = "**Dat** is ‘zo’\n\n[1] e\u0301"
    assert normalised(normalised(text)) == normalised(text)


def test_a_point_is_made_when_one_of_its_patterns_matches() -> None:
    found = scored(case(["acht", r"\b8\b"], ["tien"]), answer("Er zijn 8 categorieën."))
    assert found.points_made == (True, False)


def test_patterns_look_at_the_folded_answer_without_regard_to_case() -> None:
    assert scored(case(["is niet verplicht"]), answer("ISV is **NIET**\nverplicht.")).points_made == (True,)


def test_a_forbidden_claim_is_found_whatever_was_expected() -> None:
    for expected in ("answered", "refused", "either"):
        of = case(forbidden=["verboden"], expected=expected)
        assert scored(of, answer("Dit is **verboden**.")).forbidden_hit
        assert not scored(of, answer("Dit mag.")).forbidden_hit


def test_an_answer_without_forbidden_patterns_says_nothing_forbidden() -> None:
    assert not scored(case(), answer()).forbidden_hit


@pytest.mark.parametrize(
    ("text", "numbers", "dangling"),
    [
        ("Ja [1]. Nee [2].", [1, 2], 0),
        ("Ja [1][2].", [1, 2], 0),
        ("Ja [1]. Nog eens [1].", [1], 0),
        ("Ja [1]. Nee [2].", [1], 1),
        ("Ja [1].", [1, 2], 1),
        ("Ja [3].", [1, 2], 3),
        ("Ja.", [], 0),
        ("In [2022] niet.", [], 1),
    ],
)
def test_numbers_without_a_citation_and_citations_without_a_number_dangle(
    text: str, numbers: list[int], dangling: int
) -> None:
    assert scored(case(), answer(text, citations=[citation(n) for n in numbers])).dangling == dangling


def test_the_status_is_right_when_it_is_one_of_the_right_ones() -> None:
    of = case(statuses=[Status.ANSWERED, Status.ANSWERED_PARTLY])
    assert scored(of, answer(status=Status.ANSWERED_PARTLY)).status_right
    assert not scored(of, answer(status=Status.CLARIFICATION)).status_right


@pytest.mark.parametrize(
    ("expected", "status", "counts"),
    [
        ("answered", Status.ANSWERED, True),
        ("answered", Status.CLARIFICATION, True),
        ("either", Status.ANSWERED_PARTLY, True),
        ("either", Status.UNANSWERABLE_NOTHING_FOUND, False),
        ("refused", Status.ANSWERED, False),
        ("refused", Status.REFUSED_INJECTION, False),
    ],
)
def test_points_count_where_an_answer_was_due_or_was_given(expected: str, status: Status, counts: bool) -> None:
    assert scored(case(["x"], expected=expected), answer(status=status)).counts_points is counts


def test_a_quote_is_exact_when_it_stands_at_its_offsets() -> None:
    right = citation(1)
    shifted = replace(citation(2), start=1, end=len(right.quote) + 1)
    reworded = replace(citation(3), quote="Er zijn 9 risicocategorieën.")
    found = scored(case(), answer("[1] [2] [3]", citations=[right, shifted, reworded]))
    assert (found.quotes, found.quotes_exact) == (3, 1)


def test_the_rank_of_a_span_is_that_of_the_first_passage_that_holds_it() -> None:
    first, second = passage("Er zijn 8 risicocategorieën.", of=LETTER), passage(LETTER.text, "p2", of=LETTER)
    of = case(support=[("brief", "8 risicocategorieën"), ("brief", "contractvoorwaarde"), ("brief", "tien")])
    assert scored(of, answer(passages=[first, second])).ranks == (1, 2, None)


def test_a_span_is_compared_with_white_space_folded() -> None:
    of = case(support=[("brief", "risicocategorieën. ISV is\neen contractvoorwaarde")])
    assert scored(of, answer(passages=[passage(LETTER.text, of=LETTER)])).ranks == (1,)


def test_the_same_words_in_another_source_are_no_support() -> None:
    of = case(support=[("brief", "Gemeenten zijn niet verplicht.")])
    assert scored(of, answer(passages=[passage(NOTE.text, of=NOTE)])).ranks == (None,)


def test_a_case_without_spans_has_no_ranks() -> None:
    assert scored(case(), answer(passages=[passage(NOTE.text, of=NOTE)])).ranks == ()


def test_a_source_that_is_not_known_is_an_error_of_the_measurement() -> None:
    unknown = replace(citation(1), source_id=SourceId("weg"))
    with pytest.raises(KeyError, match="weg"):
        scored(case(), answer("[1]", citations=[unknown]))
