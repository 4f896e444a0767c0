"""Where a text may be cut: no mark of a source is torn, and none loses its sentence."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cutting import cut_place, untorn
from bot.core.plain import shortened

MARKS = st.lists(st.integers(1, 120), max_size=4).map(lambda numbers: "".join(f"[{n}]" for n in numbers))
SENTENCES = st.tuples(
    st.lists(st.sampled_from("isv geldt boven drempel 🏛️ € 143.000 jaar é".split()), min_size=1, max_size=12),
    st.sampled_from((". ", "? ", " ")),
    MARKS,
).map(lambda made: f"{' '.join(made[0]).capitalize()}{made[1]}{made[2]}".strip() + ("" if made[1] != " " else "."))
TEXTS = st.lists(SENTENCES, min_size=2, max_size=40).map(" ".join)
"""As answers are: ``Een zin. [1][2] Nog een. En een met een bron [3].``"""

LONGEST = 140
"""Characters of the longest sentence with its marks."""


def parts(text: str, room: int) -> list[str]:
    found = []
    while len(text) > room:
        place = cut_place(text, room)
        assert 0 < place <= room
        found.append(text[:place].rstrip())
        text = text[place:].lstrip()
    return [*found, text]


@given(TEXTS, st.integers(40, 400))
def test_no_part_begins_with_a_mark_or_holds_half_of_one(text: str, room: int) -> None:
    found = parts(text, room)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert not [part for part in found if re.match(r"\[\d|\d*\]|[.?]", part)]
    assert [mark for part in found for mark in re.findall(r"\[\d+\]", part)] == re.findall(r"\[\d+\]", text)


@given(TEXTS, st.integers(2 * LONGEST, 3 * LONGEST))
def test_where_there_is_room_for_it_a_sentence_stays_whole_with_its_marks(text: str, room: int) -> None:
    assert all(re.search(r"[.?\]]$", part) for part in parts(text, room))


@given(st.text(st.sampled_from("ab .\n[]12\\&;"), min_size=2, max_size=300), st.integers(1, 60))
def test_whatever_stands_in_a_text_it_is_cut_somewhere(text: str, room: int) -> None:
    assert "".join("".join(parts(text, room)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "end", "first"),
    [
        ("Een zin van hier. [1][2] Volgende zin.", 20, "Een zin van"),
        ("Een zin van hier. [1][2] Volgende zin.", 24, "Een zin van hier. [1][2]"),
        ("Een zin van hier [1][2]. Volgende zin.", 23, "Een zin van"),
        ("Kop van een lijst:\n[1] Titel van de brief", 22, "Kop van een lijst:"),
        ("aaaaaaaaaaaaaaaa[12]", 18, "aaaaaaaaaaaaaaa"),
        ("aaaaaaaaaaaaaaaa\\[5\\] b", 18, "aaaaaaaaaaaaaaa"),
        ("aaaaaaaaaaaaaaaa\\* b", 17, "aaaaaaaaaaaaaaaa"),
        ("aaaaaaaaaaaaaaaa&amp; b", 18, "aaaaaaaaaaaaaaaa"),
        ("[1][2][3][4][5][6]", 10, "[1][2][3]"),
        ("a [1][2]", 5, "a [1]"),
        ("ab [123]", 3, "a"),
        ("[123]", 3, "[12"),
    ],
)
def test_a_text_is_cut_where_it_hurts_least(text: str, end: int, first: str) -> None:
    assert text[: cut_place(text, end)].rstrip() == first


@pytest.mark.parametrize("place", range(1, 20))
def test_what_is_shortened_ends_in_no_half_of_a_mark(place: int) -> None:
    text = "bron.[1][23] en meer"
    assert re.sub(r"\[\d+\]", "", text[: untorn(text, place)]).count("[") == 0
    assert "[" not in re.sub(r"\[\d+\]", "", shortened(text.replace(" ", "_"), place))
