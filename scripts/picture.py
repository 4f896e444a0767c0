"""Makes the pictures of the README and of ``docs/handleiding.md``, from the real program: ``make picture``.

Knows where they go.
Knows nothing of what happens in a channel.
"""

import asyncio
import io
import re
import sys
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from bot.bootstrap import build_assistant, build_messages
from bot.channels.console.show import show_answer
from bot.core.assistant import Assistant
from bot.core.corpus import Role
from bot.core.errors import IsvbotError, ServiceError
from bot.core.model import Question
from bot.settings import read_settings
from scripts.pictures import teams, telegram
from scripts.pictures.page import WIDTHS, Balloon, page_of
from scripts.pictures.scenes import DAY, SCENES, TELEGRAM, Scene
from scripts.pictures.shot import chromium, shoot
from scripts.pictures.stage import Stage, Stages
from tests.servers.teams_connector import Connector
from tests.servers.telegram_api import FakeTelegram

QUESTION = "Wanneer is ISV verplicht?"
WITHOUT_FONTS = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""The picture shows in whatever fixed-width font the reader has; it fetches none."""

FOLDER = Path(__file__).parent.parent / "docs" / "img"
TERMINAL = "answer.svg"

LIBRARY = Path(sys.prefix) / "adaptivecards.min.js"
"""Where ``make picture`` puts Microsoft's library that draws cards, from the npm package adaptivecards: it is not ours
to copy."""


def pictures() -> tuple[str, ...]:
    """Give the names of all pictures."""
    return (TERMINAL, *(f"{scene.name}.png" for scene in SCENES))


def terminal(assistant: Assistant) -> None:
    """Ask one question and keep what the terminal shows."""
    answer = assistant.ask(Question(QUESTION, Role.OFFICER, DAY))
    console = Console(record=True, width=92, file=io.StringIO())
    console.print(Text(f'$ isvbot ask "{QUESTION}"', style="bold"))
    show_answer(console, answer, build_messages())
    console.save_svg(str(FOLDER / TERMINAL), title="isvbot", code_format=WITHOUT_FONTS)


def played(scene: Scene, stage: Stage) -> tuple[Balloon, ...]:
    """Play a scene in its channel."""
    if scene.channel == TELEGRAM:
        return asyncio.run(telegram.play(scene, stage, FakeTelegram()))
    return teams.play(scene, stage, Connector())


def make() -> None:
    """Make all pictures.

    Raises:
        ServiceError: Chromium or the library that draws cards is not there.
    """
    chromium()
    if not LIBRARY.is_file():
        raise ServiceError(f"{LIBRARY} is not there: run 'make picture', which needs npm")
    settings = read_settings().model_copy(update={"model": None})
    assistant = build_assistant(settings)
    FOLDER.mkdir(parents=True, exist_ok=True)
    terminal(assistant)
    with tempfile.TemporaryDirectory() as folder:
        stages = Stages(settings, assistant, Path(folder))
        for scene in SCENES:
            balloons = played(scene, stages.of(scene.name, scene.role))
            page = page_of(scene.channel, balloons, LIBRARY.as_uri(), scene.opened)
            shoot(page, WIDTHS[scene.channel], FOLDER / f"{scene.name}.png")


def main() -> int:
    """Make the pictures, or say what is missing."""
    try:
        make()
    except IsvbotError as error:
        print(f"picture: {error}", file=sys.stderr)
        return 1
    print(f"{len(pictures())} pictures in docs/img")
    return 0


if __name__ == "__main__":
    sys.exit(main())
