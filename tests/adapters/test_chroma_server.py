"""A Chroma server over real HTTP: builds beside each other, one pointer, and one clear error when it is not well."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from pydantic import SecretStr

from bot.adapters.chroma_server import PIECE, PIECES_A_CALL, ChromaServer, ServerOptions
from bot.core.errors import IndexUnavailable, ServiceTimeout
from bot.core.ports import Vector
from tests.servers.chroma import RunningChroma, new_prefix, running_chroma, silent_server

pytestmark = pytest.mark.integration

SECRET = "geheim-92"


@pytest.fixture
def server(chroma_server: RunningChroma) -> Iterator[ChromaServer]:
    found = ChromaServer(ServerOptions(chroma_server.url, prefix=new_prefix()))
    yield found
    found.close()


def vectors(count: int, dims: int = 16) -> list[tuple[str, Vector]]:
    rows = np.random.default_rng(7).normal(size=(count, dims)).astype(np.float32)
    return [(f"e{n}", row / np.linalg.norm(row)) for n, row in enumerate(rows)]


def test_the_pointer_is_none_at_first_and_then_what_was_put_in_use_last(server: ChromaServer) -> None:
    assert server.pointer() is None
    server.point_to("een")
    server.point_to("twee")
    assert server.pointer() == "twee"


def test_builds_stand_beside_each_other_and_one_can_be_removed(server: ChromaServer) -> None:
    server.write_vectors("een", vectors(3))
    server.write_vectors("twee", vectors(4))
    server.write_files("twee", b"inhoud")
    assert server.builds() == {"een", "twee"}
    server.remove("een")
    server.remove("een")
    assert server.builds() == {"twee"}
    assert server.open_vectors("twee").holds(4, vectors(4))


def test_more_builds_than_one_page_are_all_seen(server: ChromaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.chroma_server.PAGE", 2)
    for name in ("een", "twee", "drie", "vier", "vijf"):
        server.write_vectors(name, vectors(1))
    assert server.builds() == {"een", "twee", "drie", "vier", "vijf"}


def test_another_installation_on_the_same_server_is_not_seen(server: ChromaServer) -> None:
    other = ChromaServer(ServerOptions(server.options.url, prefix=f"{server.options.prefix}x"))
    other.write_vectors("een", vectors(1))
    other.point_to("een")
    assert (server.builds(), server.pointer()) == (set(), None)
    other.close()


def test_the_check_says_no_to_vectors_that_are_missing(server: ChromaServer) -> None:
    server.write_vectors("een", vectors(20))
    index = server.open_vectors("een")
    assert index.holds(20, vectors(20))
    assert not index.holds(21, vectors(20))
    assert not index.holds(20, [("e0", np.roll(np.asarray(list(vectors(1)[0][1])), 1))])


@pytest.mark.parametrize("size", [0, 1, PIECE, 3 * PIECE * PIECES_A_CALL // 4])
def test_files_come_back_byte_for_byte(server: ChromaServer, size: int) -> None:
    packed = np.random.default_rng(3).bytes(size)
    server.write_files("een", packed)
    assert server.read_files("een") == packed


def test_files_that_lost_a_piece_are_one_clear_error(server: ChromaServer) -> None:
    server.write_files("een", np.random.default_rng(3).bytes(3 * PIECE))
    files = server._client().get_collection(f"{server.options.prefix}-een-files", embedding_function=None)
    files.delete(ids=["1"])
    with pytest.raises(IndexUnavailable, match=r"the files of build een on .* are damaged: run 'isvbot-ingest sync'"):
        server.read_files("een")


@pytest.mark.parametrize("read", [ChromaServer.open_vectors, ChromaServer.read_files])
def test_a_build_that_is_not_there_is_one_clear_error(
    server: ChromaServer, read: Callable[[ChromaServer, str], object]
) -> None:
    with pytest.raises(IndexUnavailable, match=r"build weg is not on http.*: run 'isvbot-ingest sync'"):
        read(server, "weg")


def test_a_build_that_was_removed_while_open_says_to_start_again(server: ChromaServer) -> None:
    server.write_vectors("een", vectors(3))
    index = server.open_vectors("een")
    server.remove("een")
    with pytest.raises(IndexUnavailable, match=r"no longer on http.*: start it again"):
        index.nearest(vectors(1)[0][1], 1)


def test_vectors_of_unequal_length_are_one_clear_error(server: ChromaServer) -> None:
    server.write_vectors("een", vectors(3))
    with pytest.raises(IndexUnavailable, match="failed"):
        server.open_vectors("een").nearest([1.0, 0.0], 1)


def test_a_build_is_never_written_twice(server: ChromaServer) -> None:
    server.write_vectors("een", vectors(3))
    with pytest.raises(IndexUnavailable):
        server.write_vectors("een", vectors(4))
    assert server.open_vectors("een").holds(3, vectors(3))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[::1]:9"])
def test_a_server_that_is_down_is_named_with_the_settings(url: str) -> None:
    with pytest.raises(IndexUnavailable, match=r"does not answer \(ConnectError\): .*ISVBOT_CHROMA_URL"):
        ChromaServer(ServerOptions(url)).pointer()


def test_a_server_that_never_answers_is_left_in_time() -> None:
    with silent_server() as url, pytest.raises(ServiceTimeout, match=r"did not answer in 0\.2 s"):
        ChromaServer(ServerOptions(url, timeout=0.2)).pointer()


def test_what_is_no_chroma_server_is_one_clear_error() -> None:
    with (
        other_server() as url,
        pytest.raises(IndexUnavailable, match=r"does not answer \(HTTPStatusError, status 404\)"),
    ):
        ChromaServer(ServerOptions(url)).pointer()


def test_an_open_index_fails_when_the_server_stops_and_works_again_after(tmp_path: Path) -> None:
    with running_chroma(tmp_path / "chroma") as running:
        server = ChromaServer(ServerOptions(running.url, timeout=5))
        server.write_vectors("een", vectors(5))
        index = server.open_vectors("een")
        running.stop()
        with pytest.raises(IndexUnavailable, match="does not answer"):
            index.nearest(vectors(1)[0][1], 1)
        running.start()
        assert index.nearest(vectors(1)[0][1], 1)[0].entry == "e0"
        server.close()


def test_an_open_index_does_not_wait_longer_than_is_set(server: ChromaServer) -> None:
    """The client library knows no such setting: this fails when ours no longer reaches it."""
    server.write_vectors("een", vectors(3))
    index = server.open_vectors("een")
    session = index._collection._client._session  # type: ignore[attr-defined]  # of the library
    assert session.timeout.read == server.options.timeout


@pytest.mark.parametrize(
    ("header", "value"), [("Authorization", f"Bearer {SECRET}"), ("X-Chroma-Token", SECRET)], ids=["bearer", "token"]
)
def test_the_token_goes_with_every_request_and_is_not_shown(header: str, value: str) -> None:
    with other_server() as url:
        options = ServerOptions(url, token=SecretStr(SECRET), token_header=header)
        with pytest.raises(IndexUnavailable) as caught:
            ChromaServer(options).check()
    assert _Refusing.seen[header] == value
    assert SECRET not in f"{options!r} {caught.value}"


class _Refusing(BaseHTTPRequestHandler):
    seen: dict[str, str]

    def do_GET(self) -> None:
        type(self).seen = dict(self.headers)
        self.send_error(404)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class other_server:  # noqa: N801  # used as a function
    """A server that knows nothing of Chroma."""

    def __enter__(self) -> str:
        self._server = HTTPServer(("127.0.0.1", 0), _Refusing)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
