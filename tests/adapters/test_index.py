import gc
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.adapters.chroma import ChromaVectorIndex, write_vectors
from bot.adapters.index import corpus_words, is_healthy, mend_vectors, open_index
from bot.adapters.index_folder import Build, IndexFolder
from bot.adapters.memory import HashingEmbedder, exact_index_of
from bot.adapters.sharpening import Sharpening
from bot.adapters.shelf import SqliteShelf
from bot.adapters.vector_store import files_digest
from bot.core.corpus import Status
from bot.core.errors import IndexBusy, IndexMismatch, IndexUnavailable
from bot.core.ports import Hit
from tests.adapters.small import small_corpus, write_small_index
from tests.builders import passage, reply, source

pytestmark = pytest.mark.integration

CORPUS = small_corpus()
EMBEDDER = HashingEmbedder()
QUESTION = EMBEDDER.embed_questions(["wat zegt het contract over kleding"])[0]


@pytest.fixture
def folder(tmp_path: Path) -> IndexFolder:
    return IndexFolder(tmp_path / "index")


@pytest.fixture
def build(folder: IndexFolder) -> Build:
    return write_small_index(folder, CORPUS)


def nearest(folder: IndexFolder) -> Sequence[Hit]:
    index = open_index(folder, EMBEDDER.name)
    hits = index.vectors.nearest(QUESTION, 5)
    index.shelf.close()
    return hits


def scores(hits: Sequence[Hit]) -> dict[str, float]:
    return {hit.entry: hit.score for hit in hits}


def lose_vectors(build: Build) -> None:
    shutil.rmtree(build.vectors)


def test_an_open_index_finds_by_meaning_by_words_and_by_key(folder: IndexFolder, build: Build) -> None:
    index = open_index(folder, EMBEDDER.name)
    assert index.vectors.nearest(QUESTION, 1)[0].entry == "passage:bron-kleding#p1|line 0"
    assert index.lexical.matching("kleding", 1)[0].entry == "passage:bron-kleding#p1"
    assert index.shelf.fetch(["passage:bron-kleding#p1"])["passage:bron-kleding#p1"] == CORPUS.passages[2]
    assert index.recogniser.recognise("kleding", QUESTION).log_chances == {}
    index.shelf.close()


def test_an_index_on_disk_finds_what_exact_arithmetic_finds(folder: IndexFolder, build: Build) -> None:
    wanted = exact_index_of(CORPUS, EMBEDDER).nearest(QUESTION, 5)
    assert scores(nearest(folder)) == pytest.approx(scores(wanted), abs=1e-5)


def test_another_embedding_model_is_refused_with_both_names_and_the_way_out(folder: IndexFolder, build: Build) -> None:
    wanted = r"built with 'hashing' \(128 dims\), the settings ask for 'ander': run 'isvbot-ingest sync --rebuild'"
    with pytest.raises(IndexMismatch, match=wanted):
        open_index(folder, "ander")


def test_without_an_index_the_error_says_how_to_make_one(folder: IndexFolder) -> None:
    with pytest.raises(IndexUnavailable, match="run 'isvbot-ingest sync'"):
        open_index(folder, EMBEDDER.name)


STORES = ("shelf.sqlite", "sharpening.npz", "words/names.json", "words/vocab.index.json", "words/data.csc.index.npy")


def halve(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def overwrite(path: Path) -> None:
    path.write_bytes(b"geen index" * 50)


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # numpy leaves a file open that it cannot read
@pytest.mark.parametrize("damage", [halve, overwrite, remove])
@pytest.mark.parametrize("store", STORES)
def test_a_damaged_store_is_one_clear_error(
    folder: IndexFolder, build: Build, store: str, damage: Callable[[Path], None]
) -> None:
    assert is_healthy(build)
    damage(build.folder / store)
    with pytest.raises(IndexUnavailable, match="cannot be read: run 'isvbot-ingest sync'") as caught:
        open_index(folder, EMBEDDER.name)
    assert not is_healthy(build)
    del caught
    gc.collect()


@pytest.mark.parametrize("damage", [halve, overwrite, remove])
def test_damaged_vectors_are_mended_from_the_shelf(
    folder: IndexFolder, build: Build, damage: Callable[[Path], None]
) -> None:
    wanted = scores(nearest(folder))
    damage(build.vectors / "chroma.sqlite3")
    assert scores(nearest(folder)) == pytest.approx(wanted, abs=1e-5)


def test_what_was_mended_stays_mended(folder: IndexFolder, build: Build) -> None:
    lose_vectors(build)
    assert not is_healthy(build)
    nearest(folder)
    nearest(folder)
    assert folder.current().vectors.name == "vectors-2"
    assert is_healthy(folder.current())


def test_vectors_that_lost_records_are_mended(folder: IndexFolder, build: Build) -> None:
    wanted = scores(nearest(folder))
    shelf = SqliteShelf(build.shelf)
    write_vectors(build.folder / "vectors-7", list(shelf.vectors())[:-1])
    shelf.close()
    folder.replace_vectors(build, "vectors-7", files_digest(build.folder / "vectors-7"))
    assert not is_healthy(folder.current())
    assert scores(nearest(folder)) == pytest.approx(wanted, abs=1e-5)
    assert folder.current().vectors.name == "vectors-8"


def test_vectors_of_another_index_are_mended(folder: IndexFolder, build: Build) -> None:
    wanted = scores(nearest(folder))
    shelf = SqliteShelf(build.shelf)
    entries, vectors = zip(*shelf.vectors(), strict=True)
    shelf.close()
    write_vectors(build.folder / "vectors-7", zip(entries, vectors[::-1], strict=True))
    half = [(entry, [-float(value) for value in vector]) for entry, vector in zip(entries, vectors, strict=True)]
    write_vectors(build.folder / "vectors-8", half)
    folder.replace_vectors(build, "vectors-8", files_digest(build.folder / "vectors-8"))
    assert scores(nearest(folder)) == pytest.approx(wanted, abs=1e-5)


def test_vectors_are_not_mended_while_another_process_writes(folder: IndexFolder, build: Build) -> None:
    lose_vectors(build)
    with folder.writing(), pytest.raises(IndexBusy):
        open_index(folder, EMBEDDER.name)


def test_mending_that_was_killed_is_done_again(folder: IndexFolder, build: Build) -> None:
    lose_vectors(build)
    write_vectors(build.folder / "vectors-2", [("half", QUESTION)])
    assert nearest(folder)


def test_mended_vectors_are_sharpened_as_before(folder: IndexFolder, build: Build) -> None:
    shelf = SqliteShelf(build.shelf)
    turned = Sharpening([0.0] * EMBEDDER.dims, [[-float(i == j) for j in range(128)] for i in range(128)])
    mended = mend_vectors(folder, build, shelf, turned)
    shelf.close()
    opposite = ChromaVectorIndex(mended.vectors).nearest([-value for value in QUESTION], 1)
    assert opposite[0].entry == "passage:bron-kleding#p1|line 0"


def test_the_words_that_mend_spelling_stand_in_texts_or_in_several_lines() -> None:
    source_ = source("De leverancier levert een rapportage.")
    told = passage(
        source_.text,
        of=source_,
        lines=("raportage wanneer", "deadline verslag", "deadline stuk", "deadline rapportage"),
    )
    weather = reply("weer", Status.UNANSWERABLE_OUT_OF_SCOPE, "regen morgen", "regen vandaag", "regen")
    words = corpus_words((told, weather))
    assert words["rapportage"] > 0
    assert words["deadline"] == 3
    assert "raportage" not in words
    assert "regen" not in words
