"""Values of the core as text, and back.

Knows pydantic, and that a text of an older program may not fit any more.
Knows nothing of where a text is kept.
"""

import logging
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

Value = TypeVar("Value")

log = logging.getLogger(__name__)


class Packing(Generic[Value]):
    """Packs values of one type."""

    def __init__(self, kind: type[Value]) -> None:
        """Take the type."""
        self._kind = kind
        self._adapter = TypeAdapter(kind)

    def pack(self, value: Value) -> str:
        """Write a value as JSON."""
        return self._adapter.dump_json(value).decode()

    def unpack(self, text: str) -> Value | None:
        """Read a value; ``None`` where it does not fit this program any more."""
        try:
            return self._adapter.validate_json(text)
        except ValidationError:
            log.warning("a kept %s does not fit this version and is left out", getattr(self._kind, "__name__", "value"))
            return None
