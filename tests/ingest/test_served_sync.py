"""An index on a Chroma server: the same as in a folder, for workers on several machines while one ingests."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.chroma_server import ChromaServer, ServerOptions
from bot.adapters.index import OpenIndex, open_index
from bot.adapters.index_folder import IndexFolder
from bot.adapters.served_index import STAMP, ServedIndexFolder
from bot.core.errors import IndexMismatch, IndexUnavailable
from bot.core.ports import Hit
from ingest.sync import Summary, sync
from tests.builders import no_progress
from tests.ingest.small import CountingEmbedder, corpus_of, entries_in
from tests.servers.chroma import RunningChroma, new_prefix

pytestmark = pytest.mark.integration

OLD = ("drempel", "looptijd")
NEW = ("drempel", "kleding", "koffie")
EMBEDDER = CountingEmbedder()


class Machines:
    """Machines that share a server, each with a data folder of its own."""

    def __init__(self, url: str, root: Path) -> None:
        self._options, self._root = ServerOptions(url, prefix=new_prefix()), root
        self.server = ChromaServer(self._options)

    def __getitem__(self, name: str) -> ServedIndexFolder:
        return ServedIndexFolder(self._root / name, ChromaServer(self._options))


@pytest.fixture
def machines(chroma_server: RunningChroma, tmp_path: Path) -> Iterator[Machines]:
    found = Machines(chroma_server.url, tmp_path)
    yield found
    found.server.close()


def synced(folder: IndexFolder, *subjects: str, embedder: CountingEmbedder = EMBEDDER) -> Summary:
    return sync(corpus_of(*subjects), folder, embedder, no_progress)


def nearest(index: OpenIndex, subject: str) -> Hit:
    return index.vectors.nearest(EMBEDDER.embed_questions([f"waar vind ik {subject}"])[0], 1)[0]


def subjects_in(index: OpenIndex) -> set[str]:
    keys = [key for key in index.shelf.digests() if key.startswith("passage:")]
    return {key.removeprefix("passage:bron-").partition("#")[0] for key in keys}


def test_another_machine_finds_by_meaning_by_words_and_by_key(machines: Machines) -> None:
    synced(machines["ingest"], *NEW)
    index = open_index(machines["worker"], EMBEDDER.name)
    assert nearest(index, "kleding").entry == "passage:bron-kleding#p1|line 1"
    assert index.lexical.matching("kleding", 1)[0].entry == "passage:bron-kleding#p1"
    assert "passage:bron-kleding#p1" in index.shelf.fetch(["passage:bron-kleding#p1"])
    assert subjects_in(index) == set(NEW)
    assert index.shelf.counts().entries == entries_in(len(NEW))


def test_it_finds_what_a_folder_finds(machines: Machines, tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path / "folder")
    synced(folder, *NEW)
    synced(machines["ingest"], *NEW)
    one, other = open_index(folder, EMBEDDER.name), open_index(machines["worker"], EMBEDDER.name)
    question = EMBEDDER.embed_questions(["wat zegt het contract over koffie"])[0]
    all_entries = entries_in(len(NEW))  # of equals at the end of a shorter list, each may bring another
    scores = [{hit.entry: hit.score for hit in index.vectors.nearest(question, all_entries)} for index in (one, other)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)
    assert one.lexical.matching("koffie contract", 9) == other.lexical.matching("koffie contract", 9)
    assert one.recogniser.recognise("koffie", question) == other.recogniser.recognise("koffie", question)


def test_a_second_sync_changes_nothing(machines: Machines) -> None:
    first = synced(machines["ingest"], *NEW)
    second = synced(machines["ingest"], *NEW)
    assert (second.was_current, second.build) == (True, first.build)


def test_only_what_is_new_is_embedded_again(machines: Machines) -> None:
    synced(machines["ingest"], *OLD)
    embedder = CountingEmbedder()
    synced(machines["ingest"], *NEW, embedder=embedder)
    assert embedder.texts
    assert not any("drempel" in text for text in embedder.texts)


def test_a_worker_answers_the_whole_time_while_another_machine_ingests(machines: Machines) -> None:
    synced(machines["ingest"], *OLD)
    worker = open_index(machines["worker"], EMBEDDER.name)
    ingested, answered, found = threading.Event(), threading.Event(), set[str]()
    errors: list[Exception] = []

    def answer() -> None:
        try:
            while not ingested.is_set():
                found.add(nearest(worker, "looptijd").entry)
                found.update(worker.shelf.fetch(["passage:bron-looptijd#p1"]))
                answered.set()
        except Exception as error:  # noqa: BLE001  # told to the test
            errors.append(error)
            answered.set()

    thread = threading.Thread(target=answer)
    thread.start()
    assert answered.wait(20)
    synced(machines["ingest"], *NEW)
    ingested.set()
    thread.join(20)
    assert errors == []
    assert found == {"passage:bron-looptijd#p1|line 1", "passage:bron-looptijd#p1"}
    assert subjects_in(worker) == set(OLD)
    assert nearest(worker, "looptijd").entry == "passage:bron-looptijd#p1|line 1"
    assert subjects_in(open_index(machines["worker"], EMBEDDER.name)) == set(NEW)
    assert subjects_in(open_index(machines["another"], EMBEDDER.name)) == set(NEW)


def test_a_sync_that_fails_leaves_the_old_build_in_use(machines: Machines) -> None:
    synced(machines["ingest"], *OLD)
    broken = machines["ingest"]

    def full(build: str, packed: bytes) -> None:
        raise IndexUnavailable(f"no room for {build}: {len(packed)}")

    broken._server.write_files = full  # type: ignore[method-assign]  # a server that is full
    with pytest.raises(IndexUnavailable, match="no room"):
        synced(broken, *NEW)
    assert subjects_in(open_index(machines["worker"], EMBEDDER.name)) == set(OLD)
    synced(machines["ingest"], *NEW)
    assert subjects_in(open_index(machines["worker"], EMBEDDER.name)) == set(NEW)


def test_vectors_that_lost_records_are_never_searched_and_made_anew(machines: Machines) -> None:
    build = synced(machines["ingest"], *OLD).build
    index = machines.server.open_vectors(build)
    index._collection.delete(ids=["passage:bron-drempel#p1|text"])
    with pytest.raises(IndexUnavailable, match="do not hold what the shelf counts: run 'isvbot-ingest sync"):
        open_index(machines["worker"], EMBEDDER.name)
    assert not synced(machines["ingest"], *OLD).was_current
    assert subjects_in(open_index(machines["worker"], EMBEDDER.name)) == set(OLD)


def test_a_machine_without_the_vectors_embeds_anew_and_goes_on(machines: Machines) -> None:
    synced(machines["ingest"], *OLD)
    assert synced(machines["other"], *NEW).embedded > 0
    assert subjects_in(open_index(machines["worker"], EMBEDDER.name)) == set(NEW)


def test_old_builds_go_when_nobody_can_have_them_open(machines: Machines) -> None:
    now = datetime.now(UTC)
    ancient, recent = (f"{now - timedelta(hours=hours):{STAMP}}" for hours in (25, 23))
    for name in (ancient, recent, "hand"):
        machines.server.write_vectors(name, [("e", [1.0, 0.0])])
    first = synced(machines["ingest"], *OLD).build
    assert machines.server.builds() == {recent, "hand", first}
    second = synced(machines["ingest"], *NEW).build
    assert machines.server.builds() == {recent, "hand", first, second}


def test_a_machine_keeps_the_copies_of_two_builds(machines: Machines, tmp_path: Path) -> None:
    for subjects in (OLD, NEW, ("drempel",)):
        synced(machines["ingest"], *subjects)
        open_index(machines["worker"], EMBEDDER.name)
    assert len(list((tmp_path / "worker/builds").iterdir())) == 2


def test_without_an_index_the_error_says_how_to_make_one(machines: Machines) -> None:
    with pytest.raises(IndexUnavailable, match=r"there is no index on http.*: run 'isvbot-ingest sync'"):
        open_index(machines["worker"], EMBEDDER.name)


def test_another_embedding_model_is_refused(machines: Machines) -> None:
    synced(machines["ingest"], *OLD)
    with pytest.raises(IndexMismatch, match="the settings ask for 'ander'"):
        open_index(machines["worker"], "ander")


def test_a_server_that_is_down_is_told_before_anything_is_embedded(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    folder = ServedIndexFolder(tmp_path, ChromaServer(ServerOptions("http://127.0.0.1:9")))
    with pytest.raises(IndexUnavailable, match="does not answer"):
        synced(folder, *OLD, embedder=embedder)
    assert embedder.texts == []
