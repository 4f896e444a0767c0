"""Makes the picture of an answer for the README, from the real program: ``make picture``."""

import io
import re
from datetime import date
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from bot.bootstrap import build_assistant, build_messages
from bot.channels.console.show import show_answer
from bot.core.corpus import Role
from bot.core.model import Question
from bot.settings import read_settings

QUESTION = "Wanneer is ISV verplicht?"
WITHOUT_FONTS = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""The picture shows in whatever fixed-width font the reader has; it fetches none."""

PICTURE = Path(__file__).parent.parent / "docs" / "img" / "answer.svg"


def main() -> None:
    """Ask one question and keep what the terminal shows."""
    answer = build_assistant(read_settings()).ask(Question(QUESTION, Role.OFFICER, date.today()))
    console = Console(record=True, width=92, file=io.StringIO())
    console.print(Text(f'$ isvbot ask "{QUESTION}"', style="bold"))
    show_answer(console, answer, build_messages())
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    console.save_svg(str(PICTURE), title="isvbot", code_format=WITHOUT_FONTS)


if __name__ == "__main__":
    main()
