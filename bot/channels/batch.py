"""Questions from a file of JSON lines, answers as JSON lines in the same order.

Knows the lines; a bad one gives an error object and the rest goes on.
Knows nothing of how an answer is made.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from bot.core.corpus import Language, Role
from bot.core.errors import UsageError
from bot.core.messages import Messages
from bot.core.model import Answer, Question
from bot.core.plain import shortened
from bot.core.wire import SHOWN_CHARS, answer_object, checked_question, day_of, language_from, role_of, turns_of


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
            item = _item(line.removeprefix("\ufeff"), number)
            ref = item.get("id")
            yield {"ref": ref, **answer_object(ask(_question(item, number, defaults)))}
        except UsageError as error:
            text = messages.say(error.name, defaults.language or Language.NL, **error.holes)
            yield {"ref": ref, "line": number, "error": {"kind": "usage", "text": text}}


def json_line(found: Mapping[str, object]) -> str:
    """Write an object as one line of JSON; half a surrogate pair, which no output can write, is escaped."""
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(found, allow_nan=False)
    return text


def _refused(constant: str) -> NoReturn:
    """Refuse ``NaN`` and its like, which Python reads and JSON does not know.

    Raises:
        ValueError: always.
    """
    raise ValueError(constant)


def _item(line: str, number: int) -> Mapping[str, object]:
    try:
        item = json.loads(line, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise UsageError("bad_line", line=number) from error
    if not isinstance(item, dict):
        raise UsageError("bad_line", line=number)
    return item


def _question(item: Mapping[str, object], number: int, defaults: Defaults) -> Question:
    text = item.get("question")
    if not isinstance(text, str):
        raise UsageError("line_without_question", line=number, value=shortened(str(text), SHOWN_CHARS))
    role, as_of, language = item.get("role"), item.get("as_of"), item.get("language")
    return checked_question(
        text,
        role=defaults.role if role is None else role_of(str(role)),
        as_of=defaults.as_of if as_of is None else day_of(str(as_of)),
        language=defaults.language if language is None else language_from(str(language)),
        history=turns_of(item.get("history")),
    )
