"""The page around a conversation: our own frame, that says which channel it stands for.

Knows how a chat is laid out, in colours and shapes of our own.
Knows nothing of a channel's markup, nor of how the page becomes a picture.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from scripts.pictures.scenes import DAY

HERE = Path(__file__).parent

NAMES = {"telegram": "Telegram", "teams": "Microsoft Teams"}
WIDTHS = {"telegram": 440, "teams": 680}
"""Width in pixels of the page: a telephone, and a window on a desk."""

FOOTER = "Kader: getekend door isvbot. Inhoud: wat de bot naar {name} stuurde, op <time>{day:%d-%m-%Y}</time>."


@dataclass(frozen=True, slots=True)
class Balloon:
    """A message in the chat."""

    html: str
    is_bot: bool = True
    cards: tuple[object, ...] = ()
    """Adaptive Cards under the text, drawn in the browser."""
    card_texts: tuple[dict[str, str], ...] = ()
    """For each card its texts with their HTML."""
    below: str = ""
    """HTML under the cards."""


def page_of(channel: str, balloons: Sequence[Balloon], library: str = "", opened: int = 0) -> str:
    """Give the page; ``library`` is the address of what draws cards, ``opened`` the quote to open in them."""
    cards = [
        {"card": card, "texts": texts}
        for balloon in balloons
        for card, texts in zip(balloon.cards, balloon.card_texts, strict=True)
    ]
    script = f'<script src="{escape(library)}"></script><script>{_own("cards.js")}</script>' if library else ""
    name = NAMES[channel]
    return (
        f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>{name}</title>'
        f'<style>{_own("chat.css")}</style><body class="{channel}" data-opened="{opened}">'
        f"<header><b>isvbot</b><span>in {name}</span></header><main>{''.join(map(_balloon, balloons))}</main>"
        f"<footer>{FOOTER.format(name=name, day=DAY)}</footer>"
        f'<script type="application/json" id="cards">{_data(cards)}</script>{script}</body></html>'
    )


def _balloon(balloon: Balloon) -> str:
    who = "bot" if balloon.is_bot else "reader"
    cards = '<div class="card"></div>' * len(balloon.cards)
    return f'<section class="{who}">{balloon.html}{cards}{balloon.below}</section>'


def _data(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def _own(name: str) -> str:
    return (HERE / name).read_text("utf-8")
