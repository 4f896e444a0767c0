"""What to do with one part of a question: answer it, or end it with a written reply.

Knows the order in which endings win: a judgement, an instruction, nothing to go by, small talk, another subject,
nothing found.
Knows nothing of how an answer is written.
"""

from dataclasses import dataclass

from bot.core.corpus import Kind, Status, WrittenReply
from bot.core.parts import asks, is_hollow
from bot.core.plain import words
from bot.core.rank import FAR, SAME
from bot.core.retrieve import FoundPart
from bot.core.rules import Rules
from bot.core.scope import Zone

SAME_LINE = 0.75
"""The cosine from which a message says the same as a line of a written reply, so that no further sign is needed."""

SURELY_NEAR = 0.75
"""A message this near to a text is a question about it, whatever else it looks like."""

MIN_QUESTION_WORDS = 2
MAX_OUTSIDE = 0.8
"""A question that names ISV and is this surely about something else means another ISV."""

MIN_OUTSIDE = 0.5
"""A message that leans on another one, or is vague, is only told to be about something else if that is likelier."""

SURE_ORDER = 0.75
"""A message that surely asks about ISV is only taken for an order to the assistant where that is as sure."""

LIKELIEST = 0.5
"""What a message is more likely than all other kinds together."""

MIN_ANSWER_SCORE = 0.6
"""A question with a term of the field is answered from here on, with care, even where its scope is doubted."""

MIN_REPLY_SCORE = 0.5
"""Below it, no written reply is close enough to say which one fits; the general one is used."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending without an answer: its status and, where one fits, the written reply."""

    status: Status
    reply: WrittenReply | None = None


def ending_of(part: FoundPart, rules: Rules, *, is_case: bool = False) -> Ending | None:
    """Give the ending of a part that is not to be answered; ``None`` if it is.

    ``is_case`` says that the check decided on it: then it is about ISV, and only words that ask for a verdict end it.
    """
    mentions = rules.terms.mentions(part.said)
    is_judged = not is_case and _is_kind(Kind.JUDGEMENT, part, rules) and bool(mentions or part.signals.case_facts)
    if rules.screen.judgement.match(part.said) or is_judged:
        return _ended(Status.REFUSED_JUDGEMENT, part)
    if is_case:
        return None
    if _is_order(part, rules):
        return _ended(Status.REFUSED_INJECTION, part)
    is_about_isv = any(mention.term.is_strong for mention in mentions)
    return (None if is_about_isv else _without_subject(part, rules)) or _missed(part, is_about_isv=is_about_isv)


def _without_subject(part: FoundPart, rules: Rules) -> Ending | None:
    """End a message that asks nothing, or from which nobody could tell what it asks."""
    if _is_small_talk(part, rules):
        return _ended(Status.SMALLTALK, part)
    is_bare = is_hollow(part.said) or len(words(part.said)) < MIN_QUESTION_WORDS or _is_kind(Kind.UNCLEAR, part, rules)
    if is_bare and not part.signals.follows and part.signals.line < SAME:
        is_greeting = _is_kind(Kind.SMALLTALK, part, rules) and not is_hollow(part.said)
        return _ended(Status.SMALLTALK, part) if is_greeting else Ending(Status.CLARIFICATION)
    asks_on = part.signals.follows and asks(part.said)
    if asks_on or _is_told(part):
        return None
    return _ended(Status.SMALLTALK, part) if _is_kind(Kind.SMALLTALK, part, rules) else None


def _is_kind(kind: Kind, part: FoundPart, rules: Rules) -> bool:
    return part.kinds[kind] >= rules.calibration.kind_limits[kind]


def _is_order(part: FoundPart, rules: Rules) -> bool:
    """Say whether a message would change how the assistant works; one that surely asks about ISV must do so surely.

    An order that is taken for a question gets sentences of the sources: it is not carried out either way.
    """
    limit = SURE_ORDER if part.zone is Zone.ANSWER else rules.calibration.kind_limits[Kind.INJECTION]
    return part.kinds[Kind.INJECTION] >= limit


def _is_small_talk(part: FoundPart, rules: Rules) -> bool:
    """Say whether a message by itself is small talk, also after questions: who asks may always hear what we are."""
    best = part.replies[0] if part.replies else None
    if best is None or best.target.status is not Status.SMALLTALK:
        return False
    return _says_the_same(part) or (_is_kind(Kind.SMALLTALK, part, rules) and best.near >= part.signals.inside)


def _says_the_same(part: FoundPart) -> bool:
    return bool(part.replies) and part.replies[0].cosine >= SAME_LINE and part.replies[0].near >= part.nearest


def _is_told(part: FoundPart) -> bool:
    """Say whether a question line asks the same: there are answers about the assistant itself too."""
    beside = max((match.near for match in part.replies), default=FAR)
    return part.zone is not Zone.REFUSE and part.nearest >= max(SURELY_NEAR, beside)


def _is_known_not_to_be_there(part: FoundPart) -> bool:
    """Say whether the question asks for what a written reply says the sources do not hold."""
    best = part.replies[0] if part.replies else None
    is_such = best is not None and best.target.status is Status.UNANSWERABLE_NOTHING_FOUND
    return is_such and best is not None and best.near >= max(part.nearest, MIN_REPLY_SCORE)


def _missed(part: FoundPart, *, is_about_isv: bool) -> Ending | None:
    """End a part that the sources do not answer; one that names ISV is answered, or nothing was found for it."""
    if _is_known_not_to_be_there(part):
        return _ended(Status.UNANSWERABLE_NOTHING_FOUND, part)
    if part.zone is not Zone.REFUSE:
        return None
    is_named_otherwise = part.signals.other_subjects and part.nearest < SURELY_NEAR
    is_another = is_named_otherwise or part.kinds[Kind.OUTSIDE] >= MAX_OUTSIDE
    if is_about_isv and (part.signals.case_facts or not is_another):
        return None if part.nearest >= MIN_ANSWER_SCORE else Ending(Status.UNANSWERABLE_NOTHING_FOUND)
    is_vague = part.signals.follows or part.kinds[Kind.UNCLEAR] > LIKELIEST
    if is_vague and part.kinds[Kind.OUTSIDE] < MIN_OUTSIDE:
        return Ending(Status.CLARIFICATION)
    return _ended(Status.UNANSWERABLE_OUT_OF_SCOPE, part)


def _ended(status: Status, part: FoundPart) -> Ending:
    """Give an ending with the nearest written reply of its status, where one is close enough to fit."""
    close = (m.target for m in part.replies if m.target.status is status and m.near >= MIN_REPLY_SCORE)
    return Ending(status, next(close, None))
