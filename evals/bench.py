"""``make bench``: speed and memory, as ratios within one run, for machines are noisy.

Knows how to measure one thing against another in turn, and how to make a corpus a hundred times larger.
Prints a table with the aims; nothing fails on it.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.adapters.index import Learnt, corpus_words, open_index, write_index
from bot.adapters.index_folder import IndexFolder
from bot.adapters.shelf import SqliteShelf
from bot.adapters.vector_store import files_digest
from bot.bootstrap import build_assistant
from bot.core.assistant import Assistant
from bot.core.case import case_of
from bot.core.corpus import Passage, PassageId, Role
from bot.core.decide import decide
from bot.core.entries import entries_of
from bot.core.model import Question
from bot.core.ports import Embedder, Vector
from bot.engines import build_embedder, index_folder
from bot.settings import read_settings
from evals.cases import read_cases
from evals.decisions import read_cases as read_decision_cases
from evals.timing import ratio, shortest
from ingest.corpus import digest_of, read_corpus
from ingest.sync import Stage, sync

QUESTIONS = 120
TIMES_LARGER = 100
NOISE = 0.02
"""Size, a value, of the change that makes a new vector from an old one; cosines between the two are about 0.93."""

FIRST_QUESTION = "Wanneer is ISV verplicht?"
DAY = date(2026, 11, 21)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    name: str
    value: str
    aim: str


def main() -> int:
    """Measure and print."""
    settings = read_settings()
    assistant = build_assistant(settings)
    texts = [case.question for name in ("dev", "tuning") for case in read_cases(name)][:QUESTIONS]
    small = answer_times(assistant, texts)
    rows = [*against_embedding(assistant, texts, small), *check_times(assistant)]
    with tempfile.TemporaryDirectory() as place:
        larger = assistant_over(large_index(index_folder(settings), Path(place)), assistant)
        rows += against_small(answer_times(larger, texts), small)
    rows += [ingest_share(build_embedder(settings)), *cold_start()]
    table = Table("measured in one run", "value", "aim")
    for row in rows:
        table.add_row(row.name, row.value, row.aim)
    Console().print(table)
    return 0


def answer_times(assistant: Assistant, texts: Sequence[str]) -> list[float]:
    """Give, for each question, the shortest time of some rounds, in seconds."""
    questions = [Question(text, Role.OFFICER, DAY) for text in texts]
    return shortest([lambda q=q: assistant.ask(q) for q in questions])  # type: ignore[misc]  # the default binds q


def against_embedding(assistant: Assistant, texts: Sequence[str], answers: Sequence[float]) -> list[Row]:
    """Compare whole answers with embedding the question alone."""
    embedder = assistant.tools.lookup.embedder
    alone = shortest([lambda t=t: embedder.embed_questions([t]) for t in texts])  # type: ignore[misc]  # the default binds t
    return [
        Row(f"whole answer / embedding the question alone, {name}", ratio(answers, alone, share), "≤ 1.5")
        for name, share in (("p50", 50), ("p95", 95))
    ]


def check_times(assistant: Assistant) -> list[Row]:
    """Measure a decision by itself, and a whole answer with one against embedding its question."""
    tools = assistant.tools
    cases = [case.messages[0] for case in read_decision_cases("tuning") if len(case.messages) == 1][:QUESTIONS]
    answers = answer_times(assistant, cases)
    alone = shortest([lambda t=t: tools.lookup.embedder.embed_questions([t]) for t in cases])  # type: ignore[misc]  # the default binds t
    facts = [case_of((), text, DAY, tools.rules).facts for text in cases]
    decisions = shortest([lambda f=f: decide(tools.rules.check, f, DAY) for f in facts])  # type: ignore[misc]  # the default binds f
    return [
        Row("a decision of the ISV check, p95", f"{np.percentile(decisions, 95) * 1000:.2f} ms", "≤ 1 ms"),
        Row("a turn of the check / embedding its message, p50", ratio(answers, alone, 50), "≤ 1.5"),
    ]


def against_small(large: Sequence[float], small: Sequence[float]) -> list[Row]:
    """Compare answers over the large corpus with those over the small one."""
    return [
        Row(
            f"the same at {TIMES_LARGER} × the passages / its own small figure, {name}", ratio(large, small, s), "≤ 1.5"
        )
        for name, s in (("p50", 50), ("p95", 95))
    ]


def large_index(folder: IndexFolder, place: Path) -> IndexFolder:
    """Write an index with many more passages: those of the index in use with their words turned and vectors shaken."""
    build = folder.current()
    shelf = SqliteShelf(build.shelf)
    targets = list(shelf.all_targets())
    passages = [target for target in targets if isinstance(target, Passage)]
    known = dict(shelf.vectors())
    vectors: dict[str, Vector] = dict(shelf.known_vectors())
    entries = [(entry, digest_of(entry)) for target in targets for entry in entries_of(target)]
    draw = np.random.default_rng(0)
    for n in range(1, TIMES_LARGER):
        for passage in passages:
            new = turned(passage, n)
            targets.append(new)
            for old_entry, entry in zip(entries_of(passage), entries_of(new), strict=False):
                shaken = known[old_entry.id] + draw.normal(scale=NOISE, size=len(known[old_entry.id]))
                digest = f"{n} {entry.id}"
                entries.append((entry, digest))
                vectors[digest] = shaken / np.linalg.norm(shaken)
    large = IndexFolder(place / "index")
    with large.writing():
        part = large.new_part("large")
        write_index(part, shelf.all_sources(), targets, entries, vectors, Learnt.load(build), "vectors-1")
        large.switch_to(
            part,
            build.manifest.model_copy(
                update={
                    "targets": len(targets),
                    "entries": len(entries),
                    "words": len(corpus_words(targets)),
                    "vectors": "vectors-1",
                    "vector_files": files_digest(part / "vectors-1"),
                }
            ),
        )
    shelf.close()
    return large


def turned(passage: Passage, n: int) -> Passage:
    """Give a passage of its own: the words of another one, begun elsewhere, with two of its lines."""
    words = passage.text.split()
    start = n % max(len(words), 1)
    text = " ".join([*words[start:], *words[:start], f"nummer{n}"])
    return replace(passage, id=PassageId(f"{passage.id}~{n}"), text=text, lines=tuple(islice(passage.lines, 2)))


def assistant_over(folder: IndexFolder, assistant: Assistant) -> Assistant:
    """Give the same assistant over another index."""
    tools = assistant.tools
    index = open_index(folder, tools.lookup.embedder.name)
    lookup = replace(tools.lookup, vectors=index.vectors, lexical=index.lexical, shelf=index.shelf)
    return Assistant(replace(tools, lookup=lookup))


class _Timed:
    """An embedder that counts its seconds."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.name, self.dims, self.seconds = inner.name, inner.dims, 0.0

    def embed_questions(self, texts: Sequence[str]) -> Sequence[Vector]:
        return self._timed(self._inner.embed_questions, texts)

    def embed_passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        return self._timed(self._inner.embed_passages, texts)

    def _timed(self, embed: Callable[[Sequence[str]], Sequence[Vector]], texts: Sequence[str]) -> Sequence[Vector]:
        started = time.perf_counter()
        found = embed(texts)
        self.seconds += time.perf_counter() - started
        return found


def ingest_share(embedder: Embedder) -> Row:
    """Ingest everything anew, and give the share of the time that the embedder took."""
    timed = _Timed(embedder)
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as place, console.status("ingesting everything anew") as status:

        def progress(stage: Stage, done: int, total: int) -> None:
            status.update(f"ingesting everything anew: {stage.value} {done}/{total}")

        started = time.perf_counter()
        sync(read_corpus(), IndexFolder(Path(place) / "index"), timed, progress)
        total = time.perf_counter() - started
    return Row(
        "ingest throughput / embedder's limit",
        f"{timed.seconds / total:.2f} ({timed.seconds:.0f} s / {total:.0f} s)",
        "≥ 0.9",
    )


def cold_start() -> list[Row]:
    """Time a new process from nothing to the first answer, and read its peak memory from the kernel."""
    command = [sys.executable, "-m", "bot", "ask", FIRST_QUESTION, "--json"]
    times = shortest([lambda: subprocess.run(command, check=True, capture_output=True)])  # noqa: S603  # our own command
    rows = [Row("cold start to first answer", f"{times[0]:.2f} s", "≤ 2 s")]
    status = Path("/proc/self/status")
    if status.exists():
        found = subprocess.run([sys.executable, "-c", _ASK_AND_READ], check=True, capture_output=True, text=True)  # noqa: S603  # our own command
        rows.append(Row("peak memory of that process", f"{int(found.stderr) / 1024:.0f} MB", "≤ 400 MB"))
    return rows


_ASK_AND_READ = f"""
import re, sys
from pathlib import Path
from bot.__main__ import main
main(["ask", "{FIRST_QUESTION}", "--json"])
sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
"""The peak of a child that is read from outside may be that of its parent before it became another program."""


if __name__ == "__main__":
    sys.exit(main())
