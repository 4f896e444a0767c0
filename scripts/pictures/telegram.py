"""A scene in Telegram: played with the real channel against our own Bot API, and laid out as a chat shows it.

Knows how a reader types and presses there, and how Telegram shows its HTML and its buttons.
Knows nothing of the page around it.
"""

import asyncio
import re
from html import escape

from bot.channels.telegram.config import TelegramConfig
from bot.channels.telegram.run import Tempo, serve
from scripts.pictures.page import Balloon
from scripts.pictures.scenes import Colleague, Press, Say, Scene, Turn
from scripts.pictures.stage import Stage
from tests.servers.telegram_api import TOKEN, FakeTelegram, Sent, served

READER = 1001
QUICK = Tempo(poll_s=5, every_s=0.1)

Said = tuple[str, tuple[int, ...]]
"""What the reader typed, and the numbers of the messages that came after it."""


async def play(scene: Scene, stage: Stage, fake: FakeTelegram) -> tuple[Balloon, ...]:
    """Play a scene and give what the chat shows of it."""
    fake.chats = {READER: "private"}
    async with served(fake) as api:
        stop = asyncio.Event()
        running = asyncio.create_task(serve(stage.desk, TelegramConfig(TOKEN, api), stop, tempo=QUICK))
        try:
            said = [await _played(turn, stage, fake) for turn in scene.turns]
        finally:
            stop.set()
            await running
    return tuple(balloon for text, sent in said[scene.first :] for balloon in _balloons(text, sent, fake, scene.opened))


async def _played(turn: Turn, stage: Stage, fake: FakeTelegram) -> Said:
    before = set(fake.sent)
    match turn:
        case Say(text):
            await fake.say(text, READER)
        case Press(label):
            await fake.deliver(fake.pressed(_value_of(label, fake), READER))
        case Colleague(text):
            stage.answer_as_colleague(text)
            await fake.until(lambda: set(fake.sent) - before)
        case _:
            raise NotImplementedError(f"not in Telegram: {turn}")
    if not isinstance(turn, Colleague):
        await asyncio.to_thread(stage.wait)
    return turn.text if isinstance(turn, Say) else "", tuple(n for n in fake.sent if n not in before)


def _value_of(label: str, fake: FakeTelegram) -> str:
    buttons = (button for sent in reversed(fake.sent.values()) for row in sent.rows for button in row)
    found = next((button for button in buttons if button["text"] == label), None)
    if found is None:
        raise LookupError(f"no button says {label!r}")
    return found["callback_data"]


def _balloons(text: str, numbers: tuple[int, ...], fake: FakeTelegram, opened: int) -> list[Balloon]:
    asked = [Balloon(escape(text), is_bot=False)] if text else []
    return asked + [Balloon(html_of(fake.sent[n], opened)) for n in numbers]


def html_of(sent: Sent, opened: int = 0) -> str:
    """Lay a message out: its HTML as it was sent, and its buttons."""
    html = re.sub(r"</blockquote>\n", "</blockquote>", sent.text)  # the line ends with the block
    pieces = html.split("<blockquote expandable>")
    marks = ["<blockquote expandable open>" if n == opened else "<blockquote expandable>" for n in range(len(pieces))]
    html = pieces[0] + "".join(mark + piece for mark, piece in zip(marks[1:], pieces[1:], strict=True))
    rows = "".join(f'<div class="row">{"".join(map(_button, row))}</div>' for row in sent.rows)
    return f'<div class="text">{html}</div>{rows}'


def _button(button: dict[str, str]) -> str:
    return f"<button><span>{escape(button['text'])}</span></button>"
