"""What the index in use holds, in lines for an operator.

Knows how to count; nothing of how a text got there.
"""

from collections import Counter
from datetime import date

from bot.adapters.index_folder import IndexFolder
from bot.adapters.shelf import SqliteShelf
from bot.core.corpus import Passage
from bot.core.entries import entries_of
from ingest.corpus import kind_of


def report_lines(folder: IndexFolder, today: date | None = None) -> list[str]:
    """Give the lines of the report.

    Raises:
        IndexUnavailable: there is no index.
    """
    day = today or date.today()
    build = folder.current()
    shelf = SqliteShelf(build.shelf)
    targets = shelf.all_targets()
    passages = [target for target in targets if isinstance(target, Passage)]
    kinds = Counter(kind_of(target) for target in targets)
    grades = Counter(passage.grade.value for passage in passages)
    ended = [p.id for p in passages if p.validity.until is not None and p.validity.until < day]
    lines = sum(len(entries_of(target)) for target in targets) - len(passages)
    sources = shelf.all_sources()
    shelf.close()
    return [
        f"build: {build.name}, made on {build.manifest.built_at}",
        f"embedder: {build.manifest.embedder} ({build.manifest.dims} dims)",
        f"sources: {len(sources)}; " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
        f"question lines: {lines}; entries: {build.manifest.entries}",
        "passages by grade: " + ", ".join(f"{grade} {count}" for grade, count in sorted(grades.items())),
        f"passages that no longer hold on {day}: {len(ended)}" + (f" ({', '.join(ended)})" if ended else ""),
    ]
