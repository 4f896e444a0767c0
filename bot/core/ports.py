"""What the core asks of the outside world; every port has an in-memory twin in ``bot.adapters.memory``.

Knows shapes and units only.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.corpus import Kind, Source, SourceId, WrittenAnswer
from bot.core.entries import Target


class Vector(Protocol):
    """A unit vector: a list of floats or a numpy array; its length is the embedder's ``dims``."""

    def __len__(self) -> int:
        """Give the number of dimensions."""
        ...

    def __iter__(self) -> Iterator[float]:
        """Give the values in order."""
        ...


def cosine(one: Vector, other: Vector) -> float:
    """Give the cosine of two unit vectors, in [-1, 1]."""
    return sum(float(a) * float(b) for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class Hit:
    """An index entry and how well it matches: a cosine in [-1, 1] or a relative BM25 in [0, 1]."""

    entry: str
    score: float


class Embedder(Protocol):
    """Turns texts into vectors."""

    name: str

    @property
    def dims(self) -> int:
        """The length of its vectors."""
        ...

    def embed_questions(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Embed questions and question lines, one unit vector a text, in the same order."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Embed passages, one unit vector a text, in the same order."""
        ...


class Reranker(Protocol):
    """Reads a question and each of a few texts together, and says how well they fit."""

    name: str

    def log_odds(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """Give, for each text in the same order, the log-odds that it answers the question."""
        ...


class VectorIndex(Protocol):
    """Finds entries by meaning."""

    def nearest(self, vector: Vector, limit: int) -> Sequence[Hit]:
        """Give the entries nearest to a vector, best first, with their cosine."""
        ...


class LexicalIndex(Protocol):
    """Finds targets by the words they share with a text."""

    def matching(self, text: str, limit: int) -> Sequence[Hit]:
        """Give the targets that match, best first; a score is the share of what the text could reach."""
        ...


class Shelf(Protocol):
    """Holds the texts that index entries point to."""

    def fetch(self, keys: Sequence[str]) -> Mapping[str, Target]:
        """Give the passages, written answers and written replies with these keys; an unknown key is left out."""
        ...

    def about(self, terms: Sequence[str]) -> Mapping[str, WrittenAnswer]:
        """Give, for each term identifier, the written answer that is only for questions about it."""
        ...

    def sources(self, ids: Sequence[SourceId]) -> Mapping[SourceId, Source]:
        """Give the sources with these ids."""
        ...

    def all_sources(self) -> Sequence[Source]:
        """Give every source, in order of id."""
        ...


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a recogniser makes of a question.

    ``log_chances`` holds, by key, the natural logarithm of the chance that a target is the one asked for; ``kinds`` the
    chance of every kind of message. Each adds up to 1.
    """

    log_chances: Mapping[str, float]
    kinds: Mapping[Kind, float]

    @property
    def lean(self) -> float:
        """The log-odds of a question about the subject against one about something else, mostly in [-8, 8]."""
        inside, outside = self.kinds[Kind.SUBJECT], self.kinds[Kind.OUTSIDE]
        return math.log((inside + LEAST_CHANCE) / (outside + LEAST_CHANCE))


LEAST_CHANCE = 1e-4
"""Added to a chance before its logarithm is taken."""


class Recogniser(Protocol):
    """Knows, from the question lines and examples, what a message is and which target it asks for."""

    def recognise(self, text: str, vector: Vector) -> Recognised:
        """Recognise a question by its words and its vector."""
        ...


@dataclass(frozen=True, slots=True)
class PersonalDatum:
    """Personal data found in a text: its kind (``bsn``, ``iban``, ``phone``, ``email``, …) and its span."""

    kind: str
    start: int
    end: int
    is_refused: bool = True
    """Whether a message with it is refused; else it is left out and the rest is looked at."""


class PersonalDataFinder(Protocol):
    """Finds personal data in a text."""

    def find(self, text: str) -> Sequence[PersonalDatum]:
        """Give what was found, in order of place."""
        ...


class Speller(Protocol):
    """Corrects misspelt words of the field."""

    def correct(self, text: str) -> str:
        """Give the text with words that no dictionary knows replaced by the word of the field they resemble."""
        ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a chat model is given; ``schema`` is the JSON schema of the reply, where one is wanted."""

    system: str = field(repr=False)
    user: str = field(repr=False)
    schema: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; 0 where it does not say."""

    input_tokens: int = 0
    output_tokens: int = 0


NOTHING_USED = Usage()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a reply as it comes in; the last one may carry the usage."""

    text: str
    usage: Usage | None = None


class LanguageModel(Protocol):
    """Writes a reply; ``name`` is ``provider:model``, for the record."""

    name: str

    def write(self, prompt: Prompt, limit_s: float) -> Iterator[Piece]:
        """Give the reply in pieces as they come, the whole within ``limit_s`` seconds by the clock on the wall.

        Nothing is asked before the first piece is. Who stops early closes the generator, which ends the request.
        Joined, the pieces are the whole reply: one that is cut off raises after the pieces that came. With a schema
        the reply is meant to be JSON, but a provider may ignore the schema: the reader of the reply must check.
        No error holds a word of the prompt.

        Raises:
            ModelTimeout: the reply was not whole in time.
            ModelUnavailable: nothing came because the model cannot be reached, refuses or is left alone for a while.
            ModelStopped: the reply is empty, filtered, cut off or broken.
        """
        ...
