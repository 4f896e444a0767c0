"""Passages that disagree are decided on, and a reader who gets one hears of the other."""

import pytest

from bot.core.corpus import Corpus, Wording
from bot.core.model import NoticeKind
from ingest.contradictions import undecided, with_disputes, wrong_sides
from knowledge.schema import ComparedFile, ContradictionsFile, DisputeFile, SideFile
from tests.builders import answer, ask, claim, passage, source

OLD = source("De lijst van het Rijk telt tien categorieën.", "oud")
NEW = source("De lijst van het Rijk telt acht categorieën.", "nieuw")
FIRST, SECOND = passage(OLD.text, of=OLD), passage(NEW.text, of=NEW)
DECIDED = ContradictionsFile(
    disputes=(
        DisputeFile(
            id="aantal",
            rule="newer",
            sides=(SideFile(passage=FIRST.id, span="tien"), SideFile(passage=SECOND.id, span="acht", silent=True)),
            nl="De bronnen verschillen.",
            en="The sources differ.",
        ),
    )
)


def test_two_passages_that_count_the_same_thing_otherwise_are_found() -> None:
    assert undecided((FIRST, SECOND), ContradictionsFile()) == [(FIRST.id, SECOND.id)]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("De leverancier moet elk jaar een rapportage maken.", False),
        ("De leverancier hoeft elk jaar geen rapportage te maken.", True),
    ],
)
def test_two_passages_that_disagree_on_a_duty_are_found(text: str, is_found: bool) -> None:
    must = source("De leverancier moet elk jaar een rapportage maken.", "plicht")
    other = source(text, "anders")
    found = undecided((passage(must.text, of=must), passage(other.text, of=other)), ContradictionsFile())
    assert bool(found) is is_found


def test_what_was_decided_or_compared_is_no_finding() -> None:
    compared = ContradictionsFile(compared=(ComparedFile(pair=(SECOND.id, FIRST.id), why="other lists"),))
    assert undecided((FIRST, SECOND), DECIDED) == []
    assert undecided((FIRST, SECOND), compared) == []


def test_a_side_that_does_not_exist_or_does_not_say_so_is_named() -> None:
    assert list(wrong_sides({FIRST.id: FIRST}, DECIDED)) == [("aantal", f"there is no passage {SECOND.id!r}")]
    assert list(wrong_sides({FIRST.id: SECOND, SECOND.id: SECOND}, DECIDED)) == [
        ("aantal", f"{FIRST.id} does not say 'tien'")
    ]


def test_a_reader_of_one_side_is_told_of_the_other() -> None:
    passages = with_disputes((FIRST, SECOND), DECIDED)
    assert passages[0].disputes[0].notice == Wording("De bronnen verschillen.", "The sources differ.")
    told = answer("aantal", ["hoeveel categorieën telt de lijst"], claim("De lijst telt tien categorieën.", FIRST.id))
    found = ask(Corpus((OLD, NEW), passages, (told,), ()), "hoeveel categorieën telt de lijst")
    assert [n.text for n in found.notices if n.kind is NoticeKind.CONTRADICTION] == ["De bronnen verschillen."]


def test_a_silent_side_is_no_reason_to_warn() -> None:
    passages = with_disputes((FIRST, SECOND), DECIDED)
    told = answer("aantal", ["hoeveel categorieën telt de lijst"], claim("De lijst telt acht categorieën.", SECOND.id))
    found = ask(Corpus((OLD, NEW), passages, (told,), ()), "hoeveel categorieën telt de lijst")
    assert NoticeKind.CONTRADICTION not in {notice.kind for notice in found.notices}
