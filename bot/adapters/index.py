"""Opens an index for reading and writes a new one: the texts, words and vectors that belong together.

Knows the stores of a build, that they must agree, and how to mend the vectors from the shelf.
Knows nothing of how texts became entries.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bot.adapters.bm25 import Bm25Index
from bot.adapters.chroma import GRAPH_METADATA, PROBES, ChromaVectorIndex, write_vectors
from bot.adapters.index_folder import RECOGNISER, SHARPENING, SHELF, WORDS, Build, IndexFolder
from bot.adapters.recogniser import LinearRecogniser
from bot.adapters.sharpening import SharpenedVectorIndex, Sharpening
from bot.adapters.shelf import SqliteShelf, write_shelf
from bot.core.corpus import Passage, Source, WrittenAnswer, WrittenReply
from bot.core.entries import Entry, Target, key_of, lexical_text, line_texts
from bot.core.errors import IndexMismatch, IndexUnavailable, cannot_write
from bot.core.ports import Vector

LINES_THAT_AGREE = 3
"""A word that only question lines hold is right when it stands there so often."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index that can be searched."""

    build: Build
    shelf: SqliteShelf
    lexical: Bm25Index
    vectors: SharpenedVectorIndex
    recogniser: LinearRecogniser


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt from the question lines of a build."""

    sharpening: Sharpening
    recogniser: LinearRecogniser

    @classmethod
    def load(cls, build: Build) -> "Learnt":
        """Read it from the files of a build.

        Raises:
            IndexUnavailable: a file is missing or damaged.
        """
        return cls(Sharpening.load(build.sharpening), LinearRecogniser.load(build.recogniser))


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
    shelf, lexical, learnt = SqliteShelf(build.shelf), Bm25Index.load(build.words), Learnt.load(build)
    vectors = _healthy_vectors(build, shelf, learnt.sharpening)
    if vectors is None:
        build = mend_vectors(folder, build, shelf, learnt.sharpening)
        vectors = _healthy_vectors(build, shelf, learnt.sharpening)
    if vectors is None:
        raise IndexUnavailable(
            f"the vectors in {build.folder} do not hold what the shelf counts: run 'isvbot-ingest sync --rebuild'"
        )
    return OpenIndex(build, shelf, lexical, SharpenedVectorIndex(learnt.sharpening, vectors), learnt.recogniser)


def write_index(
    part: Path,
    sources: Sequence[Source],
    targets: Sequence[Target],
    entries: Sequence[tuple[Entry, str]],
    vectors: Mapping[str, Vector],
    learnt: Learnt,
    vectors_name: str,
) -> None:
    """Write the stores of a build; ``entries`` come with a digest, ``vectors`` by it, as the embedder made them.

    Raises:
        IndexUnavailable: the folder cannot be written, for instance because the disk is full.
    """
    try:
        learnt.sharpening.save(part / SHARPENING)
        learnt.recogniser.save(part / RECOGNISER)
        write_shelf(part / SHELF, sources, targets, entries, vectors, corpus_words(targets))
        words = part / WORDS
        words.mkdir()
        Bm25Index.build([(key_of(target), lexical_text(target)) for target in targets]).save(words)
    except OSError as error:
        raise IndexUnavailable(cannot_write(part, error.strerror)) from error
    sharpened = ((entry.id, learnt.sharpening.sharpened(vectors[digest])) for entry, digest in entries)
    write_vectors(part / vectors_name, sharpened)


def is_healthy(build: Build) -> bool:
    """Say whether the stores of a build can be opened and agree with its manifest."""
    manifest = build.manifest
    try:
        shelf = SqliteShelf(build.shelf)
        try:
            counts = shelf.counts()
            if (counts.targets, counts.entries, counts.words) != (manifest.targets, manifest.entries, manifest.words):
                return False
            Bm25Index.load(build.words)
            vectors = _healthy_vectors(build, shelf, Learnt.load(build).sharpening)
        finally:
            shelf.close()
    except IndexUnavailable:
        return False
    if vectors is not None:
        vectors.close()
    return vectors is not None


def mend_vectors(folder: IndexFolder, build: Build, shelf: SqliteShelf, sharpening: Sharpening) -> Build:
    """Write the vectors of a build anew from its shelf, beside the damaged ones, and use those."""
    with folder.writing():
        taken = [child.name for child in build.folder.glob("vectors-*")]
        name = f"vectors-{max(int(other.rpartition('-')[2]) for other in [*taken, build.manifest.vectors]) + 1}"
        write_vectors(build.folder / name, ((entry, sharpening.sharpened(v)) for entry, v in shelf.vectors()))
        return folder.replace_vectors(build, name, files_digest(build.folder / name))


def files_digest(folder: Path) -> str:
    """Give one digest of the graph files of a Chroma folder, which nothing changes once they are written.

    A small graph has no metadata file: Chroma then makes it anew, with other bytes, each time it is opened.
    """
    hasher = hashlib.blake2b(digest_size=16)
    graphs = sorted(file.parent for file in folder.rglob(GRAPH_METADATA))
    for file in (file for graph in graphs for file in sorted(graph.iterdir())):
        hasher.update(f"{file.name} {file.stat().st_size}\n".encode() + file.read_bytes())
    return hasher.hexdigest()


def corpus_words(targets: Sequence[Target]) -> Counter[str]:
    """Count the words of passages and answers, by which misspelt words are mended.

    A question line may be misspelt on purpose: a word that only lines hold counts once several do.
    """
    texts = Counter(word for target in targets for word in _words_in(_written(target)))
    lines = Counter(word for target in targets if _written(target) for word in _words_in(" ".join(line_texts(target))))
    return texts + Counter({word: n for word, n in lines.items() if word in texts or n >= LINES_THAT_AGREE})


def _written(target: Target) -> str:
    """Give what people wrote with care."""
    match target:
        case Passage():
            return f"{target.context} {target.text} {target.english}"
        case WrittenAnswer():
            claims = (target.lead, *target.statements)
            return " ".join(f"{claim.wording.nl} {claim.wording.en}" for claim in claims)
        case WrittenReply():
            return ""


def _words_in(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _healthy_vectors(build: Build, shelf: SqliteShelf, sharpening: Sharpening) -> ChromaVectorIndex | None:
    """Give the vectors if they hold what the shelf counts; ``None`` if they do not."""
    if files_digest(build.vectors) != build.manifest.vector_files:
        return None
    try:
        vectors = ChromaVectorIndex(build.vectors)
    except IndexUnavailable:
        return None
    some = ((entry, sharpening.sharpened(vector)) for entry, vector in islice(shelf.vectors(), PROBES))
    try:
        if vectors.holds(shelf.counts().entries, some):
            return vectors
    except IndexUnavailable:
        pass
    vectors.close()
    return None
