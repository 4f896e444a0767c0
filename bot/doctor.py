"""``isvbot doctor``: what is configured, what is missing, and how to mend it.

Knows what a working installation has.
Knows nothing of answers.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from rich.console import Console
from rich.text import Text

from bot.bootstrap import build_assistant, build_embedder, build_model, chosen_model, index_folder, knowledge_root
from bot.core.corpus import Language
from bot.core.errors import IsvbotError
from bot.core.messages import Messages
from bot.core.ports import LanguageModel, Prompt
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
    try:
        yield _embedder(messages, language)
        yield from _index(settings, messages, language)
    except IsvbotError as error:
        yield Check(False, str(error))
    try:
        yield from _model(settings, messages, language)
    except IsvbotError as error:
        yield Check(False, messages.say("doctor_model_fails", language, error=error))


def _model(settings: Settings, messages: Messages, language: Language) -> Iterator[Check]:
    """Ask the chat model two short questions, where there is one."""
    options, model = chosen_model(settings), build_model(settings)
    if options is None or model is None:
        yield Check(True, messages.say("doctor_no_model", language))
        return
    yield Check(True, messages.say("doctor_model", language, name=options.name, host=options.host))
    started = time.perf_counter()
    _reply(model, MODEL_PROMPT, settings.model_timeout_s)
    took = round((time.perf_counter() - started) * 1000)
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


def _embedder(messages: Messages, language: Language) -> Check:
    embedder = build_embedder()
    embedder.embed_questions(["isv"])
    started = time.perf_counter()
    embedder.embed_questions(["wanneer is isv verplicht"])
    took = round((time.perf_counter() - started) * 1000)
    return Check(True, messages.say("doctor_embedder_ok", language, name=embedder.name, ms=took))


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
