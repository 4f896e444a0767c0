"""Step 2: what is asked: the parts of a message, each made to stand alone.

Knows pasted mails, follow-ups, offers that are taken up, and misspelt words of the field.
Knows nothing of what the corpus holds.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from bot.core.case import Case, case_of, of_this_purchase
from bot.core.corpus import Language, Role
from bot.core.followup import readings_of, without_topic_change
from bot.core.model import NoticeKind, Question, Turn
from bot.core.offers import resolved, taken_offer
from bot.core.parts import MAX_PARTS, Asked, questions_of
from bot.core.plain import squeezed
from bot.core.ports import Speller
from bot.core.rules import Rules
from bot.core.screen import Screened


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message: as it was said, and the ways to read it, the most likely first."""

    said: str
    readings: tuple[str, ...]
    goes_on: bool = False
    """Whether it is a later piece of the sentence of the part before it."""
    follows: bool = False
    """Whether it most likely borrows the subject of an earlier question."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A message as questions that stand alone, asked by a role, for certain days."""

    question: Question
    text: str
    language: Language
    parts: tuple[Part, ...]
    notices: tuple[NoticeKind, ...] = ()
    case: Case = field(default_factory=Case)
    """What the conversation tells of a purchase."""

    @property
    def whole(self) -> str:
        """The message as one text; a message of one part is that part."""
        return self.parts[0].said if len(self.parts) == 1 else squeezed(self.text)

    @property
    def role(self) -> Role:
        """The role of the asker."""
        return self.question.role

    @property
    def days(self) -> frozenset[date]:
        """The days for which an answer is asked."""
        return frozenset({self.question.as_of})


def understand(screened: Screened, speller: Speller, rules: Rules) -> Understood:
    """Find the questions of a message and make each stand alone."""
    question = replace(screened.question, history=resolved(screened.question.history))
    screened = replace(screened, question=question)
    taken = taken_offer(screened.text, question.history)
    corrected = taken or speller.correct(screened.text)
    before = (turn.question for turn in question.history)
    *earlier, last = of_this_purchase((*before, corrected), question.as_of, rules)
    case = case_of(earlier, last, question.as_of, rules)
    stands_alone = taken is not None or case.is_told_at_once
    asked = questions_of(corrected, rules.screen)
    parts = tuple(_part(one, () if stands_alone else question.history, rules) for one in asked[:MAX_PARTS])
    notices = (*screened.notices, *((NoticeKind.MORE_PARTS,) if len(asked) > MAX_PARTS else ()))
    return Understood(screened.question, screened.text, screened.language, parts, notices, case)


def _part(asked: Asked, history: tuple[Turn, ...], rules: Rules) -> Part:
    """Make a question stand alone, with what surrounds it in the message or with the questions before it."""
    if len(asked.readings) > 1 or not history:
        changed = tuple(dict.fromkeys(without_topic_change(reading, rules) for reading in asked.readings))
        return Part(asked.said, changed, goes_on=asked.goes_on)
    readings = readings_of(asked.said, history, rules)
    return Part(asked.said, readings, asked.goes_on, follows=len(readings) > 1)
