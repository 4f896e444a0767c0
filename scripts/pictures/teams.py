"""A scene in Teams: played with the real channel against a fake of its service, and laid out as a chat shows it.

Knows how a reader types and presses there, and what Teams itself puts around a message: that a machine made it, what
stands behind a citation, and the thumbs. Cards are drawn in the browser, by Microsoft's own library.
Knows nothing of the page around it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import count
from typing import Any

import httpx
from markdown_it import MarkdownIt

from bot.channels.teams import sdk  # noqa: F401  # before anything else of the SDK
from bot.channels.teams.app import Registration, build_app
from scripts.pictures.page import Balloon
from scripts.pictures.scenes import Colleague, Press, Say, Scene, ThumbDown, Turn
from scripts.pictures.stage import Stage
from tests.servers.teams_connector import Connector, app_of
from tests.servers.web import served

Activity = Mapping[str, Any]

Said = tuple[str, tuple[Activity, ...]]
"""What the reader typed, and the messages that came after it."""

MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
AI_LABEL, FEEDBACK = "Door AI gegenereerd", "👍 👎"
"""What Teams itself shows, in its own words, where a message asks for it."""

_MARK = re.compile(r"\[(\d+)\]")


def play(scene: Scene, stage: Stage, connector: Connector) -> tuple[Balloon, ...]:
    """Play a scene and give what the chat shows of it."""
    registration = Registration("", "", is_unauthenticated=True)
    with served(app_of(connector)) as connector.url:
        app = build_app(stage.desk, registration, lambda: True, every_s=0.1)
        with served(app) as url, httpx.Client(base_url=url, timeout=60) as http:
            reader = Reader(http, stage, connector)
            said = [reader.take(turn) for turn in scene.turns]
    return tuple(balloon for text, sent in said[scene.first :] for balloon in _balloons(text, sent, scene.opened))


class Reader:
    """Somebody who types and presses in a private conversation."""

    def __init__(self, http: httpx.Client, stage: Stage, connector: Connector) -> None:
        """Take the way to the bot."""
        self._http = http
        self._stage = stage
        self._connector = connector
        self._numbers = count(1)

    def take(self, turn: Turn) -> Said:
        """Do what a turn says and give what came of it."""
        before = len(self._connector.messages())
        match turn:
            case Say(text):
                self._send(text=text)
            case Press(label):
                self._send(text="", value=self._value_of(label))
            case Colleague(text):
                self._stage.answer_as_colleague(text)
                self._connector.wait(before + 1)
            case ThumbDown():
                return "", (self._form(),)
        if not isinstance(turn, Colleague):
            self._stage.wait()
        new = tuple(sent.activity for sent in self._connector.messages()[before:])
        return turn.text if isinstance(turn, Say) else "", new

    def _send(self, **fields: object) -> httpx.Response:
        activity = {
            "type": "message",
            "id": f"a{next(self._numbers)}",
            "channelId": "msteams",
            "serviceUrl": self._connector.url,
            "from": {"id": "29:reader"},
            "recipient": {"id": "28:isvbot", "name": "isvbot"},
            "conversation": {"id": "a:reader", "conversationType": "personal"},
            **fields,
        }
        return self._http.post("/api/messages", json=activity).raise_for_status()

    def _value_of(self, label: str) -> object:
        actions = (part for sent in reversed(self._connector.messages()) for part in parts_of(sent.cards))
        found = next((part for part in actions if part.get("title") == label and "data" in part), None)
        if found is None:
            raise LookupError(f"no button says {label!r}")
        return found["data"]

    def _form(self) -> Activity:
        """Press the thumb under the last answer; Teams then asks the bot for a form."""
        under = next(sent for sent in reversed(self._connector.messages()) if _takes_feedback(sent.activity))
        pressed = {"actionName": "feedback", "actionValue": {"reaction": "dislike"}}
        asked = self._send(type="invoke", name="message/fetchTask", replyToId=under.id, value={"data": pressed})
        task = asked.json()["task"]["value"]
        return {"text": f"**{task['title']}**", "attachments": [task["card"]]}


def parts_of(card: object) -> Iterator[dict[str, Any]]:
    """Give everything that stands in a card, in the order in which it is read."""
    if isinstance(card, dict):
        yield card
    for inner in card.values() if isinstance(card, dict) else card if isinstance(card, list) else ():
        yield from parts_of(inner)


def _balloons(text: str, sent: Sequence[Activity], opened: int) -> list[Balloon]:
    asked = [Balloon(escape(text), is_bot=False)] if text else []
    return asked + [balloon_of(activity, opened) for activity in sent]


def balloon_of(activity: Activity, opened: int = 0) -> Balloon:
    """Lay a message out: its text, what Teams puts around it, and its cards."""
    cited = {place["position"]: place["appearance"] for place in _citations(activity)}
    label = f'<div class="label">{AI_LABEL}</div>' if "AIGeneratedContent" in str(activity.get("entities")) else ""
    text = _MARK.sub(lambda found: _mark(found, cited), MARKDOWN.render(activity.get("text") or ""))
    behind = _behind(opened, cited[opened]) if opened in cited else ""
    feedback = f'<div class="feedback">{FEEDBACK}</div>' if _takes_feedback(activity) else ""
    cards = tuple(attachment["content"] for attachment in activity.get("attachments") or ())
    suggested = (activity.get("suggestedActions") or {}).get("actions") or ()
    chips = "".join(f"<button><span>{escape(action['title'])}</span></button>" for action in suggested)
    html = f'{label}<div class="markdown">{text}</div>{behind}'
    return Balloon(html, cards=cards, card_texts=tuple(map(texts_of, cards)), below=feedback + chips)


def texts_of(card: object) -> dict[str, str]:
    """Give the texts of a card with their HTML: the library that draws cards leaves Markdown to others."""
    texts = (part["text"] for part in parts_of(card) if part.get("type") == "TextBlock")
    return {text: MARKDOWN.render(text) for text in texts}


def _citations(activity: Activity) -> list[Any]:
    return [place for entity in activity.get("entities") or () for place in entity.get("citation") or ()]


def _takes_feedback(activity: Activity) -> bool:
    return "feedbackLoop" in (activity.get("channelData") or {})


def _mark(found: re.Match[str], cited: Mapping[int, Any]) -> str:
    return f'<span class="mark">{found[1]}</span>' if int(found[1]) in cited else found[0]


def _behind(number: int, appearance: Mapping[str, Any]) -> str:
    """Lay out what Teams shows when a reader points at a citation."""
    words = "".join(f"<small>{escape(word)}</small>" for word in appearance.get("keywords") or ())
    name, abstract = escape(appearance["name"]), escape(appearance["abstract"])
    return f'<div class="behind"><b>{number} {name}</b><p>{abstract}</p>{words}</div>'
