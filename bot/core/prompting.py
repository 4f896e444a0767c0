"""Words for a chat model: templates with declared variables, and the fences around what others wrote.

Knows that a template is filled whole or not at all, and that nothing inside a fence can close it.
Knows nothing of files or of models.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from bot.core.corpus import Language, Role
from bot.core.errors import PromptError

_FENCED = str.maketrans({"<": "\u2039", ">": "\u203a", "[": "(", "]": ")"})
"""What would close a fence, or look like a mark of ours, becomes a look-alike that does neither."""


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A prompt of one step; ``variables`` are those that its texts name, each as ``${name}``."""

    name: str
    version: int
    system: str
    user: str
    variables: frozenset[str]

    @property
    def label(self) -> str:
        """The name and version, for the record of an answer."""
        return f"{self.name}@{self.version}"

    def filled(self, **values: str) -> tuple[str, str]:
        """Give the system text and the user text with every variable filled.

        Raises:
            PromptError: a variable is missing or unknown; the message names it.
        """
        missing, unknown = self.variables - set(values), set(values) - self.variables
        if missing or unknown:
            what = f"missing: {sorted(missing)}" if missing else f"unknown: {sorted(unknown)}"
            raise PromptError(f"prompts/steps/{self.name}.md: variables {what}")
        return Template(self.system).substitute(values).strip(), Template(self.user).substitute(values).strip()


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of every step, and the tone in which each role is answered."""

    answer: PromptTemplate
    standalone: PromptTemplate
    tones: Mapping[Role, PromptTemplate]
    languages: Mapping[Language, PromptTemplate]


def fenced(text: str) -> str:
    """Give a text of others as it may stand inside a fence: it is data, whatever it says."""
    return text.translate(_FENCED).strip()
