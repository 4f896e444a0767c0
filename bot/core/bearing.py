"""What a sentence takes along from its source and a reader would miss: who, when, how far, on what condition.

Knows words that turn a true sentence into another one by a single change: an actor, an opposite, a condition or a
bound that is left out, a figure that belongs to something else.
Knows nothing of passages or models; it compares two texts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.figures import forces_in, numbers_in
from bot.core.nearness import are_figures_near


def _patterns(written: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(rf"\b(?:{forms})\b", re.IGNORECASE) for name, forms in written.items()}


_ACTORS = _patterns(
    {
        "supplier": r"leveranciers?|opdrachtnemers?|contractors?|suppliers?",
        "subcontractor": r"onderaannemers?|toeleveranciers?|subcontractors?|sub-suppliers?",
        "bidder": r"inschrijvers?|gegadigden?|bidders?|tenderers?",
        "buyer": r"inkopers?|opdrachtgevers?|aanbestedende diensten?|buyers?|contracting authorit(?:y|ies)|u|you",
        "manager": r"contractmanagers?|contract managers?",
        "category manager": r"categoriemanagers?|category managers?",
        "cabinet": r"kabinet|regering|cabinet",
        "house": r"(?:tweede )?kamer|house",
        "minister": r"ministers?|staatssecretaris|ik",
        "state": r"overheid|overheden|authorit(?:y|ies)",
        "signatory": r"ondertekenaars?|signator(?:y|ies)",
    }
)
"""Who does something; two names of one of them are the same."""

_ORDER = re.compile(
    r"^\W*(?:\d\W+)?(?:vraag|kijk|controleer|leg|neem|gebruik|meld|houd|bespreek|schaal|voer|stel|ontbind|zoek|toets|doe"
    r"|geef|noem|kies|begin|lees|ask|check|hold|announce|discuss|use|take|put|choose|look|start|read)\b",
    re.IGNORECASE,
)
"""A sentence that tells the reader, a buyer, what to do without naming him."""

_TURNS = _patterns(
    {
        "large": r"grote?|large|big",
        "small": r"kleine?|small",
        "longer": r"langer|longer",
        "shorter": r"korter|shorter",
        "outside": r"buiten|erbuiten|daarbuiten|outside",
        "start": r"begin|start",
        "end": r"einde?|end",
        "beforehand": r"vooraf|beforehand|in advance",
        "afterwards": r"achteraf|afterwards",
        "first": r"eerste?|first|daarna|priori\w+",
        "last": r"laatste|last",
        "next": r"daarna|vervolgens|subsequently",
        "year": r"jaar|jaarlijkse?|jaren|years?|yearly|annual(?:ly)?",
        "month": r"maand(?:en|elijkse?)?|months?|monthly",
        "quarter": r"kwarta(?:al|len)|quarter(?:s|ly)?",
        "week": r"week|weken|wekelijkse?|weeks?|weekly",
        "half a year": r"halfjaar|half jaar|halfjaarlijkse?|half-yearly|six-monthly",
        "once": r"eenmaal|eenmalige?|once|one-off",
        "twice": r"tweemaal|twee keer|twice",
        "secret": r"vertrouwelijke?|geheime?|confidential(?:ly)?|secret",
        "higher": r"verhoogde?|hogere?|higher|increased|raised",
        "lower": r"verlaagde?|lagere?|lower|decreased",
        "newer": r"nieuwere?|newer|later",
        "older": r"oudere?|older|eerdere?|earlier",
        "against": r"raad\w*\b.{0,60}\baf|ontra(?:ad|den)\w*|advis\w+ against",
        "in favour": r"raad\w*\b.{0,60}\baan|in favour|support(?:s|ed)?|advis\w+ for|steun(?:t|en)",
        "or": r"of (?=de|het|onder|op|meer|minder)",
        "one of": r"(?:een|één) van (?:deze|de (?:twee|drie|vier))|one of (?:these|the following|two|three)",
    }
)
"""Words of which each says something else than its neighbours; a sentence has them from its source or not at all."""

ONLY = re.compile(r"\b(?:alleen|enkel|uitsluitend|slechts|only|solely|exclusively)\b", re.IGNORECASE)
"""Words that leave out all others."""

_CONDITION = re.compile(
    r"\b(?:wanneer|indien|mits|tenzij|zodra|provided|unless|if|when|als (?:het|er|u|dat|dit|zij|hij|ze|de|een|isv))\b"
    r"|, dan\b",
    re.IGNORECASE,
)
_SAID_CONDITION = re.compile(
    r"\b(?:wanneer|indien|mits|tenzij|zodra|provided|unless|if|when|where|als|dan|bij|in|daar|there)\b",
    re.IGNORECASE,
)
_LEAVE = re.compile(r"\b(?:mag|mogen|may)\b", re.IGNORECASE)
_HEARSAY = re.compile(r"\b(?:volgens (?:een )?derden?|according to (?:a )?third)\b", re.IGNORECASE)
_SAID_HEARSAY = re.compile(
    r"\b(?:volgens|according|derden?|third|niet geverifieerd|not verified|afgeleid|derived)\b", re.IGNORECASE
)
_BOUNDS = _patterns(
    {
        "least": r"minstens|minimaal|ten minste|at least|minimum|meer dan|more than|boven|above",
        "most": r"hoogstens|maximaal|ten hoogste|at most|maximum|minder dan|less than|up to",
    }
)
_HINGES = _patterns(
    {
        "europe": r"europe\w*|\w*drempel\w*|thresholds?|erboven|eronder",
        "category": r"\w*categorie\w*|\w*categor(?:y|ies)",
    }
)
"""What a duty of the field hangs on; a sentence that tells the duty may leave none of it out."""

AFTER_BOUND = 25
"""Characters after such a word in which its number stands."""

_SIDE = r"(?P<side>onder|below|under|boven|above|vanaf|over|op|at|buiten|outside|binnen|within|in|inside)"
_SIDES = re.compile(
    rf"\b{_SIDE}\b(?:\s+[\w'\u2019]+){{0,6}}?\s+['\u2019]?(?P<limit>\w*(?:drempel|threshold|categor)\w*)", re.IGNORECASE
)
_SAME_SIDE = {
    "onder": "under", "below": "under", "buiten": "outside", "boven": "over", "above": "over", "vanaf": "over",
    "op": "over", "at": "over", "binnen": "in", "within": "in", "inside": "in",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """What a sentence is held against."""

    unit: str
    """The sentence of the place whose words are nearest."""
    place: str
    field: str
    """The whole text in which the place stands."""
    around: str
    """Titles and references of that text."""

    @property
    def near(self) -> str:
        """The unit; where it is part of a list, the list says what it means."""
        return self.place if _is_of_list(self.unit) else self.unit


def strays(sentence: str, beside: Beside) -> str:
    """Name the first way in which a sentence says something else than the place beside it; empty if none is seen."""
    checks: Mapping[str, Callable[[str, Beside], bool]] = {
        "actor": _is_other_actor,
        "turn": _is_turned,
        "side": _changes_side,
        "hearsay": _loses_hearsay,
        "condition": _loses_condition,
        "bound": _loses_bound,
        "figure": _takes_figure,
    }
    return next((name for name, is_other in checks.items() if is_other(sentence, beside)), "")


def _is_of_list(unit: str) -> bool:
    """Whether a sentence opens a list or is an item of one: then the list says what it means."""
    return unit.rstrip().endswith(":") or unit.lstrip().startswith(("-", "•"))


def _found(family: Mapping[str, re.Pattern[str]], text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in family.items() if pattern.search(text))


def _actors(text: str) -> list[str]:
    """Give the actors of a text in order of place."""
    first = {name: match.start() for name, pattern in _ACTORS.items() if (match := pattern.search(text))}
    return sorted(first, key=lambda name: first[name])


def _is_other_actor(sentence: str, beside: Beside) -> bool:
    """Whether somebody else acts than in the unit, or in another order; one that names nobody borrows those around."""
    said, held = _actors(sentence), _actors(beside.unit)
    if _ORDER.match(beside.unit):
        held = list(dict.fromkeys(["buyer", *held]))
    if not held:
        return not set(said) <= set(_actors(f"{beside.field}\n{beside.around}"))
    return said != [name for name in held if name in said]


def _is_turned(sentence: str, beside: Beside) -> bool:
    return not _found(_TURNS, sentence) <= _found(_TURNS, beside.place)


def _loses_hearsay(sentence: str, beside: Beside) -> bool:
    """Whether a sentence tells as known what its source has from somebody else."""
    return _HEARSAY.search(beside.near) is not None and _SAID_HEARSAY.search(sentence) is None


def _changes_side(sentence: str, beside: Beside) -> bool:
    """Whether a sentence is on another side of a limit: under or over, in or outside."""
    said, held = _sides(sentence), _sides(beside.near)
    return any(limit in held and not sides <= held[limit] for limit, sides in said.items())


def _sides(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for match in _SIDES.finditer(text):
        limit = "category" if "categor" in match["limit"].lower() else "threshold"
        side = match["side"].lower()
        found.setdefault(limit, set()).add(_SAME_SIDE.get(side, side))
    return found


def _loses_condition(sentence: str, beside: Beside) -> bool:
    """Whether a sentence tells a duty or a leave, and not on what it hangs."""
    forces = forces_in(sentence)
    if not forces and not _LEAVE.search(sentence):
        return False
    if ONLY.search(beside.unit) and not ONLY.search(sentence):
        return True
    if _CONDITION.search(beside.unit) and not _SAID_CONDITION.search(sentence):
        return True
    return bool(forces) and not _found(_HINGES, beside.near) <= _found(_HINGES, sentence)


def _loses_bound(sentence: str, beside: Beside) -> bool:
    """Whether a sentence tells a number without the "at most" or "more than" that stands before it."""
    numbers, near = numbers_in(sentence), beside.near
    bounds = {
        name
        for name, pattern in _BOUNDS.items()
        for match in pattern.finditer(near)
        if numbers_in(near[match.end() : match.end() + AFTER_BOUND]) & numbers
    }
    return not bounds <= _found(_BOUNDS, sentence)


def _takes_figure(sentence: str, beside: Beside) -> bool:
    return not are_figures_near(sentence, beside.field)
