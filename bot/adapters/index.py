"""Opens an index for reading and writes a new one: the texts, words and vectors that belong together.

Knows the three stores of a build, that they must agree, and how to mend the vectors from the shelf.
Knows nothing of how texts became entries.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bot.adapters.bm25 import Bm25Index
from bot.adapters.chroma import PROBES, ChromaVectorIndex, write_vectors
from bot.adapters.index_folder import SHARPENING, SHELF, WORDS, Build, IndexFolder
from bot.adapters.sharpening import SharpenedVectorIndex, Sharpening
from bot.adapters.shelf import SqliteShelf, write_shelf
from bot.core.corpus import Source, WrittenReply
from bot.core.entries import Entry, Target, key_of, lexical_text
from bot.core.errors import IndexMismatch, IndexUnavailable
from bot.core.ports import Vector
from bot.core.scope import Direction

_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index that can be searched."""

    build: Build
    shelf: SqliteShelf
    lexical: Bm25Index
    vectors: SharpenedVectorIndex

    @property
    def direction(self) -> Direction:
        """The direction in which questions in scope lie."""
        return Direction(self.build.manifest.direction_weights, self.build.manifest.direction_bias)


def open_index(folder: IndexFolder, embedder: str) -> OpenIndex:
    """Open the index in use; vectors that the shelf counts and a search does not reach are mended first.

    Raises:
        IndexUnavailable: there is no index, or it cannot be read.
        IndexMismatch: it was built with another embedding model.
    """
    build = folder.current()
    manifest = build.manifest
    if manifest.embedder != embedder:
        raise IndexMismatch(
            f"the index was built with '{manifest.embedder}' ({manifest.dims} dims), the settings ask for '{embedder}':"
            " run 'isvbot-ingest sync --rebuild'"
        )
    shelf = SqliteShelf(build.shelf)
    sharpening = Sharpening.load(build.sharpening)
    vectors = _healthy_vectors(build, shelf, sharpening)
    if vectors is None:
        build = mend_vectors(folder, build, shelf, sharpening)
        vectors = _healthy_vectors(build, shelf, sharpening)
    if vectors is None:
        raise IndexUnavailable(
            f"the vectors in {build.folder} do not hold what the shelf counts: run 'isvbot-ingest sync --rebuild'"
        )
    return OpenIndex(build, shelf, Bm25Index.load(build.words), SharpenedVectorIndex(sharpening, vectors))


def write_index(
    part: Path,
    sources: Sequence[Source],
    targets: Sequence[Target],
    entries: Sequence[tuple[Entry, str]],
    vectors: Mapping[str, Vector],
    sharpening: Sharpening,
    vectors_name: str,
) -> None:
    """Write the stores of a build; ``entries`` come with a digest, ``vectors`` by it, as the embedder made them."""
    sharpening.save(part / SHARPENING)
    write_shelf(part / SHELF, sources, targets, entries, vectors, corpus_words(targets))
    words = part / WORDS
    words.mkdir()
    Bm25Index.build([(key_of(target), lexical_text(target)) for target in targets]).save(words)
    sharpened = ((entry.id, sharpening.sharpened(vectors[digest])) for entry, digest in entries)
    write_vectors(part / vectors_name, sharpened)


def is_healthy(build: Build) -> bool:
    """Say whether the stores of a build can be opened and agree."""
    try:
        shelf = SqliteShelf(build.shelf)
        Bm25Index.load(build.words)
        vectors = _healthy_vectors(build, shelf, Sharpening.load(build.sharpening))
        shelf.close()
    except IndexUnavailable:
        return False
    return vectors is not None


def mend_vectors(folder: IndexFolder, build: Build, shelf: SqliteShelf, sharpening: Sharpening) -> Build:
    """Write the vectors of a build anew from its shelf, beside the damaged ones, and use those."""
    number = int(build.manifest.vectors.rpartition("-")[2]) + 1
    name = f"vectors-{number}"
    with folder.writing():
        write_vectors(build.folder / name, ((entry, sharpening.sharpened(v)) for entry, v in shelf.vectors()))
        return folder.replace_vectors(build, name)


def corpus_words(targets: Sequence[Target]) -> Counter[str]:
    """Count the words of passages and answers, by which misspelt words are mended."""
    texts = (lexical_text(target).lower() for target in targets if not isinstance(target, WrittenReply))
    return Counter(word for text in texts for word in _WORD.findall(text))


def _healthy_vectors(build: Build, shelf: SqliteShelf, sharpening: Sharpening) -> ChromaVectorIndex | None:
    try:
        vectors = ChromaVectorIndex(build.vectors)
        some = ((entry, sharpening.sharpened(vector)) for entry, vector in islice(shelf.vectors(), PROBES))
        return vectors if vectors.holds(shelf.count_entries(), some) else None
    except IndexUnavailable:
        return None
