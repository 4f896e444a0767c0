"""``make eval``: measure retrieval, answers and statuses on the evaluation questions, apart from each other.

Knows the sets and the thresholds; prints a table a set and fails when the held half is below a threshold.
``python -m evals.run --set tuning --show`` also shows what went wrong, for every set but the held one.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import yaml

from bot.adapters.shelf import SqliteShelf
from bot.bootstrap import build_assistant
from bot.core.corpus import Source, SourceId
from bot.core.model import Question
from bot.engines import index_folder
from bot.settings import Settings, read_settings
from evals.cases import read_cases
from evals.metrics import Figure, cited, figure, hit_at, ndcg_at, points, quotes_exact, recall_at, status_right
from evals.scoring import Score, score

SETS = ("dev", "tuning", "tuning2", "tuning3", "tuning4", "tuning5", "held")
AS_OF = date(2026, 11, 21)
"""The day on which the questions were labelled."""

THRESHOLDS = Path(__file__).parent / "thresholds.yaml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and compare with the thresholds."""
    parser = argparse.ArgumentParser(prog="python -m evals.run")
    parser.add_argument("--set", choices=SETS, action="append", dest="sets")
    parser.add_argument("--show", action="store_true", help="show what went wrong (never for the held half)")
    options = parser.parse_args(arguments)
    failures: list[str] = []
    settings = read_settings()
    for name in options.sets or SETS:
        scores = measure(name, settings)
        figures = figures_of(scores)
        columns = [figures]
        print(f"\n== {name}: {len(scores)} questions")
        if settings.reranker is not None:
            columns = [figures_of(measure(name, settings.model_copy(update={"reranker": None}))), figures]
            print(f"{'':<16} {'not reranked':<28} reranked")
        print(table(columns))
        print(confusion(scores))
        print(by_type(scores))
        if options.show and name != "held":
            print("\n".join(wrong(scores)))
        failures += below(name, figures)
    for failure in failures:
        print(f"BELOW THRESHOLD {failure}", file=sys.stderr)
    return 1 if failures else 0


def measure(name: str, settings: Settings) -> list[Score]:
    """Ask every question of a set and score the answers."""
    assistant = build_assistant(settings)
    shelf = SqliteShelf(index_folder(settings).current().shelf)
    sources: Mapping[SourceId, Source] = {source.id: source for source in shelf.all_sources()}
    shelf.close()
    return [
        score(case, assistant.ask(Question(case.question, case.role, AS_OF, None, case.history)), sources)
        for case in read_cases(name)
    ]


def figures_of(scores: Sequence[Score]) -> dict[str, Figure | int]:
    """Give the figures: retrieval, answers, statuses."""
    return {
        "recall_at_1": figure(scores, recall_at(1)),
        "recall_at_3": figure(scores, recall_at(3)),
        "recall_at_5": figure(scores, recall_at(5)),
        "hit_at_3": figure(scores, hit_at(3)),
        "ndcg_at_10": figure(scores, ndcg_at(10)),
        "points": figure(scores, points),
        "cited": figure(scores, cited),
        "quote_exact": figure(scores, quotes_exact),
        "status_right": figure(scores, status_right),
        "forbidden": sum(s.forbidden_hit for s in scores),
        "dangling": sum(s.dangling for s in scores),
    }


def table(columns: Sequence[Mapping[str, Figure | int]]) -> str:
    """Give the figures, a line each, with a column for each way to answer."""
    return "\n".join(
        f"{title:<16} " + " ".join(f"{column[title]!s:<28}" for column in columns).rstrip() for title in columns[0]
    )


def confusion(scores: Sequence[Score]) -> str:
    """Give the confusion matrix: what was expected, by the family of the status that came."""
    families = sorted({s.answer.status.value.partition("_")[0] for s in scores})
    counts = Counter((s.case.expected, s.answer.status.value.partition("_")[0]) for s in scores)
    lines = ["expected \\ got   " + "".join(f"{family:>15}" for family in families)]
    lines.extend(
        f"{expected:<17}" + "".join(f"{counts[expected, family]:>15}" for family in families)
        for expected in sorted({s.case.expected for s in scores})
    )
    return "\n".join(lines)


def by_type(scores: Sequence[Score]) -> str:
    """Give, by type of question, the share of right statuses and of points made."""
    lines = []
    for kind in sorted({s.case.type for s in scores}):
        own = [s for s in scores if s.case.type == kind]
        right, made = figure(own, status_right), figure(own, points)
        shown = f"points {made.value:.2f}" if made.count else ""
        lines.append(f"  {kind:<16} n={len(own):<4} status {right.value:.2f} {shown}")
    return "\n".join(lines)


def wrong(scores: Sequence[Score]) -> Iterator[str]:
    """Describe each question whose status, points or forbidden claims are wrong."""
    for s in scores:
        missed = [i for i, made in enumerate(s.points_made) if not made] if s.counts_points else []
        if s.status_right and not missed and not s.forbidden_hit:
            continue
        yield json.dumps(
            {
                "id": s.case.id,
                "type": s.case.type,
                "expected": s.case.expected,
                "got": s.answer.status.value,
                "missed": [[p.pattern for p in s.case.points[i]][:4] for i in missed],
                "forbidden": s.forbidden_hit,
                "history": [turn.question for turn in s.case.history],
                "question": s.case.question,
                "read as": s.answer.standalone_question,
                "answer": s.answer.text,
            },
            ensure_ascii=False,
            indent=1,
        )


def below(name: str, figures: Mapping[str, Figure | int], thresholds: Path = THRESHOLDS) -> list[str]:
    """Name the figures of a set that do not reach their threshold."""
    limits = yaml.safe_load(thresholds.read_text("utf-8")).get(name, {})
    failures = []
    for title, limit in limits.items():
        found = figures[title]
        is_low = found > limit if isinstance(found, int) else found.value < limit
        if is_low:
            failures.append(f"{name} {title}: {found}, threshold {limit}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
