"""A real Chroma server in a process of its own, started by the command that operators use."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx

LISTENING = "listening on address"


class RunningChroma:
    """A server that can be stopped and started again with the same folder and port."""

    def __init__(self, folder: Path) -> None:
        """Take a folder for its data; start it with ``start``."""
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None
        self._drain: threading.Thread | None = None

    def start(self) -> None:
        """Start the server and return when it listens.

        Raises:
            RuntimeError: it ended before that.
        """
        command = Path(sys.executable).with_name("chroma")
        options = ["run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        process = subprocess.Popen([command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout is not None
        self._process = process
        if not any(LISTENING in line for line in process.stdout):
            raise RuntimeError("the Chroma server ended before it listened")
        self._drain = threading.Thread(target=process.stdout.read, daemon=True)
        self._drain.start()  # a full pipe would stop the server
        httpx.get(f"{self.url}/api/v2/heartbeat", timeout=10).raise_for_status()

    def stop(self) -> None:
        """Stop the server; its data stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._drain is not None:
                self._drain.join()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None


_numbers = count()


def new_prefix() -> str:
    """Give a prefix that no other test has."""
    return f"test{next(_numbers)}"


@contextmanager
def running_chroma(folder: Path) -> Iterator[RunningChroma]:
    """Run a server as long as the tests do."""
    server = RunningChroma(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def silent_server() -> Iterator[str]:
    """Give the address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
