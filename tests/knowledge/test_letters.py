"""The two letters are the official texts, word for word."""

import hashlib
import re
from pathlib import Path

import pytest

from bot.core.corpus import Grade
from bot.core.plain import squeezed
from knowledge.loader import read_sources
from knowledge.schema import SourceFile
from tests.conftest import REPOSITORY

OFFICIAL = REPOSITORY.parent / "shared" / "letters"
"""Where the official texts stand for those who have them."""

PLACES = {"kst-26485-331": "000_ddb52c9a2a5e1027.txt", "2022-0000258488": "001_69be91825e43ba93.txt"}

DIGESTS = {
    "kst-26485-331": "d68412a63679c0e426af658224f5a7ccf07238be120130c077a52b7efdffe68d",
    "2022-0000258488": "e9d0e831b591a6043f1d262f3a5b0a9c9a537c64d9d6357aa10b5e9a712bfaee",
}
"""SHA-256 of the body with white space folded. A letter is never edited: a new digest means a new text."""

FURNITURE = (
    r"www\.\S+\.nl\b",
    r"www\.(?:facebook|twitter)\.com/\S+",
    r"\[www\.linkedin\.com/[^\]]*\]\([^)]*\)",
    r"^#+ ",
    r"\*\*",
    r"^---$",
)
"""What belongs to the page and not to the letter: addresses beside the letterhead, Markdown marks, rules."""

MARKS = "⁰¹²³⁴⁵⁶⁷⁸⁹"

LETTERS = {file.head.id: file for file in read_sources() if file.head.kind == "letter"}


def letter(letter_id: str) -> SourceFile:
    return LETTERS[letter_id]


def without_furniture(text: str) -> str:
    return squeezed(re.sub("|".join(FURNITURE), " ", text, flags=re.MULTILINE))


def footnotes(body: str) -> list[str]:
    return [part.strip() for part in body.split("\n\n") if part.strip()[:1] in MARKS and part.strip()]


def test_the_letters_are_these_two() -> None:
    assert sorted(LETTERS) == sorted(DIGESTS)


@pytest.mark.parametrize("letter_id", sorted(DIGESTS))
def test_a_letter_is_graded_as_the_official_text(letter_id: str) -> None:
    assert letter(letter_id).head.grade is Grade.OFFICIAL


@pytest.mark.parametrize("letter_id", sorted(DIGESTS))
def test_a_letter_still_has_its_recorded_digest(letter_id: str) -> None:
    body = squeezed(letter(letter_id).body)
    assert hashlib.sha256(body.encode()).hexdigest() == DIGESTS[letter_id]


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official texts are not beside the repository")
@pytest.mark.parametrize("letter_id", sorted(DIGESTS))
def test_a_letter_is_the_official_text_but_for_white_space_and_page_furniture(letter_id: str) -> None:
    """Footnotes stand at the foot of a page in the official text and after their paragraph in ours."""
    official = without_furniture((OFFICIAL / PLACES[letter_id]).read_text("utf-8"))
    ours = without_furniture(letter(letter_id).body)
    for footnote in map(squeezed, footnotes(letter(letter_id).body)):
        assert official.count(footnote) == 1
        official, ours = squeezed(official.replace(footnote, "")), squeezed(ours.replace(footnote, ""))
    assert ours == official


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official texts are not beside the repository")
def test_the_official_texts_are_these_two_and_no_more() -> None:
    assert sorted(file.name for file in Path(OFFICIAL).iterdir()) == sorted(PLACES.values())


@pytest.mark.parametrize(("letter_id", "count"), [("kst-26485-331", 0), ("2022-0000258488", 6)])
def test_every_footnote_mark_of_a_letter_has_its_footnote(letter_id: str, count: int) -> None:
    body = letter(letter_id).body
    notes = footnotes(body)
    marks = re.findall(rf"(?<=\S)[{MARKS}]", body)
    assert [note[0] for note in notes] == marks == list(MARKS[1 : count + 1])
    assert all(len(note) > 1 for note in notes)


@pytest.mark.parametrize("letter_id", sorted(DIGESTS))
def test_every_footnote_of_a_letter_can_be_cited(letter_id: str) -> None:
    keys = {key for key in letter(letter_id).head.passages if key.startswith("fn")}
    assert keys == {f"fn{MARKS.index(note[0])}" for note in footnotes(letter(letter_id).body)}
