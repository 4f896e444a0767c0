"""The shape of every file in this folder, checked when it is read.

Knows field names, types and what is required.
Knows nothing of files on disk, or of what the fields are used for.
"""

import re
from datetime import date as Day  # a field of the front matter is called date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.core.corpus import ALL_ROLES, Grade, Kind, Language, Role, Status
from bot.core.decision import VALUES, FactName, Outcome

SourceKind = Literal["letter", "strategy", "guidance", "category", "law", "note"]
Verification = Literal["seed", "page", "page*", "recall", "open", "afleiding"]
"""How far a fact was verified, best first; ``page*`` is a third party, ``afleiding`` is derived."""


def _pattern(value: str) -> str:
    """Take a regular expression that compiles.

    Raises:
        ValueError: it does not.
    """
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]


class Strict(BaseModel):
    """A frozen value that refuses a field it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Origin(Strict):
    """Where a fact of a note comes from: an id of the register and its verification."""

    source: str
    verification: Verification


def _origin(value: object) -> object:
    """Read the short form ``P06 page``."""
    if isinstance(value, str):
        source, _, verification = value.strip().rpartition(" ")
        return {"source": source, "verification": verification}
    return value


class Bilingual(Strict):
    """A text in Dutch and English."""

    nl: str = Field(min_length=1)
    en: str = Field(min_length=1)


class OvertakenSpan(Bilingual):
    """A span of the passage that later events overtook; ``by`` names newer passages."""

    span: str = Field(min_length=1)
    by: tuple[str, ...] = Field(min_length=1)


class PassageMeta(Strict):
    """What the front matter says about one passage of the body."""

    questions: tuple[str, ...] = Field(min_length=2)
    en: str = Field(min_length=1)
    origins: tuple[Annotated[Origin, BeforeValidator(_origin)], ...] = Field(default=(), alias="from")
    grade: Grade | None = None
    audience: frozenset[Role] | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    superseded: tuple[OvertakenSpan, ...] = ()


class FrontMatter(Strict):
    """The head of a source file."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    publisher: str
    date: Day
    kind: SourceKind
    reference: str
    url: str = ""
    language: Language
    grade: Grade
    valid_from: Day | None = None
    valid_until: Day | None = None
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    audience: frozenset[Role] = ALL_ROLES
    sources: tuple[str, ...] = ()
    reviewed_on: Day
    review_by: Day
    passages: dict[str, PassageMeta]


class SourceFile(Strict):
    """A source file: its place inside ``knowledge/``, its head and its text."""

    path: str
    head: FrontMatter
    body: str


class RegisterEntry(Strict):
    """A source that notes rest on."""

    title: str
    publisher: str
    date: str
    reference: str = ""
    url: str = ""
    third_party: bool = False


class ClaimFile(Bilingual):
    """A statement of a written answer; a cite is a passage id or ``{passage id: quote}``."""

    cites: tuple[str | dict[str, str], ...] = Field(min_length=1)
    roles: frozenset[Role] = ALL_ROLES


class QuestionLines(Strict):
    """Ways to ask, by the answer's stance to them (Dutch words: YAML reads a bare yes as true)."""

    open: tuple[str, ...] = ()
    ja: tuple[str, ...] = ()
    nee: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.open, *self.ja, *self.nee)


class AnswerFile(Strict):
    """A written answer."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Bilingual
    reviewed_on: Day
    review_by: Day
    roles: frozenset[Role] = ALL_ROLES
    partial: bool = False
    needs: tuple[str, ...] = ()
    """Identifiers of glossary terms; the answer is only for questions that mention one of them."""
    calls_check: bool = False
    """Whether the ISV check answers these lines better, once the facts of a purchase are told."""
    questions: QuestionLines
    lead: ClaimFile
    statements: tuple[ClaimFile, ...] = ()
    follow_ups: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    """Passages that say what held before: told where the lead did not hold yet on the day that is asked for."""


class ReplyFile(Bilingual):
    """A written reply for what is not answered."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    status: Status
    questions: tuple[str, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _is_no_answer(self) -> "ReplyFile":
        if self.status.is_answer or self.status in (Status.ERROR_SERVICE, Status.ERROR_TIMEOUT):
            raise ValueError(f"{self.id}: status: a written reply cannot end as {self.status}")
        return self


class GlossaryTerm(Strict):
    """A Dutch term, its one English identifier, and the other ways people write it."""

    nl: str
    identifier: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    en: str
    also: tuple[str, ...] = ()
    kind: Literal["authority", "application", "deliverable", "category", "abbreviation", "product", "term", "plain"]
    scope: Literal["strong", "weak"] = "weak"
    """``strong``: the term by itself shows that a question is about ISV."""
    value: str = ""
    """The value of the fact of a purchase that the term tells."""


def _check_values(place: str, name: FactName, values: tuple[bool | str, ...]) -> None:
    """Refuse values that a fact does not have.

    Raises:
        ValueError: there is one, or there are no values.
    """
    wrong = [value for value in values if value not in VALUES.get(name, ())]
    if wrong or not values:
        raise ValueError(f"{place}: no such value: {wrong or 'empty list'}")


class RuleFile(Strict):
    """A rule of the ISV check; ``when`` lists by fact the values for which it fires."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    outcome: Outcome
    wording: Bilingual
    reason: Bilingual
    when: dict[FactName, tuple[bool | str, ...]]
    valid_from: Day | None = None
    valid_until: Day | None = None
    grade: Grade
    cites: tuple[str | dict[str, str], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _knows_its_values(self) -> "RuleFile":
        for name, values in self.when.items():
            _check_values(f"{self.id}: when.{name}", name, values)
        return self


class ThresholdFile(Strict):
    """The European thresholds of a period, in euro without VAT."""

    valid_from: Day
    valid_until: Day
    central: int = Field(gt=0)
    local: int = Field(gt=0)
    works: int = Field(gt=0)
    social: int | None = Field(default=None, gt=0)
    """``None`` where no source for the period states it."""
    passage: str


class TodoFile(Bilingual):
    """What to do after an outcome."""

    phase: Literal["preparation", "specification", "publication", "award", "contract", "management"]
    who: Literal["inkoper", "contractmanager", "leverancier"]
    passage: str


class UnknownFile(Bilingual):
    """What the sources do not say about an outcome."""

    passage: str


class CategoryFile(Bilingual):
    """A category as a fact of a purchase, and a sentence on what belongs to it."""

    id: str
    cites: tuple[str | dict[str, str], ...] = Field(min_length=1)


class SideFile(Strict):
    """One side of a dispute: the words of a passage. A silent side is not warned of when it is quoted."""

    passage: str
    span: str
    silent: bool = False


class DisputeFile(Bilingual):
    """Where two valid sources disagree, and the rule of precedence that decided."""

    id: str
    rule: Literal["newer", "more_official", "more_specific", "none"]
    sides: tuple[SideFile, SideFile]


class ComparedFile(Strict):
    """Two passages that look as if they disagree, and why they do not."""

    pair: tuple[str, str]
    why: str


class ContradictionsFile(Strict):
    """What was decided on every pair of passages that disagrees, or seems to."""

    disputes: tuple[DisputeFile, ...] = ()
    compared: tuple[ComparedFile, ...] = ()


class PhraseFile(Strict):
    """How people tell a fact: a value and the patterns that tell it; no value for words that only seem to."""

    fact: FactName
    value: bool | str | None = None
    patterns: tuple[Pattern, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _knows_its_value(self) -> "PhraseFile":
        if self.value is not None:
            _check_values(self.fact, self.fact, (self.value,))
        return self


class DialogueFile(Strict):
    """What people say in the check besides facts."""

    back: tuple[Pattern, ...] = Field(min_length=1)
    again: tuple[Pattern, ...] = Field(min_length=1)
    stop: tuple[Pattern, ...] = Field(min_length=1)
    unknown: tuple[Pattern, ...] = Field(min_length=1)
    agree: tuple[Pattern, ...] = Field(min_length=1)
    yes: tuple[Pattern, ...] = Field(min_length=1)
    no: tuple[Pattern, ...] = Field(min_length=1)


class ScreenFile(Strict):
    """Patterns (case-insensitive regular expressions over plain text) that need no index to be recognised."""

    injection: tuple[Pattern, ...]
    judgement: tuple[Pattern, ...]
    other_subjects: tuple[str, ...]
    """Words that mark a subject other than ISV."""
    salutation: tuple[Pattern, ...]
    """Words of address in front of a sentence."""
    greeting: tuple[Pattern, ...]
    closing: tuple[Pattern, ...]
    asking: tuple[Pattern, ...]
    topic_change: tuple[Pattern, ...]
    courtesy: tuple[Pattern, ...]
    """Sentences that ask for help as such, beside the question itself."""
    judging: tuple[Pattern, ...]
    """Words with which people ask for a verdict."""
    duty: tuple[Pattern, ...]
    """Words with which people ask whether something must be done."""
    permission: tuple[Pattern, ...]
    """Words with which people ask whether something may be done."""
    private_buyer: tuple[Pattern, ...]
    """Buyers that no rule of the check is about."""
    what_next: tuple[Pattern, ...]
    """Words with which people who buy ask what to do, after they told the purchase."""
    buying: tuple[Pattern, ...]
    """Words with which people say that they buy."""
    selling: tuple[Pattern, ...]
    """Words by which a message is of, or about, a supplier."""


class CalibrationFile(Strict):
    """Weights and thresholds measured by ``evals.calibrate``."""

    embedder: str
    kernel_sharpness: float = Field(gt=0)
    near_weight: float
    bm25_weight: float
    text_offset: float
    official_weight: float
    answer_bonus: float
    scope_weights: dict[str, float]
    refuse_below: float
    sure_above: float
    kind_limits: dict[Kind, float]
    support_above: float
