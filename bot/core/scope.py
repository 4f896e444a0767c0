"""Whether a question is about ISV, from what was found for it.

Knows a logistic regression over a few features; its weights come from ``evals.calibrate``.
Knows nothing of words: they arrive as counts.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.core.rules import Calibration

FEATURES = ("line", "margin", "text", "words", "lean", "strong_terms", "other_subjects", "intercept")
"""The features, in the order in which the calibration file lists them."""


class Zone(Enum):
    """How sure it is that the sources can carry an answer."""

    REFUSE = "refuse"
    CARE = "care"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Direction:
    """The direction in which questions in scope lie from those outside it; ``ingest`` fits it on question lines."""

    weights: Sequence[float]
    bias: float

    def lean_of(self, vector: Iterable[float]) -> float:
        """Say how far a question leans to the subject, about in [-4, 4]; 0 is undecided."""
        if not self.weights:
            return 0.0
        return float(sum(w * v for w, v in zip(self.weights, vector, strict=True))) + self.bias


@dataclass(frozen=True, slots=True)
class Signals:
    """What retrieval saw.

    ``line``, ``text`` and ``reply`` are the best cosines with a question line, with a passage's text and with
    a line of a written reply; ``said_line`` is that of what was really said, where a reading added an earlier
    subject; ``words`` is the best relative BM25 in [0, 1]; ``lean`` is that of ``Direction``; the others count terms.
    """

    line: float
    said_line: float
    text: float
    reply: float
    words: float
    lean: float
    strong_terms: int
    other_subjects: int


def features_of(signals: Signals) -> Mapping[str, float]:
    """Turn signals into the features of the regression, each about in [-1, 2]."""
    return {
        "line": (signals.line - 0.85) * 10,
        "margin": (signals.said_line - signals.reply) * 10,
        "text": (signals.text - 0.85) * 10,
        "words": signals.words,
        "lean": signals.lean,
        "strong_terms": float(min(signals.strong_terms, 2)),
        "other_subjects": float(min(signals.other_subjects, 2)),
        "intercept": 1.0,
    }


def probability_in_scope(signals: Signals, calibration: Calibration) -> float:
    """Give the probability in (0, 1) that a question is about ISV."""
    features = features_of(signals)
    logit = sum(calibration.scope_weights[name] * features[name] for name in FEATURES)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def zone_of(signals: Signals, calibration: Calibration) -> Zone:
    """Give the zone: refuse, answer with care, answer."""
    probability = probability_in_scope(signals, calibration)
    if probability < calibration.refuse_below:
        return Zone.REFUSE
    return Zone.ANSWER if probability >= calibration.sure_above else Zone.CARE
