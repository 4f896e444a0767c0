"""Where the vectors of a build are kept: beside its other files, or elsewhere.

Knows what a store must do, and the one that keeps a Chroma folder inside the build.
Knows nothing of texts.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from bot.adapters.chroma import GRAPH_METADATA, ChromaVectorIndex, CollectionIndex, write_vectors
from bot.core.ports import Vector


class VectorStore(Protocol):
    """Keeps vectors under the folder of a build and a name."""

    is_beside: bool
    """Whether they stand inside the build, so that whoever opens it may mend them."""

    def write(self, build: Path, name: str, vectors: Iterable[tuple[str, Vector]]) -> None:
        """Write vectors where there are none yet."""
        ...

    def digest(self, build: Path, name: str) -> str:
        """Give a digest that tells whether they are as they were written; empty where that cannot be told."""
        ...

    def open(self, build: Path, name: str) -> CollectionIndex:
        """Open them for reading."""
        ...


class FolderVectors:
    """Keeps vectors in a Chroma folder inside the build."""

    is_beside = True

    def write(self, build: Path, name: str, vectors: Iterable[tuple[str, Vector]]) -> None:
        """Write a new Chroma folder."""
        write_vectors(build / name, vectors)

    def digest(self, build: Path, name: str) -> str:
        """Give the digest of the graph files."""
        return files_digest(build / name)

    def open(self, build: Path, name: str) -> CollectionIndex:
        """Open the Chroma folder."""
        return ChromaVectorIndex(build / name)


def files_digest(folder: Path) -> str:
    """Give one digest of the graph files of a Chroma folder, which nothing changes once they are written.

    A small graph has no metadata file: Chroma then makes it anew, with other bytes, each time it is opened.
    """
    hasher = hashlib.blake2b(digest_size=16)
    graphs = sorted(file.parent for file in folder.rglob(GRAPH_METADATA))
    for file in (file for graph in graphs for file in sorted(graph.iterdir())):
        hasher.update(f"{file.name} {file.stat().st_size}\n".encode() + file.read_bytes())
    return hasher.hexdigest()
