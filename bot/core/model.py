"""The vocabulary of a question and its answer: the values that travel through the steps.

Knows what an asker sends and what a reader gets, and nothing of how one becomes the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.core.corpus import Grade, Language, Passage, PassageId, Role, SourceId, Status
from bot.core.decision import Decision
from bot.core.drafting import Drafting, DraftKind

MAX_QUESTION_CHARS = 12_000
"""A pasted mail thread of five pages; longer input is refused before any work is done on it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the same conversation, with its answer where that is known."""

    question: str
    answer: str = ""
    offers: tuple[str, ...] = ()
    """The questions that the answer suggested."""
    read_as: str = ""
    """The question as it was read, with the subject that it borrowed; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks, who asks, and for which day."""

    text: str
    role: Role
    as_of: date
    language: Language | None = None
    """``None``: the language of the question itself."""
    history: tuple[Turn, ...] = ()
    asker: str = ""
    """The keyed digest of the person, for the record of the answer; it has no part in answering."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim span of a passage; ``start`` counts in the text of the source."""

    passage: Passage
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset in the source's text of the first character after the quote."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing an answer says, with the quotes that carry it."""

    text: str
    quotes: tuple[Quote, ...]
    is_lead: bool = False
    is_aside: bool = False
    """Whether another text tells it, beside the answer; it is no answer by itself."""
    goes_on: bool = False
    """Whether it stands in the same paragraph as the statement before it."""
    prefix: str = ""
    """What stands in front: yes or no, or the phase of a to-do. It claims nothing that the text does not."""


class NoticeKind(StrEnum):
    """What a warning is about."""

    SUPERSEDED = "superseded"
    CONTRADICTION = "contradiction"
    THIRD_PARTY = "third_party"
    DERIVED = "derived"
    UNVERIFIED = "unverified"
    UNCERTAIN = "uncertain"
    INSTRUCTION_IGNORED = "instruction_ignored"
    DETAILS_LEFT_OUT = "details_left_out"
    PART_NOT_ANSWERED = "part_not_answered"
    MORE_PARTS = "more_parts"
    NEAR_THRESHOLD = "near_threshold"
    TOLD_OTHERWISE = "told_otherwise"
    CONTRADICTED = "contradicted"
    FIRST_YEAR = "first_year"
    NO_THRESHOLD = "no_threshold"
    SPLITTING = "splitting"
    WORKS_IN_CATEGORY = "works_in_category"
    NO_SUCH_DAY = "no_such_day"
    NOT_POSITIVE = "not_positive"
    TOO_LARGE = "too_large"
    NOT_IN_EURO = "not_in_euro"


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning beside an answer, in the reader's language."""

    kind: NoticeKind
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered source of an answer: ``source.text[start:end] == quote``."""

    n: int
    passage_id: PassageId
    source_id: SourceId
    title: str
    publisher: str
    date: date
    reference: str
    locator: str
    grade: Grade
    quote: str
    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A retrieved passage; ``score`` is a calibrated similarity, mostly in [0.7, 1.1]."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader gets, whatever the ending."""

    id: str
    question: str
    standalone_question: str
    language: Language
    role: Role
    as_of: date
    status: Status
    text: str
    draft: DraftKind = DraftKind.EXTRACTIVE
    citations: tuple[Citation, ...] = ()
    notices: tuple[Notice, ...] = ()
    follow_ups: tuple[str, ...] = ()
    passages: tuple[Scored, ...] = ()
    decision: Decision | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    drafting: Drafting | None = None
    """What a chat model was asked for this answer; for the record, not for the reader."""
