"""Serves a file of weights behind OpenAI's protocol until its standard input ends; run in a process of its own.

Writes the address on a line of its own when it can be asked. Knows only the engine.
"""

import sys
from pathlib import Path

import xllamacpp

CONTEXT_TOKENS = 4096
THREADS = 1
"""Two threads wait for each other by spinning: beside other work on two cores that was ten times slower than one."""


def serve(weights: Path, port: int) -> None:
    """Serve until whoever started this is gone."""
    given = xllamacpp.CommonParams()
    given.model.path = str(weights)
    given.n_ctx = CONTEXT_TOKENS
    given.n_parallel = 1  # otherwise the context is shared out
    given.cpuparams.n_threads = THREADS
    given.cpuparams_batch.n_threads = THREADS
    given.warmup = False
    given.hostnames = ["127.0.0.1"]
    given.port = port
    server = xllamacpp.Server(given)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
