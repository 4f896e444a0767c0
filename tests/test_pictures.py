"""The pictures of the channels show what was sent, and the documents show the pictures; none of it needs a browser."""

import asyncio
import html
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from bot.adapters.memory_store import memory_store
from bot.core.errors import ServiceError
from scripts.picture import pictures
from scripts.pictures import teams, telegram
from scripts.pictures.page import Balloon, page_of
from scripts.pictures.scenes import SCENES, TEAMS, TELEGRAM, Colleague, Press, Say, Scene, ThumbDown, Turn
from scripts.pictures.shot import SCALE, chromium, small
from scripts.pictures.stage import Stage
from tests.builders import Clock
from tests.channels.telegram import cited, new_desk
from tests.conftest import REPOSITORY
from tests.servers.teams_connector import Connector
from tests.servers.telegram_api import FakeTelegram

IMAGES = REPOSITORY / "docs" / "img"
MAX_BYTES = 200_000
TALK: tuple[Turn, ...] = (
    Say("Is <ISV> verplicht & waarom?"),
    Press("Wat is ISV?"),
    Say("/collega Mag het ook zo?"),
    Colleague("Ja, dat *mag*."),
)


class Texts(HTMLParser):
    """Reads a page: what stands in it as text, and the data of its cards."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = self.data = ""
        self.inside: list[str] = []
        self.opened: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        if tag == "blockquote":
            self.opened.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "script" in self.inside:
            self.data += data
        elif "style" not in self.inside:
            self.text += data


def stage() -> Stage:
    return Stage(memory_store(Clock()), lambda store: new_desk(cited, store))


def telegram_of(scene: Scene) -> tuple[Balloon, ...]:
    return asyncio.run(telegram.play(scene, stage(), FakeTelegram()))


def teams_of(scene: Scene) -> tuple[Balloon, ...]:
    return teams.play(scene, stage(), Connector())


def bare(text: str) -> str:
    """Give a text without white space, escapes and the brackets of citations, which become marks."""
    text = re.sub(r"\[(\d+)\]", r"\1", re.sub(r"\\(?=[^\w\s])", "", text))
    return re.sub(r"\s|\*\*", "", html.unescape(text))


def shown_in(document: Path) -> dict[str, str]:
    """Give the pictures that a document shows, with their words for who cannot see them."""
    text = document.read_text("utf-8")
    found = {path: alt for alt, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text)}
    tags = re.findall(r"<img\s[^>]*>", text)
    for tag in tags:
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        found[attributes["src"]] = attributes.get("alt", "")
    return {path.removeprefix("docs/").removeprefix("img/"): alt for path, alt in found.items()}


def test_every_picture_is_made_by_the_script_and_shown_and_every_one_shown_is_there() -> None:
    documents = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]
    shown = {name: alt for document in documents for name, alt in shown_in(document).items()}
    assert set(shown) == set(pictures()) == {path.name for path in IMAGES.iterdir()}, "run 'make picture'"
    assert all(len(alt) > 20 for alt in shown.values()), shown
    assert all(path.stat().st_size < MAX_BYTES for path in IMAGES.iterdir())


def test_the_readme_shows_each_channel_and_the_guide_each_reader() -> None:
    readme, guide = shown_in(REPOSITORY / "README.md"), shown_in(REPOSITORY / "docs" / "handleiding.md")
    assert {name.partition("-")[0] for name in readme} == {"answer.svg", TELEGRAM, TEAMS}
    assert {scene.role for scene in SCENES if f"{scene.name}.png" in guide} == {"officer", "helpdesk", "newcomer"}


def test_a_page_of_telegram_holds_all_that_was_sent() -> None:
    fake = FakeTelegram()
    balloons = asyncio.run(telegram.play(Scene("x", TELEGRAM, TALK, opened=2), stage(), fake))
    page = Texts(page_of(TELEGRAM, balloons))
    assert len(fake.sent) == 4
    assert [sent for sent in fake.sent.values() if bare(sent.seen) not in bare(page.text)] == []
    labels = [button["text"] for sent in fake.sent.values() for row in sent.rows for button in row]
    assert len(labels) == 8
    assert all(bare(label) in bare(page.text) for label in labels)
    assert "Is<ISV>verplicht&waarom?" in bare(page.text)
    folds = [quote for quote in page.opened if "expandable" in quote]
    assert ["open" in quote for quote in folds] == [False, True, False, True]


def test_a_page_of_teams_holds_all_that_was_sent() -> None:
    connector = Connector()
    balloons = teams.play(Scene("x", TEAMS, (*TALK, ThumbDown()), opened=1), stage(), connector)
    page = Texts(page_of(TEAMS, balloons, opened=1))
    sent = connector.messages()
    assert len(sent) == 4
    assert [message.text for message in sent if bare(message.text) not in bare(page.text)] == []
    cards = [entry["card"] for entry in json.loads(page.data)]
    assert cards[:-1] == [card for message in sent for card in message.cards]
    assert "onjuist" in json.dumps(cards[-1])
    assert all(set(teams.texts_of(e["card"])) == set(e["texts"]) for e in json.loads(page.data))
    assert page.text.count(teams.AI_LABEL) == 2
    assert page.text.count(teams.FEEDBACK) == 2
    assert page.text.count("Het citaat nummer 1 is <letterlijk> & heel.") == 2, "what stands behind the citation"


def test_what_was_said_before_the_first_turn_is_left_out() -> None:
    scene = Scene("x", TELEGRAM, (Say("Eerst dit."), Say("Dan dat.")), first=1)
    assert teams_of(scene)[0] == Balloon("Dan dat.", is_bot=False)
    balloons = telegram_of(scene)
    assert balloons[0] == Balloon("Dan dat.", is_bot=False)
    assert "Eerst" not in page_of(TELEGRAM, balloons)


@pytest.mark.parametrize("play", [teams_of, telegram_of])
def test_a_button_that_is_not_there_is_named(play: Callable[[Scene], tuple[Balloon, ...]]) -> None:
    with pytest.raises(LookupError, match="Wat is XYZ"):
        play(Scene("x", TELEGRAM, (Say("Vraag?"), Press("Wat is XYZ?"))))


def test_a_page_says_whose_frame_it_is_and_no_data_ends_its_script() -> None:
    balloon = Balloon("", cards=({"text": "</script><b>"},), card_texts=({"</script><b>": "x"},))
    page = page_of(TEAMS, [balloon], "file:///a&b.js")
    assert "Kader: getekend door isvbot" in page
    assert "</script><b>" not in page
    assert 'src="file:///a&amp;b.js"' in page


def test_a_picture_ends_where_its_page_ends() -> None:
    whole = Image.new("RGB", (40 * SCALE, 500), "white")
    whole.paste((21, 66, 115), (0, 0, 40 * SCALE, 123))
    assert small(whole).size == (40 * SCALE, 123)


def test_without_chromium_is_said_how_it_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceError, match="apt-get install chromium"):
        chromium()
