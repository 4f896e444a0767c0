"""Picks the chat model that may draft, where the settings name one.

Knows the adapter, the breaker in front of it, and what a reply may take.
Knows nothing of what a model is asked.
"""

import time

from bot.adapters.breaker import BreakerModel
from bot.adapters.counters import COUNTERS
from bot.adapters.model_options import ModelOptions, Structured, model_options
from bot.core.errors import MissingExtra
from bot.core.ports import LanguageModel
from bot.core.writer import Limits, Prices, Writer
from bot.settings import Settings, secret
from prompts.loader import read_prompts


def chosen_model(settings: Settings) -> ModelOptions | None:
    """Give what the settings say about the chat model; ``None`` where there is none.

    Raises:
        SettingsError: a setting is wrong or missing, or the file with the key cannot be read.
    """
    if settings.model is None:
        return None
    key = secret("model_key", settings.model_key, settings.model_key_file)
    return model_options(
        settings.model,
        settings.model_url,
        key.get_secret_value() if key is not None else None,
        api_version=settings.model_api_version,
        timeout_s=settings.model_timeout_s,
        retries=settings.model_retries,
        max_tokens=settings.model_max_tokens,
        structured=Structured(settings.model_structured),
    )


def build_model(settings: Settings) -> LanguageModel | None:
    """Give the chat model, behind a breaker; ``None`` where the settings name none. Nothing is asked yet.

    Raises:
        MissingExtra: a package is not installed.
        SettingsError: a setting is wrong or missing.
    """
    options = chosen_model(settings)
    if options is None:
        return None
    try:
        from bot.adapters.language_model import LangChainModel
    except ImportError as error:
        raise MissingExtra(
            "ISVBOT_MODEL is set, a chat model needs LangChain: run 'pip install isvbot[model]', or unset it"
        ) from error
    return BreakerModel(LangChainModel(options), time.monotonic)


def build_writer(settings: Settings) -> Writer | None:
    """Give the chat model with its prompts and limits; ``None`` where the settings name none.

    Raises:
        ContentError: a prompt is wrong.
        MissingExtra: a package is not installed.
        SettingsError: a setting is wrong or missing.
    """
    model = build_model(settings)
    if model is None:
        return None
    limits = Limits(
        seconds=settings.model_timeout_s,
        rewrite_seconds=settings.model_timeout_s / 4,
        passages=settings.model_passages,
        own_words=settings.model_own_words,
        is_structured=settings.model_structured != "off",
    )
    prices = Prices(settings.model_price_in, settings.model_price_out)
    return Writer(model, read_prompts(), limits, prices, COUNTERS.count)
