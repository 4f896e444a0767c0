"""The only place that picks the real parts, with ``bot.engines`` for those of searching.

Knows every adapter and the settings that choose among them; tests build the same thing with other parts
through the same door.
Knows nothing of how a question is answered.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ulid import ULID

from bot.adapters.index import OpenIndex, open_index
from bot.chat_models import build_writer
from bot.core.assistant import Assistant
from bot.core.audit import NO_RECORDS, Records
from bot.core.corpus import Language, Role
from bot.core.errors import ContentError, MissingExtra
from bot.core.messages import Messages
from bot.core.ports import Embedder, PersonalDataFinder, Speller
from bot.core.rank import Lookup
from bot.core.receipt import Receipt, Versions
from bot.core.rules import Rules
from bot.core.tools import Tools
from bot.core.writer import Writer
from bot.engines import build_embedder, build_reranker, check_vectors, fitting, index_folder
from bot.settings import Settings
from knowledge.check_rules import rules_digest
from knowledge.loader import read_rules
from prompts.loader import prompts_digest, read_messages

if TYPE_CHECKING:
    from bot.adapters.langchain_retriever import IsvRetriever

NOISY_LOGGERS = (
    *("httpx", "httpx2", "httpcore", "httpcore2", "chromadb", "bm25s", "filelock", "openai", "langchain"),
    *("mcp", "sse_starlette", "uvicorn"),
)
"""Libraries that write addresses (with a token in them) or questions at INFO."""


DIGEST_CHARS = 12
"""Characters of a digest that a reader sees."""


def knowledge_root(settings: Settings) -> Path | None:
    """Give the user's own knowledge folder; ``None`` for the one that comes with the program."""
    return settings.knowledge_dir


def build_messages(folder: str = "messages") -> Messages:
    """Read the fixed sentences of a folder: ``messages`` for people, ``mcp`` for other programs.

    Raises:
        ContentError: a file is wrong.
    """
    try:
        return Messages({language: read_messages(language.value, folder) for language in Language})
    except ValueError as error:
        raise ContentError(str(error)) from error


def build_assistant(settings: Settings, records: Records = NO_RECORDS, *, check_calibration: bool = True) -> Assistant:
    """Build the assistant with the parts that the settings ask for; ``records`` keeps why each answer was given.

    Only the script that measures the calibration may do without the check that it fits the embedder.

    Raises:
        IndexUnavailable: there is no index, or it cannot be read.
        IndexMismatch: the index or the thresholds belong to another embedder.
        ContentError: a rule or a message is wrong.
        SettingsError: an engine lacks a setting.
        MissingExtra: an engine is not installed.
    """
    embedder, folder = build_embedder(settings), index_folder(settings)
    rules = read_rules(knowledge_root(settings))
    if check_calibration:
        rules = fitting(rules, settings, embedder)
    index = open_index(folder, embedder.name)
    check_vectors(settings, folder, embedder)
    versions = Versions(
        program=version("isvbot"),
        corpus=f"{index.build.name} ({index.build.manifest.corpus[:DIGEST_CHARS]})",
        rules=rules_digest(knowledge_root(settings))[:DIGEST_CHARS],
        prompts=prompts_digest()[:DIGEST_CHARS],
        model=embedder.name,
    )
    writer = build_writer(settings)
    speller = build_speller(settings, index, rules)
    assistant = assemble(embedder, index, build_finder(), speller, rules, versions, records, writer)
    return with_reranker(assistant, settings)


def assemble(
    embedder: Embedder,
    index: OpenIndex,
    finder: PersonalDataFinder,
    speller: Speller,
    rules: Rules,
    versions: Versions,
    records: Records = NO_RECORDS,
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
            records=records,
        )
    )


def with_reranker(assistant: Assistant, settings: Settings) -> Assistant:
    """Give the same assistant with the reranker that the settings ask for, or as it is.

    Raises:
        RerankerUnavailable: it does not load on this machine.
        MissingExtra: its package is not installed.
    """
    reranker = build_reranker(settings)
    if reranker is None:
        return assistant
    lookup = replace(assistant.tools.lookup, reranker=reranker, reranked=settings.reranker_candidates)
    return Assistant(replace(assistant.tools, lookup=lookup))


def build_retriever(settings: Settings, role: Role | None = None, as_of: date | None = None) -> "IsvRetriever":
    """Give the retriever for a LangChain chain, for one role and day; without a day, for the day of each question.

    Raises:
        MissingExtra: its package is not installed.
    """
    try:
        from bot.adapters.langchain_retriever import IsvRetriever
    except ImportError as error:
        raise MissingExtra("the retriever needs langchain-core: run 'pip install isvbot[langchain]'") from error
    return IsvRetriever(tools=build_assistant(settings).tools, role=role or settings.role, as_of=as_of)


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
