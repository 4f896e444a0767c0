"""One message at the desk: who sent it, in which role and language, and what was remembered until now.

Knows how the language of a reply is chosen, and how a visit ends: in replies and in what is remembered.
Knows nothing of what a message asks.
"""

from dataclasses import dataclass, replace

from bot.core.corpus import Language, Role
from bot.core.incoming import Incoming
from bot.core.keeping import Conversation
from bot.core.messages import Messages
from bot.core.reply import Button, Reply, note


@dataclass(frozen=True, slots=True)
class Visit:
    """A message with all that is known of its sender. ``roles`` is never empty."""

    incoming: Incoming
    person: str
    roles: tuple[Role, ...]
    conversation: Conversation
    messages: Messages

    @property
    def role(self) -> Role:
        """The role in which is asked: the chosen one, if the person still has it."""
        chosen = self.conversation.role
        return chosen if chosen is not None and chosen in self.roles else self.roles[0]

    @property
    def language(self) -> Language:
        """The language for what is no answer to a question."""
        return language_for(self.incoming, self.conversation)

    def say(self, name: str, /, **holes: object) -> str:
        """Give a fixed sentence in the language of the visit."""
        return self.messages.say(name, self.language, **holes)


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a visit; without a conversation nothing of it is remembered."""

    replies: tuple[Reply, ...]
    conversation: Conversation | None


def language_for(incoming: Incoming, conversation: Conversation) -> Language:
    """Choose a language: the one asked for, else that of the last answer, else that of the person's program."""
    last = conversation.last.language if conversation.last is not None else None
    return conversation.language or last or incoming.language or Language.NL


def says(visit: Visit, name: str, /, *choices: Button, **holes: object) -> Ended:
    """End with a fixed sentence; what is remembered stays as it is."""
    return Ended((note(visit.say(name, **holes), visit.language, *choices),), visit.conversation)


def changed(visit: Visit, **fields: object) -> Visit:
    """Give the visit with another conversation."""
    return replace(visit, conversation=replace(visit.conversation, **fields))  # type: ignore[arg-type]  # checked by use
