"""What to do with one part of a question: answer it, or end it with a written reply.

Knows the order in which endings win: a judgement, an instruction, small talk, another subject, nothing found.
Knows nothing of how an answer is written.
"""

from dataclasses import dataclass

from bot.core.corpus import Status, WrittenReply
from bot.core.parts import asks
from bot.core.plain import words
from bot.core.retrieve import FoundPart, Match
from bot.core.rules import Rules
from bot.core.scope import Zone

REPLY_LEAD = {
    Status.REFUSED_JUDGEMENT: -0.04,
    Status.REFUSED_INJECTION: 0.1,
    Status.SMALLTALK: -0.04,
    Status.UNANSWERABLE_OUT_OF_SCOPE: 0.15,
    Status.UNANSWERABLE_NOTHING_FOUND: 0.0,
}
"""By how much a written reply must match better than anything in scope before it wins."""

SMALLTALK_WORDS = 14
"""A longer message is not small talk."""

SAME_LINE = 0.75
"""The cosine from which a message says the same as a line of a written reply, so that no further sign is needed."""

MIN_QUESTION_WORDS = 2
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

    ``is_case`` says that the check decided on it: then it is about ISV, and only a judgement ends it.
    """
    if rules.screen.judgement.match(part.said):
        return Ending(Status.REFUSED_JUDGEMENT, _reply_with(part, Status.REFUSED_JUDGEMENT))
    if is_case:
        return None
    reply = part.replies[0] if part.replies and _is_close(part.replies[0]) else None
    if len(words(part.said)) < MIN_QUESTION_WORDS and not part.signals.strong_terms and reply is None:
        return Ending(Status.CLARIFICATION)
    is_about_isv = any(mention.term.is_strong for mention in rules.terms.mentions(part.said))
    if reply is not None and _wins(reply, part, rules, is_about_isv=is_about_isv):
        return Ending(reply.target.status, reply.target)
    return _refused(part, reply, is_about_isv=is_about_isv) if part.zone is Zone.REFUSE else None


def _refused(part: FoundPart, reply: Match[WrittenReply] | None, *, is_about_isv: bool) -> Ending | None:
    """End a part that is probably not about ISV; one that names ISV is answered, or nothing was found for it."""
    if is_about_isv and (not part.signals.other_subjects or part.signals.case_facts):
        return None if part.nearest >= MIN_ANSWER_SCORE else Ending(Status.UNANSWERABLE_NOTHING_FOUND)
    fits = reply is not None and reply.target.status is Status.UNANSWERABLE_OUT_OF_SCOPE
    return Ending(Status.UNANSWERABLE_OUT_OF_SCOPE, reply.target if fits and reply is not None else None)


def _wins(reply: Match[WrittenReply], part: FoundPart, rules: Rules, *, is_about_isv: bool) -> bool:
    status = reply.target.status
    if is_about_isv and status in (Status.UNANSWERABLE_OUT_OF_SCOPE, Status.SMALLTALK):
        return False
    if reply.cosine < SAME_LINE and not _shows(status, part.said, rules):
        return False
    return reply.near >= part.nearest + REPLY_LEAD[status]


def _shows(status: Status, said: str, rules: Rules) -> bool:
    """Say whether the words allow for such an ending: small talk asks nothing, a verdict is asked in its own words."""
    match status:
        case Status.SMALLTALK:
            return len(words(said)) <= SMALLTALK_WORDS and not asks(said)
        case Status.REFUSED_JUDGEMENT:
            return rules.screen.judging.match(said)
        case _:
            return True


def _is_close(reply: Match[WrittenReply]) -> bool:
    return reply.near >= MIN_REPLY_SCORE


def _reply_with(part: FoundPart, status: Status) -> WrittenReply | None:
    return next((match.target for match in part.replies if match.target.status is status), None)
