"""Evaluation questions: what is asked and what a good answer holds.

Knows the format of ``evals/questions/*.jsonl`` (see evals/README.md).
Knows nothing of answers.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from bot.core.corpus import Role, Status
from bot.core.model import Turn

FOLDER = Path(__file__).parent / "questions"


@dataclass(frozen=True, slots=True)
class Support:
    """A span of an official text that carries the answer; white space is folded before it is compared."""

    source: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question. A point is made when one of its patterns matches the answer."""

    id: str
    role: Role
    type: str
    history: tuple[Turn, ...]
    question: str
    expected: str
    statuses: frozenset[Status]
    support: tuple[Support, ...]
    points: tuple[tuple[re.Pattern[str], ...], ...]
    forbidden: tuple[re.Pattern[str], ...]


def read_cases(name: str) -> tuple[Case, ...]:
    """Read a set of questions: ``dev``, ``tuning`` or ``held``."""
    lines = (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()
    return tuple(_case(json.loads(line)) for line in lines if line.strip())


def _case(row: dict) -> Case:  # type: ignore[type-arg]  # a row of JSON
    return Case(
        id=row["id"],
        role=Role(row["group"]),
        type=row["type"],
        history=tuple(Turn(question) for question in row["history"]),
        question=row["question"],
        expected=row["expected"],
        statuses=frozenset(Status(status) for status in row.get("status", ())) or _statuses(row["expected"]),
        support=tuple(Support(span["source"], span["snippet"]) for span in row["support"]),
        points=tuple(tuple(_pattern(source) for source in point) for point in row["points"]),
        forbidden=tuple(_pattern(source) for source in row["forbidden"]),
    )


def _statuses(expected: str) -> frozenset[Status]:
    errors = {Status.ERROR_SERVICE, Status.ERROR_TIMEOUT}
    if expected == "answered":
        return frozenset(status for status in Status if status.is_answer)
    if expected == "refused":
        return frozenset(status for status in Status if not status.is_answer and status not in errors)
    return frozenset(set(Status) - errors)


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)
