"""Corrects misspelt words of the field.

Knows the words of the corpus, and the words of two dictionaries that are right as they are.
Knows nothing of grammar; a word that a dictionary knows is never touched.
"""

import re
from collections.abc import Callable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

MIN_LETTERS = 5
LONG_LETTERS = 8
"""A word of fewer than ``MIN_LETTERS`` letters is left alone; from ``LONG_LETTERS`` on two slips are mended."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")


class CorpusSpeller:
    """Replaces a word that no dictionary knows by the corpus word that it resembles."""

    def __init__(self, corpus_words: Mapping[str, int], is_known: Callable[[str], bool]) -> None:
        """Take the corpus words with their counts, and a test for words of a dictionary."""
        self._counts = dict(corpus_words)
        self._choices = sorted(self._counts, key=lambda word: (-self._counts[word], word))
        self._is_known = is_known

    def correct(self, text: str) -> str:
        """Give the text with misspelt words of the field corrected."""
        return _WORD.sub(lambda match: self._word(match.group()), text)

    def _word(self, word: str) -> str:
        lowered = word.lower()
        if len(lowered) < MIN_LETTERS or lowered in self._counts or self._is_known(lowered):
            return word
        allowed = 2 if len(lowered) >= LONG_LETTERS else 1
        found = process.extractOne(lowered, self._choices, scorer=OSA.distance, score_cutoff=allowed)
        if found is None or found[0][0] != lowered[0] or len(found[0]) < MIN_LETTERS - 1:
            return word
        replacement: str = found[0]
        return replacement.capitalize() if word[0].isupper() else replacement
