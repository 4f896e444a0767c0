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


SECRETS = frozenset({"ISVBOT_DATABASE_URL", "ISVBOT_KEY", "ISVBOT_TEAMS_CLIENT_SECRET"})
"""Settings whose value is never shown."""


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
