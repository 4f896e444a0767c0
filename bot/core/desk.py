"""The desk: what every channel does, so that a channel only translates.

Knows the way of a message: taken in, let in, answered, delivered; each of them once, also after a restart.
Knows nothing of any channel.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.commands import Commanded, CommandName, commanded
from bot.core.corpus import Language, Role, Status
from bot.core.desk_commands import Commands, handed_id, welcome
from bot.core.desk_talk import OnPartial
from bot.core.errors import ServiceError, StoreUnavailable, UsageError
from bot.core.identity import Identities
from bot.core.incoming import Attachment, Incoming, MessageKind, Rating, Reason
from bot.core.keepable import keepable, masked
from bot.core.keeping import Conversation, Finished
from bot.core.messages import Messages
from bot.core.outgoing import Outgoing, note_sent, outgoing_of
from bot.core.people import Admission, Door
from bot.core.plain import visible
from bot.core.ports import PersonalDataFinder
from bot.core.reply import ASK, BAD, GOOD, STEP, WHY, Reply, note
from bot.core.screen import without_personal_data
from bot.core.shown import Shown
from bot.core.visit import Ended, Visit, says

log = logging.getLogger(__name__)

TYPED = frozenset({MessageKind.TEXT, MessageKind.EDITED, MessageKind.CHOICE})
"""The kinds of messages that may be a command."""

ONCE_A_DAY = timedelta(days=1)
PURGED_AGAIN = timedelta(minutes=10)
"""How long is waited after a purge that failed."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How the desk behaves towards everybody."""

    group_role: Role
    """The role in which is answered in a group, whoever asks: what a person may read is that person's own."""
    kept_for: timedelta
    """How long questions and answers are kept."""
    now: Callable[[], datetime]


class Desk:
    """Answers messages of any channel. One instance serves them all, from any thread.

    The messages of one conversation must come one after another; ``bot.core.front`` sees to that.
    """

    def __init__(
        self,
        commands: Commands,
        door: Door,
        identities: Identities,
        messages: Messages,
        finder: PersonalDataFinder,
        manners: Manners,
    ) -> None:
        """Take what the desk works with."""
        self._commands = commands
        self._store = commands.store
        self._door = door
        self._identities = identities
        self._messages = messages
        self._finder = finder
        self._manners = manners
        self._purged_until: datetime | None = None

    @property
    def shown(self) -> Shown:
        """Where answers stand, for a channel whose thumbs name a message."""
        return Shown(self._store.shown, self._identities, self._manners.now)

    @property
    def messages(self) -> Messages:
        """The fixed sentences, for what a channel itself must say."""
        return self._messages

    def handle(self, incoming: Incoming, on_partial: OnPartial | None = None) -> tuple[Reply, ...]:
        """Take a message in and answer it, for a channel that delivers at once; a second delivery gets no reply."""
        try:
            if not self.accept(incoming):
                return ()
        except StoreUnavailable as error:
            return (self._failed(incoming, error),)
        replies = self.answer(incoming, on_partial)
        self.delivered(incoming)
        return replies

    def accept(self, incoming: Incoming) -> bool:
        """Keep a message until it is answered; only then may a channel confirm that it got it.

        False: there is nothing to answer, for it came in before or is not meant for the bot.

        Raises:
            StoreUnavailable: it cannot be kept; the channel must let it be sent again.
        """
        if incoming.is_group and not incoming.is_addressed:
            return False
        self.tidy()
        person = self._identities.person(incoming.channel, incoming.person)
        return self._store.inbox.accept(self._identities.message(incoming), person, keepable(incoming, self._finder))

    def answer(self, incoming: Incoming, on_partial: OnPartial | None = None) -> tuple[Reply, ...]:
        """Answer a message that was taken in; the replies are kept until they are delivered."""
        key = self._identities.message(incoming)
        try:
            done = self._store.inbox.replies(key)
            if done is not None:
                return done
            ended = self._ended(incoming, on_partial)
        except Exception as error:  # noqa: BLE001  # the one net outside Assistant.ask: for the check and the commands
            return (self._failed(incoming, error),)
        try:
            where = self._identities.conversation(incoming)
            finished = Finished(ended.replies, where, ended.conversation, handed_id(key))
            if not self._store.inbox.finish(key, finished):  # a thumb would keep something of who has all forgotten
                return tuple(replace(reply, takes_feedback=False) for reply in ended.replies)
        except StoreUnavailable as error:
            log.warning("not kept channel=%s cause=%s", incoming.channel, error)
        return ended.replies

    def delivered(self, incoming: Incoming) -> bool:
        """Note that the replies to a message arrived; only that it came in is remembered from now on.

        False: it could not be noted. They are sent again after a restart, unless it is noted later.
        """
        try:
            self._store.inbox.deliver(self._identities.message(incoming))
        except StoreUnavailable as error:
            log.warning("not noted as delivered channel=%s cause=%s", incoming.channel, error)
            return False
        return True

    def is_known(self, incoming: Incoming) -> bool:
        """Say whether a message came in before.

        Raises:
            StoreUnavailable: that cannot be read.
        """
        return self._store.inbox.has(self._identities.message(incoming))

    def is_waiting(self, incoming: Incoming) -> bool:
        """Say whether a message came in and is not delivered yet.

        Raises:
            StoreUnavailable: that cannot be read.
        """
        return self._store.inbox.is_waiting(self._identities.message(incoming))

    def take_on(self, channel: str) -> bool:
        """Answer for a channel, which only one process may: two would send the same replies. False: another one does.

        To be asked again now and then: a database that was away may have given the right to another process.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        return self._store.claims.take(channel)

    def let_go(self, channel: str) -> None:
        """Let another process answer for a channel."""
        self._store.claims.give_back(channel)

    def waiting(self, channel: str) -> tuple[Incoming, ...]:
        """Give the messages that were confirmed but not answered when the program ended, the oldest first.

        Raises:
            StoreUnavailable: they cannot be read.
        """
        return self._store.inbox.waiting(channel)

    def outgoing(self, channel: str) -> tuple[Outgoing, ...]:
        """Give what a channel must send of its own accord; to be asked for every few seconds.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        self.tidy()
        return outgoing_of(channel, self._store, self._messages)

    def sent(self, outgoing: Outgoing) -> None:
        """Note that a message of its own accord arrived.

        Raises:
            StoreUnavailable: it cannot be noted.
        """
        note_sent(outgoing, self._store)

    def tidy(self) -> None:
        """Delete what is older than the set time, at the start and once a day."""
        now = self._manners.now()
        if self._purged_until is not None and now < self._purged_until:
            return
        self._purged_until = now + ONCE_A_DAY
        try:
            deleted = self._store.retention.purge(now - self._manners.kept_for)
        except StoreUnavailable as error:
            self._purged_until = now + PURGED_AGAIN
            log.warning("not purged cause=%s", error)
        else:
            log.info("purged records=%d conversations=%d", deleted.records, deleted.conversations)

    def _ended(self, incoming: Incoming, on_partial: OnPartial | None) -> Ended:
        person = self._identities.person(incoming.channel, incoming.person)
        known = self._store.conversations.load(self._identities.conversation(incoming))
        conversation = known or Conversation(person)
        command = _forgetting(incoming)
        if command is not None:  # before it is looked up who it is: that may be away, and it needs no role
            anybody = (self._manners.group_role,)
            return self._commands.carry_out(command, Visit(incoming, person, anybody, conversation, self._messages))
        admission = self._door.admit(incoming, person)
        roles = (self._manners.group_role,) if incoming.is_group and admission.roles else admission.roles
        visit = Visit(incoming, person, roles or (self._manners.group_role,), conversation, self._messages)
        try:
            if not roles:
                return self._at_the_door(visit, admission)
            return self._routed(visit, on_partial)
        except UsageError as error:
            return says(visit, error.name, **error.holes)

    def _at_the_door(self, visit: Visit, admission: Admission) -> Ended:
        """Tell who is not let in yet how to be; nothing is remembered but the code."""
        incoming = visit.incoming
        command = commanded(visible(incoming.text).strip())
        name = "unknown_group" if incoming.is_group else "unknown_code" if admission.code else "unknown_full"
        told = note(visit.say(name, code=admission.code), visit.language)
        greets = incoming.kind is MessageKind.JOINED or (command is not None and command.name is CommandName.START)
        replies = (replace(welcome(visit).replies[0], follow_ups=(), actions=()), told) if greets else (told,)
        return Ended(replies, None)

    def _routed(self, visit: Visit, on_partial: OnPartial | None) -> Ended:
        incoming = visit.incoming
        text = visible(incoming.text).strip()
        if incoming.is_withheld:
            refused = note(visit.say(Status.REFUSED_PERSONAL_DATA.value), visit.language)
            return Ended((replace(refused, status=Status.REFUSED_PERSONAL_DATA),), visit.conversation)
        match incoming.kind:
            case MessageKind.JOINED:
                return welcome(visit)
            case MessageKind.UNSUPPORTED:
                known = text if text in set(Attachment) else Attachment.OTHER.value
                return says(visit, f"unsupported_{known}")
            case MessageKind.FEEDBACK if incoming.rating is not None:
                return self._commands.rate(visit, masked(incoming.rating, self._finder))
            case MessageKind.CHOICE:
                return self._chosen(visit, text, on_partial)
            case _:
                return self._said(visit, text, on_partial)

    def _said(self, visit: Visit, text: str, on_partial: OnPartial | None) -> Ended:
        command = commanded(text)
        if command is not None:
            masked = without_personal_data(command.rest, self._finder)
            return self._commands.carry_out(replace(command, rest=masked), visit)
        if visit.incoming.kind is MessageKind.EDITED:
            as_kept = without_personal_data(text, self._finder)
            return self._commands.talking.asked_again(visit, text, as_kept, on_partial)
        return self._commands.talking.answer_to(visit, text, on_partial)

    def _chosen(self, visit: Visit, value: str, on_partial: OnPartial | None) -> Ended:
        """Carry out a button; one that nobody knows any more is said to be so."""
        name, _, rest = value.partition(":")
        first, _, second = rest.partition(":")
        if name == STEP:
            return self._commands.talking.chosen(visit, first, second)
        if name in (GOOD, BAD):
            return self._commands.rate(visit, Rating(rest, is_good=name == GOOD))
        if name == WHY and second in set(Reason):
            return self._commands.rate(visit, Rating(first, is_good=False, reason=Reason(second)))
        if name == ASK:
            question = self._suggested(visit, value, first, second)
            return self._said(visit, question, on_partial) if question else says(visit, "button_gone")
        return self._said(visit, value, on_partial) if value.startswith("/") else says(visit, "button_gone")

    def _suggested(self, visit: Visit, value: str, answer_id: str, place: str) -> str:
        """Give the question on a button: of the welcome, of the last answer, or of any other that is still kept."""
        last = visit.conversation.last
        offered = (*welcome(visit).replies[0].follow_ups, *(last.follow_ups if last is not None else ()))
        known = next((button.label for button in offered if button.value == value), "")
        if known:
            return known
        earlier = self._store.suggestions.under(visit.person, answer_id)
        return next((label for n, label in enumerate(earlier) if str(n) == place), "")

    def _failed(self, incoming: Incoming, error: Exception) -> Reply:
        """Say that something is broken, and tell the operator where; the message itself reaches no log."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        cause = f"{type(error).__name__}({error})" if isinstance(error, ServiceError) else type(error).__name__
        log.error("failed channel=%s cause=%s at=%s:%s", incoming.channel, cause, place.filename, place.lineno)
        language = incoming.language or Language.NL
        told = note(self._messages.say(Status.ERROR_SERVICE.value, language, id="-"), language)
        return replace(told, status=Status.ERROR_SERVICE)


def _forgetting(incoming: Incoming) -> Commanded | None:
    """Give the command by which a person in private has all forgotten; any other message is none."""
    command = commanded(visible(incoming.text).strip()) if incoming.kind in TYPED else None
    is_one = command is not None and command.name is CommandName.FORGET and not incoming.is_group
    return command if is_one else None
