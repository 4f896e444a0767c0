"""Brings the index in line with ``knowledge/``: build beside, verify, then switch.

Knows what is new, changed, removed and unchanged, and embeds only what changed.
Knows nothing of Chroma's or SQLite's ways.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from importlib.metadata import version

from bot.adapters.index import Learnt, corpus_words, is_healthy, write_index
from bot.adapters.index_folder import FORMAT, Build, IndexFolder, Manifest
from bot.adapters.shelf import SqliteShelf, target_digest
from bot.core.corpus import Kind
from bot.core.entries import Entry, Target, key_of, kind_of_lines, target_key
from bot.core.errors import IndexMismatch, IndexUnavailable
from bot.core.ports import Embedder, Vector
from ingest.corpus import ReadCorpus, embedded_entries, examples_of
from ingest.recogniser import Example, fit_recogniser
from ingest.sharpening import fit_sharpening

BATCH = 16
"""Texts embedded a call; small enough for a progress bar that moves."""

VECTORS = "vectors-1"


class Stage(Enum):
    """What a sync is doing, in words for a progress bar."""

    EMBEDDING = "embedding texts"
    LEARNING = "learning from questions"


Progress = Callable[[Stage, int, int], None]
"""Told after each batch what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a sync did; names are target keys."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    skipped: tuple[tuple[str, str], ...]
    embedded: int
    reused: int
    build: str
    was_current: bool
    """Whether the index was already in line and nothing was written."""


def sync(
    corpus: ReadCorpus, folder: IndexFolder, embedder: Embedder, progress: Progress, *, rebuild: bool = False
) -> Summary:
    """Bring the index in line with a corpus; may be killed at any moment and run again.

    Raises:
        IndexBusy: another process is writing.
        IndexMismatch: the index was built with another model, and ``rebuild`` is not asked.
        IndexUnavailable: the folder cannot be written, or the new build does not hold what it should.
    """
    with folder.writing():
        before = None if rebuild else _usable(folder, embedder)
        entries = embedded_entries(corpus.targets)
        digest = _digest(corpus, entries)
        old_digests, old_vectors = _old(before)
        comparison = _compare(corpus.targets, old_digests)
        if before is not None and before.manifest.corpus == digest and is_healthy(before, folder.store):
            return _summary(comparison, corpus, 0, len(entries), before.name, was_current=True)
        examples = [example for texts in corpus.examples.values() for example in examples_of(texts)]
        vectors = _embed((*entries, *examples), old_vectors, embedder, progress)
        build = _write(corpus, entries, vectors, folder, embedder, digest, progress)
        fresh = len(vectors) - len(vectors.keys() & old_vectors.keys())
        return _summary(comparison, corpus, fresh, len(vectors) - fresh, build.name, was_current=False)


def _usable(folder: IndexFolder, embedder: Embedder) -> Build | None:
    """Give the build in use if its vectors can be used again.

    Raises:
        IndexMismatch: it was made with another model.
    """
    build = folder.previous()
    if build is not None and build.manifest.embedder != embedder.name:
        raise IndexMismatch(
            f"the index was built with '{build.manifest.embedder}' ({build.manifest.dims} dims), the settings ask for"
            f" '{embedder.name}' ({embedder.dims}): run 'isvbot-ingest sync --rebuild' to embed everything anew"
        )
    return build


def _old(build: Build | None) -> tuple[dict[str, str], dict[str, Vector]]:
    """Give the digests by target and the vectors by digest of the build before."""
    if build is None:
        return {}, {}
    try:
        shelf = SqliteShelf(build.shelf)
        digests, vectors = shelf.digests(), dict[str, Vector](shelf.known_vectors())
        shelf.close()
    except IndexUnavailable:
        return {}, {}
    return digests, vectors


def _embed(
    entries: Sequence[tuple[Entry, str]], known: Mapping[str, Vector], embedder: Embedder, progress: Progress
) -> dict[str, Vector]:
    """Give the vector of every digest, embedding only the unknown ones."""
    vectors: dict[str, Vector] = {digest: known[digest] for _, digest in entries if digest in known}
    todo = list({digest: entry for entry, digest in entries if digest not in known}.items())
    progress(Stage.EMBEDDING, 0, len(todo))
    done = 0
    for is_question in (True, False):
        for batch in _batches([(d, e) for d, e in todo if e.is_question is is_question]):
            embed = embedder.embed_questions if is_question else embedder.embed_passages
            found = embed([entry.text for _, entry in batch])
            vectors.update(zip((digest for digest, _ in batch), found, strict=True))
            done += len(batch)
            progress(Stage.EMBEDDING, done, len(todo))
    return vectors


def _batches(items: Sequence[tuple[str, Entry]]) -> Iterator[Sequence[tuple[str, Entry]]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _write(
    corpus: ReadCorpus,
    entries: Sequence[tuple[Entry, str]],
    vectors: Mapping[str, Vector],
    folder: IndexFolder,
    embedder: Embedder,
    digest: str,
    progress: Progress,
) -> Build:
    """Write a build beside the one in use, verify it, and switch.

    Raises:
        IndexUnavailable: the new build does not hold what was written.
    """
    now = datetime.now(UTC)
    part = folder.new_part(f"{now:%Y%m%dT%H%M%S%f}")
    learnt = _learnt(corpus, entries, vectors, embedder.dims, progress)
    write_index(part, corpus.sources, corpus.targets, entries, vectors, learnt, VECTORS, folder.store)
    manifest = Manifest(
        format=FORMAT,
        embedder=embedder.name,
        dims=embedder.dims,
        corpus=digest,
        knowledge=corpus.files_digest,
        built_at=now.isoformat(timespec="seconds"),
        targets=len(corpus.targets),
        entries=len(entries),
        words=len(corpus_words(corpus.targets)),
        vectors=VECTORS,
        vector_files=folder.store.digest(part, VECTORS),
    )
    if not is_healthy(Build(part, manifest), folder.store):
        raise IndexUnavailable(f"the new index in {part} does not hold what was written: check the disk and run again")
    return folder.switch_to(part, manifest)


def _learnt(
    corpus: ReadCorpus,
    entries: Sequence[tuple[Entry, str]],
    vectors: Mapping[str, Vector],
    dims: int,
    progress: Progress,
) -> Learnt:
    """Learn from the question lines, and from the examples of each kind of message."""
    kinds = {key_of(target): kind_of_lines(target) for target in corpus.targets}
    lines = [
        Example(entry.text, vectors[digest], kind, key if kind is Kind.SUBJECT else "")
        for entry, digest in entries
        if entry.is_question and (kind := kinds[key := target_key(entry.id)]) is not None
    ]
    more = [
        Example(entry.text, vectors[digest], kind)
        for kind, texts in corpus.examples.items()
        for entry, digest in examples_of(texts)
    ]
    return Learnt(
        sharpening=fit_sharpening([(line.key, line.vector) for line in lines if line.key], dims),
        recogniser=fit_recogniser([*lines, *more], dims, lambda done, total: progress(Stage.LEARNING, done, total)),
    )


def _digest(corpus: ReadCorpus, entries: Sequence[tuple[Entry, str]]) -> str:
    """Give the digest of all that is indexed: the files, what is embedded, and the program that cut it."""
    parts = (corpus.files_digest, version("isvbot"), *(digest for _, digest in entries))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Comparison:
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def _compare(targets: Sequence[Target], old: Mapping[str, str]) -> _Comparison:
    """Compare targets by their digests."""
    new = {key_of(target): target_digest(target) for target in targets}
    both = new.keys() & old.keys()
    changed = tuple(sorted(key for key in both if new[key] != old[key]))
    return _Comparison(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=changed,
        removed=tuple(sorted(old.keys() - new.keys())),
        unchanged=len(both) - len(changed),
    )


def _summary(
    comparison: _Comparison, corpus: ReadCorpus, embedded: int, reused: int, build: str, *, was_current: bool
) -> Summary:
    return Summary(
        added=comparison.added,
        changed=comparison.changed,
        removed=comparison.removed,
        unchanged=comparison.unchanged,
        skipped=corpus.skipped,
        embedded=embedded,
        reused=reused,
        build=build,
        was_current=was_current,
    )
