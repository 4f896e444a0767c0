"""A conversation in the terminal.

Knows how a line that somebody enters becomes a message for the desk, and a number one of the choices shown before it.
Knows nothing of what a message asks or a command does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from rich.console import Console
from rich.text import Text

from bot.channels.console.show import Pause, show_reply
from bot.core.corpus import Language
from bot.core.desk import Desk
from bot.core.incoming import Incoming, MessageKind
from bot.core.reply import Button, Reply

CHANNEL = "terminal"

ENDINGS = ("/stop", "/quit", "/exit")
"""What ends the conversation; ``stop`` alone ends a check."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits at the terminal, in which conversation."""

    person: str
    conversation: str
    language: Language | None = None


class Chat:
    """A conversation in the terminal."""

    def __init__(
        self, console: Console, desk: Desk, seat: Seat, read: Callable[[str], str], pause: Pause | None
    ) -> None:
        """Take a console to write to, the desk, who sits there, and something that reads a line."""
        self._console = console
        self._desk = desk
        self._seat = seat
        self._read = read
        self._pause = pause
        self._numbers = count(1)
        self._choices: tuple[Button, ...] = ()
        self._language = seat.language or Language.NL

    def run(self) -> None:
        """Talk until the reader stops, closes the input or presses Ctrl-C."""
        self._send(f"/start {self._seat.language or ''}".rstrip())
        self._say("chat_hint")
        while True:
            try:
                line = self._read(f"\n{self._text('chat_prompt')} > ").strip()
                if line in ENDINGS:
                    break
                if line:
                    self._send(line)
            except (EOFError, KeyboardInterrupt):
                self._console.print()
                break
        self._say("chat_goodbye")

    def _send(self, line: str) -> None:
        for reply in self._desk.handle(self._incoming(line)):
            self._show(reply)

    def _incoming(self, line: str) -> Incoming:
        chosen = next((button for n, button in enumerate(self._choices, start=1) if line == str(n)), None)
        self._choices = ()
        return Incoming(
            channel=CHANNEL,
            person=self._seat.person,
            conversation=self._seat.conversation,
            message_id=str(next(self._numbers)),
            text=line if chosen is None else chosen.value,
            kind=MessageKind.TEXT if chosen is None else MessageKind.CHOICE,
            language=self._seat.language,
        )

    def _show(self, reply: Reply) -> None:
        self._choices = reply.choices or self._choices
        self._language = reply.language
        show_reply(self._console, reply, self._desk.messages, self._pause)

    def _text(self, name: str) -> str:
        return self._desk.messages.say(name, self._language)

    def _say(self, name: str) -> None:
        self._console.print(Text(self._text(name), style="dim"))
