"""The vocabulary of the ISV check: facts of a purchase, rules, and the decision they lead to.

Knows which facts there are and which values they may have.
Knows nothing of how facts are found in words, or of how rules are applied.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.core.amounts import Bound
from bot.core.corpus import Cite, Claim, Grade, PassageId, Validity, Wording


class FactName(StrEnum):
    """A fact of a purchase, in the order in which a missing one is asked for."""

    EXISTING_CONTRACT = "existing_contract"
    AUTHORITY = "authority"
    CATEGORY = "category"
    VALUE_EUR = "value_eur"
    EUROPEAN_TENDER = "european_tender"
    KIND = "kind"
    DATE = "date"
    MANIFEST_SIGNATORY = "manifest_signatory"
    SPLITTING = "splitting"
    """No rule looks at it; who says that a contract is split is warned."""


FactValue = str | bool | int | date

CATEGORIES = (
    "bedrijfskleding",
    "consumptieve_dienstverlening",
    "energie",
    "werkplekomgeving",
    "laboratorium",
    "ict_werkomgeving_rijk",
    "datacenters",
    "connectiviteit",
)
NO_CATEGORY = "none"

VALUES: Mapping[FactName, tuple[FactValue, ...]] = {
    FactName.EXISTING_CONTRACT: (False, True),
    FactName.AUTHORITY: ("rijk", "gemeente", "provincie", "waterschap", "zbo", "other"),
    FactName.CATEGORY: (*CATEGORIES, NO_CATEGORY),
    FactName.EUROPEAN_TENDER: (True, False),
    FactName.KIND: ("supplies", "services", "works", "social_services"),
    FactName.MANIFEST_SIGNATORY: (True, False),
    FactName.SPLITTING: (True, False),
}
"""The values of the facts that have a short list of them."""

MAX_VALUE_EUR = 10**11
"""A hundred billion euro is more than all of central government buys for in five years."""


class Known(StrEnum):
    """How a fact is known."""

    QUESTION = "question"
    HISTORY = "history"
    ASKED = "asked"
    DERIVED = "derived"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a purchase; ``words`` are the asker's own, where it was told.

    ``value_eur`` is the whole value over the contract's life, in euro without VAT. ``within`` are the days of which
    a date is one, where only its month or year was told.
    """

    name: FactName
    value: FactValue
    known: Known
    words: str = ""
    bound: Bound = Bound.EXACT
    within: Validity | None = None


Facts = Mapping[FactName, Fact]


class Refusal(StrEnum):
    """Why what was told of a fact cannot be so."""

    NO_SUCH_DAY = "no_such_day"
    NOT_POSITIVE = "not_positive"
    TOO_LARGE = "too_large"
    NOT_IN_EURO = "not_in_euro"


@dataclass(frozen=True, slots=True)
class Refused:
    """Words that tell of a fact what cannot be so: a day that does not exist, an amount below zero."""

    name: FactName
    words: str
    why: Refusal


class Outcome(StrEnum):
    """What the rules lead to."""

    OBLIGATORY = "obligatory"
    VOLUNTARY = "voluntary"
    MANIFEST_COMMITMENT = "manifest_commitment"
    OWN_POLICY = "own_policy"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: it fires on a day within its validity when every fact of ``when`` has one of the listed values."""

    id: str
    outcome: Outcome
    wording: Wording
    reason: Wording
    when: Mapping[FactName, frozenset[FactValue]]
    validity: Validity
    grade: Grade
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """The European thresholds of a period, in euro without VAT, and the passage that states them."""

    validity: Validity
    central: int
    local: int
    works: int
    social: int | None
    passage_id: PassageId


@dataclass(frozen=True, slots=True)
class Todo:
    """What to do after an outcome, in which phase of the tender and by whom."""

    phase: str
    who: str
    wording: Wording
    passage_id: PassageId


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the sources do not say, by outcome."""

    wording: Wording
    passage_id: PassageId


@dataclass(frozen=True, slots=True)
class CheckRules:
    """Everything that people wrote for the check."""

    rules: tuple[Rule, ...]
    thresholds: tuple[Threshold, ...]
    todos: Mapping[Outcome, tuple[Todo, ...]]
    unknowns: Mapping[Outcome, tuple[Unknown, ...]]
    categories: Mapping[str, Claim]
    """What belongs to each category, by its id."""

    def threshold_on(self, day: date) -> Threshold | None:
        """Give the thresholds of a day; ``None`` where none are on record."""
        return next((t for t in self.thresholds if t.validity.covers(day)), None)

    def first_days(self, within: Validity) -> tuple[date, ...]:
        """Give the first of some days, and those among them on which another rule or threshold begins to hold."""
        held = [*(rule.validity for rule in self.rules), *(threshold.validity for threshold in self.thresholds)]
        begun = {validity.since for validity in held} | {
            validity.until + timedelta(days=1) for validity in held if validity.until is not None
        }
        return tuple(sorted({day for day in (within.since, *begun) if day is not None and within.covers(day)}))


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule that was tried: whether it carries the outcome, the facts that stopped it and those it lacked."""

    rule: Rule
    fired: bool
    against: tuple[FactName, ...] = ()
    lacking: tuple[FactName, ...] = ()


class WarningKind(StrEnum):
    """What to warn of beside an outcome."""

    NEAR_THRESHOLD = "near_threshold"
    TOLD_OTHERWISE = "told_otherwise"
    CONTRADICTED = "contradicted"
    FIRST_YEAR = "first_year"
    NO_THRESHOLD = "no_threshold"
    SPLITTING = "splitting"
    WORKS_IN_CATEGORY = "works_in_category"


@dataclass(frozen=True, slots=True)
class Limit:
    """The threshold that a value was compared with, the kind of contract it is for, and where it stands."""

    amount_eur: int
    kind: str
    passage_id: PassageId


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for a set of facts on a day, with what led to it.

    ``periods`` holds, where only a month or a year was told and its days differ, the decision from each day on which
    something changes. The day is missing then; the outcome stands where all of them lead to it.
    """

    outcome: Outcome
    as_of: date
    facts: Facts
    missing: tuple[FactName, ...]
    tried: tuple[Tried, ...]
    limit: Limit | None = None
    warnings: tuple[WarningKind, ...] = ()
    todos: tuple[Todo, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    periods: tuple["Decision", ...] = ()

    @property
    def ground(self) -> Rule | None:
        """The rule that carries the outcome; where several do, the one that the known facts say most about."""
        fired = [tried for tried in self.tried if tried.fired]
        best = max(fired, key=lambda tried: len(tried.rule.when) - 2 * len(tried.lacking), default=None)
        return best.rule if best is not None else None


NEW_TENDER = Fact(FactName.EXISTING_CONTRACT, False, Known.DEFAULT)
"""What is taken to hold until somebody says otherwise: a check is mostly made for a new tender."""


def in_order(names: Collection[FactName]) -> tuple[FactName, ...]:
    """Give facts in the order in which they are asked for."""
    return tuple(name for name in FactName if name in names)
