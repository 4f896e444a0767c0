"""Where passages disagree: what people decided on, and pairs that nobody looked at yet.

Knows the file of decisions, and when two sentences look as if they contradict each other.
Knows nothing of answers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from bot.core.corpus import Dispute, Passage, PassageId, Wording
from bot.core.figures import Figure, Force, forces_in, numbers_in
from bot.core.plain import words
from bot.core.sentences import sentences
from knowledge.schema import ContradictionsFile

ALIKE = 0.5
"""The share of the rarer sentence's own words from which two sentences are about the same."""

MIN_WORDS = 4
MIN_LETTERS = 3
_EMPTY = frozenset(
    "het een van zijn dat die voor met aan ook niet als dan door naar wordt worden over per hun deze dit geen kan mag"
    " moet moeten zij wie wat waar alle elke tot maar volgens staat".split()
)
_OPPOSED = ((Force.DUTY, Force.NO_DUTY), (Force.DUTY, Force.BAN))


@dataclass(frozen=True, slots=True)
class _Sentence:
    passage: Passage
    own: frozenset[str]
    numbers: frozenset[Figure]
    forces: frozenset[Force]


def with_disputes(passages: Sequence[Passage], decided: ContradictionsFile) -> tuple[Passage, ...]:
    """Give the passages with what is to be told of those that disagree."""
    found: dict[str, list[Dispute]] = {}
    for dispute in decided.disputes:
        for side in dispute.sides:
            if not side.silent:
                found.setdefault(side.passage, []).append(Dispute(side.span, Wording(dispute.nl, dispute.en)))
    return tuple(replace(p, disputes=tuple(found[p.id])) if p.id in found else p for p in passages)


def undecided(passages: Iterable[Passage], decided: ContradictionsFile) -> list[tuple[PassageId, PassageId]]:
    """Give the pairs of passages that seem to disagree and on which nothing was decided, in order."""
    known = {frozenset(one.pair) for one in decided.compared}
    known |= {frozenset(side.passage for side in dispute.sides) for dispute in decided.disputes}
    told = [sentence for passage in passages if not passage.superseded_by for sentence in _sentences(passage)]
    pairs = {
        (first.passage.id, second.passage.id)
        for first, second in combinations(told, 2)
        if first.passage.id != second.passage.id and _disagree(first, second)
    }
    return sorted(pair for pair in pairs if frozenset(pair) not in known)


def wrong_sides(passages: Mapping[PassageId, Passage], decided: ContradictionsFile) -> Iterator[tuple[str, str]]:
    """Give, by dispute or pair, the passages that do not exist and the spans that they do not hold."""
    for dispute in decided.disputes:
        for side in dispute.sides:
            passage = passages.get(PassageId(side.passage))
            if passage is None:
                yield dispute.id, f"there is no passage {side.passage!r}"
            elif side.span not in passage.text:
                yield dispute.id, f"{side.passage} does not say {side.span!r}"
    for one in decided.compared:
        for name in one.pair:
            if PassageId(name) not in passages:
                yield " and ".join(one.pair), f"there is no passage {name!r}"


def _sentences(passage: Passage) -> Iterator[_Sentence]:
    for text in sentences(passage.text):
        own = frozenset(w for w in words(text) if len(w) >= MIN_LETTERS and w not in _EMPTY and not w[0].isdigit())
        if len(own) >= MIN_WORDS:
            yield _Sentence(passage, own, numbers_in(text), forces_in(text))


def _disagree(first: _Sentence, second: _Sentence) -> bool:
    """Say whether two sentences share their words and give other figures in the same unit, or another duty."""
    shared = len(first.own & second.own)
    if shared < ALIKE * min(len(first.own), len(second.own)):
        return False
    units = {number.unit for number in first.numbers} & {number.unit for number in second.numbers}
    if any(_values(first, unit).isdisjoint(_values(second, unit)) for unit in units):
        return True
    return any(_are_opposed(first.forces, second.forces, *pair) for pair in _OPPOSED)


def _values(sentence: _Sentence, unit: str) -> set[str]:
    return {number.value for number in sentence.numbers if number.unit == unit}


def _are_opposed(first: frozenset[Force], second: frozenset[Force], one: Force, other: Force) -> bool:
    if {one, other} <= first or {one, other} <= second:
        return False
    return (one in first and other in second) or (other in first and one in second)
