"""Which chat model is asked, where it is and how: what the settings say, checked before anything is asked.

Knows the names of the providers that speak the protocol of OpenAI.
Knows nothing of LangChain.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from bot.core.errors import SettingsError

OPENAI = "openai"
AZURE = "azure_openai"
OPENAI_LIKE = frozenset({OPENAI, AZURE})
OPENAI_URL = "https://api.openai.com/v1"
NO_KEY = "none"
"""Sent to a server of one's own that wants no key: the client refuses to go without."""


class Structured(StrEnum):
    """Whether the JSON schema of a reply goes with the request."""

    AUTO = "auto"
    """Yes, until the server refuses one."""
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """A chat model and how to ask it."""

    provider: str
    model: str
    url: str | None = None
    key: str | None = field(default=None, repr=False)
    api_version: str = ""
    timeout_s: float = 20.0
    retries: int = 1
    max_tokens: int = 800
    structured: Structured = Structured.AUTO

    @property
    def name(self) -> str:
        """The name for the record."""
        return f"{self.provider}:{self.model}"

    @property
    def is_openai_like(self) -> bool:
        """Whether the provider speaks the protocol of OpenAI, with our own connection under it."""
        return self.provider in OPENAI_LIKE

    @property
    def base_url(self) -> str | None:
        """The address that is asked; ``None`` leaves it to the provider's own package."""
        return self.url or (OPENAI_URL if self.provider == OPENAI else None)

    @property
    def host(self) -> str:
        """The machine that gets the prompts, as an operator would look for it."""
        return urlsplit(self.base_url).netloc if self.base_url else f"{self.provider} (its own default)"


def model_options(
    chosen: str,
    url: str | None,
    key: str | None,
    *,
    api_version: str,
    timeout_s: float,
    retries: int,
    max_tokens: int,
    structured: Structured,
) -> ModelOptions:
    """Check what the settings say about the model; ``chosen`` is ``provider:model``.

    Raises:
        SettingsError: a setting is wrong or missing; the message names the variable.
    """
    provider, _, model = chosen.partition(":")
    if not provider or not model:
        raise SettingsError(
            f"ISVBOT_MODEL={chosen!r}: give provider:model, for instance openai:gpt-4o-mini; see docs/operate.md"
        )
    _check_url(url)
    if provider == AZURE and not url:
        raise SettingsError(
            "ISVBOT_MODEL_URL is empty: azure_openai needs it, for instance https://NAME.openai.azure.com"
        )
    if provider in OPENAI_LIKE and not key and (provider == AZURE or not url):
        raise SettingsError(f"ISVBOT_MODEL_KEY is empty: {provider} needs a key; ISVBOT_MODEL_KEY_FILE may name a file")
    return ModelOptions(provider, model, url, key, api_version, timeout_s, retries, max_tokens, structured)


def _check_url(url: str | None) -> None:
    if url is None:
        return
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
        has_password = parts.username is not None
        _ = parts.port
    except ValueError:
        is_address, has_password = False, False
    if has_password:
        raise SettingsError("ISVBOT_MODEL_URL holds a name or password: put the key in ISVBOT_MODEL_KEY instead")
    if not is_address:
        raise SettingsError(f"ISVBOT_MODEL_URL={url!r}: give an address such as http://127.0.0.1:8000/v1")
