import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.bm25 import Bm25Index, words_of
from bot.core.errors import IndexUnavailable

DOCUMENTS = [
    ("keten", "De leverancier brengt de risico's in zijn keten in kaart."),
    ("categorie", "Bedrijfskleding is een van de risicocategorieën."),
    ("drempel", "Onder de Europese drempel hoeft een inkoper niets; veiligheid telt wel."),
    ("eisen", "Het contract stelt eisen aan rapportages."),
]


def found(text: str) -> list[str]:
    return [hit.entry for hit in Bm25Index.build(DOCUMENTS).matching(text, 10)]


def test_words_have_no_accents_capitals_or_stop_words() -> None:
    assert words_of("De Risicocategorieën van het Rijk, in één oogopslag") == [
        "risicocategorieen",
        "rijk",
        "oogopslag",
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("leveranciers", "keten"),
        ("de rapportage", "eisen"),
        ("RISICOCATEGORIEËN", "categorie"),
        ("risicocategorieen", "categorie"),
        ("inkopers", "drempel"),
    ],
)
def test_another_form_of_a_word_finds_the_same_text(text: str, key: str) -> None:
    assert found(text)[0] == key


def test_the_singular_finds_a_text_with_a_plural_in_ieen() -> None:
    assert "categorie" in found("risicocategorie")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("leveranciersketen", {"keten"}),
        ("ketenleverancier", {"keten"}),
        ("veiligheidseisen", {"drempel", "eisen"}),
        ("contractrapportages", {"eisen"}),
    ],
)
def test_a_compound_finds_texts_with_its_halves(text: str, keys: set[str]) -> None:
    assert set(found(text)) == keys


def test_a_compound_in_a_text_is_found_by_its_half() -> None:
    index = Bm25Index.build([("a", "ketenverantwoordelijkheid"), ("b", "keten"), ("c", "verantwoordelijkheid")])
    assert {hit.entry for hit in index.matching("keten", 3)} == {"a", "b"}
    assert index.matching("ketenverantwoordelijkheid", 3)[0].entry == "a"


def test_a_word_is_not_split_where_a_half_is_no_word_of_the_corpus() -> None:
    assert found("ketenonzin") == []


@pytest.mark.parametrize("text", ["", "   ", "?!…", "de het een van in", "the of and is", "xyzzy plugh"])
def test_a_text_without_words_of_the_corpus_finds_nothing(text: str) -> None:
    assert found(text) == []


def test_the_rarest_shared_word_decides() -> None:
    index = Bm25Index.build([*((str(n), f"isv contract onderwerp{n}") for n in range(8)), ("koffie", "isv koffie")])
    assert index.matching("isv koffie", 1)[0].entry == "koffie"


def test_a_text_that_is_mostly_unknown_gets_hardly_any_vote() -> None:
    index = Bm25Index.build(DOCUMENTS)
    alone = index.matching("drempel", 1)[0].score
    among_others = index.matching("drempel kabouter paddenstoel toverdrank sprookje", 1)[0].score
    assert among_others < alone / 4


def test_repeating_a_word_changes_no_score() -> None:
    index = Bm25Index.build(DOCUMENTS)
    assert index.matching("drempel drempel keten", 4) == index.matching("drempel keten", 4)


def test_targets_with_the_same_score_keep_their_order() -> None:
    index = Bm25Index.build([(str(n), "drempel bedrag") for n in range(6)])
    assert [hit.entry for hit in index.matching("drempel", 6)] == [str(n) for n in range(6)]


WORDS = st.sampled_from(
    "leverancier keten risico kleding drempel eisen contract xyzzy veiligheidseisen de 2022".split()
)


@given(documents=st.lists(st.lists(WORDS, max_size=8), max_size=5), query=st.lists(WORDS, max_size=8))
@settings(deadline=None)
def test_a_score_lies_above_zero_and_at_most_at_one(documents: list[list[str]], query: list[str]) -> None:
    texts = [("vast", "leverancier"), *((str(n), " ".join(words)) for n, words in enumerate(documents))]
    hits = Bm25Index.build(texts).matching(" ".join(query), len(texts))
    assert all(0 < hit.score <= 1 for hit in hits)


def test_a_saved_index_answers_as_the_built_one(tmp_path: Path) -> None:
    built = Bm25Index.build(DOCUMENTS)
    built.save(tmp_path)
    loaded = Bm25Index.load(tmp_path)
    for text in ("leveranciersketen", "drempel en eisen", "risicocategorieen kabouter", "", "xyzzy"):
        assert list(loaded.matching(text, 4)) == list(built.matching(text, 4))


def test_a_text_of_stop_words_may_stand_among_others() -> None:
    index = Bm25Index.build([("leeg", "de het een"), ("drempel", "drempel")])
    assert [hit.entry for hit in index.matching("de drempel", 2)] == ["drempel"]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("documents", [[], [("leeg", "de het een")]])
def test_an_index_of_nothing_finds_nothing(documents: list[tuple[str, str]]) -> None:
    assert list(Bm25Index.build(documents).matching("drempel", 3)) == []


def test_a_missing_word_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match=r"nergens.*run 'isvbot-ingest sync'"):
        Bm25Index.load(tmp_path / "nergens")


FILES = (
    "data.csc.index.npy",
    "indices.csc.index.npy",
    "indptr.csc.index.npy",
    "names.json",
    "params.index.json",
    "vocab.index.json",
)


def halved(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    "damage", [halved, lambda _: b"geen index", lambda _: b""], ids=["halved", "overwritten", "empty"]
)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    Bm25Index.build(DOCUMENTS).save(tmp_path)
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))
    with pytest.raises(IndexUnavailable, match="cannot be read: run 'isvbot-ingest sync'"):
        Bm25Index.load(tmp_path)


def test_every_file_of_an_index_is_tried_above(tmp_path: Path) -> None:
    Bm25Index.build(DOCUMENTS).save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("names", [{"keys": []}, []])
def test_names_of_another_shape_are_one_clear_error(tmp_path: Path, names: object) -> None:
    Bm25Index.build(DOCUMENTS).save(tmp_path)
    (tmp_path / "names.json").write_text(json.dumps(names), "utf-8")
    with pytest.raises(IndexUnavailable):
        Bm25Index.load(tmp_path)
