"""The commands that every channel takes, in Dutch with English names beside them.

Knows which there are and how a message names one.
Knows nothing of what they do.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.core.corpus import Language
from bot.core.messages import Messages


class CommandName(StrEnum):
    """A command, by its Dutch name."""

    START = "start"
    HELP = "help"
    CHECK = "check"
    SOURCE = "bron"
    SOURCES = "bronnen"
    COLLEAGUE = "collega"
    FEEDBACK = "feedback"
    ROLE = "rol"
    LANGUAGE = "taal"
    NEW = "nieuw"
    FORGET = "vergeet"
    STOP = "stop"
    DEBUG = "debug"


ENGLISH = {
    CommandName.SOURCE: "source",
    CommandName.SOURCES: "sources",
    CommandName.COLLEAGUE: "colleague",
    CommandName.ROLE: "role",
    CommandName.LANGUAGE: "language",
    CommandName.NEW: "new",
    CommandName.FORGET: "forget",
}
"""The English names of the commands that are called otherwise in English."""

UNLISTED = frozenset({CommandName.DEBUG})
"""Commands for who runs the assistant; they work for all and stand in no menu."""

PERSONAL = frozenset({CommandName.ROLE, CommandName.FORGET, CommandName.COLLEAGUE, CommandName.FEEDBACK})
"""Commands that show or use what is a person's own: never in a group."""

_BY_NAME = {name.value: name for name in CommandName} | {english: name for name, english in ENGLISH.items()}


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command in a message; ``name`` is ``None`` where there is no such command."""

    name: CommandName | None
    written: str
    rest: str


_BARE = frozenset({"help", "hulp", "menu"})
"""Words that ask for help also without a slash."""


def commanded(text: str) -> Commanded | None:
    """Read a command; ``None`` where the message is none. What follows an @ is the bot's own name."""
    if text.lower().rstrip("!. ") in _BARE:
        return Commanded(CommandName.HELP, text, "")
    if not text.startswith("/"):
        return None
    written, _, rest = text.partition(" ")
    name = written[1:].partition("@")[0].lower()
    return Commanded(_BY_NAME.get(name), written, rest.strip())


def command_menu(messages: Messages, language: Language) -> tuple[tuple[str, str], ...]:
    """Give the commands in a language, without the slash, each with what it does."""
    return tuple(
        (_name(name, language), messages.say(f"command_{name}", language))
        for name in CommandName
        if name not in UNLISTED
    )


def _name(name: CommandName, language: Language) -> str:
    return ENGLISH.get(name, name.value) if language is Language.EN else name.value
