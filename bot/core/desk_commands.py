"""What each command does.

Knows the commands that need no answer: welcome, sources, role, language, forgetting, feedback, a colleague.
Knows nothing of how a message reached the desk.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.commands import PERSONAL, Commanded, CommandName, command_menu
from bot.core.corpus import Language
from bot.core.desk_talk import Talking
from bot.core.errors import UsageError
from bot.core.incoming import Incoming, Rating, Reason
from bot.core.keeping import Counts, Handed, Store
from bot.core.model import MAX_QUESTION_CHARS
from bot.core.reply import ASK, WHY, Button, Reply, ReplyKind, ShownSource, note, thumbs
from bot.core.visit import Ended, Visit, changed, says
from bot.core.wire import language_from, role_of

MAX_REMARK_CHARS = 2_000
"""Characters of a remark that are kept."""

HANDED_ID_CHARS = 10
"""Characters of the number of a question in the queue; it follows from the message, so that it is put there once."""

_ANSWER_ID = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Commands:
    """Carries out commands."""

    talking: Talking
    store: Store
    message_key: Callable[[Incoming], str]
    now: Callable[[], datetime]

    def carry_out(self, command: Commanded, visit: Visit) -> Ended:
        """Carry out a command.

        Raises:
            UsageError: there is no such command, or it cannot be carried out.
        """
        if command.name in PERSONAL and visit.incoming.is_group:
            return says(visit, "not_in_a_group")
        if command.name is None:
            raise UsageError("unknown_command", value=command.written[:MAX_REMARK_CHARS])
        return self._ways[command.name](visit, command.rest)

    @property
    def _ways(self) -> Mapping[CommandName, Callable[[Visit, str], Ended]]:
        """What to do for each command, with what stands after it."""
        return {
            CommandName.START: lambda visit, rest: welcome(_in_language(visit, rest)),
            CommandName.HELP: lambda visit, _: Ended((note(_help(visit), visit.language),), visit.conversation),
            CommandName.CHECK: self.talking.begin_check,
            CommandName.SOURCE: lambda visit, rest: _with_sources(visit, _sources(visit, rest or None)),
            CommandName.SOURCES: lambda visit, _: _with_sources(visit, _sources(visit)),
            CommandName.COLLEAGUE: self._colleague,
            CommandName.FEEDBACK: self._feedback,
            CommandName.ROLE: _role,
            CommandName.LANGUAGE: _language,
            CommandName.NEW: lambda visit, _: _new(visit),
            CommandName.FORGET: lambda visit, _: self.forget(visit),
            CommandName.STOP: lambda visit, _: _stopped(visit),
            CommandName.DEBUG: lambda visit, _: Ended((note(_made(visit), visit.language),), visit.conversation),
        }

    def forget(self, visit: Visit) -> Ended:
        """Delete all that is kept of a person and say what; nothing of this visit is kept either."""
        is_waiting = any(handed.person == visit.person for handed in self.store.queue.open())
        deleted = self.store.retention.forget(visit.person, self.message_key(visit.incoming))
        told = [visit.say("forgotten_nothing") if deleted == Counts() else visit.say("forgotten", **_counted(deleted))]
        if is_waiting:
            told.append(visit.say("forgotten_question"))
        if deleted.pairings:
            told.append(visit.say("forgotten_code"))
        return Ended((note("\n\n".join(told), visit.language),), None)

    def rate(self, visit: Visit, rating: Rating) -> Ended:
        """Keep what a reader thinks of an answer; after a bad one, ask why."""
        if not _ANSWER_ID.fullmatch(rating.answer_id):
            return says(visit, "feedback_no_answer")
        self.store.feedback.add(visit.person, replace(rating, text=rating.text[:MAX_REMARK_CHARS]))
        visit = changed(visit, rated=rating.answer_id)
        if rating.is_good or rating.reason is not None or rating.text:
            is_personal = not visit.incoming.is_group
            return says(visit, "feedback_thanks_more" if is_personal and not rating.text else "feedback_thanks")
        reasons = (
            Button(f"{WHY}:{rating.answer_id}:{reason}", visit.say(f"feedback_reason_{reason}")) for reason in Reason
        )
        return says(visit, "feedback_why", *reasons)

    def _feedback(self, visit: Visit, text: str) -> Ended:
        """Take a remark on the answer that was rated since the last one, else on the last; without one, ask for it.

        Raises:
            UsageError: there is no answer yet.
        """
        last, rated = visit.conversation.last, visit.conversation.rated
        answer_id = rated or (last.answer_id if last is not None else "")
        if not answer_id:
            raise UsageError("no_answer_yet")
        if not text:
            return says(visit, "feedback_ask", *thumbs(answer_id, visit.messages, visit.language))
        earlier = self.store.feedback.find(visit.person, answer_id)
        return self.rate(visit, replace(earlier or Rating(answer_id, is_good=False), text=text))

    def _colleague(self, visit: Visit, text: str) -> Ended:
        """Put a question in the queue, once: what is typed after the command, else the last question.

        Raises:
            UsageError: there is no question.
        """
        turns, last = visit.conversation.turns, visit.conversation.last
        question = text or visit.conversation.asked
        if not question:
            raise UsageError("no_question_yet")
        waiting = next((h for h in self.store.queue.open() if _is_same(h, visit.person, question)), None)
        if waiting is not None:
            return says(visit, "colleague_waits", id=waiting.id)
        handed = Handed(
            id=handed_id(self.message_key(visit.incoming)),
            person=visit.person,
            channel=visit.incoming.channel,
            address=visit.incoming.address or visit.incoming.conversation,
            question=question[:MAX_QUESTION_CHARS],
            context=tuple((turn.question, turn.answer) for turn in turns),
            answer_id=last.answer_id if last is not None else "",
            language=visit.language,
            role=visit.role,
            at=self.now(),
        )
        self.store.queue.hand_over(handed)
        return says(visit, "colleague_asked", id=handed.id)


def handed_id(message_key: str) -> str:
    """Give the number in the queue of the question that a message puts there."""
    return message_key[:HANDED_ID_CHARS]


def welcome(visit: Visit) -> Ended:
    """Say what this is, what it can and cannot do, and that it is a machine; in Dutch until English is asked for."""
    language = visit.conversation.language or Language.NL
    other = Language.EN if language is Language.NL else Language.NL
    names = ("welcome_who", "welcome_can", "welcome_cannot", "welcome_start")
    examples = visit.messages.say("welcome_examples", language).splitlines()
    reply = Reply(
        ReplyKind.NOTE,
        language,
        tuple(visit.messages.say(name, language) for name in names),
        follow_ups=tuple(Button(f"{ASK}::{place}", example) for place, example in enumerate(examples)),
        actions=(
            Button("/check", visit.messages.say("action_check", language)),
            Button("/help", visit.messages.say("action_help", language)),
            Button(f"/start {other}", visit.messages.say(f"language_{other}", other)),
        ),
    )
    return Ended((reply,), visit.conversation)


def _is_same(handed: Handed, person: str, question: str) -> bool:
    """Say whether a question that waits is this one of this person, whatever its spaces and capitals."""
    asked = question[:MAX_QUESTION_CHARS].casefold().split()
    return handed.person == person and handed.question.casefold().split() == asked


def _in_language(visit: Visit, name: str) -> Visit:
    """Take a language that stands after the command; links put other words there, which count for nothing."""
    return changed(visit, language=Language(name)) if name in set(Language) else visit


def _help(visit: Visit) -> str:
    commands = command_menu(visit.messages, visit.language)
    width = max(len(name) for name, _ in commands)
    return visit.say("help", commands="\n".join(f"/{name:<{width}}  {text}" for name, text in commands))


def _sources(visit: Visit, number: str | None = None) -> tuple[ShownSource, ...]:
    """Give the sources of the last answer, or the one with a number.

    Raises:
        UsageError: there is no answer yet, or it has no (such) source.
    """
    last = visit.conversation.last
    if last is None:
        raise UsageError("no_answer_yet")
    if not last.sources:
        raise UsageError("no_sources")
    found = tuple(source for source in last.sources if number is None or str(source.n) == number)
    if not found:
        raise UsageError("no_source", value=(number or "")[:MAX_REMARK_CHARS], count=len(last.sources))
    return found


def _made(visit: Visit) -> str:
    """Tell how the last answer was made.

    Raises:
        UsageError: there is no answer yet.
    """
    if visit.conversation.last is None:
        raise UsageError("no_answer_yet")
    return visit.conversation.last.made


def _with_sources(visit: Visit, sources: tuple[ShownSource, ...]) -> Ended:
    return Ended((Reply(ReplyKind.SOURCE, visit.language, (), sources=sources),), visit.conversation)


def _role(visit: Visit, name: str) -> Ended:
    """Show the role; choose among those that the person has.

    Raises:
        UsageError: there is no such role.
    """
    if name:
        role = role_of(name)
        if role not in visit.roles:
            return says(visit, "role_not_yours", role=visit.say(f"role_{role}"))
        visit = changed(visit, role=role)
    others = [role for role in visit.roles if role is not visit.role]
    buttons = (Button(f"/rol {role}", visit.say(f"role_{role}")) for role in others)
    how = visit.say("role_choose" if others else "role_by_administrator")
    return says(visit, "role_now", *buttons, role=visit.say(f"role_{visit.role}"), how=how)


def _language(visit: Visit, name: str) -> Ended:
    """Show the language, or change it.

    Raises:
        UsageError: we do not answer in it.
    """
    if name:
        chosen = None if name.lower() == "auto" else language_from(name.lower())
        visit = changed(visit, language=chosen)
    language = visit.conversation.language
    shown = visit.say(f"language_{language}") if language is not None else visit.say("chat_language_auto")
    values = () if name else (*Language, "auto")
    buttons = (Button(f"/taal {value}", visit.say(f"language_{value}")) for value in values)
    return says(visit, "chat_language_now", *buttons, language=shown)


def _stopped(visit: Visit) -> Ended:
    name = "check_stopped" if visit.conversation.talk is not None else "stop_nothing"
    return says(changed(visit, talk=None), name)


def _counted(deleted: Counts) -> dict[str, int]:
    return {name: getattr(deleted, name) for name in ("conversations", "records", "feedback", "handed", "pairings")}


def _new(visit: Visit) -> Ended:
    return says(changed(visit, turns=(), talk=None, last=None, asked="", rated=""), "chat_new")
