"""``python -m evals.after_another``: does a question get the same answer after a question about something else?

Knows which questions stand alone, and puts before each one in the same language that other spans of text answer.
Knows nothing of how a follow-up is told from a new subject. Prints sums only, for the held half too.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core.assistant import Assistant
from bot.core.corpus import Source, SourceId
from bot.core.language import language_of
from bot.core.model import Turn
from evals.cases import Case, read_cases
from evals.metrics import Figure, figure, points, status_right
from evals.run import SETS, assistants, measure

MAX_WORDS = 20
"""A longer message carries its own subject, and is never read with an earlier one."""

STEP = 7
"""How far apart in the set the two questions stand at least: neighbours are often about one thing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m evals.after_another")
    parser.add_argument("--set", choices=SETS, action="append", dest="sets")
    options = parser.parse_args(arguments)
    drafts, sources = assistants()
    assistant = next(iter(drafts.values()))
    for name in options.sets or SETS:
        figures = compared(read_cases(name), assistant, sources)
        print(f"\n== {name}, after a question about something else")
        print("\n".join(f"{title:<16}{found}" for title, found in figures.items()))
    return 0


def compared(cases: Sequence[Case], assistant: Assistant, sources: Mapping[SourceId, Source]) -> dict[str, Figure]:
    """Ask every question that stands alone twice: by itself, and after another one."""
    alone = [c for c in cases if not c.history and c.expected == "answered" and len(c.question.split()) <= MAX_WORDS]
    followed = with_earlier(alone)
    plain = measure([replace(case, history=()) for case in followed], assistant, sources)
    after = measure(followed, assistant, sources)
    same = [before.answer.text == later.answer.text for before, later in zip(plain, after, strict=True)]
    return {
        "points_alone": figure(plain, points),
        "points": figure(after, points),
        "status_right": figure(after, status_right),
        "same": figure(same, lambda is_same: (float(is_same), 1.0)),
    }


def with_earlier(cases: Sequence[Case]) -> list[Case]:
    """Give each question an earlier one in its language that other texts answer; without such a one it is left out."""
    found = []
    for place, case in enumerate(cases):
        others = (cases[(place + STEP + n) % len(cases)] for n in range(len(cases)))
        earlier = next((other for other in others if _is_elsewhere(other, case)), None)
        if earlier is not None:
            found.append(replace(case, history=(Turn(earlier.question),)))
    return found


def _is_elsewhere(other: Case, case: Case) -> bool:
    spans = {span.snippet for span in case.support} & {span.snippet for span in other.support}
    return other is not case and not spans and language_of(other.question) is language_of(case.question)


if __name__ == "__main__":
    sys.exit(main())
