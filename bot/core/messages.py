"""The fixed sentences of isvbot, in Dutch and English.

Knows a catalogue of texts by name, with holes to fill; the texts themselves live in ``prompts/messages``.
Knows nothing of files.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.corpus import Language
from bot.core.errors import ContentError


@dataclass(frozen=True, slots=True)
class Messages:
    """Fixed texts by language and name."""

    texts: Mapping[Language, Mapping[str, str]]

    def say(self, name: str, language: Language, /, **holes: object) -> str:
        """Give a text with its holes filled.

        Raises:
            ContentError: there is no such text, or a hole is not filled.
        """
        try:
            return self.texts[language][name].format(**holes)
        except KeyError as error:
            raise ContentError(f"messages/{language}.yaml: {name}: missing text or hole {error}") from error
