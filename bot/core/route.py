"""What to do with one part of a question: answer it, or end it with a written reply.

Knows the order in which endings win: a judgement, an instruction, small talk, another subject, nothing found.
Knows nothing of how an answer is written.
"""

from dataclasses import dataclass

from bot.core.corpus import Status, WrittenReply
from bot.core.plain import words
from bot.core.retrieve import FoundPart, Match
from bot.core.rules import Rules
from bot.core.scope import Zone

REPLY_LEAD = {
    Status.REFUSED_JUDGEMENT: -0.005,
    Status.REFUSED_INJECTION: 0.012,
    Status.SMALLTALK: -0.005,
    Status.UNANSWERABLE_OUT_OF_SCOPE: 0.02,
    Status.UNANSWERABLE_NOTHING_FOUND: 0.0,
}
"""By how much a written reply must match better than anything in scope before it wins."""

SMALLTALK_WORDS = 12
"""A longer message is not small talk."""

MIN_QUESTION_WORDS = 2
MIN_ANSWER_SCORE = 0.88
"""A question with a term of the field is answered from here on, with care, even where its scope is doubted."""

MIN_REPLY_SCORE = 0.875
"""Below it, no written reply is close enough to say which one fits; the general one is used."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending without an answer: its status and, where one fits, the written reply."""

    status: Status
    reply: WrittenReply | None = None


def ending_of(part: FoundPart, rules: Rules) -> Ending | None:
    """Give the ending of a part that is not to be answered; ``None`` if it is."""
    reply = part.replies[0] if part.replies else None
    if rules.screen.judgement.match(part.said):
        return Ending(Status.REFUSED_JUDGEMENT, _reply_with(part, Status.REFUSED_JUDGEMENT))
    if len(words(part.said)) < MIN_QUESTION_WORDS and not part.signals.strong_terms and not _is_close(reply):
        return Ending(Status.CLARIFICATION)
    is_about_isv = any(mention.term.is_strong for mention in rules.terms.mentions(part.said))
    if reply is not None and _wins(reply, part, is_about_isv=is_about_isv):
        return Ending(reply.target.status, reply.target)
    if part.zone is Zone.REFUSE:
        if is_about_isv and not part.signals.other_subjects:
            return None if _best_in_scope(part) >= MIN_ANSWER_SCORE else Ending(Status.UNANSWERABLE_NOTHING_FOUND)
        close = reply is not None and _is_close(reply) and reply.target.status is Status.UNANSWERABLE_OUT_OF_SCOPE
        return Ending(Status.UNANSWERABLE_OUT_OF_SCOPE, reply.target if close and reply else None)
    return None


def _wins(reply: Match[WrittenReply], part: FoundPart, *, is_about_isv: bool) -> bool:
    status = reply.target.status
    if status is Status.SMALLTALK and len(words(part.said)) > SMALLTALK_WORDS:
        return False
    if not _is_close(reply):
        return False
    if is_about_isv and status in (Status.UNANSWERABLE_OUT_OF_SCOPE, Status.SMALLTALK):
        return False
    return reply.score >= _best_in_scope(part) + REPLY_LEAD[status]


def _best_in_scope(part: FoundPart) -> float:
    scores = [match.score for match in part.answers[:1]] + [scored.score for scored in part.loose[:1]]
    return max(scores, default=0.0)


def _is_close(reply: Match[WrittenReply] | None) -> bool:
    return reply is not None and reply.score >= MIN_REPLY_SCORE


def _reply_with(part: FoundPart, status: Status) -> WrittenReply | None:
    return next((match.target for match in part.replies if match.target.status is status), None)
