"""In-memory twins of every port: for tests, and to see what a port must do.

Knows exact arithmetic on small sets.
Knows no file, model or service.
"""

import hashlib
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from bot.core.corpus import Corpus, Kind, Source, SourceId, WrittenAnswer
from bot.core.entries import Target, entries_of, key_of, kind_of_lines, line_texts
from bot.core.errors import ModelStopped, ServiceError
from bot.core.plain import words
from bot.core.ports import Hit, PersonalDatum, Piece, Prompt, Recognised, Usage, Vector

Named = TypeVar("Named")


class HashingEmbedder:
    """Gives texts that share words near vectors; the same text always the same vector."""

    name = "hashing"

    def __init__(self, dims: int = 128) -> None:
        """Choose the length of the vectors."""
        self.dims = dims

    def embed_questions(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Embed texts by their words."""
        return [self._embed(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Embed texts by their words."""
        return [self._embed(text) for text in texts]

    def _embed(self, text: str) -> Vector:
        vector = [1e-3] * self.dims
        for word in words(text):
            digest = hashlib.sha256(word[:6].encode()).digest()
            vector[digest[0] % self.dims] += 1.0 if digest[1] % 2 else -1.0
            vector[digest[2] % self.dims] += 1.0
        length = math.sqrt(sum(value * value for value in vector))
        return [value / length for value in vector]


class OverlapReranker:
    """Finds a text the likelier the more of the question's words it holds."""

    name = "overlap"
    SHARPNESS = 12.0
    """How much the log-odds grow from no shared word to all of them."""

    def log_odds(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """Judge by words alone."""
        wanted = frozenset(words(question))
        shares = (len(wanted & frozenset(words(text))) / max(len(wanted), 1) for text in texts)
        return [self.SHARPNESS * (share - 0.5) for share in shares]


class ExactVectorIndex:
    """Compares a vector with every other one."""

    def __init__(self, vectors: Mapping[str, Vector]) -> None:
        """Take unit vectors by entry id."""
        self._vectors = dict(vectors)

    def nearest(self, vector: Vector, limit: int) -> Sequence[Hit]:
        """Give the nearest entries, best first."""
        hits = [
            Hit(entry, float(sum(a * b for a, b in zip(vector, other, strict=True))))
            for entry, other in self._vectors.items()
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]


class OverlapIndex:
    """Scores targets by the share of a text's words that they hold."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        """Take texts by target key."""
        self._words = {key: frozenset(words(text)) for key, text in documents.items()}

    def matching(self, text: str, limit: int) -> Sequence[Hit]:
        """Give the targets that share words with a text, best first."""
        wanted = frozenset(words(text))
        if not wanted:
            return ()
        hits = [Hit(key, len(wanted & held) / len(wanted)) for key, held in self._words.items() if wanted & held]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]


class OverlapRecogniser:
    """Gives a target more chance the more of a question's words one of its lines shares."""

    SHARPNESS = 12.0
    """How much the natural logarithm of the chance grows from no shared word to all of them."""

    def __init__(self, corpus: Corpus) -> None:
        """Learn the lines of passages, answers and replies."""
        targets: tuple[Target, ...] = (*corpus.passages, *corpus.answers)
        self._lines = {key_of(target): _line_words(target) for target in targets}
        self._kinds: dict[Kind, list[frozenset[str]]] = {kind: [] for kind in Kind}
        for target in targets_of(corpus):
            self._kinds[kind_of_lines(target) or Kind.SUBJECT] += _line_words(target)

    def recognise(self, text: str, vector: Vector) -> Recognised:
        """Recognise a question, and the kind of a message, by words alone."""
        del vector
        wanted = frozenset(words(text))
        kinds = self._log_chances(wanted, self._kinds)
        return Recognised(self._log_chances(wanted, self._lines), {kind: math.exp(kinds[kind]) for kind in Kind})

    def _log_chances(
        self, wanted: frozenset[str], lines_of: Mapping[Named, Sequence[frozenset[str]]]
    ) -> dict[Named, float]:
        scores = {name: self.SHARPNESS * _best_share(wanted, lines) for name, lines in lines_of.items()}
        total = math.log(sum(map(math.exp, scores.values()))) if scores else 0.0
        return {name: score - total for name, score in scores.items()}


def _line_words(target: Target) -> list[frozenset[str]]:
    return [frozenset(words(line)) for line in line_texts(target)]


def _best_share(wanted: frozenset[str], lines: Sequence[frozenset[str]]) -> float:
    return max((len(wanted & line) / len(wanted | line) for line in lines if wanted | line), default=0.0)


class MemoryShelf:
    """Holds a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        """Take everything that can be fetched."""
        self._targets: dict[str, Target] = {key_of(target): target for target in targets_of(corpus)}
        self._sources = {source.id: source for source in corpus.sources}
        self._about = {term: answer for answer in corpus.answers for term in sorted(answer.needs)}

    def about(self, terms: Sequence[str]) -> Mapping[str, WrittenAnswer]:
        """Give the written answer about each term."""
        return {term: self._about[term] for term in terms if term in self._about}

    def fetch(self, keys: Sequence[str]) -> Mapping[str, Target]:
        """Give the targets with these keys."""
        return {key: self._targets[key] for key in keys if key in self._targets}

    def sources(self, ids: Sequence[SourceId]) -> Mapping[SourceId, Source]:
        """Give the sources with these ids."""
        return {source_id: self._sources[source_id] for source_id in ids if source_id in self._sources}

    def all_sources(self) -> Sequence[Source]:
        """Give every source, in order of id."""
        return tuple(self._sources[source_id] for source_id in sorted(self._sources))


class NoPersonalData:
    """Finds nothing."""

    def find(self, text: str) -> Sequence[PersonalDatum]:
        """Give nothing."""
        del text
        return ()


class ListedPersonalData:
    """Finds the words it was given."""

    def __init__(self, found: Mapping[str, str], left_out: Collection[str] = ()) -> None:
        """Take a kind for each word, and the kinds that do not refuse a message."""
        self._found = dict(found)
        self._left_out = frozenset(left_out)

    def find(self, text: str) -> Sequence[PersonalDatum]:
        """Give the listed words that occur."""
        found = (
            PersonalDatum(kind, text.index(word), text.index(word) + len(word), kind not in self._left_out)
            for word, kind in self._found.items()
            if word in text
        )
        return sorted(found, key=lambda datum: datum.start)


class KnownMemberships:
    """Knows the groups of people by heart."""

    def __init__(self, groups: Mapping[str, Collection[str]]) -> None:
        """Take the groups of each person."""
        self._groups = groups

    def among(self, person: str, groups: Sequence[str]) -> Collection[str]:
        """Give the groups that a person belongs to."""
        return frozenset(groups) & frozenset(self._groups.get(person, ()))


class NoSpeller:
    """Corrects nothing."""

    def correct(self, text: str) -> str:
        """Give the text unchanged."""
        return text


Script = str | ServiceError | tuple[str | ServiceError, ...] | Callable[[Prompt], str]
"""What a scripted model does once: writes a text, raises, writes pieces until it raises, or makes up a text."""


class ScriptedModel:
    """Does what it is told, in order; the last line of the script goes for every prompt after it."""

    name = "scripted:model"

    def __init__(self, *script: Script, usage: Usage | None = None) -> None:
        """Take the script, and the usage that ends every whole reply."""
        self._script = script or ("",)
        self._usage = usage
        self.prompts: list[Prompt] = []

    def write(self, prompt: Prompt, limit_s: float) -> Iterator[Piece]:
        """Write what stands in the script, word by word; takes no time, so that no limit is reached.

        Raises:
            ServiceError: the script says so.
            ModelStopped: the script holds no text for this prompt.
        """
        del limit_s
        line = self._script[min(len(self.prompts), len(self._script) - 1)]
        self.prompts.append(prompt)
        written = ""
        for part in _parts(line, prompt):
            if isinstance(part, ServiceError):
                raise part
            written += part
            yield Piece(part)
        if not written:
            raise ModelStopped(f"{self.name} sent an empty reply")
        yield Piece("", self._usage)


def _parts(line: Script, prompt: Prompt) -> Sequence[str | ServiceError]:
    if isinstance(line, tuple):
        return line
    if isinstance(line, ServiceError):
        return (line,)
    text = line if isinstance(line, str) else line(prompt)
    return re.findall(r"\s*\S+\s*$|\s*\S+|\s+$", text)


def targets_of(corpus: Corpus) -> tuple[Target, ...]:
    """Give everything that a corpus holds and that an index can point to."""
    targets: list[Target] = [*corpus.passages, *corpus.answers, *corpus.replies]
    return tuple(targets)


def exact_index_of(corpus: Corpus, embedder: HashingEmbedder) -> ExactVectorIndex:
    """Index a corpus in memory."""
    entries = [entry for target in targets_of(corpus) for entry in entries_of(target)]
    return ExactVectorIndex({entry.id: embedder.embed_passages([entry.text])[0] for entry in entries})
