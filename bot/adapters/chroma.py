"""Finds entries by meaning in a Chroma collection, and keeps one in a folder.

Knows Chroma's collection of vectors, and how to prove that it finds every one of them.
Knows nothing of texts: the collection holds ids and vectors only. Nothing of servers either (``chroma_server``).

A folder is written by one process and then only read. Chroma corrupts a folder silently when two processes
write it (docs/adr/0002-embedder-and-index.md); the index folder's lock keeps a second writer out.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import cast

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError

from bot.core.errors import IndexUnavailable, cannot_write
from bot.core.ports import Hit, Vector

COLLECTION = "entries"
GRAPH_METADATA = "index_metadata.pickle"
"""Stands beside the graph files once Chroma has written them, from 1,000 vectors on."""

BATCH = 1000
"""Vectors a call; Chroma's own limit is 5,461."""

PROBES = 64
"""Vectors that must find themselves in the check of a large index; a small one is checked whole."""

SAME = 0.9999
"""Cosine from which two vectors are the same, float32 rounding aside."""

WHOLE_CHECK = 20_000
"""Up to this many vectors, the check asks for all of them at once."""


class CollectionIndex:
    """Reads a Chroma collection, wherever it is."""

    def __init__(self, collection: Collection, place: object) -> None:
        """Take an open collection, and where it is in words for an error.

        Raises:
            IndexUnavailable: it is damaged.
        """
        self._collection = collection
        self._place = place
        with self._reading():
            self._count = int(collection.count())

    def close(self) -> None:
        """Let go of what this index alone holds: nothing."""

    def nearest(self, vector: Vector, limit: int) -> Sequence[Hit]:
        """Give the entries nearest to a vector, best first, with their cosine.

        Raises:
            IndexUnavailable: the collection is damaged.
        """
        wanted = min(limit, self._count)
        if wanted == 0:
            return ()
        with self._reading():
            found = self._collection.query(
                query_embeddings=np.asarray([vector], dtype=np.float32), n_results=wanted, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return [Hit(entry, 1.0 - float(distance)) for entry, distance in zip(found["ids"][0], distances, strict=True)]

    def holds(self, count: int, some: Iterable[tuple[str, Vector]]) -> bool:
        """Say whether a search reaches ``count`` vectors, and whether some of them find themselves.

        ``count()`` alone does not tell: a damaged graph keeps its count and loses records.
        """
        if self._count != count:
            return False
        probes = list(some)[:PROBES]
        if probes and count <= WHOLE_CHECK and len({hit.entry for hit in self.nearest(probes[0][1], count)}) != count:
            return False
        return all(any(hit.score > SAME for hit in self.nearest(vector, 1)) for _, vector in probes)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (ChromaError, RuntimeError) as error:
            raise IndexUnavailable(f"the vectors in {self._place} cannot be read: run 'isvbot-ingest sync'") from error


class ChromaVectorIndex(CollectionIndex):
    """Reads a Chroma folder."""

    def __init__(self, folder: Path) -> None:
        """Open an existing folder.

        Raises:
            IndexUnavailable: the folder is missing or damaged.
        """
        self._client = _client(folder, create=False)
        super().__init__(_collection(self._client, folder, create=False), folder)

    def close(self) -> None:
        """Let go of the folder: Chroma keeps threads and open files for it until then."""
        self._client.close()


def write_vectors(folder: Path, vectors: Iterable[tuple[str, Vector]]) -> None:
    """Write a new Chroma folder.

    Raises:
        IndexUnavailable: the folder cannot be written, for instance because the disk is full.
    """
    client = _client(folder, create=True)
    try:
        add_all(_collection(client, folder, create=True), vectors)
    except (ChromaError, RuntimeError) as error:
        raise IndexUnavailable(cannot_write(folder, error)) from error
    finally:
        client.close()


def add_all(collection: Collection, vectors: Iterable[tuple[str, Vector]]) -> None:
    """Add vectors to a collection."""
    rest = iter(vectors)
    while batch := list(islice(rest, BATCH)):
        ids = [entry for entry, _ in batch]
        collection.add(ids=ids, embeddings=np.asarray([vector for _, vector in batch], dtype=np.float32))


def create_collection(client: ClientAPI, name: str) -> Collection:
    """Make an empty collection that compares by cosine and never embeds by itself."""
    return client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})


def _client(folder: Path, *, create: bool) -> Client:
    if not create and not (folder / "chroma.sqlite3").is_file():
        raise IndexUnavailable(f"there are no vectors in {folder}: run 'isvbot-ingest sync'")
    settings = Settings(anonymized_telemetry=False, allow_reset=False)
    try:
        return cast("Client", chromadb.PersistentClient(path=str(folder), settings=settings))
    except (ChromaError, RuntimeError, ValueError, OSError) as error:
        raise IndexUnavailable(_cannot_open(folder)) from error


def _collection(client: Client, folder: Path, *, create: bool) -> Collection:
    try:
        if create:
            return create_collection(client, COLLECTION)
        return client.get_collection(COLLECTION, embedding_function=None)
    except (ChromaError, RuntimeError, ValueError, OSError) as error:
        client.close()
        raise IndexUnavailable(_cannot_open(folder)) from error


def _cannot_open(folder: Path) -> str:
    return f"the vectors in {folder} cannot be opened: run 'isvbot-ingest sync', and see that the folder can be written"
