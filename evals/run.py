"""``make eval``: measure retrieval, answers and statuses on the evaluation questions, apart from each other.

Knows the sets and the thresholds; prints a table a set and fails when the held half is below a threshold.
``python -m evals.run --set tuning --show`` also shows what went wrong, for every set but the held one. With a chat
model set (``ISVBOT_MODEL``) each set is asked twice, and both ways of drafting stand side by side.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import yaml

from bot.adapters.shelf import SqliteShelf
from bot.bootstrap import build_assistant
from bot.core.assistant import Assistant
from bot.core.corpus import Language, Source, SourceId
from bot.core.drafting import DraftKind
from bot.core.language import language_of
from bot.core.model import Question
from bot.engines import index_folder
from bot.settings import read_settings
from evals.cases import Case, read_cases
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
    parser.add_argument(
        "--limit", type=int, help="ask only so many answerable questions of a set, half of them English"
    )
    options = parser.parse_args(arguments)
    drafts, sources = assistants()
    failures: list[str] = []
    for name in options.sets or SETS:
        cases = read_cases(name) if options.limit is None else sample(read_cases(name), options.limit)
        scores = {draft: measure(cases, assistant, sources) for draft, assistant in drafts.items()}
        figures = {draft: figures_of(own) for draft, own in scores.items()}
        print(f"\n== {name}: {len(cases)} questions")
        print(columns(figures))
        for draft, own in scores.items():
            print(f"-- {draft}\n{confusion(own)}\n{by_type(own)}")
            if options.show and name != "held":
                print("\n".join(wrong(own)))
            if options.limit is None:
                failures += below(name, figures[draft])
        failures += [f"{name} {worse}" for worse in worsened(scores)]
    for failure in failures:
        print(f"BELOW THRESHOLD {failure}", file=sys.stderr)
    return 1 if failures else 0


def assistants() -> tuple[dict[str, Assistant], Mapping[SourceId, Source]]:
    """Give, by name, the assistant that drafts by rule, and the others that the settings ask to compare.

    With a reranker that is the same without it; with a chat model, the one that lets it draft too.
    """
    settings = read_settings()
    whole = build_assistant(settings)
    found = {DraftKind.EXTRACTIVE.value: Assistant(replace(whole.tools, writer=None))}
    if settings.reranker is not None:
        bare = build_assistant(settings.model_copy(update={"reranker": None}))
        found["not reranked"] = Assistant(replace(bare.tools, writer=None))
    if whole.tools.writer is not None:
        found[DraftKind.MODEL.value] = whole
    shelf = SqliteShelf(index_folder(settings).current().shelf)
    sources: Mapping[SourceId, Source] = {source.id: source for source in shelf.all_sources()}
    shelf.close()
    return found, sources


def measure(cases: Sequence[Case], assistant: Assistant, sources: Mapping[SourceId, Source]) -> list[Score]:
    """Ask every question and score the answers."""
    asked = (Question(case.question, case.role, AS_OF, None, case.history) for case in cases)
    return [score(case, assistant.ask(question), sources) for case, question in zip(cases, asked, strict=True)]


def sample(cases: Sequence[Case], count: int) -> tuple[Case, ...]:
    """Give so many questions that are to be answered, Dutch and English in turn as far as there are."""
    wanted = [case for case in cases if case.expected == "answered"]
    english = [case for case in wanted if language_of(case.question) is Language.EN][: count // 2]
    dutch = [case for case in wanted if language_of(case.question) is not Language.EN][: count - len(english)]
    return (*english, *dutch)


def columns(figures: Mapping[str, Mapping[str, Figure | int]]) -> str:
    """Give the figures, a column for each way of drafting."""
    names = list(next(iter(figures.values())))
    head = " " * 16 + "".join(f"{draft:<32}" for draft in figures)
    return "\n".join([head, *(f"{n:<16}" + "".join(f"{own[n]!s:<32}" for own in figures.values()) for n in names)])


def worsened(scores: Mapping[str, Sequence[Score]]) -> Iterator[str]:
    """Name each question that a model's draft answers worse than the one by rule: fewer points, a forbidden claim."""
    plain = scores[DraftKind.EXTRACTIVE.value]
    for before, after in zip(plain, scores.get(DraftKind.MODEL.value, plain), strict=True):
        if sum(after.points_made) < sum(before.points_made) or after.forbidden_hit > before.forbidden_hit:
            yield f"{before.case.id}: the draft with a model is worse than the one by rule"


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
