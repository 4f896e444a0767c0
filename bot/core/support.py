"""Whether a passage carries a sentence that a model wrote.

Knows that a sentence must find its numbers, dates, names, terms, duties and negations together in one place of a
passage it names, not scattered over it, and that its words must be near those of that place.
Knows nothing of how the sentence came about; it never changes one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import combinations
from typing import TypeVar

from bot.core.bearing import ONLY, Beside, strays
from bot.core.figures import Figure, facts_in, forces_in, numbers_in
from bot.core.model import Statement
from bot.core.names import names_in
from bot.core.places import Place
from bot.core.plain import STEM_CHARS, words
from bot.core.references import KEPT_TEXTS
from bot.core.rules import Lexicon
from bot.core.sentences import sentences

MIN_SHARE = 0.5
"""The share of a sentence's own words, cut to six letters, that the place must hold (docs/adr/0008-model-draft.md)."""

MIN_DENIED_SHARE = 0.7
"""The same for a sentence that denies something: that a duty does not hold is never said on half a likeness."""

MIN_PIECE_SHARE = 0.25
"""The share that each of two places must hold, where a sentence rests on both."""

NEARLY = 0.1
"""A place whose share is this much below the best one's may carry a sentence too; one further off is about something
else, and would let a sentence pass that the nearest place denies."""

MAX_PIECES = 6

MIN_STEMS = 3
"""A sentence with fewer words of its own says too little to find the place that carries it."""

SWAPPABLE = frozenset("authority category product application deliverable".split())
"""Kinds of terms of the glossary of which one cannot stand for another."""

WEIGHTY = frozenset({"percent", "euro"})
"""Units without which a number is another one."""

MIN_CLAUSE_WORDS = 3
_CLAUSE_END = re.compile(
    r"[,;:()]|\b(?:maar|but|terwijl|while|whereas|omdat|because|want|tenzij|unless)\b", re.IGNORECASE
)

T = TypeVar("T")

_EMPTY = frozenset(
    "de het een en of van in op te is zijn dat die dit voor met bij als ook aan er om door uit naar wordt worden u uw"
    " hij zij ze haar hun dan nog wel deze daar hier dus zo want omdat zodat waarin waarbij wat wie hoe the a an of to"
    " and or in is are for with that this it its be by as at on from they their them he she you your we our which who"
    " bron bronnen staat staan stond mijn my source sources stand stands"
    " what when than then so also was were has have had heeft hebben had".split()
)
_NEGATION = re.compile(
    r"\b(?:niet|geen|nooit|noch|zonder|nergens|niemand|niets|not|no|never|nor|without|none|nothing|cannot"
    r"|uitgezonderd|behalve|except|unless|tenzij)\b|n't\b",
    re.IGNORECASE,
)
_SCOPES = {
    "only": ONLY,
    "all": re.compile(r"\b(?:alle|allen|altijd|elke?|iedere?|all|always|every|any|each)\b", re.IGNORECASE),
    "may": re.compile(
        r"\b(?:mag|mogen|kan|kunnen|may|might|can|could|toegestaan|allowed|permitted|vrijwillig|voluntar\w+)\b",
        re.IGNORECASE,
    ),
    "must": re.compile(r"\b(?:moet|moeten|dient|dienen|must|shall|has to|have to|had to)\b", re.IGNORECASE),
    "sources": re.compile(r"\b(?:mijn bronnen|my sources)\b", re.IGNORECASE),
    "never": re.compile(r"\b(?:nooit|never)\b", re.IGNORECASE),
    "least": re.compile(r"\b(?:minstens|minimaal|ten minste|at least|meer dan|more than|boven|above)\b", re.IGNORECASE),
    "most": re.compile(r"\b(?:hoogstens|maximaal|at most|minder dan|less than|onder de|below|up to)\b", re.IGNORECASE),
    "before": re.compile(r"\b(?:voordat|vóór|before|until|tot)\b", re.IGNORECASE),
    "after": re.compile(r"\b(?:nadat|na|after|since|sinds|vanaf)\b", re.IGNORECASE),
}
"""Words that change how far a sentence reaches; what a sentence claims of them its place must say."""


class Lack(Enum):
    """Why no place carries a sentence; the first that applies to the best place."""

    NUMBER = "a number is not carried"
    REFERENCE = "a date or reference is not carried"
    NAME = "a name is not carried"
    TERM = "a term of the field is not carried"
    DUTY = "a duty is not carried"
    NEGATION = "a denial is added or left out"
    SCOPE = "it reaches further than its source"
    BEARING = "an actor, condition, bound or figure is another one, or left out"
    WORDS = "its words are not those of its source"


@dataclass(frozen=True, slots=True)
class _Marks:
    """What of a text can be compared."""

    figures: frozenset[Figure]
    facts: frozenset[str]
    names: frozenset[str]
    forces: frozenset[Enum]
    scopes: frozenset[str]
    stems: frozenset[str]
    denials: int


def best_places(sentence: str, places: Sequence[Place], terms: Lexicon) -> tuple[Place, ...] | Lack:
    """Give the place that carries a sentence, or two of different passages; else why the best one does not.

    Where several do, it is the one whose words are nearest.
    """
    if len(stems_of(sentence)) < MIN_STEMS:
        return Lack.WORDS
    shares = {place: _share(sentence, place.text) for place in dict.fromkeys(places)}
    nearest = sorted(shares, key=lambda place: (-shares[place], len(place.text)))
    best = shares[nearest[0]] if nearest else 0.0
    needed = MIN_DENIED_SHARE if _NEGATION.search(sentence) else MIN_SHARE
    if best >= needed:
        near = [place for place in nearest if shares[place] >= best - NEARLY]
        found = next((place for place in near if _lack(sentence, (place,), terms) is None), None)
        if found is not None:
            return (found,)
    pieces = [place for place in nearest if shares[place] >= MIN_PIECE_SHARE][:MAX_PIECES]
    for pair in combinations(pieces, 2):
        gain = _joint_share(sentence, pair) - best
        if _are_apart(pair) and gain >= NEARLY and best + gain >= needed and _lack(sentence, pair, terms) is None:
            return pair
    return Lack.WORDS if best < needed else _lack(sentence, nearest[:1], terms) or Lack.WORDS


def _are_apart(pair: tuple[Place, ...]) -> bool:
    first, second = pair
    return not {q.passage.id for q in first.quotes} & {q.passage.id for q in second.quotes}


def _lack(sentence: str, places: Sequence[Place], terms: Lexicon) -> Lack | None:
    """Give the first thing that a sentence claims and places do not say together."""
    said = _marks(sentence)
    held = [_held_marks(place.text) for place in places]
    around = [_held_marks(place.around) for place in places]
    shown = [_held_marks(quote.text) for place in places for quote in place.quotes]
    if not all(_has_figure(figure, _union(one.figures for one in (*held, *shown))) for figure in said.figures):
        return Lack.NUMBER
    if not said.facts <= _union(one.facts for one in (*held, *shown, *around)):
        return Lack.REFERENCE
    texts = [text for place in places for text in (place.text, place.around, *(q.passage.text for q in place.quotes))]
    if not all(_is_written(name, frozenset(words(" ".join(texts)))) for name in said.names):
        return Lack.NAME
    subjects = [text for place in places for text in (place.text, *(quote.passage.section for quote in place.quotes))]
    if not swappable_in(sentence, terms) <= _union(swappable_in(text, terms) for text in subjects):
        return Lack.TERM
    return _lack_of_sense(sentence, places, terms)


def _lack_of_sense(sentence: str, places: Sequence[Place], terms: Lexicon) -> Lack | None:
    """Compare duty, denial and reach with the one sentence of a place whose words are nearest."""
    said, text = _marks(sentence), " ".join(place.text for place in places)
    units = [unit for unit in sentences(text) if _share(sentence, unit)]
    nearest = max(units, key=lambda unit: _share(sentence, unit), default="")
    unit = _held_marks(nearest)
    is_leave = "must" in said.scopes and "may" in unit.scopes and "must" not in unit.scopes
    if is_leave or not said.forces <= unit.forces or any(_turns_leave(clause, text) for clause in _clauses(sentence)):
        return Lack.DUTY
    if not said.scopes - {"must"} <= unit.scopes:
        return Lack.SCOPE
    if said.denials != unit.denials or any(not _is_denied_alike(clause, text) for clause in _clauses(sentence)):
        return Lack.NEGATION
    field = "\n".join(dict.fromkeys(place.field or place.text for place in places))
    around = " ".join(dict.fromkeys(place.around for place in places))
    beside = Beside(nearest, text, field, around)
    if len(places) == 1 and said.forces and not _speaks_of(beside.near, places[0], sentence, terms):
        return Lack.TERM
    return Lack.BEARING if strays(sentence, beside) else None


def _speaks_of(near: str, place: Place, sentence: str, terms: Lexicon) -> bool:
    """Whether a duty is told of those of whom the nearest words tell it, not of others in the same place."""
    subjects = (near, *(quote.passage.section for quote in place.quotes))
    return swappable_in(sentence, terms) <= _union(swappable_in(one, terms) for one in subjects)


def _is_denied_alike(clause: str, text: str) -> bool:
    """Whether the clause of a text whose words are nearest is denied where this one is, and only there."""
    return bool(_marks(clause).denials) == bool(_held_marks(_nearest_clause(clause, text)).denials)


def _turns_leave(clause: str, text: str) -> bool:
    """Whether a clause makes a duty of what the nearest clause of a text leaves free, such as "vrijwillig moet het"."""
    own, near = _marks(clause), _held_marks(_nearest_clause(clause, text))
    return "must" in own.scopes and "may" in near.scopes and "must" not in near.scopes


def _nearest_clause(clause: str, text: str) -> str:
    stems = stems_of(clause)
    return max(_clauses(text), key=lambda other: (len(stems & _held_marks(other).stems), -len(other)), default="")


def _clauses(text: str) -> tuple[str, ...]:
    found = (piece.strip() for sentence in sentences(text) for piece in _CLAUSE_END.split(sentence))
    return tuple(piece for piece in found if len(words(piece)) >= MIN_CLAUSE_WORDS) or (text,)


def _union(sets: Iterable[frozenset[T]]) -> frozenset[T]:
    return frozenset().union(*sets)


def _has_figure(figure: Figure, held: frozenset[Figure]) -> bool:
    """Whether a number is held with its unit; one without may leave out a day or year, no percentage or amount."""
    return figure in held or (
        not figure.unit and any(other.value == figure.value and other.unit not in WEIGHTY for other in held)
    )


def _is_written(name: str, written: frozenset[str]) -> bool:
    """Whether a word of a name stands there, or one that begins alike: a first word of a sentence may be any word."""
    return any(name[:STEM_CHARS] == word[:STEM_CHARS] for word in written)


def swappable_in(text: str, terms: Lexicon) -> frozenset[str]:
    """Give the terms that say who or what a sentence is about; in another's place they make it untrue."""
    return frozenset(mention.term.identifier for mention in terms.mentions(text) if mention.term.kind in SWAPPABLE)


def _share(sentence: str, text: str) -> float:
    own = stems_of(sentence)
    return len(own & _held_marks(text).stems) / len(own) if own else 0.0


def _joint_share(sentence: str, places: Sequence[Place]) -> float:
    return _share(sentence, " ".join(place.text for place in places))


def stems_of(text: str) -> frozenset[str]:
    """Give the words of a text that carry meaning, cut to six letters so that inflected forms meet."""
    return frozenset(word[:STEM_CHARS] for word in words(text) if word not in _EMPTY)


@lru_cache(maxsize=KEPT_TEXTS)
def _held_marks(text: str) -> _Marks:
    """Give the marks of a text of the corpus, which comes back with other questions."""
    return _marks(text)


def _marks(text: str) -> _Marks:
    return _Marks(
        figures=numbers_in(text),
        facts=facts_in(text),
        names=names_in(text),
        forces=frozenset(forces_in(text)),
        scopes=frozenset(name for name, pattern in _SCOPES.items() if pattern.search(text)),
        stems=stems_of(text),
        denials=len(_NEGATION.findall(text)),
    )


def is_told(statement: Statement, told: str) -> bool:
    """Say whether a text already tells what a statement does: its figures, dates, duties and most of its words."""
    wanted, held = _marks(statement.text), _marks(told)
    has_facts = wanted.facts <= held.facts and all(_has_figure(figure, held.figures) for figure in wanted.figures)
    has_sense = wanted.forces <= held.forces and (not wanted.denials or bool(held.denials))
    return has_facts and has_sense and len(wanted.stems & held.stems) >= TOLD_SHARE * len(wanted.stems)


TOLD_SHARE = 0.65
"""The share of a statement's words that a text must hold to tell the same."""


def opposes(sentence: str, statement: str) -> bool:
    """Say whether a sentence denies a duty that a statement near it lays down, or lays down one that it denies."""
    for unit in sentences(statement):
        said, held = _marks(sentence), _held_marks(unit)
        is_near = len(said.stems & held.stems) >= OPPOSED_SHARE * min(len(said.stems), len(held.stems))
        if is_near and said.forces and held.forces and not said.forces & held.forces:
            return True
    return False


OPPOSED_SHARE = 0.5
"""The share of the words of the shorter one that two sentences on the same matter have in common."""
