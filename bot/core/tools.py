"""Everything that the steps of a question need from outside, in one value.

Knows the ports and what people wrote; who fills it is up to the caller.
Knows nothing of the order of the steps.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.audit import NO_RECORDS, Records
from bot.core.messages import Messages
from bot.core.ports import PersonalDataFinder, Speller
from bot.core.rank import Lookup
from bot.core.receipt import Versions
from bot.core.rules import Rules
from bot.core.writer import Writer


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything the steps need from outside."""

    lookup: Lookup
    finder: PersonalDataFinder
    speller: Speller
    rules: Rules
    messages: Messages
    versions: Versions
    writer: Writer | None
    """A chat model that may draft; without one the draft is by rule alone."""
    new_id: Callable[[], str]
    clock: Callable[[], float]
    """Seconds from any fixed moment; only differences count."""
    records: Records = NO_RECORDS
