"""``isvbot doctor``: what is configured, what is missing, and how to mend it.

Knows what a working installation has.
Knows nothing of answers.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain

from rich.console import Console
from rich.text import Text

from bot.bootstrap import build_assistant, knowledge_root
from bot.bootstrap_desk import TEAMS, build_roster, entra_groups, try_store
from bot.chat_models import build_model, chosen_model
from bot.core.corpus import Language
from bot.core.errors import IsvbotError, ServiceError
from bot.core.messages import Messages
from bot.core.ports import LanguageModel, Prompt
from bot.engines import build_embedder, build_reranker, chroma_server, index_folder
from bot.settings import PREFIX, Settings, unknown_variables
from knowledge.loader import knowledge_digest

MODEL_PROMPT = Prompt("Answer with one word.", "Say: ready")
MODEL_SCHEMA_PROMPT = Prompt(
    "Answer with JSON that has one field: reply.",
    "Say: ready",
    {
        "type": "object",
        "properties": {"reply": {"type": "string", "maxLength": 20}},
        "required": ["reply"],
        "additionalProperties": False,
    },
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: whether it is well, and what it says."""

    is_well: bool
    text: str


def doctor(settings: Settings, messages: Messages, language: Language, console: Console) -> int:
    """Write the report; 0 is well, 1 means that something is to be mended."""
    console.print(Text(messages.say("doctor_title", language), style="bold"))
    problems = 0
    for check in _checks(settings, messages, language):
        mark, style = ("✓", "green") if check.is_well else ("✗", "red")
        console.print(Text(f"{mark} ", style=style).append(check.text, style="default"), soft_wrap=True)
        problems += not check.is_well
    name = "doctor_problems" if problems else "doctor_ok"
    console.print(Text(messages.say(name, language, count=problems), style="bold"))
    return 1 if problems else 0


def _checks(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    yield Check(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}, isvbot {version('isvbot')}")
    for name in unknown_variables():
        yield Check(False, messages.say("doctor_unknown", language, name=name))
    yield Check(True, messages.say("doctor_settings", language, settings=_shown(settings)))
    if not _is_writable(settings):
        yield Check(False, messages.say("doctor_not_writable", language))
    engines = (_embedder, _reranker, _chroma, _model, _groups, _database)
    yield from chain.from_iterable(_tried(engine, settings, messages, language) for engine in engines)
    yield from _tried(_index, settings, messages, language)


Part = Callable[[Settings, Messages, Language], Iterator[Check]]


def _tried(part: Part, settings: Settings, messages: Messages, language: Language) -> tuple[Check, ...]:
    """Give the checks of a part; what fails says why, and the other parts are looked at all the same."""
    try:
        return tuple(part(settings, messages, language))
    except IsvbotError as error:
        return (Check(False, str(error)),)


def _model(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    """Ask the chat model two short questions, where there is one."""
    try:
        yield from _asked_model(settings, messages, language)
    except ServiceError as error:
        names = ("model", *(["model_url"] if settings.model_url else []), "model_key", "model_timeout_s")
        told = messages.say("doctor_model_fails", language, error=error)
        yield Check(False, f"{told}. {messages.say('doctor_look_at', language, names=_variables(*names))}")
    except IsvbotError as error:
        yield Check(False, messages.say("doctor_model_fails", language, error=error))


def _asked_model(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    options, model = chosen_model(settings), build_model(settings)
    if options is None or model is None:
        yield Check(True, messages.say("doctor_no_model", language))
        return
    yield Check(True, messages.say("doctor_model", language, name=options.name, host=options.host))
    took = _milliseconds(lambda: _reply(model, MODEL_PROMPT, settings.model_timeout_s))
    yield Check(True, messages.say("doctor_model_ok", language, ms=took))
    name = "doctor_model_json" if _keeps_to_schema(model, settings.model_timeout_s) else "doctor_model_no_json"
    yield Check(True, messages.say(name, language))


def _reply(model: LanguageModel, prompt: Prompt, limit_s: float) -> str:
    return "".join(piece.text for piece in model.write(prompt, limit_s))


def _keeps_to_schema(model: LanguageModel, limit_s: float) -> bool:
    try:
        reply = json.loads(_reply(model, MODEL_SCHEMA_PROMPT, limit_s))
    except ValueError:
        return False
    return isinstance(reply, dict) and isinstance(reply.get("reply"), str)


def _embedder(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    embedder = build_embedder(settings)
    embedder.embed_questions(["isv"])
    took = _milliseconds(lambda: embedder.embed_questions(["wanneer is isv verplicht"]))
    yield Check(True, messages.say("doctor_embedder_ok", language, name=embedder.name, ms=took))


def _reranker(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    reranker = build_reranker(settings)
    if reranker is None:
        return
    texts = ["ISV is verplicht bij een Europese aanbesteding van het Rijk."] * settings.reranker_candidates
    reranker.log_odds("isv", texts[:1])
    took = _milliseconds(lambda: reranker.log_odds("wanneer is isv verplicht", texts))
    yield Check(True, messages.say("doctor_reranker_ok", language, name=reranker.name, count=len(texts), ms=took))


def _chroma(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    server = chroma_server(settings)
    if server is None:
        return
    took = _milliseconds(server.check)
    yield Check(True, messages.say("doctor_chroma_ok", language, url=server.options.url, ms=took))


def _groups(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    """Ask Graph about nobody, where the file of people lists groups."""
    groups = build_roster(settings).groups(TEAMS)
    if not groups:
        return
    took = _milliseconds(lambda: entra_groups(settings).check(groups))
    host = settings.teams_graph_url
    yield Check(True, messages.say("doctor_groups_ok", language, count=len(groups), host=host, ms=took))


def _database(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    """Try the database; of one that is not there yet only whether it can be made."""
    names = _variables("data_dir" if settings.database_url is None else "database_url")
    try:
        tried = try_store(settings)
    except ServiceError as error:
        if settings.database_url is not None or _is_writable(settings):
            told = messages.say("doctor_database_fails", language, error=error)
            yield Check(False, f"{told}. {messages.say('doctor_look_at', language, names=names)}")
        return
    name = _state(tried.revision, tried.latest)
    said = messages.say(name, language, url=tried.shown, found=tried.revision or "", latest=tried.latest)
    yield Check(tried.revision in (None, tried.latest), said)


def _state(revision: str | None, latest: str) -> str:
    if revision is None:
        return "doctor_database_new"
    if revision == latest:
        return "doctor_database_ok"
    return "doctor_database_newer" if revision > latest else "doctor_database_older"


def _variables(*names: str) -> str:
    return ", ".join(f"{PREFIX}{name.upper()}" for name in names)


def _milliseconds(work: Callable[[], object]) -> int:
    started = time.perf_counter()
    work()
    return round((time.perf_counter() - started) * 1000)


def _index(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    build_assistant(settings)
    manifest = index_folder(settings).current().manifest
    yield Check(
        True,
        messages.say(
            "doctor_index_ok",
            language,
            targets=manifest.targets,
            entries=manifest.entries,
            built_at=manifest.built_at,
        ),
    )
    if manifest.knowledge != knowledge_digest(knowledge_root(settings)):
        yield Check(False, messages.say("doctor_index_stale", language))


def _shown(settings: Settings) -> str:
    """Write every setting with its value, as it would stand in ``.env``."""
    values = settings.model_dump(mode="json")
    return ", ".join(f"{PREFIX}{name.upper()}={'' if value is None else value}" for name, value in values.items())


def _is_writable(settings: Settings) -> bool:
    folder = settings.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)
