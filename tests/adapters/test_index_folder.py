import json
from pathlib import Path

import pytest
from filelock import FileLock

from bot.adapters.index_folder import FORMAT, Build, IndexFolder
from bot.adapters.memory import HashingEmbedder
from bot.core.errors import IndexBusy, IndexMismatch, IndexUnavailable
from tests.adapters.rights import needs_unix, without_right_to_write
from tests.adapters.small import manifest

MANIFEST = manifest(HashingEmbedder())


@pytest.fixture
def folder(tmp_path: Path) -> IndexFolder:
    return IndexFolder(tmp_path / "index")


def put(folder: IndexFolder, name: str) -> Build:
    part = folder.new_part(name)
    (part / "text").write_text(name, "utf-8")
    return folder.switch_to(part, MANIFEST)


def builds(folder: IndexFolder) -> list[str]:
    return sorted(path.name for path in (folder.root / "builds").iterdir())


def test_without_an_index_the_error_says_how_to_make_one(folder: IndexFolder) -> None:
    with pytest.raises(IndexUnavailable, match=r"there is no index in .*run 'isvbot-ingest sync'"):
        folder.current()
    assert folder.previous() is None
    assert not folder.root.exists()


def test_the_build_that_was_switched_to_is_in_use(folder: IndexFolder) -> None:
    put(folder, "1")
    build = put(folder, "2")
    assert (build.name, build.manifest) == ("2", MANIFEST)
    assert (folder.current().folder, folder.current().manifest) == (build.folder, MANIFEST)
    assert (build.folder / "text").read_text("utf-8") == "2"


def test_a_build_that_is_being_written_is_not_in_use(folder: IndexFolder) -> None:
    put(folder, "1")
    folder.new_part("2")
    assert folder.current().name == "1"


def test_the_build_before_is_kept_for_its_readers_and_older_ones_go(folder: IndexFolder) -> None:
    for name in ("1", "2", "3", "4"):
        put(folder, name)
    assert builds(folder) == ["3", "4"]


def test_owning_the_folder_tidies_what_a_killed_writer_left(folder: IndexFolder) -> None:
    put(folder, "1")
    folder.new_part("2")
    with folder.writing():
        put(folder, "3")
    assert builds(folder) == ["1", "3"]


def test_a_part_starts_empty_also_when_its_name_was_used(folder: IndexFolder) -> None:
    (folder.new_part("1") / "half").write_text("half", "utf-8")
    assert list(folder.new_part("1").iterdir()) == []


def test_no_temporary_file_stays_beside_the_pointer(folder: IndexFolder) -> None:
    put(folder, "1")
    assert sorted(path.name for path in folder.root.iterdir()) == ["builds", "current"]


def test_replaced_vectors_are_those_of_the_build_from_then_on(folder: IndexFolder) -> None:
    build = put(folder, "1")
    assert build.vectors == build.folder / "vectors-1"
    replaced = folder.replace_vectors(build, "vectors-2", "digest")
    assert replaced.vectors == folder.current().vectors == build.folder / "vectors-2"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", f'{{"format": {FORMAT}}}', "\x00"])
def test_a_half_written_manifest_is_one_clear_error(folder: IndexFolder, content: str) -> None:
    build = put(folder, "1")
    (build.folder / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(IndexUnavailable, match=r"damaged or half-written: run 'isvbot-ingest sync --rebuild'"):
        folder.current()
    assert folder.previous() is None


def test_a_pointer_to_a_build_that_is_gone_is_one_clear_error(folder: IndexFolder) -> None:
    put(folder, "1")
    (folder.root / "current").write_text("2\n", "utf-8")
    with pytest.raises(IndexUnavailable, match="damaged or half-written"):
        folder.current()


@pytest.mark.parametrize("content", ["", "\n", "\x00"])
def test_a_damaged_pointer_is_one_clear_error(folder: IndexFolder, content: str) -> None:
    put(folder, "1")
    (folder.root / "current").write_text(content, "utf-8")
    with pytest.raises(IndexUnavailable, match="damaged or half-written"):
        folder.current()


def test_a_pointer_that_is_no_text_is_one_clear_error(folder: IndexFolder) -> None:
    put(folder, "1")
    (folder.root / "current").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IndexUnavailable):
        folder.current()


def test_an_index_of_another_format_names_both_and_the_way_out(folder: IndexFolder) -> None:
    build = put(folder, "1")
    raw = json.loads((build.folder / "manifest.json").read_text("utf-8"))
    (build.folder / "manifest.json").write_text(json.dumps({**raw, "format": 99}), "utf-8")
    with pytest.raises(
        IndexMismatch, match=rf"format 99, this program reads {FORMAT}: run 'isvbot-ingest sync --rebuild'"
    ):
        folder.current()
    assert folder.previous() is None


def test_a_second_writer_is_told_to_wait(folder: IndexFolder) -> None:
    put(folder, "1")
    with (
        FileLock(folder.root / "lock"),
        pytest.raises(IndexBusy, match=r"another process is writing .*wait until it is done"),
        folder.writing(),
    ):
        pytest.fail("two writers at once")


def test_a_writer_that_fails_lets_the_next_one_in(folder: IndexFolder) -> None:
    with pytest.raises(KeyError), folder.writing():
        raise KeyError
    with folder.writing():
        assert folder.root.is_dir()


def test_reading_needs_no_lock(folder: IndexFolder) -> None:
    put(folder, "1")
    with folder.writing():
        assert folder.current().name == "1"


@needs_unix
def test_a_folder_without_the_right_to_write_names_the_setting(tmp_path: Path) -> None:
    with (
        without_right_to_write(tmp_path),
        pytest.raises(IndexUnavailable, match=r"set ISVBOT_DATA_DIR"),
        IndexFolder(tmp_path / "index").writing(),
    ):
        pytest.fail("written without the right to")


def test_a_folder_below_a_file_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("geen map", "utf-8")
    with (
        pytest.raises(IndexUnavailable, match=r"set ISVBOT_DATA_DIR"),
        IndexFolder(tmp_path / "file" / "index").writing(),
    ):
        pytest.fail("written below a file")


def test_a_folder_below_a_file_cannot_be_read_either(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("geen map", "utf-8")
    with pytest.raises(IndexUnavailable, match="cannot be read"):
        IndexFolder(tmp_path / "file" / "index").current()
