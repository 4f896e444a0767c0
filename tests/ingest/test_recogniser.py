import math

import numpy as np
import pytest

from bot.adapters.memory import HashingEmbedder
from bot.adapters.recogniser import LinearRecogniser
from bot.core.ports import Recognised
from ingest.recogniser import EPOCHS, MIN_LINES, Example, fit_recogniser

EMBEDDER = HashingEmbedder(32)
LINES: dict[str, tuple[str, ...]] = {
    "answer:drempel": (
        "hoe hoog is de drempel",
        "vanaf welk bedrag geldt het",
        "wat is de grens in euro",
        "drempelbedrag",
    ),
    "answer:kleding": ("vallen jassen eronder", "hoe zit het met uniformen", "gelden kleren ook", "werkschoenen kopen"),
}
OUTSIDE = ("wat voor weer wordt het", "wie wint de wedstrijd", "hoe bak ik een taart", "is de trein op tijd")


def examples(lines: dict[str, tuple[str, ...]]) -> list[Example]:
    texts = [(key, text) for key, own in lines.items() for text in own]
    vectors = EMBEDDER.embed_questions([text for _, text in texts])
    return [Example(text, vector, key) for (key, text), vector in zip(texts, vectors, strict=True)]


def outside() -> list[Example]:
    return [Example(text, vector) for text, vector in zip(OUTSIDE, EMBEDDER.embed_questions(OUTSIDE), strict=True)]


def fitted(lines: dict[str, tuple[str, ...]] = LINES) -> LinearRecogniser:
    return fit_recogniser(examples(lines), outside(), EMBEDDER.dims, lambda _done, _total: None)


def recognised(text: str, recogniser: LinearRecogniser | None = None) -> Recognised:
    return (recogniser or fitted()).recognise(text, EMBEDDER.embed_questions([text])[0])


@pytest.mark.parametrize(
    ("text", "key"),
    [("wat is het drempelbedrag nu", "answer:drempel"), ("en uniformen of jasssen dan", "answer:kleding")],
)
def test_a_question_in_other_words_is_recognised(text: str, key: str) -> None:
    chances = recognised(text).log_chances
    assert max(chances, key=lambda name: chances[name]) == key


def test_chances_add_up_to_one() -> None:
    chances = recognised("hoe hoog is de grens").log_chances
    assert math.fsum(map(math.exp, chances.values())) == pytest.approx(1.0)


def test_a_question_on_the_subject_leans_to_it_and_another_away() -> None:
    assert recognised("hoe hoog is de drempel voor jassen").lean > 0 > recognised("hoe laat gaat de trein").lean


def test_a_target_with_few_lines_is_not_learnt() -> None:
    few = {**LINES, "answer:weinig": ("wat is weinig",) * (MIN_LINES - 1)}
    assert set(recognised("wat is weinig", fitted(few)).log_chances) == set(LINES)


def test_an_example_without_a_target_only_shows_the_subject() -> None:
    extra = Example("moet dat erin", EMBEDDER.embed_questions(["moet dat erin"])[0])
    recogniser = fit_recogniser([*examples(LINES), extra], outside(), EMBEDDER.dims, lambda _d, _t: None)
    assert recogniser.keys == tuple(sorted(LINES))
    assert recognised("moet dat erin", recogniser).lean > 0


def test_without_examples_nothing_is_recognised_and_nothing_leans() -> None:
    empty = fit_recogniser((), (), EMBEDDER.dims, lambda _d, _t: None)
    assert recognised("hoe hoog is de drempel", empty) == Recognised({}, 0.0)


def test_without_the_other_side_nothing_leans() -> None:
    one_sided = fit_recogniser(examples(LINES), (), EMBEDDER.dims, lambda _d, _t: None)
    assert recognised("hoe hoog is de drempel", one_sided).lean == 0.0


def test_the_same_lines_give_the_same_weights() -> None:
    first, second = fitted(), fitted()
    assert np.array_equal(first.weights, second.weights)
    assert first.subject_bias == second.subject_bias


def test_progress_is_told_for_every_epoch() -> None:
    told: list[tuple[int, int]] = []
    fit_recogniser(examples(LINES), outside(), EMBEDDER.dims, lambda done, total: told.append((done, total)))
    assert told == [(done, EPOCHS) for done in range(EPOCHS + 1)]
