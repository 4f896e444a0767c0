"""``python -m evals.peers``: run every pipeline over the index in use, and print one beside the other.

Knows processes, settings that keep peers from talking to others, and the table. Of the held half it prints sums only;
what a process says when it fails may hold a question, and is shown for the other sets alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.adapters.shelf import SqliteShelf
from bot.core.corpus import Grade, Passage, Source, SourceId
from bot.engines import index_folder
from bot.settings import read_settings
from evals.cases import Case, read_cases
from evals.metrics import Figure
from evals.peers.job import Asked, Job, Place, Run, Text, read_run, write
from evals.peers.recall import recall_of
from evals.peers.work import PIPELINES
from evals.run import SETS

SILENT = {
    "ANONYMIZED_TELEMETRY": "False",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
}
OURS = "isvbot"
WIDTH = 130
ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Known:
    """What the index in use holds: its sources, and the places of its passages."""

    sources: Mapping[SourceId, Source]
    passages: tuple[Place, ...]

    def texts(self, *, official_only: bool = False) -> tuple[Text, ...]:
        """Give the texts to index."""
        every = (Text(s.id, s.text, s.grade is Grade.OFFICIAL) for s in self.sources.values())
        return tuple(text for text in every if text.is_official or not official_only)


@dataclass(frozen=True, slots=True)
class Measured:
    """A pipeline's run, its recall, and its recall where only the letters, which are labelled, were indexed."""

    run: Run
    recall: Figure
    letters_alone: Figure | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m evals.peers")
    parser.add_argument("--set", choices=SETS, default="held")
    name = parser.parse_args(arguments).set
    cases, known = read_cases(name), known_in_use()
    measured = {}
    for pipeline in PIPELINES:
        print(f"running {pipeline}", file=sys.stderr)
        measured[pipeline] = measure(pipeline, cases, known, is_open=name != "held")
    Console(width=WIDTH).print(table_of(measured, f"{name}: {len(cases)} questions"))
    return 0


def known_in_use() -> Known:
    """Read the index in use."""
    shelf = SqliteShelf(index_folder(read_settings()).current().shelf)
    found = [target for target in shelf.all_targets() if isinstance(target, Passage)]
    places = tuple(Place(p.source_id, p.start, p.start + len(p.whole)) for p in found)
    sources = {source.id: source for source in shelf.all_sources()}
    shelf.close()
    return Known(sources, places)


def measure(pipeline: str, cases: Sequence[Case], known: Known, *, is_open: bool) -> Measured:
    """Run a pipeline over all texts, and a peer once more over the letters alone."""
    asked = tuple(Asked(c.question, c.role.value, tuple(turn.question for turn in c.history)) for c in cases)
    with tempfile.TemporaryDirectory() as place:
        run = run_of(pipeline, Job(place, known.texts(), asked), is_open=is_open)
    recall = recall_of(cases, run.places, known.passages, known.sources)
    if pipeline == OURS:
        return Measured(run, recall, None)
    with tempfile.TemporaryDirectory() as place:
        alone = run_of(pipeline, Job(place, known.texts(official_only=True), asked), is_open=is_open)
    return Measured(run, recall, recall_of(cases, alone.places, known.passages, known.sources))


def run_of(pipeline: str, job: Job, *, is_open: bool) -> Run:
    """Index and ask, each in a process of its own.

    Raises:
        RuntimeError: a process failed.
    """
    with tempfile.TemporaryDirectory() as place:
        given, made = Path(place) / "job.json", Path(place) / "run.json"
        write(job, given)
        for stage in (("index", str(given)), ("ask", str(given), str(made))):
            command = [sys.executable, "-m", "evals.peers.work", pipeline, *stage]
            done = subprocess.run(  # noqa: S603  # our own command
                command, env={**os.environ, **SILENT}, cwd=ROOT, capture_output=True, text=True, check=False
            )
            if done.returncode:
                reason = done.stderr if is_open else "run it with --set tuning to see why"
                raise RuntimeError(f"{pipeline}, {stage[0]}: exit status {done.returncode}: {reason}")
        return read_run(made)


def table_of(measured: Mapping[str, Measured], title: str) -> Table:
    """Put the pipelines under each other; the ratio is ours over theirs."""
    ours = measured[OURS]
    heads = ("p50 a question", "p95 a question", "peak memory", "recall@5", "recall@5, letters alone")
    table = Table("in one run", *heads, title=f"{title}; × is ours / theirs")
    for name, one in measured.items():
        table.add_row(
            name,
            *(_time(one.run, ours.run, share) for share in (50, 95)),
            _memory(one.run, ours.run),
            _recall(one.recall, ours.recall),
            "" if one.letters_alone is None else _recall(one.letters_alone, ours.recall),
        )
    return table


def _time(run: Run, ours: Run, share: int) -> str:
    theirs, own = float(np.percentile(run.seconds, share)), float(np.percentile(ours.seconds, share))
    return f"{theirs * 1000:.1f} ms × {own / theirs:.2f}"


def _memory(run: Run, ours: Run) -> str:
    if run.megabytes is None or ours.megabytes is None:
        return "not told"
    return f"{run.megabytes:.0f} MB × {ours.megabytes / run.megabytes:.2f}"


def _recall(found: Figure, ours: Figure) -> str:
    times = f" × {ours.value / found.value:.2f}" if found.value else ""
    return f"{found.value:.3f} [{found.low:.2f}-{found.high:.2f}]{times}"


if __name__ == "__main__":
    sys.exit(main())
