"""``isvbot-ingest``: keep the index in line with the knowledge, and check the knowledge.

Knows the command line and how to show progress; the work is done elsewhere.
"""

import argparse
import sys
from collections.abc import Sequence
from errno import ENOSPC
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bot.adapters.dictionary import write_dictionary
from bot.bootstrap import set_up_logging
from bot.core.errors import IsvbotError
from bot.engines import build_embedder, check_vectors, index_folder
from bot.settings import Settings, read_settings
from ingest.corpus import read_corpus
from ingest.lint import lint
from ingest.report import report_lines
from ingest.sync import Summary, sync

SHOWN_NAMES = 5
"""Names shown of each kind of change; the rest are counted."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 is well, 1 is a failure, 2 is wrong use."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        set_up_logging(settings)
        match options.command:
            case "sync":
                return _sync(settings, rebuild=options.rebuild)
            case "check":
                return _check(settings)
            case _:
                return _report(settings)
    except IsvbotError as error:
        print(f"isvbot-ingest: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        way_out = "make room" if error.errno == ENOSPC else "check its rights"
        print(
            f"isvbot-ingest: {error.strerror}{place}: no index was changed; {way_out} or set ISVBOT_DATA_DIR to another"
            " folder and run again",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("isvbot-ingest: stopped; the index in use is unchanged", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="isvbot-ingest", description="Keep the index of isvbot in line with its knowledge.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    sync_parser = commands.add_parser(
        "sync", help="bring the index in line with knowledge/; safe to run again or to kill"
    )
    sync_parser.add_argument(
        "--rebuild", action="store_true", help="embed everything anew, for instance for another model"
    )
    commands.add_parser("check", help="check sources, answers and replies; each finding names file and field")
    commands.add_parser("report", help="say what the index in use holds")
    return parser


def _sync(settings: Settings, *, rebuild: bool) -> int:
    console = Console(stderr=True)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus(settings.knowledge_dir)
    folder, embedder = index_folder(settings), build_embedder(settings)
    if not rebuild:
        check_vectors(settings, folder, embedder)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading texts", total=None)
        summary = sync(
            corpus,
            folder,
            embedder,
            lambda stage, done, total: bar.update(task, description=stage.value, completed=done, total=max(total, 1)),
            rebuild=rebuild,
        )
        bar.update(
            task, description="index is ready", completed=max(summary.embedded, 1), total=max(summary.embedded, 1)
        )
    write_dictionary(settings.data_dir)
    for line in _summary_lines(summary):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    return 0


def _summary_lines(summary: Summary) -> list[str]:
    if summary.was_current:
        lines = [f"already up to date: {summary.unchanged} texts, build {summary.build}"]
    else:
        lines = [
            _named("added", summary.added),
            _named("changed", summary.changed),
            _named("removed", summary.removed),
            f"unchanged: {summary.unchanged}",
            f"embedded: {summary.embedded} new, {summary.reused} used again; build {summary.build}",
        ]
    return [*lines, *(f"skipped: {name} ({reason})" for name, reason in summary.skipped)]


def _named(kind: str, names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN_NAMES])
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return f"{kind}: {len(names)}" + (f" ({shown}{more})" if names else "")


def _check(settings: Settings) -> int:
    findings = lint(settings.knowledge_dir)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} finding(s)" if findings else "no findings", file=sys.stderr)
    return 1 if findings else 0


def _report(settings: Settings) -> int:
    for line in report_lines(index_folder(settings)):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
