"""Bootstrap picks the chat model that the settings name."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.chat_models import build_model, chosen_model
from bot.core.errors import MissingExtra, ModelUnavailable, SettingsError
from bot.core.ports import Prompt
from bot.settings import Settings
from tests.servers.hostile_model import failing, hostile

pytestmark = pytest.mark.usefixtures("clean_settings")

PROMPT = Prompt("", "vraag")


def test_without_the_setting_there_is_no_model_and_nothing_of_it_is_loaded() -> None:
    assert build_model(Settings()) is None
    code = (
        "import sys; from bot.chat_models import build_model; from bot.settings import Settings;"
        "assert build_model(Settings()) is None;"
        "print([name for name in sys.modules if name.partition('.')[0] in {'langchain', 'openai', 'langsmith'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_the_model_that_the_settings_name_is_asked_with_the_key_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-uit-bestand\n", "utf-8")
    with hostile() as server:
        model = build_model(
            Settings(model="openai:klein", model_url=server.url, model_key_file=tmp_path / "key", model_max_tokens=99)
        )
        assert model is not None
        assert model.name == "openai:klein"
        assert "".join(piece.text for piece in model.write(PROMPT, 20)) == "Goed."
    assert server.seen[0][1]["authorization"] == "Bearer sk-uit-bestand"
    assert server.requests[0]["max_completion_tokens"] == 99


def test_a_model_that_is_dead_is_left_alone_after_three_questions() -> None:
    with hostile(failing(500)) as server:
        model = build_model(Settings(model="openai:klein", model_url=server.url, model_retries=0))
        assert model is not None
        for _ in range(5):
            with pytest.raises(ModelUnavailable):
                list(model.write(PROMPT, 20))
    assert len(server.requests) == 3


def test_two_keys_are_one_too_many(tmp_path: Path) -> None:
    settings = Settings(model="openai:x", model_key=SecretStr("a"), model_key_file=tmp_path)
    with pytest.raises(
        SettingsError, match=r"^ISVBOT_MODEL_KEY and ISVBOT_MODEL_KEY_FILE are both set: leave one out$"
    ):
        chosen_model(settings)


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, r"cannot be read: FileNotFoundError"), (b"\xff", r"cannot be read: Unicode"), (b" \n", "is empty")],
)
def test_a_file_without_a_key_is_named(tmp_path: Path, content: bytes | None, told: str) -> None:
    file = tmp_path / "sleutel"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"^ISVBOT_MODEL_KEY_FILE='.*sleutel' {told}"):
        chosen_model(Settings(model="openai:x", model_key_file=file))


def test_without_the_extra_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "bot.adapters.language_model", raising=False)
    monkeypatch.setitem(sys.modules, "langchain_core.messages", None)
    with pytest.raises(MissingExtra, match=r"run 'pip install isvbot\[model\]', or unset it$"):
        build_model(Settings(model="openai:x", model_url="http://127.0.0.1:9"))
