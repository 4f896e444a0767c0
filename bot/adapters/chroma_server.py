"""Keeps builds on a Chroma server: their vectors to search, and their other files for workers on other machines.

Knows names of collections, the pointer to the build in use, and how a server fails.
Knows nothing of what a build's files hold. ``served_index`` decides which build is opened and which are removed.

::

    <prefix>-current            metadata: the name of the build in use; replaced in one request
    <prefix>-<build>-vectors    what is searched
    <prefix>-<build>-files      the other files of the build, packed, in pieces of text

A collection is written under the name of its build, which no other has, and is never changed after that: workers
read while one ingests.
"""

import base64
import hashlib
import logging
import os
import re
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

import chromadb
import httpx
import numpy as np
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError
from pydantic import SecretStr

from bot.adapters.chroma import CollectionIndex, add_all, create_collection
from bot.core.errors import IndexUnavailable, ServiceTimeout
from bot.core.ports import Vector

log = logging.getLogger(__name__)

PIECE = 200_000
"""Characters of a piece; a server takes 40 MB a request by default."""

PIECES_A_CALL = 32
AUTHORIZATION = "Authorization"

PAGE = 100
"""Collections listed a call."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Where the server is; ``timeout`` is in seconds, for one request."""

    url: str
    prefix: str = "isvbot"
    token: SecretStr | None = None
    token_header: str = AUTHORIZATION
    timeout: float = 10.0

    def headers(self) -> dict[str, str]:
        """Give the header that carries the token."""
        if self.token is None:
            return {}
        scheme = "Bearer " if self.token_header == AUTHORIZATION else ""
        return {self.token_header: f"{scheme}{self.token.get_secret_value()}"}


class ChromaServer:
    """A Chroma server; connects when it is first used, and after that serves many threads."""

    def __init__(self, options: ServerOptions) -> None:
        """Take the options."""
        self.options = options
        self._lock = threading.Lock()
        self._opened: Client | None = None

    def check(self) -> None:
        """Ask whether the server is there.

        Raises:
            IndexUnavailable: it cannot be reached, or refuses.
            ServiceTimeout: it does not answer in time.
        """
        with self.calling():
            url = f"{self.options.url.rstrip('/')}/api/v2/heartbeat"
            httpx.get(url, headers=self.options.headers(), timeout=self.options.timeout).raise_for_status()

    def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            _session(self._opened).close()
            self._opened.close()
            self._opened = None

    def pointer(self) -> str | None:
        """Give the name of the build in use."""
        with self.calling():
            try:
                found = self._client().get_collection(self._name("current"), embedding_function=None)
            except NotFoundError:
                return None
            return str(found.metadata["build"]) if found.metadata else None

    def point_to(self, build: str) -> None:
        """Put a build in use, in one request."""
        with self.calling():
            pointer = self._client().get_or_create_collection(self._name("current"), embedding_function=None)
            pointer.modify(metadata={"build": build})

    def write_vectors(self, build: str, vectors: Iterable[tuple[str, Vector]]) -> None:
        """Write the vectors of a build."""
        with self.calling():
            add_all(create_collection(self._client(), self._name(build, "vectors")), vectors)

    def open_vectors(self, build: str) -> "ServedVectorIndex":
        """Open the vectors of a build.

        Raises:
            IndexUnavailable: they are not there.
        """
        with self.calling():
            try:
                found = self._client().get_collection(self._name(build, "vectors"), embedding_function=None)
            except NotFoundError as error:
                raise IndexUnavailable(self._gone(build)) from error
            return ServedVectorIndex(found, self)

    def write_files(self, build: str, packed: bytes) -> None:
        """Write the packed files of a build.

        They stand in metadata, not in documents, of which Chroma makes an index of words.
        """
        text = base64.b85encode(packed).decode("ascii")
        pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
        with self.calling():
            collection = self._client().create_collection(
                self._name(build, "files"), embedding_function=None, metadata={"digest": _digest(packed)}
            )
            for start in range(0, len(pieces), PIECES_A_CALL):
                some = pieces[start : start + PIECES_A_CALL]
                collection.add(
                    ids=[str(start + n) for n in range(len(some))],
                    embeddings=np.ones((len(some), 1), dtype=np.float32),
                    metadatas=[{"piece": piece} for piece in some],
                )

    def read_files(self, build: str) -> bytes:
        """Read the packed files of a build.

        Raises:
            IndexUnavailable: they are not there, or not whole.
        """
        with self.calling():
            try:
                collection = self._client().get_collection(self._name(build, "files"), embedding_function=None)
            except NotFoundError as error:
                raise IndexUnavailable(self._gone(build)) from error
            packed = _joined(collection)
        if packed is None or _digest(packed) != (collection.metadata or {}).get("digest"):
            raise IndexUnavailable(
                f"the files of build {build} on {self.options.url} are damaged: run 'isvbot-ingest sync'"
            )
        return packed

    def builds(self) -> set[str]:
        """Give the names of all builds of which something is there."""
        pattern = re.compile(rf"{re.escape(self.options.prefix)}-(.+)-(?:vectors|files)")
        return {match[1] for name in self._names() if (match := pattern.fullmatch(name))}

    def remove(self, build: str) -> None:
        """Remove all that is there of a build."""
        with self.calling():
            for kind in ("files", "vectors"):
                try:
                    self._client().delete_collection(self._name(build, kind))
                except NotFoundError:
                    continue

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Turn what the client raises into our own errors.

        Raises:
            IndexUnavailable: the server cannot be reached, or refuses.
            ServiceTimeout: it does not answer in time.
        """
        url = self.options.url
        try:
            yield
        except httpx.TimeoutException as error:
            seconds = f"{self.options.timeout:g} s"
            raise ServiceTimeout(f"the Chroma server {url} did not answer in {seconds}") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            status = f", status {error.response.status_code}" if isinstance(error, httpx.HTTPStatusError) else ""
            raise IndexUnavailable(
                f"the Chroma server {url} does not answer ({type(error).__name__}{status}): see that it is up, and"
                " check ISVBOT_CHROMA_URL and ISVBOT_CHROMA_TOKEN"
            ) from error
        except (ChromaError, RuntimeError, KeyError) as error:
            raise IndexUnavailable(f"the Chroma server {url} failed ({type(error).__name__}): see its log") from error

    def _client(self) -> Client:
        with self._lock:
            if self._opened is None:
                self.check()
                self._opened = _connected(self.options)
                weakref.finalize(self, _session(self._opened).close)
            return self._opened

    def _names(self) -> Sequence[str]:
        with self.calling():
            names: list[str] = []
            while True:
                page = self._client().list_collections(limit=PAGE, offset=len(names))
                names.extend(collection.name for collection in page)
                if len(page) < PAGE:
                    return names

    def _name(self, *parts: str) -> str:
        return "-".join((self.options.prefix, *parts))

    def _gone(self, build: str) -> str:
        return f"build {build} is not on {self.options.url}: run 'isvbot-ingest sync', and start again"


class ServedVectorIndex(CollectionIndex):
    """Reads a collection on a server."""

    def __init__(self, collection: Collection, server: ChromaServer) -> None:
        """Take an open collection and its server."""
        self._server = server
        super().__init__(collection, server.options.url)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._server.calling():
            try:
                yield
            except NotFoundError as error:
                raise IndexUnavailable(
                    f"the vectors that this process opened are no longer on {self._server.options.url}: start it again"
                ) from error


class ServerVectors:
    """Keeps the vectors of builds on a server; a name inside a build is not needed, for they are never mended."""

    is_beside = False

    def __init__(self, server: ChromaServer) -> None:
        """Take the server."""
        self._server = server

    def write(self, build: Path, name: str, vectors: Iterable[tuple[str, Vector]]) -> None:
        """Write the vectors of a build."""
        del name
        self._server.write_vectors(build_name(build), vectors)

    def digest(self, build: Path, name: str) -> str:
        """Give nothing: the server's files are its own."""
        del build, name
        return ""

    def open(self, build: Path, name: str) -> CollectionIndex:
        """Open the vectors of a build."""
        del name
        return self._server.open_vectors(build_name(build))


def build_name(folder: Path) -> str:
    """Give the name of a build, also while it is being written."""
    return folder.name.removesuffix(".part")


def _connected(options: ServerOptions) -> Client:
    settings = Settings(
        chroma_api_impl="chromadb.api.fastapi.FastAPI",
        chroma_server_host=options.url,
        chroma_server_http_port=8000,  # asked for, and not used where the host is a whole address
        chroma_server_headers=options.headers(),
        anonymized_telemetry=False,
    )
    client = cast("Client", chromadb.Client(settings))
    _session(client).timeout = httpx.Timeout(options.timeout)
    _session(client._admin_client).close()  # noqa: SLF001  # of no use once tenant and database were found
    return client


def _session(client: Any) -> httpx.Client:  # of a client and its helper
    """Give the library's own connections: it waits for ever on them, never closes them, and has no setting for it.

    A test fails when they are no longer there.
    """
    session: httpx.Client = client._server._session  # noqa: SLF001
    return session


def _joined(collection: Collection) -> bytes | None:
    """Give the packed files from their pieces; ``None`` if they are not whole."""
    count = int(collection.count())
    pieces: dict[str, str] = {}
    while len(pieces) < count:
        page = collection.get(limit=PIECES_A_CALL, offset=len(pieces), include=["metadatas"])
        if not page["ids"]:
            return None
        metadatas = page["metadatas"] or []
        pieces.update((n, str(metadata["piece"])) for n, metadata in zip(page["ids"], metadatas, strict=True))
    try:
        return base64.b85decode("".join(pieces[str(n)] for n in range(count)))
    except (KeyError, ValueError):
        return None


def _digest(packed: bytes) -> str:
    return hashlib.blake2b(packed, digest_size=16).hexdigest()
