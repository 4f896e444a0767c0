from dataclasses import replace

from bot.core.scope import FEATURES, Signals, Zone, features_of, probability_in_scope, zone_of
from knowledge.loader import read_rules

CALIBRATION = read_rules().calibration
CLEAR = Signals(
    line=0.8, inside=1.1, outside=0.5, text=0.5, words=0.6, lean=2.0, around=2.0, strong_terms=1, other_subjects=0,
    case_facts=0,
)  # fmt: skip
FAR = Signals(
    line=0.3, inside=0.4, outside=1.1, text=0.1, words=0.0, lean=-3.0, around=-3.0, strong_terms=0, other_subjects=1,
    case_facts=0,
)  # fmt: skip


def test_every_feature_has_a_weight() -> None:
    assert set(CALIBRATION.scope_weights) == set(FEATURES) == set(features_of(CLEAR))


def test_a_clear_question_is_answered_and_a_far_one_refused() -> None:
    assert zone_of(CLEAR, CALIBRATION) is Zone.ANSWER
    assert zone_of(FAR, CALIBRATION) is Zone.REFUSE


def test_between_the_thresholds_is_care() -> None:
    chance = probability_in_scope(CLEAR, CALIBRATION)
    between = replace(CALIBRATION, refuse_below=chance - 0.01, sure_above=min(1.0, chance + 0.01))
    assert zone_of(CLEAR, between) is Zone.CARE


def test_more_words_of_another_subject_never_help() -> None:
    chances = [probability_in_scope(replace(CLEAR, other_subjects=n), CALIBRATION) for n in (0, 1, 2, 5)]
    assert chances == sorted(chances, reverse=True)
