"""What a chat model wrote, read while it comes in: sentences with the tokens of their sources.

Knows plain text with tokens, and the JSON object that a provider with structured output gives; anything else is read
as text, so that whatever a model writes is looked at and nothing of it is trusted.
Knows nothing of what a token stands for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.plain import squeezed, visible
from bot.core.sentences import sentences

MAX_REPLY_CHARS = 12_000
"""A longer reply is a model that does not stop; what comes after is not read."""

SCHEMA: Mapping[str, object] = {
    "title": "answer",
    "type": "object",
    "additionalProperties": False,
    "required": ["sentences", "missing"],
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["text", "sources"],
                "properties": {"text": {"type": "string"}, "sources": {"type": "array", "items": {"type": "string"}}},
            },
        },
        "missing": {"type": "string"},
    },
}
"""The shape of a structured reply."""

_TOKEN = re.compile(r"S\d{1,3}", re.IGNORECASE)
_GROUP = r"[\[(\u3010]\s*S\d{1,3}(?:\s*[,;&]\s*S\d{1,3})*\s*[\])\u3011]"
_GROUPS = re.compile(rf"\s*[.!?]?\s*(?:{_GROUP}[ \t]*)+[.!?]*", re.IGNORECASE)
_MISSING = re.compile(r"^\W{0,3}(?:MISSING|ONTBREEKT)\W{0,3}:\s*(?P<part>.*)$", re.IGNORECASE)
_MAY_GO_ON = ("", *"[(\u3010.!?")
"""What may follow a mark and still belong to it."""

_FENCE = re.compile(r"^\s*(?:```\w*)?\s*")
_MARKUP = re.compile(r"^\s*(?:[-*\u2022>#]+|\d{1,2}[.)])\s+|\*{1,3}|`+|_{2,}|</?\w[^>]{0,80}>")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a model, and the tokens it names; nothing of it has been checked."""

    text: str
    tokens: tuple[str, ...]


@dataclass(slots=True)
class ReplyReader:
    """Reads a reply piece by piece; each sentence is given once, as soon as it is whole."""

    missing: str = ""
    """The words of the question that the model says no passage carries."""
    _text: str = ""
    _done: int = 0
    _decoder: json.JSONDecoder = field(default_factory=json.JSONDecoder)

    @property
    def is_full(self) -> bool:
        """Whether more was written than is read."""
        return len(self._text) >= MAX_REPLY_CHARS

    def feed(self, piece: str) -> tuple[Said, ...]:
        """Take the next piece and give the sentences that are whole now."""
        self._text = (self._text + visible(piece))[:MAX_REPLY_CHARS]
        if self._shape_is_open():
            return ()
        return tuple(self._objects() if self._is_json() else self._sentences(is_end=False))

    def rest(self) -> tuple[Said, ...]:
        """Give what is left when nothing more comes; a sentence that was cut off has no token, or no end."""
        if not self._is_json():
            return tuple(self._sentences(is_end=True))
        found = tuple(self._objects())
        whole = _whole_object(self._text)
        self.missing = squeezed(str(whole.get("missing") or ""))
        return found

    def _shape_is_open(self) -> bool:
        """Whether too little came in to tell text from an object, perhaps in a code fence."""
        start = self._text.lstrip()
        return not _FENCE.sub("", start, count=1) or (start.startswith("`") and "\n" not in start)

    def _is_json(self) -> bool:
        return _FENCE.sub("", self._text, count=1).startswith("{")

    def _objects(self) -> Iterator[Said]:
        """Give the sentence objects of a structured reply that are whole."""
        if self._done == 0:
            opened = self._text.find("[")
            if opened < 0:
                return
            self._done = opened + 1
        while (start := self._text.find("{", self._done)) >= 0:
            try:
                found, self._done = self._decoder.raw_decode(self._text, start)
            except json.JSONDecodeError:
                return
            said = _said_of(found)
            if said is not None:
                yield said

    def _sentences(self, *, is_end: bool) -> Iterator[Said]:
        """Give the sentences up to the last mark that is surely whole: something else follows it."""
        while (newline := self._text.find("\n", self._done)) >= 0 or is_end:
            line = self._text[self._done : newline] if newline >= 0 else self._text[self._done :]
            yield from self._line(line)
            self._done = newline + 1 if newline >= 0 else len(self._text)
            if newline < 0:
                return
        open_line = self._text[self._done :]
        if _MISSING.match(open_line) or "[" not in open_line:
            return
        ends = [m.end() for m in _GROUPS.finditer(open_line) if open_line[m.end() :].strip()[:1] not in _MAY_GO_ON]
        if ends:
            yield from self._line(open_line[: ends[-1]])
            self._done += ends[-1]

    def _line(self, line: str) -> Iterator[Said]:
        missed = _MISSING.match(line)
        if missed is not None:
            self.missing = squeezed(missed["part"])
            return
        start = 0
        for group in _GROUPS.finditer(line):
            yield from _with_tokens(line[start : group.start()], group.group())
            start = group.end()
        yield from (Said(text, ()) for text in sentences(_plain(line[start:])))


def _with_tokens(text: str, marks: str) -> Iterator[Said]:
    """Give the sentences in front of a mark; the mark is of the last one."""
    tokens = tuple(dict.fromkeys(token.upper() for token in _TOKEN.findall(marks)))
    *before, last = sentences(_plain(text)) or ("",)
    yield from (Said(sentence, ()) for sentence in before)
    if last:
        end = next((mark for mark in marks if mark in ".!?"), ".")
        yield Said(last if last[-1] in ".!?" else last + end, tokens)


def _said_of(found: object) -> Said | None:
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        return None
    sources = found.get("sources")
    named = [str(source) for source in sources] if isinstance(sources, list) else []
    in_text = _TOKEN.findall(" ".join(re.findall(_GROUP, found["text"], re.IGNORECASE)))
    text = _plain(re.sub(_GROUP, "", found["text"], flags=re.IGNORECASE))
    tokens = tuple(dict.fromkeys(t.upper() for name in (*named, *in_text) for t in _TOKEN.findall(name)))
    return Said(text, tokens) if text else None


def _plain(text: str) -> str:
    """Give a sentence without marks of layout: what the reader sees is laid out by us."""
    return re.sub(r"\s+([.,;!?])", r"\1", squeezed(_MARKUP.sub("", text.strip())))


def _whole_object(text: str) -> Mapping[str, object]:
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1])
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
