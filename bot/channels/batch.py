"""Questions from a file of JSON lines, answers as JSON lines in the same order.

Knows the lines; a bad one gives an error object and the rest goes on.
Knows nothing of how an answer is made.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.corpus import Language, Role
from bot.core.errors import UsageError
from bot.core.messages import Messages
from bot.core.model import Answer, Question
from bot.core.wire import answer_object, checked_question, day_of, language_from, role_of, turns_of


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for a line that does not say otherwise."""

    role: Role
    as_of: date
    language: Language | None = None


def answer_lines(
    lines: Iterable[str], ask: Callable[[Question], Answer], defaults: Defaults, messages: Messages
) -> Iterator[dict[str, object]]:
    """Give one object for each line that is not blank: an answer with ``ref``, or an error."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        ref: object = None
        try:
            item = _item(line, number)
            ref = item.get("id")
            yield {"ref": ref, **answer_object(ask(_question(item, number, defaults)))}
        except UsageError as error:
            text = messages.say(error.name, defaults.language or Language.NL, **error.holes)
            yield {"ref": ref, "line": number, "error": {"kind": "usage", "text": text}}


def _item(line: str, number: int) -> Mapping[str, object]:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError("bad_line", line=number) from error
    if not isinstance(item, dict):
        raise UsageError("bad_line", line=number)
    return item


def _question(item: Mapping[str, object], number: int, defaults: Defaults) -> Question:
    text = item.get("question")
    if not isinstance(text, str):
        raise UsageError("bad_line", line=number)
    role, as_of, language = item.get("role"), item.get("as_of"), item.get("language")
    return checked_question(
        text,
        role=role_of(str(role)) if role else defaults.role,
        as_of=day_of(str(as_of)) if as_of else defaults.as_of,
        language=language_from(str(language)) if language else defaults.language,
        history=turns_of(item.get("history")),
    )
