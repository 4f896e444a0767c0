"""The ISV check as a conversation: what was understood, and the one question that is asked next.

Knows choices, "I do not know", going back and beginning anew; its state is what was said, so that a channel can store
it, and takes it up again by reading it once more.
Knows nothing of how a decision is worded, or of channels.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from bot.core.case import facts_told
from bot.core.contract_life import life_in
from bot.core.corpus import Language, Role
from bot.core.decide import CONTRADICTED, NO_THRESHOLD, decide
from bot.core.decision import NEW_TENDER, VALUES, Decision, Fact, FactName, Facts, FactValue, Known, Refused, in_order
from bot.core.part_amounts import speaks_of_a_part
from bot.core.rules import DialogueRules, Rules
from bot.core.tender_day import with_year, year_of

ASSUMED: Facts = {NEW_TENDER.name: NEW_TENDER}
"""What a check begins with; all else is asked for."""

UNKNOWN = "unknown"
AGREE = "agree"
CHANGE = "change:"
"""Choices that are no value of a fact; ``change:`` is followed by the name of the fact to ask for again."""

_CONTEXT = {
    FactName.EUROPEAN_TENDER: "waarde",
    FactName.VALUE_EUR: "waarde",
    FactName.MANIFEST_SIGNATORY: "manifest mvoi",
}
"""What an answer leaves out because the question said it: "180.000", "nooit getekend"."""


_YES_OR_NO = (FactName.MANIFEST_SIGNATORY, FactName.EXISTING_CONTRACT, FactName.SPLITTING)
"""Facts that are asked for with a question of yes or no. "No" to "what is the value, or is it European?" is neither,
unless there is no threshold, for then only the second half is asked.
"""


class Stage(StrEnum):
    """Where a check stands."""

    ASK = "ask"
    CONFIRM = "confirm"
    DONE = "done"


class Command(StrEnum):
    """What a message does to the check as a whole."""

    BACK = "back"
    AGAIN = "again"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Said:
    """A message that counted; ``category`` is what the index took it for, where no list of words knows the thing."""

    text: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A check so far. ``said`` holds, in order, the messages that counted; the rest follows from them."""

    role: Role
    as_of: date
    language: Language
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What is known after all that was said, and what is needed now.

    ``choices`` are the values that a button may send back; free text is read as well.
    """

    stage: Stage
    decision: Decision
    facts: Facts
    """What was told or assumed, without what follows from it."""
    asked: FactName | None = None
    choices: tuple[str, ...] = ()
    is_heard: bool = True
    """Whether the last message told something."""
    refused: tuple[Refused, ...] = ()
    """What the last message told that cannot be so."""


@dataclass(frozen=True, slots=True)
class _Position:
    """The facts after some messages, and what the next message answers."""

    facts: Facts = field(default_factory=lambda: dict(ASSUMED))
    unknown: frozenset[FactName] = frozenset()
    reopened: FactName | None = None
    value_text: str = ""
    """The message that told the value: a later one may tell for how many years it is paid, or what is left out."""
    is_agreed: bool = False
    is_heard: bool = True
    refused: tuple[Refused, ...] = ()


def command_of(text: str, rules: DialogueRules) -> Command | None:
    """Give the command that a message is; ``None`` for any other message."""
    by_command = {Command.BACK: rules.back, Command.AGAIN: rules.again, Command.STOP: rules.stop}
    return next((command for command, patterns in by_command.items() if patterns.match(text)), None)


def step_of(talk: Talk, rules: Rules) -> Step:
    """Replay what was said and give the step that follows."""
    position = _Position()
    for said in talk.said:
        position = _after(position, said, talk.as_of, rules)
    return _step(position, talk.as_of, rules)


def _step(position: _Position, as_of: date, rules: Rules) -> Step:
    return replace(_open_step(position, as_of, rules), refused=position.refused)


def _open_step(position: _Position, as_of: date, rules: Rules) -> Step:
    decision = decide(rules.check, position.facts, as_of)
    asked = position.reopened or next((name for name in decision.missing if name not in position.unknown), None)
    if asked is not None:
        values = tuple(str(value).lower() for value in VALUES.get(asked, ()))
        return Step(Stage.ASK, decision, position.facts, asked, (*values, UNKNOWN), position.is_heard)
    if not position.is_agreed and _is_taken_from_words(position.facts):
        names = tuple(f"{CHANGE}{name}" for name in changeable(decision))
        return Step(Stage.CONFIRM, decision, position.facts, None, (AGREE, *names), position.is_heard)
    return Step(Stage.DONE, decision, position.facts, is_heard=position.is_heard)


def changeable(decision: Decision) -> tuple[FactName, ...]:
    """Give the facts of a decision that a reader may correct: all but those that follow from others."""
    return tuple(name for name in in_order(decision.facts) if decision.facts[name].known is not Known.DERIVED)


def _is_taken_from_words(facts: Facts) -> bool:
    return any(fact.known is Known.QUESTION for fact in facts.values())


def _after(position: _Position, said: Said, as_of: date, rules: Rules) -> _Position:
    """Give the position after one more message; a value that was not asked for instead is kept."""
    position = replace(position, refused=())
    step = _step(position, as_of, rules)
    later = _taken(position, step, said, as_of, rules)
    value = position.facts.get(FactName.VALUE_EUR)
    if (
        not {NO_THRESHOLD, CONTRADICTED} & set(step.decision.warnings)
        or value is None
        or FactName.EUROPEAN_TENDER not in later.facts
    ):
        return later
    return replace(later, facts={FactName.VALUE_EUR: value, **later.facts})


def _taken(position: _Position, step: Step, said: Said, as_of: date, rules: Rules) -> _Position:
    text = said.text
    if said.category:
        return _with(position, {FactName.CATEGORY: Fact(FactName.CATEGORY, said.category, Known.QUESTION, text)})
    if step.asked is not None:
        return _answered(position, step, step.asked, text, as_of, rules)
    chosen = _chosen(step.choices, text)
    if chosen.startswith(CHANGE):
        return replace(position, reopened=FactName(chosen.removeprefix(CHANGE)), is_heard=True)
    if chosen == AGREE or (step.stage is Stage.CONFIRM and rules.dialogue.agree.match(text)):
        return replace(position, is_agreed=True, is_heard=True)
    return _told(position, text, as_of, rules, known=Known.QUESTION)


def _answered(position: _Position, step: Step, asked: FactName, text: str, as_of: date, rules: Rules) -> _Position:
    """Take the answer to a question: a choice, a yes or no, "I do not know", or facts in words."""
    chosen = _chosen(step.choices, text)
    if chosen == UNKNOWN or (not chosen and rules.dialogue.unknown.match(text)):
        facts = {name: fact for name, fact in position.facts.items() if name is not asked or fact.within is not None}
        return _moved(position, facts, position.unknown | {asked})
    has_no_threshold = asked is FactName.EUROPEAN_TENDER and NO_THRESHOLD in step.decision.warnings
    is_yes_or_no = asked in _YES_OR_NO or has_no_threshold
    value = _value_of(asked, chosen) if chosen else _yes_or_no(text, rules.dialogue, is_asked=is_yes_or_no)
    if value is not None:
        return _with(position, {asked: Fact(asked, value, Known.ASKED)})
    day = position.facts.get(FactName.DATE)
    if asked is FactName.DATE and day is not None and (year := year_of(day)) is not None:
        text = with_year(text, year)
    later = _told(position, text, as_of, rules, known=Known.ASKED, asked=asked, context=_CONTEXT.get(asked, ""))
    if later.is_heard:
        return later
    first_word = re.split(r"[\s,.;]", text.strip(), maxsplit=1)[0]
    value = _yes_or_no(first_word, rules.dialogue, is_asked=is_yes_or_no)
    return later if value is None else _with(position, {asked: Fact(asked, value, Known.QUESTION, text)})


def _told(
    position: _Position,
    text: str,
    as_of: date,
    rules: Rules,
    *,
    known: Known,
    asked: FactName | None = None,
    context: str = "",
) -> _Position:
    """Take the facts that a message tells in words; those for which it gives several values are asked for again."""
    read = facts_told(f"{context} {text}", as_of, rules)
    doubtful = read.doubtful
    told = {name: replace(fact, words=fact.words.removeprefix(context).strip()) for name, fact in read.facts.items()}
    tells_value = FactName.VALUE_EUR in told
    if not tells_value and position.value_text and (life_in(text)[0] is not None or speaks_of_a_part(text)):
        whole = facts_told(f"{position.value_text}. {text}", as_of, rules)
        told |= {name: fact for name, fact in whole.facts.items() if name is FactName.VALUE_EUR}
    if not told and not doubtful and not read.refused:
        return replace(position, is_heard=False)
    # "150k, niet Europees" answers with two facts that may not agree, so that neither is a choice
    chosen = None if asked is FactName.EUROPEAN_TENDER and FactName.VALUE_EUR in told else asked
    heard = {name: replace(fact, known=known if name is chosen else Known.QUESTION) for name, fact in told.items()}
    kept = {name: fact for name, fact in position.facts.items() if name not in doubtful}
    later = _with(replace(position, facts=kept, unknown=position.unknown - doubtful), heard)
    later = replace(later, value_text=text if tells_value else later.value_text)
    return _refusing(later, read.refused, as_of, rules) if read.refused else later


def _refusing(position: _Position, refused: tuple[Refused, ...], as_of: date, rules: Rules) -> _Position:
    """Ask again for what was told and cannot be so; for a value with the question that it answers."""
    name = refused[0].name
    missing = _step(position, as_of, rules).decision.missing
    if name is FactName.VALUE_EUR and FactName.EUROPEAN_TENDER in missing:
        name = FactName.EUROPEAN_TENDER
    return replace(position, refused=refused, reopened=name, unknown=position.unknown - {name})


def _with(position: _Position, told: Facts) -> _Position:
    """Put facts in the place of earlier ones; a new value decides anew whether the tender is European."""
    facts = dict(position.facts)
    if FactName.VALUE_EUR in told and FactName.EUROPEAN_TENDER not in told:
        facts.pop(FactName.EUROPEAN_TENDER, None)
    if FactName.EUROPEAN_TENDER in told and FactName.VALUE_EUR not in told:
        facts.pop(FactName.VALUE_EUR, None)
    return _moved(position, {**facts, **told}, position.unknown - set(told))


def _moved(position: _Position, facts: Facts, unknown: frozenset[FactName]) -> _Position:
    """Give the next position: nothing is agreed any more, and no fact is open for change."""
    value_text = position.value_text if FactName.VALUE_EUR in facts else ""
    return _Position(facts, unknown, value_text=value_text)


def _chosen(choices: Sequence[str], text: str) -> str:
    """Give the choice that a message is, by its value or its number from 1; empty where it is none."""
    plain = text.strip().lower()
    if plain in choices:
        return plain
    return next((choice for number, choice in enumerate(choices, start=1) if plain == str(number)), "")


def _value_of(name: FactName, chosen: str) -> FactValue | None:
    return next((value for value in VALUES.get(name, ()) if str(value).lower() == chosen), None)


def _yes_or_no(text: str, rules: DialogueRules, *, is_asked: bool) -> FactValue | None:
    if not is_asked:
        return None
    if rules.yes.match(text):
        return True
    return False if rules.no.match(text) else None
