"""How well the verifier tells what a passage carries from what it does not, without any model.

Every statement that people wrote on passages is a paraphrase that its passages carry. Changed in one thing (a number,
a denial, a duty, who it is about, a name) or put beside another passage, it is one that they do not. Half of the
answers, by their name, are there to tune on; thresholds count on the other half.
"""

import argparse
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from bot.core.corpus import Language, Passage, Source, SourceId, WrittenAnswer
from bot.core.places import Place, places_of
from bot.core.ports import Embedder, cosine
from bot.core.sentences import sentences
from bot.core.support import Lack, best_places
from ingest.corpus import read_corpus
from knowledge.loader import read_rules

SEED = 20261127
FALSE_LIMIT = 0.02
"""The share of statements changed in one thing that may pass, on the held half."""

KEPT_TRUE = 0.98
"""The share of true statements, of those that the words let pass, that the cosine must let pass too."""

_SWAPS = {
    "number": [(r"\b8\b", "9"), (r"\b(\d{2,3})\.(\d{3})\b", r"9\1.\2"), (r"\bacht\b", "negen"), (r"\beight\b", "nine"),
               (r"\b20(\d\d)\b", r"19\1"), (r"\bdrie\b", "vijf"), (r"\bthree\b", "five"), (r"\b10\b", "12")],
    "denial": [(r"(?<!\()\bniet\b", ""), (r"\bgeen\b", "een"), (r"(?<!\()\bnot\b", ""), (r"\bISV is\b", "ISV is not"),
               (r"\bare\b", "are not"), (r"\bmoet\b", "moet niet"), (r"\bmust\b", "must not"),
               (r"\bkomt\b", "komt niet")],
    "duty": [(r"\bmag\b", "moet"), (r"\bmogen\b", "moeten"), (r"\bmay\b", "must"), (r"\bkan\b", "moet"),
             (r"\bcan\b", "must"), (r"\bmoet\b", "mag"), (r"\bmoeten\b", "mogen"), (r"\bmust\b", "may")],
    "who": [(r"\b[Hh]et Rijk\b", "de gemeente"), (r"\b[Gg]emeenten\b", "ministeries"),
            (r"\b[Ll]everancier\b", "gemeente"), (r"\bcentral government\b", "a municipality"),
            (r"\bsupplier\b", "municipality")],
    "name": [(r"\bPIANOo\b", "Fairtrade"), (r"\bBZK\b", "EZK"), (r"\bSER\b", "OESO"), (r"\bOESO\b", "Unicef"),
             (r"\bISV\b", "CSRD"), (r"\bOECD\b", "Unicef")],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """A statement, the places of the passages it names, and whether they carry it."""

    answer: str
    kind: str
    text: str
    language: Language
    places: tuple[Place, ...]

    @property
    def is_held(self) -> bool:
        """Whether it belongs to the half that nobody tunes on."""
        return int(sha256(self.answer.encode()).hexdigest(), 16) % 2 == 0


def samples() -> Iterator[Sample]:
    """Give every written statement as it is, and changed in each way that fits."""
    corpus = read_corpus()
    passages = {target.id: target for target in corpus.targets if isinstance(target, Passage)}
    answers = [target for target in corpus.targets if isinstance(target, WrittenAnswer)]
    sources = {source.id: source for source in corpus.sources}
    draw = random.Random(SEED)
    everything = list(passages.values())
    for answer in answers:
        for claim in (answer.lead, *answer.statements):
            cited = [passages[cite.passage_id] for cite in claim.cites if cite.passage_id in passages]
            for language in Language:
                own = _places(cited, sources, language)
                other = draw.choice([p for p in everything if p not in cited])
                elsewhere = _places([other], sources, language)
                for text in sentences(claim.wording.in_language(language)):
                    yield Sample(answer.id, "true", text, language, own)
                    yield Sample(answer.id, "elsewhere", text, language, elsewhere)
                    for kind, changed in _changed(text):
                        yield Sample(answer.id, kind, changed, language, own)


def _changed(text: str) -> Iterator[tuple[str, str]]:
    """Give a sentence changed in one thing, in each way that fits."""
    for kind, swaps in _SWAPS.items():
        changed = next((new for old, to in swaps if (new := re.sub(old, to, text, count=1)) != text), None)
        if changed is not None:
            yield kind, " ".join(changed.split())


def _places(cited: Sequence[Passage], sources: Mapping[SourceId, Source], language: Language) -> tuple[Place, ...]:
    return tuple(place for passage in cited for place in places_of(passage, sources[passage.source_id], language))


def likeness_limit(embedder: Embedder) -> float:
    """Give the cosine that most true statements of the tuning half reach with the place that carries them."""
    terms = read_rules().terms
    pairs = []
    for sample in samples():
        if sample.kind == "true" and not sample.is_held:
            found = best_places(sample.text, sample.places, terms)
            if not isinstance(found, Lack):
                pairs.append((sample.text, " ".join(place.text for place in found)))
    likenesses = sorted(likeness(embedder, text, place) for text, place in pairs)
    return math.floor(100 * likenesses[int((1 - KEPT_TRUE) * len(likenesses))]) / 100


def likeness(embedder: Embedder, first: str, second: str) -> float:
    """Give the cosine of two texts as the verifier takes it."""
    a, b = embedder.embed_questions([first, second])
    return cosine(a, b)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and fail where more false statements pass than may."""
    parser = argparse.ArgumentParser(prog="python -m evals.support")
    parser.add_argument(
        "--show", choices=("true", "elsewhere", *_SWAPS), help="show what went wrong, of the tuning half"
    )
    options = parser.parse_args(arguments)
    terms = read_rules().terms
    passed: Counter[tuple[bool, str]] = Counter()
    total: Counter[tuple[bool, str]] = Counter()
    lacks: Counter[Lack] = Counter()
    for sample in samples():
        found = best_places(sample.text, sample.places, terms)
        total[sample.is_held, sample.kind] += 1
        passed[sample.is_held, sample.kind] += not isinstance(found, Lack)
        if isinstance(found, Lack) and sample.kind == "true" and not sample.is_held:
            lacks[found] += 1
        is_wrong = isinstance(found, Lack) == (sample.kind == "true")
        if options.show == sample.kind and is_wrong and not sample.is_held:
            print(found.name if isinstance(found, Lack) else "PASSED", sample.language, sample.text)
    for is_held in (False, True):
        print("held" if is_held else "tuning")
        for kind in ("true", "elsewhere", *_SWAPS):
            n = total[is_held, kind]
            print(f"  {kind:<10} passed {passed[is_held, kind] / max(1, n):.3f} of {n}")
    print({lack.name: n for lack, n in lacks.most_common()})
    wrong = sum(n for (is_held, kind), n in passed.items() if is_held and kind != "true")
    count = sum(n for (is_held, kind), n in total.items() if is_held and kind != "true")
    print(f"held, all changes: passed {wrong / count:.4f} of {count}")
    return 0 if wrong <= FALSE_LIMIT * count else 1


if __name__ == "__main__":
    sys.exit(main())
