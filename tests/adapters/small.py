"""A small corpus, and a small index of it on disk."""

from bot.adapters.index import Learnt, corpus_words, write_index
from bot.adapters.index_folder import FORMAT, Build, IndexFolder, Manifest
from bot.adapters.memory import HashingEmbedder, targets_of
from bot.adapters.sharpening import Sharpening
from bot.adapters.vector_store import files_digest
from bot.core.corpus import Corpus, Status
from bot.core.entries import entries_of
from ingest.recogniser import fit_recogniser
from tests.builders import answer, claim, passage, reply, source

SUBJECTS = ("drempel", "looptijd", "kleding", "stroom", "koffie", "laboratorium", "netwerk", "kantoor")


def small_corpus(count: int = 4) -> Corpus:
    """Give sources with one passage each, an answer that is only for questions about workwear, and a reply."""
    owners = tuple(source(f"De {word} staat in het contract.", f"bron-{word}") for word in SUBJECTS[:count])
    passages = tuple(
        passage(owner.text, of=owner, lines=(f"wat zegt het contract over {word}", f"waar vind ik {word}"))
        for owner, word in zip(owners, SUBJECTS, strict=False)
    )
    written = answer("uniform", ["hoe zit het met uniformen"], claim("Zo.", passages[0].id), needs=("workwear",))
    weather = reply("weer", Status.UNANSWERABLE_OUT_OF_SCOPE, "wat voor weer wordt het", "regent het morgen")
    return Corpus(owners, passages, (written,), (weather,))


def manifest(
    embedder: HashingEmbedder, targets: int = 0, entries: int = 0, words: int = 0, vector_files: str = ""
) -> Manifest:
    """Give the manifest of a build."""
    return Manifest(
        format=FORMAT,
        embedder=embedder.name,
        dims=embedder.dims,
        corpus="corpus",
        knowledge="knowledge",
        built_at="2026-11-21T12:00:00+00:00",
        targets=targets,
        entries=entries,
        words=words,
        vector_files=vector_files,
    )


def write_small_index(folder: IndexFolder, corpus: Corpus, name: str = "1") -> Build:
    """Write an index of a corpus and put it in use; its vectors are not sharpened."""
    embedder = HashingEmbedder()
    targets = targets_of(corpus)
    entries = [(entry, entry.text) for target in targets for entry in entries_of(target)]
    texts = [text for _, text in entries]
    vectors = dict(zip(texts, embedder.embed_passages(texts), strict=True))
    part = folder.new_part(name)
    learnt = Learnt(unchanged(embedder.dims), fit_recogniser((), embedder.dims, lambda *_: None))
    write_index(part, corpus.sources, targets, entries, vectors, learnt, "vectors-1")
    digest = files_digest(part / "vectors-1")
    return folder.switch_to(part, manifest(embedder, len(targets), len(entries), len(corpus_words(targets)), digest))


def unchanged(dims: int) -> Sharpening:
    """Give a sharpening that leaves unit vectors as they are."""
    axes = [[float(row == column) for column in range(dims)] for row in range(dims)]
    return Sharpening([0.0] * dims, axes)
