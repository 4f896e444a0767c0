import json
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from errno import ENOSPC
from itertools import pairwise
from pathlib import Path

import pytest

from bot.adapters.chroma import write_vectors
from bot.adapters.index import OpenIndex, open_index
from bot.adapters.index_folder import FORMAT, IndexFolder
from bot.core.corpus import Passage, Role, Source, WrittenAnswer
from bot.core.entries import key_of
from bot.core.errors import EmbedderUnavailable, IndexBusy, IndexMismatch, IndexUnavailable, IsvbotError
from bot.core.ports import Vector
from ingest.corpus import ReadCorpus
from ingest.sync import BATCH, Stage, Summary, sync
from tests.adapters.release import chroma_released
from tests.adapters.rights import needs_unix, without_right_to_write
from tests.builders import claim, no_progress
from tests.ingest import child
from tests.ingest.small import EXAMPLES, CountingEmbedder, corpus_of, entries_in

pytestmark = pytest.mark.integration

OLD = ("drempel", "kleding", "stroom")
NEW = ("drempel", "kleding", "koffie", "netwerk")


@pytest.fixture
def empty(tmp_path: Path) -> IndexFolder:
    """A folder without an index."""
    return IndexFolder(tmp_path / "index")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of the old subjects."""
    root = tmp_path_factory.mktemp("made")
    with chroma_released():
        synced(IndexFolder(root), corpus_of(*OLD))
    return root


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> IndexFolder:
    """A copy of it."""
    return IndexFolder(Path(shutil.copytree(made, tmp_path / "index")))


def synced(
    folder: IndexFolder, corpus: ReadCorpus, embedder: CountingEmbedder | None = None, *, rebuild: bool = False
) -> Summary:
    return sync(corpus, folder, embedder or CountingEmbedder(), no_progress, rebuild=rebuild)


def opened(folder: IndexFolder, name: str = "hashing") -> OpenIndex:
    return open_index(folder, name)


def subjects_in(folder: IndexFolder) -> set[str]:
    """Give the subjects that the index in use holds, if texts, words and vectors all find them."""
    index = opened(folder)
    targets = {target.id: target for target in index.shelf.all_targets() if isinstance(target, Passage)}
    embedder = CountingEmbedder()
    for target in targets.values():
        key, question = key_of(target), target.lines[0]
        assert key in [hit.entry for hit in index.lexical.matching(question, 20)]
        assert index.vectors.nearest(embedder.embed_questions([question])[0], 1)[0].entry == f"{key}|line 0"
    index.shelf.close()
    return {target.removeprefix("bron-").removesuffix("#p1") for target in targets}


def builds(folder: IndexFolder) -> list[str]:
    return sorted(path.name for path in (folder.root / "builds").iterdir())


def parts(folder: IndexFolder) -> list[str]:
    return [name for name in builds(folder) if name.endswith(".part")]


def keys(*subjects: str) -> tuple[str, ...]:
    return tuple(f"passage:bron-{subject}#p1" for subject in sorted(subjects))


# --- what is added, changed, removed and left alone ---


def test_the_first_sync_adds_everything(empty: IndexFolder) -> None:
    embedder = CountingEmbedder()
    summary = synced(empty, corpus_of(*OLD), embedder)
    assert summary == Summary(
        added=("answer:alles", *keys(*OLD), "reply:weer"),
        changed=(),
        removed=(),
        unchanged=0,
        skipped=(),
        embedded=entries_in(3) + EXAMPLES,
        reused=0,
        build=empty.current().name,
        was_current=False,
    )
    assert len(embedder.texts) == summary.embedded
    assert subjects_in(empty) == set(OLD)


def test_the_manifest_says_what_was_built(empty: IndexFolder) -> None:
    synced(empty, corpus_of(*OLD, digest="files"))
    manifest = empty.current().manifest
    assert (manifest.format, manifest.embedder, manifest.dims) == (FORMAT, "hashing", 32)
    assert (manifest.targets, manifest.entries, manifest.knowledge) == (5, entries_in(3), "files")


def contents(folder: IndexFolder) -> dict[str, bytes]:
    """Give all files but Chroma's, which it touches when it opens them."""
    files = (path for path in folder.root.rglob("*") if path.is_file() and "vectors-1" not in path.parts)
    return {str(path): path.read_bytes() for path in files}


def test_running_again_changes_nothing(folder: IndexFolder) -> None:
    before = contents(folder)
    embedder = CountingEmbedder()
    summary = synced(folder, corpus_of(*OLD), embedder)
    assert (summary.was_current, summary.unchanged, summary.embedded) == (True, 5, 0)
    assert (summary.added, summary.changed, summary.removed) == ((), (), ())
    assert embedder.texts == []
    assert contents(folder) == before


def test_only_what_is_new_is_embedded(folder: IndexFolder) -> None:
    embedder = CountingEmbedder()
    summary = synced(folder, corpus_of(*OLD, "koffie"), embedder)
    assert (summary.added, summary.unchanged) == (keys("koffie"), 5)
    assert sorted(embedder.texts) == [
        "Titel van bron-koffie. De koffie staat in het contract.",
        "waar vind ik koffie",
        "wat zegt het contract over koffie",
    ]
    assert (summary.embedded, summary.reused) == (3, entries_in(3) + EXAMPLES)


def test_what_is_removed_is_no_longer_found(folder: IndexFolder) -> None:
    embedder = CountingEmbedder()
    summary = synced(folder, corpus_of("drempel", "kleding"), embedder)
    assert (summary.removed, summary.unchanged, embedder.texts) == (keys("stroom"), 4, [])
    assert subjects_in(folder) == {"drempel", "kleding"}


def with_line(corpus: ReadCorpus, line: str) -> ReadCorpus:
    first, *others = corpus.targets
    assert isinstance(first, Passage)
    return replace(corpus, targets=(replace(first, lines=(*first.lines[:1], line)), *others), files_digest=line)


def test_of_a_changed_target_only_the_changed_line_is_embedded(folder: IndexFolder) -> None:
    embedder = CountingEmbedder()
    summary = synced(folder, with_line(corpus_of(*OLD), "hoe hoog is de grens"), embedder)
    assert (summary.changed, summary.unchanged) == (keys("drempel"), 4)
    assert embedder.texts == ["hoe hoog is de grens"]


def test_a_line_that_two_targets_share_is_embedded_once(empty: IndexFolder) -> None:
    embedder = CountingEmbedder()
    summary = synced(empty, with_line(corpus_of(*OLD), "waar vind ik stroom"), embedder)
    assert embedder.texts.count("waar vind ik stroom") == 1
    assert summary.embedded == entries_in(3) + EXAMPLES - 1
    assert empty.current().manifest.entries == entries_in(3)


def test_added_changed_and_removed_are_counted_in_one_go(folder: IndexFolder) -> None:
    summary = synced(folder, with_line(corpus_of(*NEW), "hoe hoog is de grens"))
    assert summary.added == keys("koffie", "netwerk")
    assert summary.changed == keys("drempel")
    assert summary.removed == keys("stroom")
    assert summary.unchanged == 3
    assert subjects_in(folder) == set(NEW)


def test_a_new_date_in_a_file_makes_a_new_build_and_embeds_nothing(folder: IndexFolder) -> None:
    first = synced(folder, corpus_of(*OLD))
    embedder = CountingEmbedder()
    second = synced(folder, corpus_of(*OLD, digest="other files"), embedder)
    assert (second.was_current, embedder.texts) == (False, [])
    assert second.build != first.build


def test_an_answer_with_another_text_is_changed(folder: IndexFolder) -> None:
    corpus = corpus_of(*OLD)
    targets = tuple(
        replace(target, lead=claim("Iets anders.", "bron-drempel#p1")) if isinstance(target, WrittenAnswer) else target
        for target in corpus.targets
    )
    assert synced(folder, replace(corpus, targets=targets, files_digest="other")).changed == ("answer:alles",)


def test_a_passage_for_other_roles_is_changed(folder: IndexFolder) -> None:
    corpus = corpus_of(*OLD)
    first, *others = corpus.targets
    assert isinstance(first, Passage)
    hidden = replace(first, audience=frozenset({Role.HELPDESK}))
    assert synced(folder, replace(corpus, targets=(hidden, *others), files_digest="other")).changed == keys("drempel")


def test_what_was_skipped_is_named(empty: IndexFolder) -> None:
    corpus = replace(corpus_of(*OLD), skipped=(("bron-x#p1", "same text as bron-y#p1"),))
    assert synced(empty, corpus).skipped == (("bron-x#p1", "same text as bron-y#p1"),)
    assert synced(empty, corpus).skipped == (("bron-x#p1", "same text as bron-y#p1"),)


def test_progress_runs_from_nothing_to_all_in_small_steps(empty: IndexFolder) -> None:
    told: list[tuple[int, int]] = []
    corpus = corpus_of(*(f"onderwerp{n}" for n in range(12)))
    sync(
        corpus,
        empty,
        CountingEmbedder(),
        lambda stage, done, total: told.append((done, total)) if stage is Stage.EMBEDDING else None,
    )
    total = entries_in(12) + EXAMPLES
    assert told[0] == (0, total)
    assert told[-1] == (total, total)
    steps = [after - before for (before, _), (after, _) in pairwise(told)]
    assert all(0 < step <= BATCH for step in steps)


def test_questions_in_scope_lean_to_the_subject_and_replies_away_from_it(folder: IndexFolder) -> None:
    index = opened(folder)
    inside, outside = CountingEmbedder().embed_questions(["wat zegt het contract over stroom", "regent het morgen"])
    lean = [
        index.recogniser.recognise(text, vector).lean
        for text, vector in (("wat zegt het contract over stroom", inside), ("regent het morgen", outside))
    ]
    assert lean[0] > 0 > lean[1]
    index.shelf.close()


# --- another model, another program ---


def test_another_model_is_refused_with_both_names_and_the_way_out(folder: IndexFolder) -> None:
    other = CountingEmbedder("ander")
    wanted = (
        r"built with 'hashing' \(32 dims\), the settings ask for 'ander' \(32\):"
        r" run 'isvbot-ingest sync --rebuild' to embed everything anew"
    )
    with pytest.raises(IndexMismatch, match=wanted):
        synced(folder, corpus_of(*NEW), other)
    assert other.texts == []
    assert subjects_in(folder) == set(OLD)


def test_a_rebuild_takes_another_model_and_embeds_everything(folder: IndexFolder) -> None:
    other = CountingEmbedder("ander")
    summary = synced(folder, corpus_of(*OLD), other, rebuild=True)
    assert len(other.texts) == summary.embedded == entries_in(3) + EXAMPLES
    assert folder.current().manifest.embedder == "ander"
    assert synced(folder, corpus_of(*OLD), CountingEmbedder("ander")).was_current
    with pytest.raises(IndexMismatch, match=r"'ander'.*'hashing'"):
        opened(folder)


def test_a_rebuild_with_the_same_model_embeds_everything_too(folder: IndexFolder) -> None:
    summary = synced(folder, corpus_of(*OLD), rebuild=True)
    assert (summary.embedded, summary.reused) == (entries_in(3) + EXAMPLES, 0)


def edit_manifest(folder: IndexFolder, **fields: object) -> None:
    path = folder.current().folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **fields}), "utf-8")


def test_an_index_of_another_format_is_built_anew(folder: IndexFolder) -> None:
    edit_manifest(folder, format=FORMAT + 1)
    with pytest.raises(IndexMismatch, match="format"):
        opened(folder)
    assert synced(folder, corpus_of(*OLD)).embedded == entries_in(3) + EXAMPLES
    assert subjects_in(folder) == set(OLD)


# --- what is damaged is mended by the next sync ---


def cut_manifest(folder: IndexFolder) -> None:
    path = folder.current().folder / "manifest.json"
    path.write_bytes(path.read_bytes()[:50])


def cut_shelf(folder: IndexFolder) -> None:
    path = folder.current().shelf
    path.write_bytes(path.read_bytes()[:8192])


def remove_words(folder: IndexFolder) -> None:
    (folder.current().words / "names.json").unlink()


def cut_words(folder: IndexFolder) -> None:
    path = folder.current().words / "data.csc.index.npy"
    path.write_bytes(path.read_bytes()[:-4])


def cut_vectors(folder: IndexFolder) -> None:
    path = folder.current().vectors / "chroma.sqlite3"
    path.write_bytes(path.read_bytes()[:8192])


def empty_pointer(folder: IndexFolder) -> None:
    (folder.root / "current").write_text("", "utf-8")


def remove_sharpening(folder: IndexFolder) -> None:
    folder.current().sharpening.unlink()


def rename_vectors(folder: IndexFolder) -> None:
    edit_manifest(folder, vectors="vectors-9")


def cut_sharpening(folder: IndexFolder) -> None:
    path = folder.current().sharpening
    path.write_bytes(path.read_bytes()[:500])


def empty_words(folder: IndexFolder) -> None:
    (folder.current().words / "data.csc.index.npy").write_bytes(b"")


def scramble_pointer(folder: IndexFolder) -> None:
    (folder.root / "current").write_bytes(b"\xff\xfe")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # numpy leaves a file open that it cannot read
@pytest.mark.parametrize(
    "damage",
    [
        cut_manifest,
        cut_shelf,
        remove_words,
        cut_words,
        empty_words,
        cut_vectors,
        rename_vectors,
        empty_pointer,
        scramble_pointer,
        remove_sharpening,
        cut_sharpening,
    ],
)
def test_a_damaged_index_is_made_whole(folder: IndexFolder, damage: Callable[[IndexFolder], None]) -> None:
    damage(folder)
    assert not synced(folder, corpus_of(*OLD)).was_current
    assert subjects_in(folder) == set(OLD)
    assert synced(folder, corpus_of(*OLD)).was_current


def test_vectors_on_a_whole_shelf_are_used_again_where_others_are_damaged(folder: IndexFolder) -> None:
    cut_vectors(folder)
    embedder = CountingEmbedder()
    synced(folder, corpus_of(*OLD), embedder)
    assert embedder.texts == []


def forget_words(folder: IndexFolder) -> None:
    db = sqlite3.connect(folder.current().shelf)
    db.execute("DROP TABLE words")
    db.close()


def forget_targets(folder: IndexFolder) -> None:
    db = sqlite3.connect(folder.current().shelf)
    with db:
        db.execute("DELETE FROM targets")
    db.close()


@pytest.mark.parametrize("damage", [forget_words, forget_targets])
def test_a_shelf_without_its_texts_or_words_is_made_whole(
    folder: IndexFolder, damage: Callable[[IndexFolder], None]
) -> None:
    damage(folder)
    assert not synced(folder, corpus_of(*OLD)).was_current


# --- a sync that fails or is killed ---


class FailingEmbedder(CountingEmbedder):
    """Fails at its second call."""

    def embed_passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        raise EmbedderUnavailable("the model fell over")


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, ValueError])
def test_an_error_while_embedding_leaves_the_old_index_in_use(folder: IndexFolder, error: type[Exception]) -> None:
    def stop(stage: Stage, done: int, _total: int) -> None:
        if done and stage is Stage.EMBEDDING:
            raise error

    with pytest.raises(error):
        sync(corpus_of(*NEW), folder, CountingEmbedder(), stop)
    assert subjects_in(folder) == set(OLD)
    assert synced(folder, corpus_of(*NEW)).added == keys("koffie", "netwerk")
    assert subjects_in(folder) == set(NEW)


def test_a_model_that_falls_over_halfway_leaves_the_old_index_in_use(folder: IndexFolder) -> None:
    embedder = FailingEmbedder()
    with pytest.raises(EmbedderUnavailable):
        synced(folder, corpus_of(*NEW), embedder)
    assert embedder.texts
    assert subjects_in(folder) == set(OLD)
    assert parts(folder) == []


MOMENTS = [
    ("sqlite3.connect", ".part/shelf.sqlite"),
    ("open", ".part/words/names.json"),
    ("open", ".part/manifest.json"),
    ("os.rename", ".part"),
    ("os.rename", "current.new"),
]
"""Audit events in the order in which they come, each just before it happens."""


@needs_unix
@pytest.mark.parametrize(("event", "text"), MOMENTS)
def test_a_sync_that_is_killed_leaves_the_old_index_and_the_next_one_succeeds(
    folder: IndexFolder, event: str, text: str
) -> None:
    status, _, err = child.run("--signal", "SIGKILL", event, text, "sync", folder.root, *NEW)
    assert status == -signal.SIGKILL, err
    assert len(builds(folder)) == 2
    assert subjects_in(folder) == set(OLD)
    synced(folder, corpus_of(*NEW))
    assert subjects_in(folder) == set(NEW)
    assert parts(folder) == []
    assert len(builds(folder)) == 2


@needs_unix
def test_a_sync_that_is_killed_while_tidying_has_put_the_new_index_in_use(folder: IndexFolder) -> None:
    oldest = folder.current().name
    synced(folder, corpus_of("drempel"))
    status, _, err = child.run("--signal", "SIGKILL", "shutil.rmtree", oldest, "sync", folder.root, *NEW)
    assert status == -signal.SIGKILL, err
    assert subjects_in(folder) == set(NEW)
    assert synced(folder, corpus_of(*NEW)).was_current


@needs_unix
def test_a_first_sync_that_is_killed_leaves_no_index_and_the_next_one_succeeds(empty: IndexFolder) -> None:
    status, _, err = child.run("--signal", "SIGKILL", "os.rename", ".part", "sync", empty.root, *OLD)
    assert status == -signal.SIGKILL, err
    with pytest.raises(IndexUnavailable, match=r"there is no index .*run 'isvbot-ingest sync'"):
        opened(empty)
    synced(empty, corpus_of(*OLD))
    assert subjects_in(empty) == set(OLD)
    assert parts(empty) == []


@needs_unix
def test_one_writes_at_a_time_and_a_killed_writer_is_in_nobodys_way(folder: IndexFolder) -> None:
    writer = child.start("wait", folder.root, *NEW)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == f"{child.HALF}\n"
        with pytest.raises(IndexBusy, match=r"another process is writing the index in .*wait until it is done"):
            synced(folder, corpus_of(*NEW))
        assert subjects_in(folder) == set(OLD)
    finally:
        writer.kill()
        writer.communicate()
    assert writer.returncode == -signal.SIGKILL
    assert subjects_in(folder) == set(OLD)
    synced(folder, corpus_of(*NEW))
    assert subjects_in(folder) == set(NEW)


def test_what_a_killed_sync_left_goes_also_where_nothing_changed(folder: IndexFolder) -> None:
    folder.new_part("killed")
    assert synced(folder, corpus_of(*OLD)).was_current
    assert parts(folder) == []


# --- readers and writers ---


def test_a_reader_goes_on_with_the_build_it_opened_while_new_ones_come(folder: IndexFolder) -> None:
    reader = opened(folder)
    question = CountingEmbedder().embed_questions(["wat zegt het contract over stroom"])[0]
    for subjects in (NEW, ("drempel",), ("koffie",)):
        synced(folder, corpus_of(*subjects))
        assert reader.vectors.nearest(question, 1)[0].entry == "passage:bron-stroom#p1|line 0"
        assert reader.lexical.matching("stroom", 1)[0].entry == "passage:bron-stroom#p1"
        assert len(reader.shelf.all_targets()) == 5
        assert subjects_in(folder) == set(subjects)
    reader.shelf.close()


# --- where nothing can be written ---


class FullDisk(tuple[Source, ...]):
    """Sources that do not fit: the disk is full while the shelf is written."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Source]:
        raise OSError(ENOSPC, "No space left on device")


def test_a_disk_that_is_full_leaves_the_old_index_in_use(folder: IndexFolder) -> None:
    with pytest.raises((OSError, IndexUnavailable), match="No space left"):
        synced(folder, replace(corpus_of(*NEW), sources=FullDisk()))
    assert subjects_in(folder) == set(OLD)
    synced(folder, corpus_of(*NEW))
    assert (subjects_in(folder), parts(folder)) == (set(NEW), [])


def test_failed_attempts_do_not_pile_up(empty: IndexFolder) -> None:
    for _ in range(3):
        with pytest.raises((OSError, IndexUnavailable), match="No space left"):
            synced(empty, replace(corpus_of(*NEW), sources=FullDisk()))
    assert len(parts(empty)) <= 1


@needs_unix
def test_a_disk_that_is_full_while_vectors_are_written_is_one_clear_error(folder: IndexFolder) -> None:
    status, _, err = child.run("--largest", 120_000, "sync", folder.root, *NEW)
    assert (status, err.count("\n")) == (1, 1), err
    assert err.startswith("IndexUnavailable: the vectors in ")
    assert subjects_in(folder) == set(OLD)


@needs_unix
def test_a_disk_that_is_full_while_texts_are_written_is_one_clear_error(folder: IndexFolder) -> None:
    status, _, err = child.run("--largest", 16_000, "sync", folder.root, *NEW)
    assert (status, err.count("\n")) == (1, 1), err
    assert subjects_in(folder) == set(OLD)


@needs_unix
def test_a_folder_without_the_right_to_write_names_the_setting(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    with without_right_to_write(tmp_path), pytest.raises(IndexUnavailable, match="set ISVBOT_DATA_DIR to a folder"):
        synced(IndexFolder(tmp_path / "index"), corpus_of(*OLD), embedder)
    assert embedder.texts == []


def test_a_build_that_does_not_hold_what_was_written_is_never_used(
    folder: IndexFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.vector_store.write_vectors", lambda at, all_: write_vectors(at, list(all_)[:-1]))
    with pytest.raises(IndexUnavailable, match="does not hold what was written: check the disk and run again"):
        synced(folder, corpus_of(*NEW))
    assert subjects_in(folder) == set(OLD)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_corpus_without_texts_is_indexed_or_refused_clearly(empty: IndexFolder) -> None:
    try:
        synced(empty, ReadCorpus((), (), "empty"))
    except IsvbotError:
        return
    assert subjects_in(empty) == set()
