"""Which messages end without an answer, from what was found for them."""

from collections.abc import Mapping

import pytest

from bot.core.corpus import Kind, Status
from bot.core.rank import SAME
from bot.core.retrieve import FoundPart
from bot.core.route import SURE_ORDER, ending_of
from bot.core.scope import Signals, Zone
from tests.builders import real_rules

RULES = real_rules()
VAGUE = "en mag ie dat stilhouden voor de wereld?"


def found(
    said: str,
    kinds: Mapping[Kind, float],
    *,
    zone: Zone = Zone.REFUSE,
    follows: bool = False,
    line: float = 0.3,
    nearest: float = 0.5,
) -> FoundPart:
    signals = Signals(
        line=line,
        inside=nearest,
        outside=0.0,
        text=0.0,
        words=0.0,
        lean=0.0,
        around=0.0,
        strong_terms=0,
        other_subjects=0,
        case_facts=0,
        follows=follows,
    )
    return FoundPart(
        text=said,
        said=said,
        goes_on=False,
        answers=(),
        replies=(),
        loose=(),
        passages=(),
        signals=signals,
        kinds={**dict.fromkeys(Kind, 0.0), **kinds},
        zone=zone,
        nearest=nearest,
        labelled={},
    )


def status(part: FoundPart) -> Status | None:
    ending = ending_of(part, RULES)
    return ending.status if ending is not None else None


def test_a_follow_up_that_the_sources_do_not_carry_is_asked_back_unless_it_is_about_something_else() -> None:
    assert status(found(VAGUE, {Kind.SUBJECT: 0.6, Kind.OUTSIDE: 0.4}, follows=True)) is Status.CLARIFICATION
    another = found(VAGUE, {Kind.SUBJECT: 0.4, Kind.OUTSIDE: 0.6}, follows=True)
    assert status(another) is Status.UNANSWERABLE_OUT_OF_SCOPE
    alone = found("mag hij dat stilhouden voor de wereld", {Kind.SUBJECT: 0.6, Kind.OUTSIDE: 0.4})
    assert status(alone) is Status.UNANSWERABLE_OUT_OF_SCOPE


def test_a_message_that_is_vague_is_asked_back() -> None:
    vague = {Kind.UNCLEAR: 0.64, Kind.SMALLTALK: 0.36}
    assert status(found("het is me niet helemaal helder geworden", vague)) is Status.CLARIFICATION


@pytest.mark.parametrize(("line", "expected"), [(SAME, None), (SAME - 0.01, Status.CLARIFICATION)])
def test_hollow_words_are_a_question_where_a_question_line_says_the_same(line: float, expected: Status | None) -> None:
    hollow = found("wat kan ik je vragen?", {Kind.SUBJECT: 0.4}, zone=Zone.ANSWER, line=line, nearest=1.2)
    assert status(hollow) is expected


@pytest.mark.parametrize(
    ("zone", "chance", "expected"),
    [
        (Zone.ANSWER, SURE_ORDER - 0.01, None),
        (Zone.ANSWER, SURE_ORDER, Status.REFUSED_INJECTION),
        (Zone.CARE, SURE_ORDER - 0.01, Status.REFUSED_INJECTION),
    ],
)
def test_a_message_that_surely_asks_about_isv_is_only_surely_an_order(
    zone: Zone, chance: float, expected: Status | None
) -> None:
    part = found("dus elke rijksopdracht krijgt isv", {Kind.INJECTION: chance}, zone=zone, nearest=1.0)
    assert status(part) is expected
