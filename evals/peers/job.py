"""What a process is given to do, and what it gives back, as JSON in files.

Knows texts, questions and places in texts.
Knows nothing of pipelines.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

K = 5
"""Passages or chunks a question; recall is counted over them."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to index; ``is_official`` where it is a letter and no note about one."""

    id: str
    text: str
    is_official: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, who asks it, and the questions before it."""

    question: str
    role: str
    history: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """The conversation as one text, for pipelines that do not read what came before."""
        return " ".join((*self.history, self.question))


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a text: ``text[start:end]`` was retrieved."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Job:
    """Texts to index under ``folder``, then questions to ask."""

    folder: str
    texts: tuple[Text, ...]
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """For each question its shortest time in seconds and what was retrieved, best first; and the peak memory."""

    seconds: tuple[float, ...]
    places: tuple[tuple[Place, ...], ...]
    megabytes: float | None


def write(value: Job | Run, file: Path) -> None:
    """Write a job or a run."""
    file.write_text(json.dumps(asdict(value), ensure_ascii=False), "utf-8")


def read_job(file: Path) -> Job:
    """Read a job."""
    found = json.loads(file.read_text("utf-8"))
    texts = tuple(Text(**text) for text in found["texts"])
    questions = tuple(Asked(q["question"], q["role"], tuple(q["history"])) for q in found["questions"])
    return Job(found["folder"], texts, questions)


def read_run(file: Path) -> Run:
    """Read a run."""
    found = json.loads(file.read_text("utf-8"))
    places = tuple(tuple(Place(**place) for place in one) for one in found["places"])
    return Run(tuple(found["seconds"]), places, found["megabytes"])


def place_of(source: str, content: str, start: int, texts: Sequence[Text]) -> Place:
    """Give the place of a chunk.

    Raises:
        ValueError: the chunk does not stand there; its splitter changed it or lost count.
    """
    text = next(text.text for text in texts if text.id == source)
    if text[start : start + len(content)] != content:
        raise ValueError(f"a chunk of {source} does not stand at {start}")
    return Place(source, start, start + len(content))
