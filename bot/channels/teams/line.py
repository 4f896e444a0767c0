"""The one line in the log for each activity, whoever refuses or takes it.

Knows that nothing of what somebody wrote may stand in it, and that an id is the sender's own text.
Knows nothing of activities.
"""

import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass

MAX_ID = 64
"""Characters of an id that are shown."""

BAD, BROKEN = 400, 500
"""Statuses of HTTP from which on a line is a warning, or an error of our own."""

_STRANGE = re.compile(r"[^A-Za-z0-9:._-]")


@dataclass(slots=True)
class Line:
    """What is known of an activity so far."""

    id: str = "-"
    what: str = ""
    status: int = 0

    def write(self, log: logging.Logger) -> None:
        """Write it. Without a status the sender went away before there was an answer."""
        level = logging.ERROR if self.status >= BROKEN else logging.WARNING
        is_well = 0 < self.status < BAD
        what = self.what or ("taken" if is_well else "refused" if self.status else "broken off")
        log.log(logging.INFO if is_well else level, "activity id=%s %s status=%d", self.id, what, self.status)


_LINE: ContextVar[Line | None] = ContextVar("line", default=None)


def begun() -> Line:
    """Begin the line of the activity that is being handled."""
    line = Line()
    _LINE.set(line)
    return line


def note(what: str) -> None:
    """Say what became of the activity that is being handled: words of ours only."""
    line = _LINE.get()
    if line is not None:
        line.what = what


def shown(text: object) -> str:
    """Give an id as it may stand in a line: no character with which a line could be forged, and not long."""
    return _STRANGE.sub("?", text[:MAX_ID]) if isinstance(text, str) and text else "-"
