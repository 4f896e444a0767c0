"""A chat model of LangChain, made from our options and deaf to the environment.

Knows how each kind of provider wants its address, key and limits.
Knows nothing of prompts or of replies.
"""

import logging
import os
from collections.abc import Mapping
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from bot.adapters.model_options import AZURE, NO_KEY, ModelOptions
from bot.core.errors import MissingExtra, SettingsError

FOREIGN = ("LANGSMITH_GATEWAY", "LANGCHAIN_TRACING", "LANGCHAIN_HANDLER")
"""Variables that send prompts to another company, or make LangChain refuse to work; nothing in code overrules them."""

WRITES_PROMPTS = ("openai", "httpx2", "httpcore2", "langchain", "langchain_core", "langchain_openai", "langsmith")
"""Loggers that would write addresses or prompts, and may be set to do so by the environment (``OPENAI_LOG``)."""


def chat_model(options: ModelOptions) -> BaseChatModel:
    """Make the chat model; nothing is asked yet.

    Raises:
        MissingExtra: the package of this provider is not installed.
        SettingsError: the provider is unknown or refuses what the settings say, or the environment would take over.
    """
    _refuse_foreign(os.environ)
    arguments = _openai_like(options) if options.is_openai_like else _other(options)
    try:
        made: BaseChatModel = init_chat_model(
            options.model, model_provider=options.provider, cache=False, callbacks=None, verbose=False, **arguments
        )
    except ImportError as error:
        package = f"langchain-{options.provider.partition('_')[0]}"
        raise MissingExtra(
            f"ISVBOT_MODEL={options.name!r} needs a package that is not installed: run 'pip install {package}'"
        ) from error
    except ValueError as error:  # LangChain's own words list forty providers, and may show the key
        raise SettingsError(
            f"ISVBOT_MODEL={options.name!r}: LangChain knows no such provider or refuses the settings"
            f" ({type(error).__name__}); see docs/operate.md"
        ) from None
    _silence()
    return made


def _openai_like(options: ModelOptions) -> dict[str, Any]:
    from bot.adapters.model_line import cuttable_client

    shared: dict[str, Any] = {
        "api_key": options.key or NO_KEY,
        "http_client": cuttable_client(options.timeout_s),
        "max_retries": 0,  # we count the tries, within the time that is left
        "max_tokens": options.max_tokens,
        "openai_proxy": None,
        "stream_usage": True,
        "timeout": options.timeout_s,
    }
    if options.provider == AZURE:
        return shared | {
            "azure_endpoint": options.url,
            "azure_deployment": options.model,
            "api_version": options.api_version,
        }
    return shared | {"base_url": options.base_url, "use_responses_api": False}


def _other(options: ModelOptions) -> dict[str, Any]:
    """Give what most packages understand; their own variables supply what is left out."""
    given: dict[str, Any] = {
        "temperature": 0,
        "timeout": options.timeout_s,
        "max_tokens": options.max_tokens,
        "max_retries": 0,
    }
    if options.provider == "ollama":
        given = {
            "temperature": 0,
            "num_predict": options.max_tokens,
            "client_kwargs": {"timeout": options.timeout_s, "follow_redirects": False},
        }
    if options.url:
        given["base_url"] = options.url
    if options.key:
        given["api_key"] = options.key
    return given


def _refuse_foreign(environment: Mapping[str, str]) -> None:
    for name in FOREIGN:
        if environment.get(name):
            raise SettingsError(f"{name} is set: unset it, prompts go to the model of ISVBOT_MODEL and to no one else")


def _silence() -> None:
    for name in WRITES_PROMPTS:
        logging.getLogger(name).setLevel(logging.WARNING)
