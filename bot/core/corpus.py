"""The corpus: what isvbot may say and where it stands.

Knows sources, passages, written answers and written replies, and when and for whom they hold.
Knows nothing of files, vectors, or how a passage is found.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

SourceId = NewType("SourceId", str)
PassageId = NewType("PassageId", str)


class Language(StrEnum):
    """A language in which isvbot answers."""

    NL = "nl"
    EN = "en"


class Role(StrEnum):
    """Who asks: it decides which passages may be read and which statements are added."""

    OFFICER = "officer"
    HELPDESK = "helpdesk"
    NEWCOMER = "newcomer"


ALL_ROLES = frozenset(Role)


class Grade(StrEnum):
    """How far a passage may be trusted."""

    OFFICIAL = "official"
    """The official text itself."""
    NOTE = "note"
    """Written by the project in its own words from named sources."""
    UNVERIFIED = "unverified"
    """General knowledge, always shown as such."""


class Caveat(StrEnum):
    """What a reader must be told beside a passage."""

    THIRD_PARTY = "third_party"
    """A fact comes from a third party: a lawyer, an adviser, an NGO, trade press."""
    DERIVED = "derived"
    """A fact follows from other facts and is nowhere said so."""
    UNVERIFIED = "unverified"
    """A fact is general knowledge that nobody verified."""
    OPEN = "open"
    """The passage says that something was looked for and not found."""


class Status(StrEnum):
    """How an answer ended; the part before the first underscore is the family."""

    ANSWERED = "answered"
    ANSWERED_PARTLY = "answered_partly"
    CLARIFICATION = "clarification"
    UNANSWERABLE_NOTHING_FOUND = "unanswerable_nothing_found"
    UNANSWERABLE_OUT_OF_SCOPE = "unanswerable_out_of_scope"
    REFUSED_PERSONAL_DATA = "refused_personal_data"
    REFUSED_INJECTION = "refused_injection"
    REFUSED_JUDGEMENT = "refused_judgement"
    SMALLTALK = "smalltalk"
    ERROR_TIMEOUT = "error_timeout"
    ERROR_SERVICE = "error_service"

    @property
    def is_answer(self) -> bool:
        """Whether the reader got (part of) an answer."""
        return self in (Status.ANSWERED, Status.ANSWERED_PARTLY)


class Kind(StrEnum):
    """What a message is, whoever sends it."""

    SUBJECT = "subject"
    """A question about ISV."""
    OUTSIDE = "outside"
    """A question about something else."""
    SMALLTALK = "smalltalk"
    INJECTION = "injection"
    """An order that would change how the assistant works."""
    JUDGEMENT = "judgement"
    """A request to approve, score, choose or certify."""
    UNCLEAR = "unclear"
    """A message from which nobody could tell what is asked."""


class Stance(StrEnum):
    """What a written answer says to a question line that can be answered with yes or no."""

    OPEN = "open"
    YES = "yes"
    NO = "no"


OPPOSITE = {Stance.YES: Stance.NO, Stance.NO: Stance.YES, Stance.OPEN: Stance.OPEN}


@dataclass(frozen=True, slots=True)
class Wording:
    """The same text in both languages."""

    nl: str
    en: str

    def in_language(self, language: Language) -> str:
        """Give the text in one language."""
        return self.nl if language is Language.NL else self.en


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which a text holds, both ends included; ``None`` is open."""

    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether the text holds on this day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Source:
    """A document. ``text`` is what every offset of a quote counts in."""

    id: SourceId
    title: str
    publisher: str
    date: date
    kind: str
    reference: str
    url: str
    language: Language
    grade: Grade
    validity: Validity
    audience: frozenset[Role]
    text: str
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A span of a passage that later events overtook, and what to tell the reader."""

    span: str
    by: tuple[str, ...]
    notice: Wording


@dataclass(frozen=True, slots=True)
class Dispute:
    """A span of a passage with which another valid source disagrees, and what to tell the reader of both."""

    span: str
    notice: Wording


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable piece of a source: ``source.text[start:start + len(text)] == text``.

    ``english`` is the project's own English rendering, used for statements in English; a quote is
    always taken from ``text``. ``lines`` are ways in which people ask for the passage.
    """

    id: PassageId
    source_id: SourceId
    title: str
    section: str
    text: str
    start: int
    locator: str
    grade: Grade
    validity: Validity = Validity()
    audience: frozenset[Role] = ALL_ROLES
    caveats: frozenset[Caveat] = frozenset()
    origins: tuple[str, ...] = ()
    basis: tuple[PassageId, ...] = ()
    """The passages of official texts that a note rests on."""
    url: str = ""
    english: str = ""
    lines: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    overtaken: tuple[Overtaken, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    note_on: PassageId | None = None
    """The paragraph that a footnote belongs to."""
    footnotes: str = ""
    """The footnotes that follow a paragraph in its source, with the white space between."""

    @property
    def end(self) -> int:
        """The offset in the source's text of the first character after the passage."""
        return self.start + len(self.text)

    @property
    def whole(self) -> str:
        """The text with its footnotes, as it stands in the source."""
        return self.text + self.footnotes

    @property
    def context(self) -> str:
        """Title and section, put in front of the text for embedding and indexing."""
        return f"{self.title} > {self.section}" if self.section else self.title

    def may_be_read(self, role: Role, days: frozenset[date]) -> bool:
        """Say whether this role may read the passage and whether it holds on one of the days."""
        return role in self.audience and any(self.validity.covers(day) for day in days)


@dataclass(frozen=True, slots=True)
class Cite:
    """A passage that carries a claim; without ``quote`` the best sentences are chosen."""

    passage_id: PassageId
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of a written answer, with the passages that carry it."""

    wording: Wording
    cites: tuple[Cite, ...]
    roles: frozenset[Role] = ALL_ROLES


@dataclass(frozen=True, slots=True)
class Line:
    """A way in which people ask, and the answer's stance to it."""

    text: str
    stance: Stance = Stance.OPEN


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """An answer that people wrote and reviewed: a lead, then statements."""

    id: str
    title: Wording
    lines: tuple[Line, ...]
    lead: Claim
    statements: tuple[Claim, ...] = ()
    follow_ups: tuple[str, ...] = ()
    partial: bool = False
    """Whether the sources carry only part of what these lines ask."""
    needs: frozenset[str] = frozenset()
    """Identifiers of terms; the answer is only for questions that mention one of them. Empty: for any."""
    roles: frozenset[Role] = ALL_ROLES
    calls_check: bool = False
    earlier: tuple[PassageId, ...] = ()
    """Passages that say what held before the lead did."""
    """Whether the ISV check answers these lines better, once the facts of a purchase are told."""


@dataclass(frozen=True, slots=True)
class WrittenReply:
    """A reply for what is not answered: out of scope, a judgement, small talk."""

    id: str
    status: Status
    lines: tuple[str, ...]
    wording: Wording


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything that people wrote, read from ``knowledge/``."""

    sources: tuple[Source, ...]
    passages: tuple[Passage, ...]
    answers: tuple[WrittenAnswer, ...]
    replies: tuple[WrittenReply, ...]
