"""What is needed to let a chat model write: the model, its prompts and the limits it is held to.

Knows nothing of what is written.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.ports import LanguageModel, Usage
from bot.core.prompting import Prompts

TOKENS_OF_A_PRICE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may take of a chat model."""

    seconds: float = 20.0
    """For all that a model writes for one question."""
    rewrite_seconds: float = 5.0
    """Of these, for making a follow-up stand alone."""
    passages: int = 6
    sentences: int = 6
    own_words: int = 0
    """Words with a meaning that a sentence may hold without its source; each may change what it says."""
    is_structured: bool = False
    """Whether a reply is asked for as JSON."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, going in and coming out."""

    per_million_in: float = 0.0
    per_million_out: float = 0.0

    def of(self, usage: Usage) -> float:
        """Give the cost of what was used."""
        cost = usage.input_tokens * self.per_million_in + usage.output_tokens * self.per_million_out
        return cost / TOKENS_OF_A_PRICE


def count_nothing(name: str) -> None:
    """Count nothing."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A chat model with its prompts and limits."""

    model: LanguageModel
    prompts: Prompts
    limits: Limits = Limits()
    prices: Prices = Prices()
    count: Callable[[str], None] = count_nothing
    """Told, by name, what an operator wants to see counted."""
