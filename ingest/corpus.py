"""The corpus as it is read from ``knowledge/``, with what had to be left out and why.

Knows files, passages and their digests.
Knows nothing of vectors.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

from bot.core.corpus import Kind, Passage, Source, WrittenAnswer, WrittenReply
from bot.core.entries import Entry, Target, entries_of, key_of
from bot.core.errors import ContentError
from bot.core.plain import squeezed
from ingest.contradictions import with_disputes
from ingest.passages import full_register, passages_of, source_of
from knowledge.loader import (
    knowledge_digest,
    read_answers,
    read_contradictions,
    read_kinds,
    read_register,
    read_replies,
    read_sources,
    written_answer,
    written_reply,
)


@dataclass(frozen=True, slots=True)
class ReadCorpus:
    """Everything to index; ``skipped`` names each text that was left out, with the reason."""

    sources: tuple[Source, ...]
    targets: tuple[Target, ...]
    files_digest: str
    skipped: tuple[tuple[str, str], ...] = field(default=())
    examples: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    """Messages of each kind, to learn from; they point to no target."""


def read_corpus(root: Traversable | None = None) -> ReadCorpus:
    """Read all sources, written answers and replies.

    Raises:
        ContentError: a file is wrong, an id is used twice, or there is nothing to index.
    """
    files = read_sources(root)
    register = full_register(files, read_register(root))
    placed = [(file.path, passage) for file in files for passage in passages_of(file, register)]
    answers = [(path, written_answer(file)) for path, file in read_answers(root)]
    replies = [(path, written_reply(file)) for path, file in read_replies(root)]
    named: list[tuple[str, Target]] = [*placed, *answers, *replies]
    _check_ids([(path, key_of(target)) for path, target in named])
    passages, skipped = without_twins([passage for _, passage in placed])
    passages = with_disputes(passages, read_contradictions(root))
    targets: tuple[Target, ...] = (*passages, *(a for _, a in answers), *(r for _, r in replies))
    sources = tuple(source_of(file) for file in files)
    return ReadCorpus(sources, targets, knowledge_digest(root), skipped, read_kinds(root))


def _check_ids(named: Sequence[tuple[str, str]]) -> None:
    """Refuse an id that two texts have, and a folder without texts.

    Raises:
        ContentError: there is one, or there are none.
    """
    if not named:
        raise ContentError("sources: there is nothing to index: give at least one source with a passage")
    counts = Counter(key for _, key in named)
    twice = next(((path, key) for path, key in named if counts[key] > 1), None)
    if twice is not None:
        path, key = twice
        raise ContentError(f"{path}: id: {key.partition(':')[2]!r} is used twice: give each text its own")


def without_twins(passages: Sequence[Passage]) -> tuple[tuple[Passage, ...], tuple[tuple[str, str], ...]]:
    """Leave out passages with the very same text: identical vectors break Chroma's graph (docs/adr/0002)."""
    kept: dict[str, Passage] = {}
    skipped: list[tuple[str, str]] = []
    for passage in passages:
        text = squeezed(passage.text).lower()
        if text in kept:
            skipped.append((passage.id, f"same text as {kept[text].id}"))
        else:
            kept[text] = passage
    return tuple(kept.values()), tuple(skipped)


def embedded_entries(targets: Sequence[Target]) -> tuple[tuple[Entry, str], ...]:
    """Give every entry with the digest of what is embedded for it; the same line of two targets is embedded once."""
    return tuple((entry, digest_of(entry)) for target in targets for entry in entries_of(target))


def examples_of(texts: Sequence[str]) -> tuple[tuple[Entry, str], ...]:
    """Give examples as entries, to be embedded and not indexed."""
    entries = (Entry(f"example:{text}|line 0", text, True) for text in texts)
    return tuple((entry, digest_of(entry)) for entry in entries)


def digest_of(entry: Entry) -> str:
    """Give the digest of an entry's text and kind: an unchanged one is not embedded again."""
    kind = "question" if entry.is_question else "passage"
    return hashlib.sha256(f"{kind}\n{entry.text}".encode()).hexdigest()


def kind_of(target: Target) -> str:
    """Name the kind of a target, for counts."""
    match target:
        case Passage():
            return "passages"
        case WrittenAnswer():
            return "answers"
        case WrittenReply():
            return "replies"
