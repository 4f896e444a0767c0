"""Finds entries by meaning in a Chroma folder.

Knows Chroma's collection of vectors, and how to prove that it finds every one of them.
Knows nothing of texts: Chroma holds ids and vectors only.

A folder is written by one process and then only read. Chroma corrupts a folder silently when two processes
write it (docs/adr/0002-embedder-and-index.md); the index folder's lock keeps a second writer out.
"""

import os
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import cast

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

import chromadb
import numpy as np
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


class ChromaVectorIndex:
    """Reads a Chroma folder."""

    def __init__(self, folder: Path) -> None:
        """Open an existing folder.

        Raises:
            IndexUnavailable: the folder is missing or damaged.
        """
        self._folder = folder
        self._client = _client(folder, create=False)
        self._collection = _collection(self._client, folder, create=False)
        self._count = self._guarded_count()

    def close(self) -> None:
        """Let go of the folder: Chroma keeps threads and open files for it until then."""
        self._client.close()

    def nearest(self, vector: Vector, limit: int) -> Sequence[Hit]:
        """Give the entries nearest to a vector, best first, with their cosine.

        Raises:
            IndexUnavailable: the folder is damaged.
        """
        wanted = min(limit, self._count)
        if wanted == 0:
            return ()
        try:
            found = self._collection.query(
                query_embeddings=np.asarray([vector], dtype=np.float32), n_results=wanted, include=["distances"]
            )
        except (ChromaError, RuntimeError) as error:
            raise IndexUnavailable(f"the vectors in {self._folder} cannot be read: run 'isvbot-ingest sync'") from error
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

    def _guarded_count(self) -> int:
        try:
            return int(self._collection.count())
        except (ChromaError, RuntimeError) as error:
            raise IndexUnavailable(f"the vectors in {self._folder} cannot be read: run 'isvbot-ingest sync'") from error


def write_vectors(folder: Path, vectors: Iterable[tuple[str, Vector]]) -> None:
    """Write a new Chroma folder.

    Raises:
        IndexUnavailable: the folder cannot be written, for instance because the disk is full.
    """
    client = _client(folder, create=True)
    try:
        collection = _collection(client, folder, create=True)
        rest = iter(vectors)
        while batch := list(islice(rest, BATCH)):
            ids = [entry for entry, _ in batch]
            collection.add(ids=ids, embeddings=np.asarray([vector for _, vector in batch], dtype=np.float32))
    except (ChromaError, RuntimeError) as error:
        raise IndexUnavailable(cannot_write(folder, error)) from error
    finally:
        client.close()


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
            return client.create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        return client.get_collection(COLLECTION, embedding_function=None)
    except (ChromaError, RuntimeError, ValueError, OSError) as error:
        client.close()
        raise IndexUnavailable(_cannot_open(folder)) from error


def _cannot_open(folder: Path) -> str:
    return f"the vectors in {folder} cannot be opened: run 'isvbot-ingest sync', and see that the folder can be written"
