"""What is told to people unasked: what a colleague answered, and that they were let in.

Knows what waits to be told, in which words, and how it is noted that it was.
Knows nothing of when it is sent; see ``bot.core.unasked``.
"""

from dataclasses import dataclass

from bot.core.keeping import Handed, Store
from bot.core.messages import Messages
from bot.core.pairing import Pairing, Reach
from bot.core.reply import Reply, note


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that nobody asked for just now: a colleague's answer, or that somebody was let in.

    ``address`` is the channel's own; ``id`` is the number of the question, or the code of who was let in.
    """

    id: str
    address: str
    replies: tuple[Reply, ...]
    lets_in: bool = False


def outgoing_of(channel: str, store: Store, messages: Messages) -> tuple[Outgoing, ...]:
    """Give what waits to be told in a channel.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    untold = store.people.untold(channel)
    let_in = (_let_in(pairing, pairing.reach, messages) for pairing in untold if pairing.reach is not None)
    answered = (
        Outgoing(handed.id, handed.address, _from_colleague(handed, messages)) for handed in store.queue.unsent(channel)
    )
    return (*let_in, *answered)


def note_sent(outgoing: Outgoing, store: Store) -> None:
    """Note that it was told.

    Raises:
        StoreUnavailable: it cannot be noted.
    """
    if outgoing.lets_in:
        store.people.told(outgoing.id)
    else:
        store.queue.sent(outgoing.id)


def _let_in(pairing: Pairing, reach: Reach, messages: Messages) -> Outgoing:
    role = messages.say(f"role_{pairing.role}", reach.language)
    told = note(messages.say("let_in", reach.language, role=role), reach.language)
    return Outgoing(pairing.code, reach.address, (told,), lets_in=True)


def _from_colleague(handed: Handed, messages: Messages) -> tuple[Reply, ...]:
    head = messages.say("colleague_answered", handed.language, question=handed.question)
    return (note(f"{head}\n\n{handed.reply}", handed.language),)
