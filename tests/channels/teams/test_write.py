"""How a reply looks in Teams: nothing in a text gets a meaning of its own, and every limit is kept."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from microsoft_teams.cards import AdaptiveCard

from bot.bootstrap import build_messages
from bot.channels.teams.cards import MAX_QUOTES, SHOWN_SOURCES, cards_of, feedback_card
from bot.channels.teams.markup import MAX_TEXT, clipped, escaped, marked_up, messages_of
from bot.channels.teams.write import MAX_CITATIONS, messages_for, plain_messages_for
from bot.core.corpus import Grade, Language
from bot.core.reply import Button, Reply, ReplyKind, ShownSource, note

MESSAGES = build_messages()


def shown(n: int, quote: str = "Een citaat.", url: str = "https://example.org/a") -> ShownSource:
    grade = MESSAGES.say("grade_official", Language.NL)
    title = f"Brief {n} " + "met een lange titel " * 6
    return ShownSource(n, title, title, date(2022, 6, 13), Grade.OFFICIAL, grade, "uitgever", "vindplaats", quote, url)


def answer_with(count: int, **fields: Any) -> Reply:
    text = " ".join(f"Zin {n}. [{n}]" for n in range(1, count + 1))
    reply = Reply(ReplyKind.ANSWER, Language.NL, (text,), tuple(shown(n) for n in range(1, count + 1)), label="AI")
    return replace(reply, answer_id="id-1", takes_feedback=True, **fields)


def content(card: AdaptiveCard) -> str:
    return json.dumps(card.model_dump(by_alias=True, exclude_none=True), ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a *b* _c_ `d` #e", "a \\*b\\* \\_c\\_ \\`d\\` \\#e"),
        ("<at>x</at> & y", "&lt;at&gt;x&lt;/at&gt; &amp; y"),
        ("[klik](http://x)", "\\[klik\\](http://x)"),
        ("[1] en [2]", "[1] en \\[2\\]"),
        ("- punt", "• punt"),
        ("1. eerst", "1\\. eerst"),
        ("+ plus", "\\+ plus"),
        ("2017-2018 is geen lijst", "2017-2018 is geen lijst"),
        ("/stop      stop de check", "/stop: stop de check"),
        ("/bron 1 toont bron 1", "/bron 1 toont bron 1"),
    ],
)
def test_a_text_is_shown_as_it_is_and_only_its_own_marks_are_citations(text: str, made: str) -> None:
    assert marked_up([text], [1]) == (made,)
    assert "[1]" not in escaped("[1]")


def test_a_long_text_is_split_between_paragraphs_and_loses_nothing() -> None:
    paragraphs = [f"alinea {n} " + "woord " * 200 for n in range(30)]
    found = messages_of(paragraphs)
    assert len(found) > 1
    assert all(len(text) <= MAX_TEXT for text in found)
    assert "\n\n".join(found).split("\n\n") == paragraphs
    (word,) = {len(text) <= MAX_TEXT for text in messages_of(["x" * (3 * MAX_TEXT)])}
    assert word
    assert messages_of([]) == ("",)


@pytest.mark.parametrize("more", range(12))
def test_a_long_paragraph_keeps_the_marks_with_their_sentence(more: int) -> None:
    text = "x" * more + " Dit is een zin van het antwoord. [1][2] En \\[5\\] hier." * 300
    found = messages_of([text.strip()])
    assert len(found) > 1
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(part.endswith(("[1][2]", "hier.")) for part in found)
    assert not [part for part in found if part.startswith("[")]


@pytest.mark.parametrize("limit", range(1, 40))
def test_what_is_clipped_ends_in_no_half_of_a_mark(limit: int) -> None:
    for text in ("een_titel[1][23]en_verder[4]", "een titel [1][23] en verder [4]"):
        assert "[" not in re.sub(r"\[\d+\]", "", clipped(text, limit))
        assert len(clipped(text, limit)) <= limit


@pytest.mark.parametrize("limit", [1, 5, 80])
def test_what_is_clipped_fits(limit: int) -> None:
    assert len(clipped("een lange titel van een brief " * 9, limit)) <= limit
    assert clipped("kort", 80) == "kort"


@pytest.mark.parametrize("count", [1, SHOWN_SOURCES, SHOWN_SOURCES + 1, 30])
def test_citations_keep_to_the_limits_and_every_source_stands_in_a_card(count: int) -> None:
    (message,) = messages_for(answer_with(count), MESSAGES)
    made = message.model_dump(by_alias=True, exclude_none=True)
    cited = made["entities"][0]["citation"]
    assert len(cited) == min(count, MAX_CITATIONS)
    for claim in cited:
        assert len(claim["appearance"]["name"]) <= 80
        assert len(claim["appearance"]["abstract"]) <= 160
        assert claim["appearance"]["keywords"] == ["officiële tekst", "13 juni 2022"]
    card = json.dumps(made["attachments"], ensure_ascii=False)
    assert all(f"\\\\[{n}\\\\] Brief {n} " in card for n in range(1, count + 1))
    assert ("Nog 27 bronnen" in card) == (count == 30)
    assert "Nog 1 bronnen" not in card


def test_long_quotes_are_spread_over_cards_that_all_arrive() -> None:
    sources = tuple(shown(n, "lang citaat " * 300) for n in range(1, 13))
    found = messages_for(answer_with(12, sources=sources, choices=(Button("/x", "Kies"),)), MESSAGES)
    assert len(found) == -(-12 * 3_700 // MAX_QUOTES)
    cards = [json.dumps(message.model_dump(by_alias=True, exclude_none=True)["attachments"]) for message in found]
    assert sum(card.count("lang citaat lang") > 0 for card in cards) == len(found)
    assert ["Kies" in card for card in cards] == [False] * (len(found) - 1) + [True]


def test_a_source_without_a_web_address_has_no_link() -> None:
    (card,) = cards_of(answer_with(1, sources=(shown(1, url="javascript:alert(1)"),)), MESSAGES)
    assert "javascript" not in content(card)
    (message,) = messages_for(answer_with(1, sources=(shown(1, url=""),)), MESSAGES)
    assert "url" not in message.model_dump(exclude_none=True)["entities"][0]["citation"][0]["appearance"]


def test_a_long_label_is_a_box_and_a_note_without_buttons_has_no_card() -> None:
    label = "Welke stappen zet ik in een aanbesteding met ISV?"
    (card,) = cards_of(note("x", Language.NL, Button("ask:1:0", label), Button("/x", "Kort")), MESSAGES)
    assert [type(element).__name__ for element in card.body or ()] == ["Container", "Container"]
    assert cards_of(note("x", Language.NL), MESSAGES) == ()


def test_only_beside_an_answer_other_questions_can_also_be_asked() -> None:
    follow_ups = (Button("ask:1:0", "Wat is ISV?"),)
    (under_an_answer,) = cards_of(answer_with(0, follow_ups=follow_ups), MESSAGES)
    (at_the_welcome,) = cards_of(replace(note("Hallo!", Language.NL), follow_ups=follow_ups), MESSAGES)
    assert "U kunt ook vragen" in content(under_an_answer)
    assert "U kunt ook vragen" not in content(at_the_welcome)
    assert "Wat is ISV?" in content(at_the_welcome)


def test_asked_for_sources_are_open() -> None:
    (message,) = messages_for(Reply(ReplyKind.SOURCE, Language.NL, (), (shown(1),)), MESSAGES)
    assert message.text is None
    assert '"isVisible": false' not in json.dumps(message.model_dump(by_alias=True, exclude_none=True)["attachments"])


def test_the_form_asks_for_reasons_only_after_a_bad_answer() -> None:
    assert "onjuist" in content(feedback_card("id-1", "dislike", MESSAGES, Language.NL))
    assert "onjuist" not in content(feedback_card("id-1", "like", MESSAGES, Language.NL))


def test_the_plain_form_says_all_that_the_rich_one_does() -> None:
    (message,) = plain_messages_for(answer_with(2, choices=(Button("/x", "Kies"),)), MESSAGES)
    assert message.text is not None
    assert all(
        part in message.text for part in ("Zin 2. [2]", "• Kies", "[2] Brief 2", "“Een citaat.”", "https://", "AI")
    )
