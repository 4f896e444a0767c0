"""Which message of ours holds which answer, for channels whose thumbs name a message and not an answer.

Knows that messages are remembered by keyed digests only.
Knows nothing of how a thumb looks.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import StoreUnavailable
from bot.core.identity import Identities
from bot.core.incoming import Incoming
from bot.core.keeping import ShownAnswer, ShownAnswers
from bot.core.reply import Reply

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """Remembers where answers stand, also after a restart."""

    answers: ShownAnswers
    identities: Identities
    now: Callable[[], datetime]

    def note(self, incoming: Incoming, message_ids: Sequence[str], reply: Reply) -> None:
        """Keep that messages hold an answer; that this fails costs nobody the answer.

        Where all of the person was forgotten since, nothing is kept.
        """
        if not reply.takes_feedback:
            return
        identities, channel, conversation = self.identities, incoming.channel, incoming.conversation
        shown = [
            ShownAnswer(
                message=identities.shown(channel, conversation, message_id),
                place=identities.place(channel, conversation),
                person=identities.person(channel, incoming.person),
                answer_id=reply.answer_id,
                language=reply.language,
                at=self.now(),
            )
            for message_id in message_ids
            if message_id
        ]
        try:
            self.answers.add(shown, identities.message(incoming))
        except StoreUnavailable as error:
            log.warning("not kept where an answer stands channel=%s cause=%s", channel, error)

    def under(self, channel: str, conversation: str, message_id: str) -> ShownAnswer | None:
        """Give the answer in a message; where none is named, the only one of the conversation if there is one.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        if message_id:
            return self.answers.find(self.identities.shown(channel, conversation, message_id))
        return self.answers.only(self.identities.place(channel, conversation))
