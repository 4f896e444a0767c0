"""How an answer came to be drafted: by rule from people's texts, or by a chat model, and what was thrown away.

Knows what an operator needs to rebuild a draft, and no word of the question.
Knows nothing of how a draft is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.ports import NOTHING_USED, Usage


class DraftKind(StrEnum):
    """Who wrote the sentences of an answer."""

    EXTRACTIVE = "extractive"
    """People: written answers and passages, chosen by rule."""
    MODEL = "model"
    """A chat model; what it left out of a written answer follows in the words of people."""
    MIXED = "mixed"
    """A chat model that broke off after a reader saw verified sentences of it; people's words complete the answer."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """What a chat model was asked and gave: for the record of an answer."""

    model: str
    prompts: tuple[str, ...] = ()
    """Name and version of each prompt that was filled."""
    usage: Usage = NOTHING_USED
    cost: float = 0.0
    """In the currency of the prices that were set."""
    kept: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Sentences that were not shown, counted by reason."""
    fault: str = ""
    """The class of the error that ended the drafting, or why its result was not used; empty where it was."""
