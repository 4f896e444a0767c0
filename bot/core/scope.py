"""Whether a question is about ISV, from what was found for it.

Knows a logistic regression over a few features; its weights come from ``evals.calibrate``.
Knows nothing of words: they arrive as counts.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bot.core.rules import Calibration

FEATURES = (
    "line",
    "margin",
    "text",
    "words",
    "lean",
    "around",
    "strong_terms",
    "case_facts",
    "other_subjects",
    "follows",
    "follows_line",
    "follows_margin",
    "follows_lean",
    "intercept",
)
"""The features, in the order in which the calibration file lists them."""


class Zone(Enum):
    """How sure it is that the sources can carry an answer."""

    REFUSE = "refuse"
    CARE = "care"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Signals:
    """What retrieval saw.

    ``line`` and ``text`` are the best cosines with a question line and with a passage's text. ``inside`` and
    ``outside`` are the best scores of anything in scope and of a written reply, for what was really said, whatever
    the readings add. ``words`` is the best relative BM25 in [0, 1]; ``lean`` is that of the recogniser, ``around`` that
    of the whole message; ``follows`` says that an earlier question lends its subject; the others count terms and the
    facts of a purchase.
    """

    line: float
    inside: float
    outside: float
    text: float
    words: float
    lean: float
    around: float
    strong_terms: int
    other_subjects: int
    case_facts: int
    follows: bool = False


def features_of(signals: Signals) -> Mapping[str, float]:
    """Turn signals into the features of the regression, each about in [-2, 2]."""
    line = (signals.line - 0.5) * 4
    margin = (signals.inside - signals.outside) * 4
    lean = signals.lean / 2
    follows = float(signals.follows)
    return {
        "line": line,
        "margin": margin,
        "text": (signals.text - 0.3) * 4,
        "words": signals.words * 2,
        "lean": lean,
        "around": signals.around / 2 - lean,
        "strong_terms": float(min(signals.strong_terms, 2)),
        "case_facts": float(min(signals.case_facts, 2)),
        "other_subjects": float(min(signals.other_subjects, 2)),
        "follows": follows,
        "follows_line": follows * line,
        "follows_margin": follows * margin,
        "follows_lean": follows * lean,
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
