"""Reading a model's reply: each sentence once, as soon as it is whole, with the tokens it names."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model_reply import MAX_REPLY_CHARS, ReplyReader, Said


def read(text: str, size: int = 1) -> tuple[list[Said], str]:
    reader = ReplyReader()
    found = [said for i in range(0, len(text), size) for said in reader.feed(text[i : i + size])]
    return [*found, *reader.rest()], reader.missing


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dit is zo. [S1]", [Said("Dit is zo.", ("S1",))]),
        ("Dit is zo [S1].", [Said("Dit is zo.", ("S1",))]),
        ("Dit is zo. [S1][S2] En dat ook. [S3]", [Said("Dit is zo.", ("S1", "S2")), Said("En dat ook.", ("S3",))]),
        ("Dit is zo (S1, S2).", [Said("Dit is zo.", ("S1", "S2"))]),
        ("Dit is zo. En dat ook. [S2]", [Said("Dit is zo.", ()), Said("En dat ook.", ("S2",))]),
        ("- Dit is zo. [s1]\n- **Dat** ook. [S2]", [Said("Dit is zo.", ("S1",)), Said("Dat ook.", ("S2",))]),
        ("Zonder bron.", [Said("Zonder bron.", ())]),
        ("Kop\n\n1. Punt een. [S4]", [Said("Kop", ()), Said("Punt een.", ("S4",))]),
        ("", []),
    ],
)
def test_plain_text(text: str, found: list[Said]) -> None:
    assert read(text) == (found, "")


def test_a_sentence_comes_before_the_reply_has_ended() -> None:
    assert ReplyReader().feed("Dit is zo. [S1] En") == (Said("Dit is zo.", ("S1",)),)


def test_a_sentence_that_may_still_get_tokens_waits() -> None:
    reader = ReplyReader()
    assert reader.feed("Dit is zo. [S1]") == ()
    assert reader.feed("[S2] En") == (Said("Dit is zo.", ("S1", "S2")),)


def test_what_no_passage_carries_is_read_apart() -> None:
    assert read("Dit is zo. [S1]\nMISSING: de termijn in weken") == (
        [Said("Dit is zo.", ("S1",))],
        "de termijn in weken",
    )


OBJECT = json.dumps(
    {
        "sentences": [{"text": "Dit is zo.", "sources": ["S1"]}, {"text": "En dat [S2].", "sources": []}],
        "missing": "x y",
    }
)


@pytest.mark.parametrize("text", [OBJECT, f"```json\n{OBJECT}\n```", f"\n {OBJECT}"])
def test_a_structured_reply(text: str) -> None:
    assert read(text) == ([Said("Dit is zo.", ("S1",)), Said("En dat.", ("S2",))], "x y")


def test_a_structured_reply_that_is_cut_off_keeps_its_whole_sentences() -> None:
    assert read(OBJECT[:70]) == ([Said("Dit is zo.", ("S1",))], "")


@pytest.mark.parametrize("text", ["{]", '{"sentences": 3}', '{"sentences": [{"text": 3}, "x", null]}', "{" * 50])
def test_a_broken_object_gives_nothing(text: str) -> None:
    assert read(text)[0] == []


def test_a_reply_without_end_is_cut() -> None:
    reader = ReplyReader()
    reader.feed("woord " * MAX_REPLY_CHARS)
    assert reader.is_full


def test_invisible_characters_do_not_come_through() -> None:
    assert read("Dit \u200bis\u202e zo. [S1]")[0] == [Said("Dit is zo.", ("S1",))]


@given(st.text(max_size=300), st.integers(min_value=1, max_value=40))
def test_any_text_is_read_without_an_error(text: str, size: int) -> None:
    read(text, size)


@given(st.lists(st.sampled_from(["Dit is zo.", " [S1]", "[S2]", "\n", " En dat ", "(S3)", ". ", "- "]), max_size=12))
def test_the_size_of_the_pieces_does_not_matter_for_what_is_cited(pieces: list[str]) -> None:
    text = "".join(pieces)
    cited = [said for said in read(text, 1)[0] if said.tokens]
    assert cited == [said for said in read(text, 1000)[0] if said.tokens]
