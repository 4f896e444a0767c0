"""Every setting is an environment variable that is documented, checked and read once."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.core.corpus import Language, Role
from bot.core.errors import SettingsError
from bot.settings import PREFIX, SECRETS, Settings, example_file, read_settings, secret, unknown_variables
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.usefixtures("clean_settings")

NAMES = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
WITH_SECRET = ("database_url",)
"""Settings that hold a password among other things."""

SECRET = ("token", "secret", "password", "passphrase", "key", "credential")
NOT_SECRET = ("_file", "_header", "_tokens")
"""Ends of the names of settings about a secret that hold none, or only count."""

MODEL = {
    "MODEL": "openai:x",
    "MODEL_URL": "http://127.0.0.1:8000/v1",
    "MODEL_KEY": "k",
    "MODEL_KEY_FILE": "f",
    "MODEL_API_VERSION": "v",
    "MODEL_TIMEOUT_S": "7.5",
    "MODEL_RETRIES": "2",
    "MODEL_MAX_TOKENS": "99",
    "MODEL_PASSAGES": "3",
    "MODEL_OWN_WORDS": "2",
    "MODEL_STRUCTURED": "off",
    "MODEL_PRICE_IN": "0.5",
    "MODEL_PRICE_OUT": "1.5",
}


def variables_of_the_example() -> list[str]:
    """The lines of the example that set a variable, without the mark that makes them a comment."""
    return [line.removeprefix("# ") for line in example_file().splitlines() if line.startswith(f"# {PREFIX}")]


def test_the_example_in_the_repository_is_written_from_the_settings() -> None:
    example = REPOSITORY / ".env.example"
    assert example.is_file(), "run: make settings"
    assert example.read_text("utf-8") == example_file()


def test_the_example_names_every_setting_once_with_a_sentence_above_it() -> None:
    lines = example_file().splitlines()
    assert [line.partition("=")[0] for line in variables_of_the_example()] == NAMES
    for name, field in zip(NAMES, Settings.model_fields.values(), strict=True):
        place = next(i for i, line in enumerate(lines) if line.startswith(f"# {name}="))
        assert field.description is not None
        assert lines[place - 1] == f"# {field.description}"
        assert field.description.endswith(".")


def test_the_example_changes_nothing_when_it_is_copied() -> None:
    defaults = read_settings()
    Path(".env").write_text(example_file(), "utf-8")
    assert read_settings() == defaults


@pytest.mark.parametrize(
    "line", [line.removeprefix("# ") for line in example_file().splitlines() if line.startswith(f"# {PREFIX}")]
)
def test_a_line_of_the_example_without_its_mark_gives_the_default(line: str) -> None:
    defaults = read_settings()
    Path(".env").write_text(f"{line}\n", "utf-8")
    assert read_settings() == defaults


def test_without_variables_every_setting_has_its_default() -> None:
    settings = read_settings()
    assert settings.role is Role.OFFICER
    assert settings.language is None
    assert settings.knowledge_dir is None
    assert settings.log_level == "WARNING"
    assert settings.data_dir.name == "isvbot"
    assert settings.data_dir.is_absolute()


def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "DATA_DIR": "a",
        "KNOWLEDGE_DIR": "b",
        "ROLE": "newcomer",
        "LANGUAGE": "en",
        "LOG_LEVEL": "DEBUG",
        "DATABASE_URL": "sqlite:///x",
        "KEY": "k" * 32,
        "KEEP_DAYS": "7",
        "PEOPLE_FILE": "p.yaml",
        "UNKNOWN_ROLE": "officer",
        "GROUP_ROLE": "helpdesk",
        **MODEL,
        "TELEGRAM_TOKEN": "1:t",
        "TELEGRAM_TOKEN_FILE": "t.txt",
        "TELEGRAM_API_URL": "http://127.0.0.1:1",
        "TELEGRAM_WEBHOOK_URL": "https://bot.example.org",
        "TELEGRAM_WEBHOOK_SECRET": "s" * 16,
        "TELEGRAM_PATH": "/tg",
        "TELEGRAM_LISTEN": "::1",
        "TELEGRAM_PORT": "81",
        "ENVIRONMENT": "development",
        "TEAMS_CLIENT_ID": "c",
        "TEAMS_CLIENT_SECRET": "s",
        "TEAMS_TENANT_ID": "t",
        "TEAMS_MORE_TENANTS": "u,v",
        "TEAMS_HOST": "::1",
        "TEAMS_PORT": "82",
        "TEAMS_UNAUTHENTICATED": "true",
        "TEAMS_DEVELOPER": "d",
        "TEAMS_WEBSITE": "https://example.org",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    settings = read_settings()
    assert (settings.data_dir, settings.knowledge_dir) == (Path("a"), Path("b"))
    assert (settings.role, settings.language, settings.log_level) == (Role.NEWCOMER, Language.EN, "DEBUG")
    assert settings.model_key is not None
    read = {name: getattr(settings, name.lower()) for name in MODEL} | {
        "MODEL_KEY": settings.model_key.get_secret_value()
    }
    assert {name: str(value) for name, value in read.items()} == MODEL
    assert (settings.keep_days, settings.people_file) == (7, Path("p.yaml"))
    assert (settings.unknown_role, settings.group_role) == (Role.OFFICER, Role.HELPDESK)
    assert (settings.telegram_path, settings.telegram_listen, settings.telegram_port) == ("/tg", "::1", 81)
    assert (settings.environment, settings.teams_host, settings.teams_port) == ("development", "::1", 82)


def test_a_secret_stands_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISVBOT_DATABASE_URL", "postgresql://u:geheim@h/d")
    monkeypatch.setenv("ISVBOT_KEY", "geheim" * 8)
    settings = read_settings()
    assert settings.key == SecretStr("geheim" * 8)
    assert "geheim" not in f"{settings} {settings!r} {settings.model_dump(mode='json')}"


@pytest.mark.parametrize(("name", "value"), [("ISVBOT_UNKNOWN_ROLE", "baas"), ("ISVBOT_KEEP_DAYS", "0")])
def test_a_wrong_value_of_the_desk_names_the_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}='{value}': "):
        read_settings()


@pytest.mark.parametrize("name", ["ISVBOT_TEAMS_GRAPH_URL", "ISVBOT_TEAMS_LOGIN_URL"])
@pytest.mark.parametrize("value", ["http://graph.example", "graph.example", "https://anna@graph.example", "https://"])
def test_an_address_to_which_no_secret_may_go_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}='{value}': "):
        read_settings()


def test_a_variable_goes_before_the_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("ISVBOT_ROLE=helpdesk\nISVBOT_LANGUAGE=en\n", "utf-8")
    monkeypatch.setenv("ISVBOT_ROLE", "newcomer")
    settings = read_settings()
    assert (settings.role, settings.language) == (Role.NEWCOMER, Language.EN)


def test_a_settings_file_may_hold_variables_of_other_programs() -> None:
    defaults = read_settings()
    Path(".env").write_text("ANDERS=1\n", "utf-8")
    assert read_settings() == defaults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISVBOT_ROLE", "baas"),
        ("ISVBOT_LANGUAGE", "fr"),
        ("ISVBOT_LANGUAGE", "nederlands"),
        ("ISVBOT_LOG_LEVEL", "luid"),
        ("ISVBOT_LOG_LEVEL", "a\nb"),
        ("ISVBOT_MODEL_TIMEOUT_S", "0"),
        ("ISVBOT_MODEL_TIMEOUT_S", "snel"),
        ("ISVBOT_MODEL_RETRIES", "-1"),
        ("ISVBOT_MODEL_STRUCTURED", "soms"),
        ("ISVBOT_EMBEDDER", "word2vec"),
        ("ISVBOT_EMBEDDER_PRECISION", "int4"),
        ("ISVBOT_EMBEDDER_BATCH", "0"),
        ("ISVBOT_EMBEDDER_TIMEOUT", "0"),
        ("ISVBOT_RERANKER_CANDIDATES", "51"),
        ("ISVBOT_RERANKER_CANDIDATES", "19"),
    ],
)
def test_a_wrong_value_names_the_variable_and_the_value_on_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert str(caught.value).startswith(f"{name}={value!r}: Input should be ")
    assert str(caught.value).endswith("see .env.example")
    assert "\n" not in str(caught.value)


def test_a_wrong_value_in_the_settings_file_names_the_variable() -> None:
    Path(".env").write_text("ISVBOT_ROLE=baas\n", "utf-8")
    with pytest.raises(SettingsError, match=r"^ISVBOT_ROLE='baas'"):
        read_settings()


def test_settings_cannot_be_changed_after_they_are_read() -> None:
    with pytest.raises(ValidationError):
        read_settings().role = Role.HELPDESK


def test_a_variable_with_our_prefix_that_is_no_setting_is_found() -> None:
    environment = {"ISVBOT_ROL": "x", "ISVBOT_A": "", "ISVBOT_ROLE": "officer", "ROL": "x", "isvbot_rol": "x"}
    assert unknown_variables(environment) == ("ISVBOT_A", "ISVBOT_ROL", "isvbot_rol")


def test_the_variables_of_this_process_are_looked_at_where_no_others_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unknown_variables() == ()
    monkeypatch.setenv("ISVBOT_ROL", "helpdesk")
    assert unknown_variables() == ("ISVBOT_ROL",)


def test_every_setting_by_its_own_name_is_known() -> None:
    assert unknown_variables(dict.fromkeys(NAMES, "")) == ()


def test_what_is_named_as_a_secret_hides_itself() -> None:
    """A setting that is named as a secret has a type that is not shown when it is printed."""
    named = {name for name in Settings.model_fields if any(word in name for word in SECRET)}
    hidden = {f"{PREFIX}{name.upper()}" for name in named if not name.endswith(NOT_SECRET)}
    assert hidden <= SECRETS
    for name, field in Settings.model_fields.items():
        assert (f"{PREFIX}{name.upper()}" in SECRETS) == (field.annotation == SecretStr | None), name


def test_a_secret_is_not_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISVBOT_EMBEDDER_KEY", "geheim-93")
    monkeypatch.setenv("ISVBOT_CHROMA_TOKEN", "geheim-93")
    settings = read_settings()
    assert "geheim-93" not in f"{settings!r} {settings} {settings.model_dump(mode='json')}"
    assert settings.embedder_key == SecretStr("geheim-93")


def test_a_secret_stands_in_the_environment_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "sleutel"
    file.write_text("geheim-94\n", "utf-8")
    assert secret("embedder_key", None, None) is None
    assert secret("embedder_key", SecretStr("a"), None) == SecretStr("a")
    assert secret("embedder_key", None, file) == SecretStr("geheim-94")


def test_a_secret_that_cannot_be_read_names_the_variable_and_not_the_secret(tmp_path: Path) -> None:
    (tmp_path / "leeg").touch()
    with pytest.raises(SettingsError, match=r"^ISVBOT_EMBEDDER_KEY_FILE='.*weg' cannot be read: FileNotFoundError"):
        secret("embedder_key", None, tmp_path / "weg")
    with pytest.raises(SettingsError, match=r"^ISVBOT_EMBEDDER_KEY_FILE='.*leeg' is empty"):
        secret("embedder_key", None, tmp_path / "leeg")
    with pytest.raises(SettingsError) as caught:
        secret("embedder_key", SecretStr("geheim-95"), tmp_path / "leeg")
    assert str(caught.value) == "ISVBOT_EMBEDDER_KEY and ISVBOT_EMBEDDER_KEY_FILE are both set: leave one out"
