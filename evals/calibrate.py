"""Fits the weights with which a question is judged to be about ISV, and sets the thresholds of the three zones.

Knows the calibration questions (``evals/questions/scope.jsonl``) and the tuning half; never reads the held half.
Writes ``knowledge/calibration.yaml`` with the embedder's name, or a file in the data folder for another embedder than
the default one, and prints what the thresholds do out of fold. The weights of ranking (sharpness, offsets, bonuses) are
kept as they are: they were chosen by hand for multilingual-e5-small.
Run it again when the embedder, the question lines or the written replies change: ``python -m evals.calibrate``.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.bootstrap import build_assistant
from bot.core.corpus import Kind, Role
from bot.core.model import Question, Turn
from bot.core.retrieve import FoundPart, retrieve
from bot.core.rules import Calibration
from bot.core.scope import FEATURES, features_of, probability_in_scope
from bot.core.screen import Screened, screen
from bot.core.tools import Tools
from bot.core.understand import understand
from bot.engines import DEFAULT_ENGINE, calibration_path
from bot.settings import Settings, read_settings
from evals.cases import FOLDER, read_cases
from evals.support import likeness_limit

RIDGE = 0.5
KEPT_FROM_KINDS = 0.99
"""Share of questions in scope that must not be taken for small talk, an order or a request to judge."""

LEAST_LIMIT = 0.5
FOLDS = 5
KEPT_IN_SCOPE = 0.97
"""Share of questions in scope that must stay above the lower threshold; the rest of the work is the verifier's."""

BELOW_SURE = 0.95
"""Share of questions outside it that must stay below the upper threshold, so that an answer without a caution fits."""

LABELLED_SETS = ("dev", "tuning", "tuning2", "tuning3", "tuning4", "tuning5")
TARGET = Path(__file__).parent.parent / "knowledge" / "calibration.yaml"

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question and whether it is about ISV."""

    text: str
    history: tuple[Turn, ...]
    in_scope: bool


def labelled_questions() -> list[Labelled]:
    """Give the calibration questions and those of dev and tuning whose scope is certain."""
    lines = (FOLDER / "scope.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    found = [Labelled(r["question"], tuple(map(Turn, r["history"])), r["in_scope"]) for r in rows]
    for case in (case for name in LABELLED_SETS for case in read_cases(name)):
        if case.type in ("injection", "judgement", "personal_data", "smalltalk", "unclear"):
            continue
        if case.type == "out_of_scope" and case.expected != "refused":
            continue
        found.append(Labelled(case.question, case.history, case.type != "out_of_scope"))
    return found


def measured(questions: Sequence[Labelled], tools: Tools) -> list[tuple[FoundPart, bool]]:
    """Give each part of each question, with whether it is about ISV; of a mail in scope only its clearest part."""
    found: list[tuple[FoundPart, bool]] = []
    calibration = tools.rules.calibration
    for one in questions:
        screened = screen(Question(one.text, Role.OFFICER, date.today(), None, one.history), tools.finder, tools.rules)
        if not isinstance(screened, Screened):
            continue
        parts = retrieve(understand(screened, tools.speller, tools.rules), tools.lookup, tools.rules).parts
        if one.in_scope:
            parts = (max(parts, key=lambda part: probability_in_scope(part.signals, calibration)),)
        found.extend((part, one.in_scope) for part in parts)
    return found


def features(parts: Sequence[tuple[FoundPart, bool]]) -> tuple[Array, Array]:
    """Give the features and labels of parts."""
    rows = [[features_of(part.signals)[name] for name in FEATURES] for part, _ in parts]
    return np.asarray(rows), np.asarray([float(in_scope) for _, in_scope in parts])


def limits(parts: Sequence[tuple[FoundPart, bool]]) -> dict[Kind, float]:
    """Give, for each kind that is not answered, the chance that hardly a question in scope reaches."""
    kinds = (Kind.SMALLTALK, Kind.INJECTION, Kind.JUDGEMENT, Kind.UNCLEAR)
    found = {kind: [part.kinds[kind] for part, in_scope in parts if in_scope] for kind in kinds}
    return {k: round(max(LEAST_LIMIT, float(np.quantile(values, KEPT_FROM_KINDS))), 2) for k, values in found.items()}


def fit(design: Array, labels: Array) -> Array:
    """Fit a ridge logistic regression with both classes weighted equally, by Newton's method."""
    weights = np.zeros(design.shape[1])
    share = np.where(labels == 1, 0.5 / labels.sum(), 0.5 / (1 - labels).sum()) * len(labels)
    penalty = RIDGE * np.r_[np.ones(design.shape[1] - 1), 1e-6]
    for _ in range(60):
        chance = _chance(design, weights)
        gradient = design.T @ (share * (chance - labels)) + penalty * weights
        curvature = (design * (share * chance * (1 - chance) + 1e-9)[:, None]).T @ design + np.diag(penalty)
        weights -= np.linalg.solve(curvature, gradient)
    return weights


def out_of_fold(design: Array, labels: Array) -> Array:
    """Give each row's chance from weights that were fitted without it."""
    fold = np.random.default_rng(0).permutation(len(labels)) % FOLDS
    chances = np.zeros(len(labels))
    for k in range(FOLDS):
        chances[fold == k] = _chance(design[fold == k], fit(design[fold != k], labels[fold != k]))
    return chances


def auroc(chances: Array, labels: Array) -> float:
    """Give the chance that a question in scope scores above one outside it."""
    ranks = np.empty(len(chances))
    ranks[np.argsort(chances)] = np.arange(len(chances))
    inside = labels == 1
    count = int(inside.sum())
    return float((ranks[inside].sum() - count * (count - 1) / 2) / (count * (len(labels) - count)))


def main() -> int:
    """Fit, print and write."""
    settings = read_settings()
    tools = build_assistant(settings, check_calibration=False).tools
    before = tools.rules.calibration
    weights = {name: before.scope_weights.get(name, 0.0) for name in FEATURES}
    tools = replace(tools, rules=replace(tools.rules, calibration=replace(before, scope_weights=weights)))
    parts = measured(labelled_questions(), tools)
    design, labels = features(parts)
    chances = out_of_fold(design, labels)
    refuse_below = round(float(np.quantile(chances[labels == 1], 1 - KEPT_IN_SCOPE)), 2)
    sure_above = round(max(refuse_below, float(np.quantile(chances[labels == 0], BELOW_SURE))), 2)
    print(
        f"questions: {int(labels.sum())} in scope, {int((1 - labels).sum())} outside;"
        f" out-of-fold AUROC {auroc(chances, labels):.3f}"
    )
    for name, limit in (("refuse below", refuse_below), ("sure above", sure_above)):
        kept, refused = (chances[labels == 1] >= limit).mean(), (chances[labels == 0] < limit).mean()
        print(f"{name} {limit}: in scope kept {kept:.3f}, outside below it {refused:.3f}")
    fitted = dict(zip(FEATURES, (round(float(w), 3) for w in fit(design, labels)), strict=True))
    name = tools.lookup.embedder.name
    target = target_for(settings, name)
    write(
        replace(
            before,
            embedder=name,
            scope_weights=fitted,
            refuse_below=refuse_below,
            sure_above=sure_above,
            kind_limits=limits(parts),
            support_above=likeness_limit(tools.lookup.embedder),
        ),
        target,
    )
    print(f"written: {target} {fitted}")
    return 0


def target_for(settings: Settings, name: str) -> Path:
    """Give the file that holds the calibration of an embedder."""
    return TARGET if settings.embedder == DEFAULT_ENGINE else calibration_path(settings, name)


def write(calibration: Calibration, target: Path) -> None:
    """Write a calibration file."""
    limits_by_kind = "\n".join(f"  {kind.value}: {limit}" for kind, limit in calibration.kind_limits.items())
    weights = "\n".join(f"  {name}: {value}" for name, value in calibration.scope_weights.items())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        "# Written by `python -m evals.calibrate`; do not edit by hand. What each value does: bot/core/rules.py.\n"
        f"embedder: {calibration.embedder}\n"
        f"kernel_sharpness: {calibration.kernel_sharpness}\n"
        f"near_weight: {calibration.near_weight}\n"
        f"bm25_weight: {calibration.bm25_weight}\n"
        f"text_offset: {calibration.text_offset}\n"
        f"official_weight: {calibration.official_weight}\n"
        f"answer_bonus: {calibration.answer_bonus}\n"
        f"scope_weights:\n{weights}\n"
        f"refuse_below: {calibration.refuse_below}\n"
        f"sure_above: {calibration.sure_above}\n"
        f"kind_limits:\n{limits_by_kind}\n"
        f"support_above: {calibration.support_above}\n",
        "utf-8",
    )


def _chance(design: Array, weights: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(design @ weights, -30, 30))))


if __name__ == "__main__":
    sys.exit(main())
