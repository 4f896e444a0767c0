"""A sync in a process of its own: to be stopped at a chosen moment, or kept from writing large files.

::

    python -m tests.ingest.child wait DATA SUBJECT ...              embed half, say so and stand still
    python -m tests.ingest.child sync DATA SUBJECT ...              bring the index in line
    python -m tests.ingest.child main ARGUMENT ...                  run isvbot-ingest

Before these may stand ``--signal NAME EVENT TEXT`` (get a signal at the first audit event of that name whose first
argument holds the text) and ``--largest BYTES`` (the size at which a file is full).
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.adapters.index_folder import IndexFolder
from bot.core.errors import IsvbotError
from ingest.__main__ import main as ingest_main
from ingest.sync import Stage, sync
from tests.ingest.small import CountingEmbedder, corpus_of

REPOSITORY = Path(__file__).parent.parent.parent

HALF = "half"


def start(*arguments: object) -> "subprocess.Popen[str]":
    """Start this module in another process."""
    command = [sys.executable, "-m", "tests.ingest.child", *map(str, arguments)]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(*arguments: object) -> tuple[int, str, str]:
    """Run this module in another process; gives its exit status and what it wrote."""
    child = start(*arguments)
    out, err = child.communicate(timeout=60)
    return child.returncode, out, err


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--signal", nargs=3)
    parser.add_argument("--largest", type=int)
    parser.add_argument("what", choices=["wait", "sync", "main"])
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.signal:
        name, event, text = options.signal
        _signal_at(signal.Signals[name], event, text)
    if options.largest is not None:
        import resource  # only where there is Unix

        resource.setrlimit(resource.RLIMIT_FSIZE, (options.largest, options.largest))
    if options.what == "main":
        return ingest_main(options.rest)
    data, *subjects = options.rest
    try:
        progress = _stand_still if options.what == "wait" else _go_on
        sync(corpus_of(*subjects), IndexFolder(Path(data)), CountingEmbedder(), progress)
    except IsvbotError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


def _signal_at(number: signal.Signals, event: str, text: str) -> None:
    todo = [number]

    def hook(name: str, arguments: tuple[object, ...]) -> None:
        if todo and name == event and arguments and text in str(arguments[0]):
            os.kill(os.getpid(), todo.pop())

    sys.addaudithook(hook)


def _stand_still(stage: Stage, done: int, _total: int) -> None:
    if done:
        sys.stdout.write(f"{HALF}\n")
        sys.stdout.flush()
        signal.pause()


def _go_on(stage: Stage, _done: int, _total: int) -> None:
    pass


if __name__ == "__main__":
    sys.exit(main())
