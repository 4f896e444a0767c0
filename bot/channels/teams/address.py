"""Where to write in Teams: kept with a message, so that an answer finds its way after a restart or days later.

Knows the form in which it is kept.
Knows nothing of how anything is sent.
"""

import json
import re
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

_CONVERSATION = re.compile(r"(?!.*\.\.)[A-Za-z0-9:@.;=|_+\-]{1,500}", re.ASCII)
"""Ids of conversations; they become part of an address, so that nothing with a meaning of its own there may occur."""

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Address:
    """A conversation in Teams, and the service that it is reached by."""

    service_url: str
    conversation: str
    is_personal: bool = False
    reply_to: str = ""
    """The message that is answered."""

    @property
    def is_sound(self) -> bool:
        """Whether it can be written to without ending up elsewhere."""
        try:
            url = urlsplit(self.service_url)
        except ValueError:
            return False
        is_web = url.scheme in ("https", "http") and bool(url.hostname) and not url.query and not url.fragment
        return is_web and _CONVERSATION.fullmatch(self.conversation) is not None

    @property
    def is_local(self) -> bool:
        """Whether the service runs on this machine."""
        try:
            return is_loopback(urlsplit(self.service_url).hostname or "")
        except ValueError:
            return False

    def packed(self) -> str:
        """Give the form in which it is kept."""
        return json.dumps(asdict(self))


def unpacked(text: str) -> Address:
    """Read a kept address.

    Raises:
        ValueError: it is none.
    """
    try:
        return Address(**json.loads(text))
    except TypeError as error:
        raise ValueError("no address") from error


def is_loopback(host: str) -> bool:
    """Say whether a host name is this machine itself."""
    try:
        return host in LOOPBACK_NAMES or ip_address(host).is_loopback
    except ValueError:
        return False
