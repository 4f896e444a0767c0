"""What Telegram's Bot API refuses in a message: marks that do not parse, long texts, wrong buttons."""

import json
import re
from typing import Any

MAX_UNITS = 4096
MAX_ENTITIES = 100
TAGS = {"b", "i", "u", "s", "code", "pre", "a", "blockquote"}

_PIECE = re.compile(
    r"<(?P<close>/?)(?P<name>[a-z]+)(?P<rest>[^<>]*)>|&(?P<entity>[a-z]+|#\d+);|(?P<text>[^<&]+)"
    r"|(?P<bad>.)",
    re.DOTALL,
)
_ATTRIBUTES = {"a": re.compile(r' href="[^"<>]+"'), "blockquote": re.compile(r"( expandable)?")}
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "#x27": "'", "#39": "'"}


class Refused(Exception):
    """The Bot API refuses a call."""

    def __init__(self, description: str, code: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.body = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


def parsed(html: str) -> tuple[str, list[str]]:
    """Read HTML as Telegram does; give the text that is seen and the names of the marks.

    Raises:
        Refused: it does not parse.
    """
    text: list[str] = []
    open_tags: list[str] = []
    names: list[str] = []
    for piece in _PIECE.finditer(html):
        if piece["text"]:
            text.append(piece["text"])
        elif piece["entity"]:
            if piece["entity"] not in _ENTITIES:
                raise Refused(f"Bad Request: can't parse entities: unknown &{piece['entity']};")
            text.append(_ENTITIES[piece["entity"]])
        elif piece["bad"]:
            raise Refused(f"Bad Request: can't parse entities: bare {piece['bad']} at {piece.start()}")
        elif piece["close"]:
            if not open_tags or open_tags.pop() != piece["name"]:
                raise Refused(f"Bad Request: can't parse entities: unexpected end tag {piece['name']}")
        else:
            _check_tag(piece["name"], piece["rest"], open_tags)
            open_tags.append(piece["name"])
            names.append(piece["name"] + piece["rest"].split("=")[0].strip().replace("href", ""))
    if open_tags:
        raise Refused(f"Bad Request: can't parse entities: no end tag for {open_tags[-1]}")
    return "".join(text), names


def _check_tag(name: str, rest: str, open_tags: list[str]) -> None:
    if name not in TAGS:
        raise Refused(f'Bad Request: can\'t parse entities: Unsupported start tag "{name}"')
    if not _ATTRIBUTES.get(name, re.compile("")).fullmatch(rest):
        raise Refused(f"Bad Request: can't parse entities: attributes of {name}")
    if name == "blockquote" and "blockquote" in open_tags:
        raise Refused("Bad Request: can't parse entities: nested blockquote")


def checked_text(text: str, mode: str | None) -> tuple[str, list[str]]:
    """Check a text as it is sent; give what is seen of it.

    Raises:
        Refused: it cannot be sent.
    """
    seen, names = parsed(text) if mode == "HTML" else (text, [])
    if not seen.strip():
        raise Refused("Bad Request: message text is empty")
    if len(seen.encode("utf-16-le")) // 2 > MAX_UNITS:
        raise Refused("Bad Request: message is too long")
    if len(names) > MAX_ENTITIES:
        raise Refused("Bad Request: our own server takes no more than 100 entities")
    return seen, names


def checked_keyboard(markup: str | None) -> list[list[dict[str, str]]]:
    """Check the buttons of a message.

    Raises:
        Refused: they cannot be sent.
    """
    if markup is None:
        return []
    rows: list[list[dict[str, str]]] = json.loads(markup)["inline_keyboard"]
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or not all(rows):
        raise Refused("Bad Request: reply markup is too long")
    for button in buttons:
        if not button["text"] or not 1 <= len(button["callback_data"].encode()) <= 64:
            raise Refused("Bad Request: BUTTON_DATA_INVALID")
    return rows
