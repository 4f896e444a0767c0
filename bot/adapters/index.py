"""Opens an index for reading and writes a new one: the texts, words and vectors that belong together.

Knows the stores of a build, that they must agree, and how to mend the vectors from the shelf.
Knows nothing of how texts became entries.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bot.adapters.bm25 import Bm25Index
from bot.adapters.chroma import PROBES, CollectionIndex
from bot.adapters.index_folder import RECOGNISER, SHARPENING, SHELF, WORDS, Build, IndexFolder
from bot.adapters.recogniser import LinearRecogniser
from bot.adapters.sharpening import SharpenedVectorIndex, Sharpening
from bot.adapters.shelf import SqliteShelf, write_shelf
from bot.adapters.vector_store import FolderVectors, VectorStore
from bot.core.corpus import Passage, Source, WrittenAnswer, WrittenReply
from bot.core.entries import Entry, Target, entries_of, key_of, lexical_text, line_texts, target_key
from bot.core.errors import IndexMismatch, IndexUnavailable, cannot_write
from bot.core.ports import Embedder, Vector, cosine

IN_BUILD = FolderVectors()

COMPARED = 3
"""Texts of each kind with which an embedder is compared with an index."""

ALIKE = 0.99
"""Cosine from which two vectors of one text come from the same weights: 0.9999 between engines and precisions."""

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
    vectors = _healthy_vectors(build, shelf, learnt.sharpening, folder.store)
    if vectors is None and folder.store.is_beside:
        build = mend_vectors(folder, build, shelf, learnt.sharpening)
        vectors = _healthy_vectors(build, shelf, learnt.sharpening, folder.store)
    if vectors is None:
        raise IndexUnavailable(
            f"the vectors of {build.folder} do not hold what the shelf counts: run 'isvbot-ingest sync --rebuild'"
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
    store: VectorStore = IN_BUILD,
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
    store.write(part, vectors_name, sharpened)


def is_healthy(build: Build, store: VectorStore = IN_BUILD) -> bool:
    """Say whether the stores of a build can be opened and agree with its manifest."""
    manifest = build.manifest
    try:
        shelf = SqliteShelf(build.shelf)
        try:
            counts = shelf.counts()
            if (counts.targets, counts.entries, counts.words) != (manifest.targets, manifest.entries, manifest.words):
                return False
            Bm25Index.load(build.words)
            vectors = _healthy_vectors(build, shelf, Learnt.load(build).sharpening, store)
        finally:
            shelf.close()
    except IndexUnavailable:
        return False
    if vectors is not None:
        vectors.close()
    return vectors is not None


def makes_the_vectors_of(build: Build, embedder: Embedder) -> bool:
    """Say whether an embedder gives some texts of a build the vectors that they have there.

    Raises:
        IndexUnavailable: the build cannot be read.
        EmbedderUnavailable: the embedder failed.
    """
    shelf = SqliteShelf(build.shelf)
    try:
        held = shelf.sample(COMPARED)
        targets = shelf.fetch(list(dict.fromkeys(target_key(entry_id) for entry_id in held)))
    finally:
        shelf.close()
    entries = [entry for target in targets.values() for entry in entries_of(target) if entry.id in held]
    for is_question in (True, False):
        some = [entry for entry in entries if entry.is_question is is_question]
        embed = embedder.embed_questions if is_question else embedder.embed_passages
        found = embed([entry.text for entry in some]) if some else ()
        if not all(_cosine_if_alike(v, held[entry.id]) > ALIKE for v, entry in zip(found, some, strict=True)):
            return False
    return True


def _cosine_if_alike(one: Vector, other: Vector) -> float:
    return cosine(one, other) if len(one) == len(other) else -1.0


def mend_vectors(folder: IndexFolder, build: Build, shelf: SqliteShelf, sharpening: Sharpening) -> Build:
    """Write the vectors of a build anew from its shelf, beside the damaged ones, and use those."""
    with folder.writing():
        taken = [child.name for child in build.folder.glob("vectors-*")]
        name = f"vectors-{max(int(other.rpartition('-')[2]) for other in [*taken, build.manifest.vectors]) + 1}"
        sharpened = ((entry, sharpening.sharpened(vector)) for entry, vector in shelf.vectors())
        folder.store.write(build.folder, name, sharpened)
        return folder.replace_vectors(build, name, folder.store.digest(build.folder, name))


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


def _healthy_vectors(
    build: Build, shelf: SqliteShelf, sharpening: Sharpening, store: VectorStore
) -> CollectionIndex | None:
    """Give the vectors if they hold what the shelf counts; ``None`` if they do not.

    Raises:
        IndexUnavailable: the server that keeps them does not answer, by which nothing is lost.
    """
    name = build.manifest.vectors
    if store.digest(build.folder, name) != build.manifest.vector_files:
        return None
    try:
        vectors = store.open(build.folder, name)
    except IndexUnavailable:
        if store.is_beside:
            return None
        raise
    some = ((entry, sharpening.sharpened(vector)) for entry, vector in islice(shelf.vectors(), PROBES))
    try:
        if vectors.holds(shelf.counts().entries, some):
            return vectors
    except IndexUnavailable:
        if not store.is_beside:
            raise
    vectors.close()
    return None
