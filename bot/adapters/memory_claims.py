"""The in-memory twin of who answers for a channel.

Knows the stores of one program that share what is kept.
Knows no other process.
"""


class MemoryClaims:
    """Takes channels."""

    def __init__(self, claimed: dict[str, object]) -> None:
        """Take who has which channel; it is shared."""
        self._claimed = claimed

    def take(self, channel: str) -> bool:
        """Take a channel that nobody else has."""
        return self._claimed.setdefault(channel, self) is self

    def give_back(self, channel: str) -> None:
        """Let another take it."""
        if self._claimed.get(channel) is self:
            del self._claimed[channel]
