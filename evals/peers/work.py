"""``python -m evals.peers.work PIPELINE STAGE JOB [RUN]``: one stage of one pipeline, in a process of its own.

Knows which module is which pipeline. Indexing and asking are apart, so that the memory of one is not counted for the
other.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from evals.peers.job import Asked, Place, Run, read_job, write
from evals.timing import peak_megabytes, shortest

PIPELINES: Mapping[str, tuple[str, str]] = {
    "isvbot": ("evals.peers.ours", "opened"),
    "LangChain + Chroma": ("evals.peers.langchain_peer", "opened"),
    "Haystack": ("evals.peers.haystack_peer", "opened"),
    "Haystack hybrid": ("evals.peers.haystack_peer", "opened_hybrid"),
}
"""For each pipeline its module, and the function that opens it."""


def main(arguments: Sequence[str]) -> int:
    """Do one stage."""
    pipeline, stage, *files = arguments
    module, opening = PIPELINES[pipeline]
    job = read_job(Path(files[0]))
    if stage == "index":
        import_module(module).index(job)
        return 0
    ask: Callable[[Asked], tuple[Place, ...]] = getattr(import_module(module), opening)(job)
    seconds = shortest([lambda q=q: ask(q) for q in job.questions])  # type: ignore[misc]  # the default binds q
    peak = peak_megabytes()
    write(Run(tuple(seconds), tuple(ask(q) for q in job.questions), peak), Path(files[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
