"""Which sentences of a chat model may be shown, and with which quotes.

Knows every reason to drop a sentence, each by a name that is counted; it never changes what a sentence claims.
Knows nothing of how sentences come in.
"""

import re
from collections.abc import Mapping, Sequence

from bot.core.corpus import Language, Source, SourceId
from bot.core.decision import Decision, Outcome
from bot.core.drafted import DraftPart
from bot.core.evidence import Evidence
from bot.core.figures import Force, forces_in
from bot.core.language import language_of
from bot.core.model import Quote, Statement
from bot.core.model_reply import Said
from bot.core.places import Place
from bot.core.plain import words
from bot.core.ports import Embedder, cosine
from bot.core.rules import Rules
from bot.core.support import Lack, best_places, opposes, stems_of
from bot.core.verify import fault_of

MAX_SENTENCE_CHARS = 400
TOLD_ALREADY = 0.75
"""A sentence of which so many of the words were shown says nothing new."""

MIN_WORDS = 3

_YES_OR_NO = re.compile(r"^(?:ja|nee|yes|no)\b[\s,.;:!-]*", re.IGNORECASE)
"""A yes or no in front is ours to say: it depends on how the question is put, which no passage knows."""

_DENIED = frozenset({Force.NO_DUTY, Force.BAN})


class Judge:
    """Judges the sentences for one part of a question."""

    def __init__(
        self,
        part: DraftPart,
        evidence: Evidence,
        language: Language,
        embedder: Embedder,
        rules: Rules,
        sources: Mapping[SourceId, Source],
        own_words: int = 0,
    ) -> None:
        """Take what the sentences of a part may rest on, and how many words of its own a sentence may hold."""
        self._own_words = own_words
        self._part, self._evidence, self._language = part, evidence, language
        self._embedder, self._rules, self._sources = embedder, rules, sources

    def judged(self, said: Said, kept: Sequence[Statement]) -> Statement | str:
        """Give a sentence with its quotes as a statement; else the name of the reason to drop it."""
        text = _YES_OR_NO.sub("", said.text)
        text = text[:1].upper() + text[1:]
        fault = self._fault_of_form(text, said)
        if fault:
            return fault
        found = best_places(text, self._evidence.places_for(said.tokens), self._rules.terms)
        if isinstance(found, Lack):
            return found.name.lower()
        fault = self._fault_of_sense(text, found, kept)
        if fault:
            return fault
        statement = Statement(text, _quotes(found))
        fault_found = fault_of(statement, self._sources)
        return statement if fault_found is None else fault_found.name.lower()

    def _fault_of_form(self, text: str, said: Said) -> str:
        if not any(token in self._evidence.passages for token in said.tokens):
            return "unknown_token" if said.tokens else "no_token"
        if len(text) > MAX_SENTENCE_CHARS or len(words(text)) < MIN_WORDS:
            return "length"
        own = language_of(text)
        return "language" if own is not None and own is not self._language else ""

    def _fault_of_sense(self, text: str, places: Sequence[Place], kept: Sequence[Statement]) -> str:
        if len(_own_words(text, places)) > self._own_words:
            return "own_words"
        if self._is_opposed(text):
            return "contradiction"
        if _is_repeated(text, kept):
            return "repeated"
        return "support" if self._likeness(text, places) < self._rules.calibration.support_above else ""

    def _is_opposed(self, text: str) -> bool:
        """Whether a sentence says the opposite of the decision, or of a statement that people wrote."""
        decision = self._part.decision
        if decision is not None and _contradicts(text, decision):
            return True
        return any(opposes(text, statement.text) for statement in self._part.statements)

    def _likeness(self, text: str, places: Sequence[Place]) -> float:
        """Give the cosine of a sentence and the place that carries it; two places count as one text."""
        sentence, place = self._embedder.embed_questions([text, " ".join(place.text for place in places)])
        return cosine(sentence, place)


def _own_words(text: str, places: Sequence[Place]) -> frozenset[str]:
    """Give the words of a sentence that carry meaning and stand neither in its places nor in their titles."""
    return stems_of(text) - stems_of(" ".join(f"{place.text} {place.around}" for place in places))


def _contradicts(text: str, decision: Decision) -> bool:
    """Whether a sentence speaks of duty otherwise than an outcome does; in doubt it does."""
    forces = forces_in(text)
    match decision.outcome:
        case Outcome.OBLIGATORY:
            return bool(forces & _DENIED)
        case Outcome.VOLUNTARY | Outcome.OWN_POLICY | Outcome.MANIFEST_COMMITMENT:
            return Force.DUTY in forces
        case Outcome.UNDETERMINED:
            return bool(forces)


def _is_repeated(text: str, kept: Sequence[Statement]) -> bool:
    said = set(words(text))
    told = {word for statement in kept for word in words(statement.text)}
    return len(said & told) >= TOLD_ALREADY * len(said)


def _quotes(places: Sequence[Place]) -> tuple[Quote, ...]:
    return tuple(dict.fromkeys(quote for place in places for quote in place.quotes))
