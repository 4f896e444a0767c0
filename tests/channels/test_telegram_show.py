"""How replies look in Telegram: nothing is torn, nothing is lost, and all of it is taken by Telegram."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.telegram.config import TelegramConfig, Webhook
from bot.channels.telegram.markup import MAX_UNITS, cut, plain, units
from bot.channels.telegram.place import Place, place_of
from bot.channels.telegram.show import Shown, shown
from bot.core.corpus import Language
from bot.core.errors import SettingsError
from bot.core.reply import Button, Reply, ReplyKind, reply_of
from tests.channels.telegram import PARTS, citation, echo_of
from tests.servers.telegram_markup import checked_text

TOKEN = "1:" + "a" * 35
SECRET = "s" * 32
WORDS = st.lists(st.text(st.characters(codec=None, categories=None), max_size=30), max_size=400).map(" ".join)
TEXTS = st.one_of(
    WORDS, st.text(st.sampled_from("ab <>&\"'\n🏛️é.[1]"), max_size=9_000), st.integers(1, 9_000).map("🏛".__mul__)
)


def seen(messages: tuple[Shown, ...]) -> list[str]:
    """What a reader sees, checked as Telegram checks it."""
    return [checked_text(message.html, "HTML")[0] for message in messages]


@example(["🏛" * 2_047], [], " ")
@given(st.lists(TEXTS, max_size=4), st.lists(TEXTS.filter(str.strip), max_size=12), TEXTS)
def test_whatever_a_reply_holds_telegram_takes_it_and_nothing_is_lost(
    paragraphs: list[str], quotes: list[str], asked: str
) -> None:
    answer = replace(echo_of("x"), citations=tuple(citation(n, quote) for n, quote in enumerate(quotes, start=1)))
    reply = replace(reply_of(answer, PARTS.messages), paragraphs=tuple(paragraphs))
    messages = shown(reply, PARTS.messages, asked[:200])
    found = "".join("".join(seen(messages)).split())
    for text in (*paragraphs, *quotes):
        sent = text.encode("utf-8", "replace").decode()
        if not sent.startswith("/"):
            assert "".join(sent.split()) in found


@given(TEXTS, st.integers(1, 300))
def test_a_text_is_cut_into_parts_that_fit_and_hold_all_of_it(text: str, room: int) -> None:
    parts = list(cut(text, max(room, 2)))
    assert all(0 < units(part) <= max(room, 2) for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.integers(60, 1_500), st.integers(1, 12), st.integers(1, 4), st.sampled_from(("", "🏛️ ")))
def test_the_marks_stay_with_the_sentence_before_them(room: int, words: int, marks: int, sign: str) -> None:
    """As answers are written: the marks after the full stop, so that the next sentence begins behind them."""
    whole = "".join(f"[{n}]" for n in range(1, marks + 1))
    text = " ".join(f"{sign}Dit is {'erg ' * (n % words)}zin {n}. {whole}" for n in range(150))
    parts = list(cut(text, room))
    assert all(units(part) <= room for part in parts)
    assert not [part for part in parts if part.startswith("[")]
    assert sum(part.count(whole) for part in parts) == 150
    assert all(part.endswith(whole) for part in parts) or room < 2 * (40 + 4 * words + 3 * marks)


def test_a_source_stays_whole_and_goes_to_the_next_message() -> None:
    citations = tuple(citation(n, f"Citaat {n}. " + "woord " * 120) for n in range(1, 13))
    messages = shown(reply_of(replace(echo_of("Kort."), citations=citations), PARTS.messages), PARTS.messages)
    assert len(messages) > 1
    for message in messages:
        assert message.html.count("<blockquote expandable>") == message.html.count("</blockquote>")
        assert message.html.count("] <a ") == message.html.count("”</blockquote>")


def test_a_quote_longer_than_a_message_goes_on_in_quotes_of_its_own() -> None:
    answer = replace(echo_of("Kort."), citations=(citation(1, "zin. " * 2_000),))
    messages = shown(reply_of(answer, PARTS.messages), PARTS.messages)
    assert len(messages) >= 3
    assert all(units(text) <= MAX_UNITS for text in seen(messages))
    assert "".join(seen(messages)).count("zin.") == 2_000


def test_one_source_asked_for_is_shown_in_full_and_without_a_fold() -> None:
    whole = reply_of(replace(echo_of("x"), citations=(citation(1, "Het citaat."),)), PARTS.messages)
    reply = Reply(ReplyKind.SOURCE, Language.NL, (), sources=whole.sources)
    (message,) = shown(reply, PARTS.messages)
    assert "<blockquote>“Het citaat.”</blockquote>" in message.html
    assert "ministerie" in message.html
    assert "kst-1" in message.html


def test_a_source_without_an_address_of_the_web_is_no_link() -> None:
    answer = replace(echo_of("x"), citations=(citation(1, "q", "javascript:alert(1)"), citation(2, "q", "")))
    (message,) = shown(reply_of(answer, PARTS.messages), PARTS.messages)
    assert "<a " not in message.html
    assert "[2] Brief" in plain(message.html)


def test_an_address_cannot_leave_its_attribute() -> None:
    answer = replace(echo_of("x"), citations=(citation(1, "q", "https://e.org/?\"><b>&x='1"),))
    (message,) = shown(reply_of(answer, PARTS.messages), PARTS.messages)
    assert 'href="https://e.org/?&quot;&gt;&lt;b&gt;&amp;x=&#x27;1' in message.html
    checked_text(message.html, "HTML")


def test_short_choices_stand_side_by_side_and_what_telegram_refuses_is_left_out() -> None:
    labels = ("ja", "nee", "een heel lange keuze", "weet ik niet", "klopt", "los")
    choices = (*(Button(f"step:x:{n}", label) for n, label in enumerate(labels)), Button("é" * 33, "te lang"))
    (message,) = shown(Reply(ReplyKind.STEP, Language.NL, ("Vraag?",), choices=choices), PARTS.messages)
    assert [[button.label for button in row] for row in message.rows] == [
        ["ja", "nee"],
        ["een heel lange keuze"],
        ["weet ik niet", "klopt"],
        ["los"],
    ]


@pytest.mark.parametrize("place", [Place(1), Place(-5, 7, 8, is_private=False, asked="Ja <é>")])
def test_a_place_is_read_back(place: Place) -> None:
    assert place_of(place.text()) == place


@pytest.mark.parametrize("text", ["", "x", "[]", '["1", null, null, true, ""]', "[1, null, null, 1, null]", "{}"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        place_of(text)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"token": ""}, "ISVBOT_TELEGRAM_TOKEN"),
        ({"token": "geheim"}, "ISVBOT_TELEGRAM_TOKEN"),
        ({"api_url": "api.telegram.org"}, "ISVBOT_TELEGRAM_API_URL"),
        ({"api_url": "ftp://x"}, "ISVBOT_TELEGRAM_API_URL"),
        ({"webhook": Webhook("http://bot.example.org", SECRET)}, "ISVBOT_TELEGRAM_WEBHOOK_URL"),
    ],
)
def test_a_wrong_setting_is_named_and_a_secret_is_not_shown(fields: dict[str, object], name: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        TelegramConfig(**{"token": TOKEN, **fields})  # type: ignore[arg-type]  # fields of any kind
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "secret", "path", "name"),
    [
        ("bot.example.org", SECRET, "/t", "WEBHOOK_URL"),
        ("https://bot.example.org", "", "/t", "WEBHOOK_SECRET"),
        ("https://bot.example.org", "kort", "/t", "WEBHOOK_SECRET"),
        ("https://bot.example.org", "geheim met spaties erin", "/t", "WEBHOOK_SECRET"),
        ("https://bot.example.org", SECRET, "t", "PATH"),
        ("https://bot.example.org", SECRET, "/", "PATH"),
        ("https://bot.example.org", SECRET, "/healthz", "PATH"),
        ("https://bot.example.org", SECRET, "/(.*)", "PATH"),
    ],
)
def test_a_webhook_that_anybody_could_call_is_refused(url: str, secret: str, path: str, name: str) -> None:
    with pytest.raises(SettingsError, match=f"ISVBOT_TELEGRAM_{name}") as caught:
        Webhook(url, secret, path)
    assert "geheim" not in str(caught.value)


def test_the_settings_show_no_secret_when_they_are_printed() -> None:
    config = TelegramConfig(TOKEN, webhook=Webhook("https://bot.example.org", SECRET))
    assert TOKEN not in repr(config)
    assert SECRET not in repr(config)
