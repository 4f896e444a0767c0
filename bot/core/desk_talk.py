"""Questions and the ISV check at the desk.

Knows what a follow-up may refer to, how a check begins, goes on and ends, and that a button belongs to one question.
Knows nothing of commands, nor of how an answer is made.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zlib import crc32

from bot.core.audit import Records
from bot.core.checker import Checker, CheckReply
from bot.core.corpus import Status
from bot.core.dialogue import Talk
from bot.core.keeping import Conversation, KeptTurn
from bot.core.language import language_of
from bot.core.model import Answer, Question, Turn
from bot.core.offers import taken_offer
from bot.core.parts import asks
from bot.core.receipt import Versions
from bot.core.recording import keep
from bot.core.reply import Reply, note, reply_of, step_reply
from bot.core.visit import Ended, Visit, changed
from bot.core.wire import checked_question

log = logging.getLogger(__name__)

OnPartial = Callable[[str], None]
"""Something that shows what is ready of an answer while the rest is made: each text begins with the one before."""

Ask = Callable[[Question], Answer]
"""Something that answers a question."""

AskAloud = Callable[[Question, OnPartial], Answer]
"""Something that answers a question and meanwhile tells what may be shown already."""

KEPT_TURNS = 6
"""Earlier questions that a follow-up may refer to."""


@dataclass(frozen=True, slots=True)
class Talking:
    """Answers questions and holds checks; keeps nothing itself."""

    ask: Ask
    checker: Checker
    records: Records
    versions: Versions
    question_key: Callable[[Visit], str]
    now: Callable[[], datetime]
    today: Callable[[], date]
    ask_aloud: AskAloud | None = None
    """Used where a channel can show an answer while it is made."""

    def answer_to(self, visit: Visit, text: str, on_partial: OnPartial | None = None) -> Ended:
        """Answer a message: as part of the check that is going on, else as a question.

        Raises:
            UsageError: it is empty or too long.
        """
        talk = _talk_of(visit)
        if talk is not None:
            reply = self.checker.hear(_spoken(talk, visit, text), text)
            if reply.is_heard or not asks(text):
                return self._checked(visit, reply)
            return self._asked_between(visit, talk, text, on_partial)
        return self._asked(visit, text, on_partial)

    def _asked_between(self, visit: Visit, talk: Talk, text: str, on_partial: OnPartial | None) -> Ended:
        """Answer a question in the middle of a check, and go on with it; a purchase of its own begins another one."""
        ended = self._asked(changed(visit, talk=None), text, on_partial)
        if ended.conversation is None or ended.conversation.talk is not None:
            return ended
        return Ended((*ended.replies, self._open_step(talk)), replace(ended.conversation, talk=talk))

    def begin_check(self, visit: Visit, text: str) -> Ended:
        """Begin a check, with what is told of the purchase."""
        talk = _spoken(self._new_talk(visit), visit, text)
        return self._checked(visit, self.checker.start(talk, *([text] if text else [])))

    def chosen(self, visit: Visit, mark: str, value: str) -> Ended:
        """Take a button of the check; one of an earlier question is told apart and the open question asked again."""
        talk = _talk_of(visit)
        if talk is None:
            return Ended((note(visit.say("button_without_check"), visit.language),), visit.conversation)
        if mark != mark_of(talk):
            late = note(visit.say("button_too_late"), talk.language)
            return Ended((late, self._open_step(talk)), visit.conversation)
        return self._checked(visit, self.checker.hear(talk, value))

    def asked_again(self, visit: Visit, text: str, as_kept: str, on_partial: OnPartial | None = None) -> Ended:
        """Answer an edited question in the place of the earlier one; an edit that changes nothing gets no answer.

        ``as_kept`` is the text without what is left out before anything is kept. A check that is going on is not fed
        with an edit: it goes on, unless it began with that question.
        """
        conversation, talk = visit.conversation, _talk_of(visit)
        key = self.question_key(visit)
        old = next((turn for turn in conversation.turns if turn.message == key), None)
        if old is None:
            if talk is None:
                return self._asked(visit, text, on_partial)
            told = note(visit.say("edited_in_check"), talk.language)
            return Ended((told, self._open_step(talk)), conversation)
        if old.question == as_kept or self._took_offer(conversation, old, text):
            return Ended((), conversation)
        kept = tuple(turn for turn in conversation.turns if turn.message != key)
        ended = self._asked(changed(visit, turns=kept, talk=None), text, on_partial)
        told = note(visit.say("edited_answer"), visit.language)
        if talk is None or ended.conversation is None or self._began(talk, visit, old.question):
            return replace(ended, replies=(told, *ended.replies))
        answers = tuple(replace(reply, choices=()) for reply in ended.replies)
        return Ended((told, *answers, self._open_step(talk)), replace(ended.conversation, talk=talk))

    def _took_offer(self, conversation: Conversation, old: KeptTurn, text: str) -> bool:
        """Say whether an edited text takes the same offer as the message did before: a yes, written otherwise."""
        place = conversation.turns.index(old)
        earlier = [Turn(turn.question, turn.answer) for turn in conversation.turns[:place]]
        if not earlier:
            return False
        earlier[-1] = replace(earlier[-1], offers=(old.question,))
        return taken_offer(text, tuple(earlier)) == old.question

    def _began(self, talk: Talk, visit: Visit, question: str) -> bool:
        """Say whether a check was begun by a question: then it knows what was said in it."""
        begun = self.checker.start(self._new_talk(visit), question).talk
        heard = {said.text for said in begun.said} if begun is not None else set()
        return bool(heard) and heard <= {said.text for said in talk.said}

    def _open_step(self, talk: Talk) -> Reply:
        """Ask the open question of a check again."""
        return step_reply(self.checker.start(talk), talk.language, mark_of(talk))

    def _asked(self, visit: Visit, text: str, on_partial: OnPartial | None) -> Ended:
        conversation = visit.conversation
        turns = _turns(conversation)
        question = checked_question(
            text, role=visit.role, as_of=self.today(), language=conversation.language, history=turns
        )
        answer = self._answer(replace(question, asker=visit.person), on_partial)
        later = self._remembered(visit, taken_offer(text, tuple(turns)) or answer.question, answer)
        replies: tuple[Reply, ...] = (reply_of(answer, visit.messages),)
        if answer.decision is not None and answer.decision.missing:
            talk = replace(self._new_talk(visit), language=answer.language)
            step = self.checker.start_after(talk, [turn.question for turn in turns], text)
            later = replace(later, talk=step.talk if step.answer is None else None)
            if step.talk is not None and step.choices:
                shown = step_reply(step, answer.language, mark_of(step.talk))
                replies = (replace(replies[0], choices=shown.choices),)
        return Ended(replies, later)

    def _answer(self, question: Question, on_partial: OnPartial | None) -> Answer:
        if on_partial is None or self.ask_aloud is None:
            return self.ask(question)
        return self.ask_aloud(question, on_partial)

    def _checked(self, visit: Visit, reply: CheckReply) -> Ended:
        language = reply.talk.language if reply.talk is not None else visit.language
        if reply.talk is None:
            stopped = note(reply.text, language)
            return Ended((stopped,), replace(visit.conversation, talk=None))
        if reply.answer is None:
            step = step_reply(reply, language, mark_of(reply.talk))
            return Ended((step,), replace(visit.conversation, talk=reply.talk))
        keep(reply.answer, self.records, self.versions, asker=visit.person)
        told = " ".join(said.text for said in reply.talk.said)
        later = self._remembered(changed(visit, talk=None), told, reply.answer)
        return Ended((reply_of(reply.answer, visit.messages),), later)

    def _new_talk(self, visit: Visit) -> Talk:
        return Talk(visit.role, self.today(), visit.language)

    def _remembered(self, visit: Visit, text: str, answer: Answer) -> Conversation:
        """Keep a turn; what was refused is not a subject for a follow-up, and nothing of it is kept."""
        if answer.status is Status.SMALLTALK and not answer.citations:
            return visit.conversation  # who says thanks can still ask for the sources
        is_refused = answer.status.value.startswith("refused")
        last = reply_of(answer, visit.messages)
        conversation = replace(visit.conversation, last=last, asked="" if is_refused else text, rated="")
        if not answer.status.is_answer and answer.decision is None:
            return conversation
        read_as = answer.standalone_question
        turn = KeptTurn(self.question_key(visit), text, answer.text, answer.id, self.now(), read_as)
        return replace(conversation, turns=(*conversation.turns, turn)[-KEPT_TURNS:])


def _talk_of(visit: Visit) -> Talk | None:
    """Give the check that is going on, in the role that the person has now."""
    talk = visit.conversation.talk
    return replace(talk, role=visit.role) if talk is not None else None


def _spoken(talk: Talk, visit: Visit, text: str) -> Talk:
    """Give a talk in the language of its first message, unless a language was chosen."""
    if talk.said or visit.conversation.language is not None:
        return talk
    return replace(talk, language=language_of(text) or talk.language)


def _turns(conversation: Conversation) -> list[Turn]:
    """Give the turns that a message may refer to; what the last answer suggested can be taken up with a yes."""
    turns = [Turn(turn.question, turn.answer, read_as=turn.read_as) for turn in conversation.turns[-KEPT_TURNS:]]
    last = conversation.last
    if turns and last is not None and last.answer_id == conversation.turns[-1].answer_id:
        offers = tuple(button.label for button in last.follow_ups)
        turns[-1] = replace(turns[-1], offers=offers)
    return turns


def mark_of(talk: Talk) -> str:
    """Name the question that is open in a check, so that a button of an earlier one is known as such."""
    said = "\n".join(f"{said.text}\t{said.category}" for said in talk.said)
    return f"{crc32(said.encode('utf-8', 'surrogatepass')):08x}"
