"""What a client may hand a tool, and how it is read.

Knows the names and shapes of arguments; values of questions, days and facts are read by ``bot.core.wire``.
Knows nothing of what a tool does with them.
"""

from collections.abc import Mapping
from datetime import date

from bot.core.corpus import Language
from bot.core.decision import MAX_VALUE_EUR, VALUES, FactName
from bot.core.errors import UsageError
from bot.core.messages import Messages
from bot.core.model import MAX_QUESTION_CHARS
from bot.core.plain import shortened
from bot.core.retrieve import MAX_PASSAGES
from bot.core.wire import SHOWN_CHARS, day_of, language_from

Schema = dict[str, object]

ALSO = ("as_of", "language")
TOOLS: Mapping[str, tuple[str, ...]] = {
    "zoek": ("question", "limit", *ALSO),
    "vraag": ("question", "history", *ALSO),
    "isv_check": ("purchase", "facts", *ALSO),
}
"""The tools, with the arguments of each."""

REQUIRED = ("question",)


class Arguments:
    """The arguments of one call. Every read raises a ``UsageError`` that names the argument."""

    def __init__(self, tool: str, given: Mapping[str, object] | None) -> None:
        """Take what a client sent.

        Raises:
            UsageError: the tool takes no argument of that name.
        """
        self._given = {name: value for name, value in (given or {}).items() if value is not None}
        unknown = next((name for name in self._given if name not in TOOLS[tool]), None)
        if unknown is not None:
            allowed = ", ".join(TOOLS[tool])
            raise UsageError("unknown_argument", value=_shown(unknown), allowed=allowed)

    def has(self, name: str) -> bool:
        """Say whether an argument was given."""
        return name in self._given

    def raw(self, name: str) -> object:
        """Give an argument as it came."""
        return self._given.get(name)

    def text(self, name: str) -> str:
        """Give a text; empty where it was not given.

        Raises:
            UsageError: it is something else.
        """
        value = self._given.get(name, "")
        if not isinstance(value, str):
            raise UsageError("wrong_argument", argument=name, value=_shown(value))
        return value

    def limit(self) -> int:
        """Give how many passages are wanted.

        Raises:
            UsageError: it is no number within the bounds.
        """
        value = self._given.get("limit", MAX_PASSAGES)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_PASSAGES:
            raise UsageError("wrong_argument", argument="limit", value=f"{_shown(value)}; 1 - {MAX_PASSAGES}")
        return value

    def day(self, today: date) -> date:
        """Give the day for which is asked."""
        return day_of(self.text("as_of")) if self.has("as_of") else today

    def language(self, default: Language | None) -> Language | None:
        """Give the language that is asked for."""
        return language_from(self.text("language")) if self.has("language") else default


def _shown(value: object) -> str:
    return shortened(str(value), SHOWN_CHARS)


def both_languages(texts: Messages, name: str) -> str:
    """Give a text in Dutch and then in English: a client's model reads either."""
    return "\n".join(texts.say(name, language) for language in Language)


def schema_of(tool: str, texts: Messages) -> Schema:
    """Give the JSON Schema of a tool's arguments."""
    shapes = _shapes(texts)
    properties = {name: {**shapes[name], "description": both_languages(texts, f"arg_{name}")} for name in TOOLS[tool]}
    required = [name for name in REQUIRED if name in TOOLS[tool]]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _shapes(texts: Messages) -> Mapping[str, Schema]:
    a_text: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_QUESTION_CHARS}
    return {
        "question": a_text,
        "purchase": a_text,
        "history": {"type": "array", "items": {"type": "string"}},
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_PASSAGES},
        "as_of": {"type": "string", "format": "date"},
        "language": {"type": "string", "enum": [language.value for language in Language]},
        "facts": {
            "type": "object",
            "properties": {
                name.value: {**_fact_shape(name), "description": both_languages(texts, f"fact_{name}")}
                for name in FactName
            },
            "additionalProperties": False,
        },
    }


def _fact_shape(name: FactName) -> Schema:
    if name in VALUES:
        return {"enum": list(VALUES[name])}
    if name is FactName.VALUE_EUR:
        return {"type": "integer", "minimum": 0, "maximum": MAX_VALUE_EUR}
    return {"type": "string", "format": "date"}
