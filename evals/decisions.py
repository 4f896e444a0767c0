"""``make eval``, second half: does the ISV check read a purchase from plain words, and ask for what is missing?

Knows the cases of ``evals/decisions/*.jsonl`` (see evals/README.md) and their thresholds.
``python -m evals.decisions --set tuning --show`` shows what went wrong, for every set but the held one.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.bootstrap import build_assistant
from bot.core.checker import Checker
from bot.core.corpus import Language, Role
from bot.core.decision import FactName, Outcome
from bot.core.dialogue import Step, Talk, step_of
from bot.settings import read_settings
from evals.metrics import Figure, figure
from evals.run import below

FOLDER = Path(__file__).parent / "decisions"
THRESHOLDS = FOLDER / "thresholds.yaml"
SETS = ("tuning", "tuning2", "tuning3", "held")
AS_OF = date(2026, 11, 27)
"""The day on which the cases were labelled."""

_ASKED_AS = {"value_eur": FactName.EUROPEAN_TENDER}
"""The value is asked for with the question whether the tender is European: one answer settles both."""


@dataclass(frozen=True, slots=True)
class DecisionCase:
    """A purchase as people tell it, the outcome that is right, and the fact to ask for where one is missing."""

    id: str
    messages: tuple[str, ...]
    outcome: Outcome
    missing: FactName | None


@dataclass(frozen=True, slots=True)
class DecisionScore:
    """A case, and the step that the check took after its messages."""

    case: DecisionCase
    step: Step

    @property
    def outcome_right(self) -> bool:
        """Whether the outcome is the right one, or still open where a fact is missing."""
        return self.step.decision.outcome is self.case.outcome

    @property
    def next_right(self) -> bool:
        """Whether the fact that is missing is asked for."""
        return self.step.asked is self.case.missing

    @property
    def wrongly_free(self) -> bool:
        """Whether it says "not obligatory" where that is not so: the one mistake that ends in a wrong tender."""
        return self.step.decision.outcome is Outcome.VOLUNTARY and self.case.outcome is not Outcome.VOLUNTARY


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and compare with the thresholds."""
    parser = argparse.ArgumentParser(prog="python -m evals.decisions")
    parser.add_argument("--set", choices=SETS, action="append", dest="sets")
    parser.add_argument("--show", action="store_true", help="show what went wrong (never for the held half)")
    options = parser.parse_args(arguments)
    checker = Checker(build_assistant(read_settings()).tools)
    failures: list[str] = []
    for name in options.sets or SETS:
        scores = measure(read_cases(name), checker)
        figures = figures_of(scores)
        print(f"\n== decisions, {name}: {len(scores)} cases")
        for title, value in figures.items():
            print(f"{title:<16} {value}")
        if options.show and name != "held":
            print("\n".join(wrong(scores)))
        failures += below(name, figures, THRESHOLDS)
    for failure in failures:
        print(f"BELOW THRESHOLD decisions {failure}", file=sys.stderr)
    return 1 if failures else 0


def read_cases(name: str) -> tuple[DecisionCase, ...]:
    """Read a set of cases."""
    rows = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]
    return tuple(
        DecisionCase(
            id=row["id"],
            messages=(*row.get("history", ()), row["question"]),
            outcome=Outcome(row["outcome"]),
            missing=_ASKED_AS.get(row["missing"]) or (FactName(row["missing"]) if row["missing"] else None),
        )
        for row in rows
    )


def measure(cases: Sequence[DecisionCase], checker: Checker) -> list[DecisionScore]:
    """Tell each case to the check, message by message."""
    talk = Talk(Role.OFFICER, AS_OF, Language.NL)
    scores = []
    for case in cases:
        reply = checker.start(talk, *case.messages)
        scores.append(DecisionScore(case, step_of(reply.talk or talk, checker.rules)))
    return scores


def figures_of(scores: Sequence[DecisionScore]) -> dict[str, Figure | int]:
    """Give the figures: outcomes where all facts are told, next questions where one is missing."""
    return {
        "outcome_right": figure([s for s in scores if s.case.missing is None], lambda s: (s.outcome_right, 1)),
        "next_right": figure([s for s in scores if s.case.missing is not None], lambda s: (s.next_right, 1)),
        "wrongly_free": sum(s.wrongly_free for s in scores),
    }


def wrong(scores: Sequence[DecisionScore]) -> Iterator[str]:
    """Describe each case whose outcome or next question is wrong."""
    for s in scores:
        if s.outcome_right and s.next_right:
            continue
        told = {name.value: (str(fact.value), fact.words) for name, fact in s.step.decision.facts.items()}
        wanted, asked = s.case.missing or "nothing", s.step.asked or "nothing"
        yield (
            f"{s.case.id} {list(s.case.messages)}\n  outcome {s.step.decision.outcome} for {s.case.outcome},"
            f" asks {asked} for {wanted}\n  {told}"
        )


if __name__ == "__main__":
    sys.exit(main())
