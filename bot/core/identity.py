"""Keyed digests in the place of ids: the same person gets the same name, and nobody can tell who it is.

Knows HMAC-SHA256, which ids make up a name, and that ids of one form are the same in capitals.
Knows nothing of where the key is kept.
"""

import hmac
import re
from hashlib import sha256

from bot.core.incoming import Incoming

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def is_guid(text: str) -> bool:
    """Say whether a text has the form of the ids that Entra gives to persons and groups."""
    return _GUID.fullmatch(text) is not None


def plain_id(person: str) -> str:
    """Give an id as a person is known by: a GUID in lower case, and any other as it is."""
    return person.lower() if is_guid(person) else person


class Identities:
    """Gives persons, conversations and messages their keyed names."""

    def __init__(self, key: bytes) -> None:
        """Take the secret key."""
        self._key = key

    def person(self, channel: str, person: str) -> str:
        """Name a person of a channel."""
        return self._digest("person", channel, person)

    def conversation(self, incoming: Incoming) -> str:
        """Name what is remembered: in a group each person has a conversation of their own."""
        return self._digest("conversation", incoming.channel, incoming.conversation, incoming.person)

    def message(self, incoming: Incoming) -> str:
        """Name one delivery of a message, so that a second one is seen for what it is."""
        ids = (incoming.channel, incoming.conversation, incoming.message_id, incoming.edition)
        return self._digest("message", *ids)

    def question(self, incoming: Incoming) -> str:
        """Name a message whatever its edition, so that an edit finds the question it changes."""
        return self._digest("question", incoming.channel, incoming.conversation, incoming.message_id)

    def shown(self, channel: str, conversation: str, message_id: str) -> str:
        """Name a message of ours."""
        return self._digest("shown", channel, conversation, message_id)

    def place(self, channel: str, conversation: str) -> str:
        """Name a conversation, whoever speaks in it."""
        return self._digest("place", channel, conversation)

    def _digest(self, *parts: str) -> str:
        """Hash parts with their lengths, so that no two lists of parts read the same."""
        encoded = [part.encode("utf-8", "replace") for part in parts]
        joined = b"".join(len(part).to_bytes(8) + part for part in encoded)
        return hmac.digest(self._key, joined, sha256).hex()
