"""Finds entries by meaning in a Chroma folder.

Knows Chroma's collection of vectors, and how to prove that it finds every one of them.
Knows nothing of texts: Chroma holds ids and vectors only.

A folder is written by one process and then only read. Chroma corrupts a folder silently when two processes
write it (docs/adr/0002-embedder-and-index.md); the index folder's lock keeps a second writer out.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

import chromadb
import numpy as np
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError

from bot.core.errors import IndexUnavailable
from bot.core.ports import Hit, Vector

COLLECTION = "entries"
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
        self._collection = _open(folder, create=False)
        self._count = self._guarded_count()

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
    collection = _open(folder, create=True)
    ids: list[str] = []
    batch: list[Vector] = []
    try:
        for entry, vector in vectors:
            ids.append(entry)
            batch.append(vector)
            if len(ids) == BATCH:
                collection.add(ids=ids, embeddings=np.asarray(batch, dtype=np.float32))
                ids, batch = [], []
        if ids:
            collection.add(ids=ids, embeddings=np.asarray(batch, dtype=np.float32))
    except (ChromaError, RuntimeError) as error:
        raise IndexUnavailable(f"the vectors in {folder} cannot be written: {error}") from error


def _open(folder: Path, *, create: bool) -> Collection:
    settings = Settings(anonymized_telemetry=False, allow_reset=False)
    if not create and not (folder / "chroma.sqlite3").is_file():
        raise IndexUnavailable(f"there are no vectors in {folder}: run 'isvbot-ingest sync'")
    try:
        client = chromadb.PersistentClient(path=str(folder), settings=settings)
        if create:
            return client.create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        return client.get_collection(COLLECTION, embedding_function=None)
    except (ChromaError, RuntimeError, ValueError, OSError) as error:
        raise IndexUnavailable(f"the vectors in {folder} cannot be opened: run 'isvbot-ingest sync'") from error
