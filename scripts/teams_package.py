"""Builds the package by which the bot is added to Teams, and checks it: ``make teams-package``.

Knows the manifest, its languages and its icons. The words are those of ``prompts/messages``.
Knows nothing of a running bot.
"""

import json
import struct
import sys
from collections.abc import Mapping
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from jsonschema import Draft4Validator, FormatChecker
from PIL import Image, ImageDraw

from bot.bootstrap import build_messages
from bot.core.commands import command_menu
from bot.core.corpus import Language
from bot.core.errors import ContentError, IsvbotError
from bot.core.messages import Messages
from bot.settings import Settings, read_settings

SCHEMA_VERSION = "1.24"
SCHEMAS = Path(sys.prefix) / "teams-schema"
"""Where ``make teams-package`` puts Microsoft's schemas, from the npm package @microsoft/app-manifest: they are not
ours to copy."""

TARGET = Path("dist/isvbot-teams.zip")

NO_ID = "00000000-0000-0000-0000-000000000000"
NO_WEBSITE = "https://example.org"
"""What stands in a package that was made to look at: Teams does not take it."""

BLUE = "#154273"
COLOUR_SIZE, OUTLINE_SIZE = 192, 32
DRAWN = 8
"""How many times larger an icon is drawn before it is made small, so that its edges are smooth."""

SCOPES = ["personal", "team", "groupChat"]


def manifest_of(settings: Settings, messages: Messages) -> dict[str, object]:
    """Give the manifest; its words are Dutch."""
    client_id = settings.teams_client_id or NO_ID
    site = settings.teams_website.rstrip("/") or NO_WEBSITE
    words = strings_of(messages, Language.NL)
    commands = [
        {part: words[f"bots[0].commandLists[0].commands[{n}].{part}"] for part in ("title", "description")}
        for n in range(len(command_menu(messages, Language.NL)))
    ]
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA_VERSION,
        "version": version("isvbot"),
        "id": client_id,
        "developer": {
            "name": settings.teams_developer or "isvbot",
            "websiteUrl": site,
            "privacyUrl": f"{site}/privacy",
            "termsOfUseUrl": f"{site}/voorwaarden",
        },
        "localizationInfo": {
            "defaultLanguageTag": "nl",
            "additionalLanguages": [{"languageTag": "en", "file": "en.json"}],
        },
        "name": {"short": words["name.short"], "full": words["name.full"]},
        "description": {"short": words["description.short"], "full": words["description.full"]},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": BLUE,
        "bots": [
            {
                "botId": client_id,
                "scopes": SCOPES,
                "isNotificationOnly": False,
                "supportsFiles": False,
                "supportsCalling": False,
                "supportsVideo": False,
                "commandLists": [{"scopes": SCOPES, "commands": commands}],
            }
        ],
        "validDomains": [],
    }


def localization_of(messages: Messages, language: Language) -> dict[str, str]:
    """Give the file with the words of another language."""
    name = "MicrosoftTeams.Localization.schema.json"
    schema = f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}/{name}"
    return {"$schema": schema, **strings_of(messages, language)}


def strings_of(messages: Messages, language: Language) -> dict[str, str]:
    """Give the words of the manifest by the places where they stand."""
    found = {
        "name.short": "isvbot",
        "name.full": messages.say("teams_name", language),
        "description.short": messages.say("teams_short", language),
        "description.full": messages.say("teams_full", language),
    }
    for n, (command, text) in enumerate(command_menu(messages, language)):
        found[f"bots[0].commandLists[0].commands[{n}].title"] = f"/{command}"
        found[f"bots[0].commandLists[0].commands[{n}].description"] = text
    return found


def icon(size: int, *, is_outline: bool) -> bytes:
    """Draw a balloon with a tick in it: on blue, or as a white line on nothing."""
    large = size * DRAWN
    picture = Image.new("RGBA", (large, large), (0, 0, 0, 0) if is_outline else BLUE)
    draw = ImageDraw.Draw(picture)
    unit = large / 32
    line, inside = "white", ("white" if is_outline else BLUE)
    box = (4 * unit, 5 * unit, 28 * unit, 23 * unit)
    draw.polygon([(9 * unit, 21 * unit), (9 * unit, 29 * unit), (17 * unit, 22 * unit)], fill=line)
    draw.rounded_rectangle(box, radius=5 * unit, fill=None if is_outline else line, outline=line, width=int(2 * unit))
    if is_outline:
        hole = (6 * unit, 7 * unit, 26 * unit, 21 * unit)
        draw.rounded_rectangle(hole, radius=3 * unit, fill=(0, 0, 0, 0))
    tick = [(10 * unit, 14 * unit), (14.5 * unit, 18 * unit), (22 * unit, 10 * unit)]
    draw.line(tick, fill=inside, width=int(2.4 * unit), joint="curve")
    content = BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(content, "PNG", optimize=True)
    return content.getvalue()


def check(files: Mapping[str, bytes]) -> None:
    """Check a package with Microsoft's own schema, and the icons by their sizes.

    Raises:
        ContentError: something in it is wrong; the message says where.
    """
    for name, schema in (("manifest.json", "MicrosoftTeams"), ("en.json", "MicrosoftTeams.Localization")):
        _check_schema(name, json.loads(files[name]), SCHEMAS / f"v{SCHEMA_VERSION}" / f"{schema}.schema.json")
    manifest, other = json.loads(files["manifest.json"]), json.loads(files["en.json"])
    commands = manifest["bots"][0]["commandLists"][0]["commands"]
    if sum("commands[" in name and name.endswith("title") for name in other) != len(commands):
        raise ContentError("en.json: another number of commands than in the manifest")
    for name, size in (("color.png", COLOUR_SIZE), ("outline.png", OUTLINE_SIZE)):
        if struct.unpack(">II", files[name][16:24]) != (size, size):
            raise ContentError(f"{name}: not {size} by {size}")


def _check_schema(name: str, content: object, schema: Path) -> None:
    if not schema.is_file():
        raise ContentError(f"{schema} is not there: run 'make teams-package', which needs npm")
    validator = Draft4Validator(json.loads(schema.read_text("utf-8")), format_checker=FormatChecker())
    for error in validator.iter_errors(content):
        raise ContentError(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message}")


def files_of(settings: Settings, messages: Messages) -> dict[str, bytes]:
    """Give the files of the package."""
    return {
        "manifest.json": _json(manifest_of(settings, messages)),
        "en.json": _json(localization_of(messages, Language.EN)),
        "color.png": icon(COLOUR_SIZE, is_outline=False),
        "outline.png": icon(OUTLINE_SIZE, is_outline=True),
    }


def write(files: Mapping[str, bytes], target: Path) -> None:
    """Write the package; the same files give the same package."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(target, "w", ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(ZipInfo(name), content, ZIP_DEFLATED)


def _json(content: object) -> bytes:
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()


def main() -> int:
    """Build and check the package."""
    try:
        settings = read_settings()
        files = files_of(settings, build_messages())
        check(files)
    except IsvbotError as error:
        print(f"teams-package: {error}", file=sys.stderr)
        return 1
    write(files, TARGET)
    print(f"{TARGET}: manifest {SCHEMA_VERSION}, checked with its schema")
    needed = {"CLIENT_ID": settings.teams_client_id, "WEBSITE": settings.teams_website}
    for name in (name for name, value in needed.items() if not value):
        print(f"ISVBOT_TEAMS_{name} is not set: Teams does not take this package yet", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
