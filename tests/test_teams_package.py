"""The package for Teams is what Microsoft's own schema takes, and what is wrong with it is said."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from bot.bootstrap import build_messages
from bot.core.corpus import Language
from bot.core.errors import ContentError
from bot.settings import Settings
from scripts.teams_package import SCHEMAS, check, files_of, main, write

pytestmark = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="Microsoft's schemas are not there: run 'make teams-package'"
)

SETTINGS = Settings(
    teams_client_id="0f8fad5b-d9cb-469f-a165-70867728950e",
    teams_developer="Ministerie van Voorbeelden",
    teams_website="https://voorbeeld.nl/isvbot",
)
FILES = files_of(SETTINGS, build_messages())


def spoiled(name: str, old: str, new: str) -> dict[str, bytes]:
    text = FILES[name].decode()
    assert old in text
    return FILES | {name: text.replace(old, new).encode()}


def test_the_package_is_taken_by_the_schema_and_is_the_same_each_time(tmp_path: Path) -> None:
    check(FILES)
    for name in ("one.zip", "two.zip"):
        write(files_of(SETTINGS, build_messages()), tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with ZipFile(tmp_path / "one.zip") as package:
        assert sorted(package.namelist()) == ["color.png", "en.json", "manifest.json", "outline.png"]


def test_the_words_are_dutch_and_english() -> None:
    manifest, english = json.loads(FILES["manifest.json"]), json.loads(FILES["en.json"])
    assert manifest["localizationInfo"]["defaultLanguageTag"] == "nl"
    assert "Voorwaarden" in manifest["description"]["short"]
    assert "Conditions" in english["description.short"]
    titles = [command["title"] for command in manifest["bots"][0]["commandLists"][0]["commands"]]
    assert "/bronnen" in titles
    assert "/sources" in english.values()
    assert manifest["bots"][0]["botId"] == manifest["id"] == SETTINGS.teams_client_id


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("manifest.json", '"nl"', '"n l"', "defaultLanguageTag"),
        ("manifest.json", SETTINGS.teams_client_id, "isvbot", "id"),
        ("manifest.json", "https://voorbeeld.nl", "ftp://voorbeeld.nl", "developer"),
        ("manifest.json", '"groupChat"', '"everywhere"', "scopes"),
        ("manifest.json", '"accentColor"', '"colour"', "colour"),
        ("manifest.json", build_messages().say("teams_short", Language.NL), "x" * 81, "description/short"),
        ("en.json", "commands[0].title", "commands[12].title", "commands"),
        ("en.json", "name.short", "name.long", "name"),
    ],
)
def test_what_is_wrong_is_named(name: str, old: str, new: str, said: str) -> None:
    with pytest.raises(ContentError, match=said):
        check(spoiled(name, old, new))


def test_icons_have_their_size_and_the_outline_is_white_on_nothing() -> None:
    colour, outline = (Image.open(BytesIO(FILES[name])) for name in ("color.png", "outline.png"))
    assert colour.size == (192, 192)
    assert outline.size == (32, 32)
    assert outline.getpixel((0, 0))[3] == 0  # type: ignore[index]  # a picture with four channels
    seen = {pixel[:3] for _, pixel in outline.getcolors() or () if pixel[3]}  # type: ignore[index]
    assert seen == {(255, 255, 255)}
    with pytest.raises(ContentError, match=r"color\.png"):
        check(FILES | {"color.png": FILES["outline.png"]})


@pytest.mark.usefixtures("clean_settings")
def test_without_a_registration_a_package_is_made_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    out, err = capsys.readouterr()
    assert "1.24" in out
    assert "ISVBOT_TEAMS_CLIENT_ID" in err
    assert Path("dist/isvbot-teams.zip").is_file()


@pytest.mark.usefixtures("clean_settings")
def test_a_wrong_registration_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ISVBOT_TEAMS_CLIENT_ID", "mijn-bot")
    assert main() == 1
    assert "id" in capsys.readouterr().err
