"""``isvbot``: ask in the terminal, chat, answer a file of questions, serve programs, or see how the program is doing.

Knows the command line and its exit statuses: 0 is well, 2 is wrong use, 1 is any other failure.
Knows nothing of how an answer is made.
"""

import argparse
import getpass
import io
import json
import os
import select
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn, TextIO

from rich.console import Console

from bot.administration import add_commands
from bot.bootstrap import build_assistant, build_messages, build_receipt_pdf, set_up_logging
from bot.bootstrap_desk import LateRecords, build_desk, build_store, keep_record
from bot.channels.batch import Defaults, answer_lines, json_line
from bot.channels.console.chat import Chat, Seat
from bot.channels.console.check import walk
from bot.channels.console.show import show_answer
from bot.core.checker import Checker
from bot.core.corpus import Language, Role, Status
from bot.core.dialogue import ASSUMED, Talk
from bot.core.errors import IsvbotError, UsageError
from bot.core.language import language_of
from bot.core.messages import Messages
from bot.core.model import Answer, Turn
from bot.core.people import EveryRole
from bot.core.plain import squeezed
from bot.core.receipt import Receipt, as_markdown, receipt_of
from bot.core.wire import answer_object, checked_question, day_of, facts_of, language_from, role_of, turns_of
from bot.doctor import doctor
from bot.mcp_server import serve_mcp
from bot.serve_command import add_serve
from bot.settings import Settings, read_settings
from bot.teams_command import add_teams
from bot.telegram_command import add_telegram

PASTE_PAUSE_S = 0.05
"""Seconds within which the next line belongs to the same paste: nobody types so fast."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are ours to word, and that takes no shortened options."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise UsageError("bad_option", reason=message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    messages = build_messages()
    language = Language.NL
    try:
        options = _parser().parse_args(arguments)
        settings = read_settings()
        set_up_logging(settings)
        chosen = settings.language if getattr(options, "lang", None) is None else language_from(options.lang)
        language = chosen or Language.NL
        return int(options.run(options, settings, messages, chosen))
    except UsageError as error:
        _complain(messages.say(error.name, language, **error.holes))
        return 2
    except IsvbotError as error:
        _complain(str(error))
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130


def _complain(text: str) -> None:
    """Write an error as one line, whatever the value that it names."""
    print(f"isvbot: {squeezed(text)}", file=sys.stderr)


def _parser() -> _Parser:
    parser = _Parser(prog="isvbot", description="Vragen over de Internationale Sociale Voorwaarden (ISV), met bronnen.")
    parser.add_argument("--version", action="version", version=f"isvbot {version('isvbot')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="opdracht", parser_class=_Parser)
    ask = commands.add_parser("ask", help="stel een vraag, of een bestand met vragen")
    ask.add_argument("question", nargs="?", help="de vraag; - leest van de invoer")
    ask.add_argument("--batch", metavar="BESTAND", help="JSON-regels met id en question; - leest van de invoer")
    ask.add_argument("--history", metavar="BESTAND", help="JSON-lijst met de eerdere vragen van het gesprek")
    ask.add_argument("--json", action="store_true", help="geef het antwoord als een JSON-object")
    ask.set_defaults(run=_ask)
    chat = commands.add_parser("chat", help="voer een gesprek")
    chat.set_defaults(run=_chat)
    check = commands.add_parser("check", help="loop na of ISV verplicht is")
    check.add_argument("purchase", nargs="?", help="de inkoop in gewone woorden: wie koopt wat, voor hoeveel")
    check.add_argument("--facts", metavar="BESTAND", help="JSON-object met de gegevens; dan volgt meteen de uitkomst")
    check.add_argument("--json", action="store_true", help="geef de uitkomst als een JSON-object, zonder vragen")
    check.add_argument("--receipt", metavar="BESTAND", help="schrijf een bewijs voor het dossier: .pdf of .md")
    check.set_defaults(run=_check)
    for command in (ask, chat, check):
        command.add_argument("--role", metavar="ROL", help="officer, helpdesk of newcomer")
        command.add_argument("--as-of", metavar="DATUM", help="de dag waarvoor het antwoord geldt, zoals 2026-11-21")
        command.add_argument("--lang", metavar="TAAL", help="nl of en; anders de taal van de vraag")
    mcp = commands.add_parser("mcp", help="dien andere programma's via het Model Context Protocol")
    mcp.add_argument("--http", metavar="POORT", type=int, help="via HTTP op deze poort van 127.0.0.1; anders via stdio")
    mcp.add_argument("--role", metavar="ROL", help="namens wie wordt gevraagd: officer, helpdesk of newcomer")
    mcp.add_argument("--lang", metavar="TAAL", help="nl of en; anders de taal van de vraag")
    mcp.set_defaults(run=_mcp)
    add_commands(commands)
    add_telegram(commands)
    add_teams(commands)
    add_serve(commands)
    health = commands.add_parser("doctor", help="laat zien wat is ingesteld en wat ontbreekt")
    health.add_argument("--lang", metavar="TAAL", help="nl of en")
    health.set_defaults(run=_doctor)
    return parser


def _ask(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    role, as_of = _role(options, settings), _as_of(options)
    if options.batch and (options.question is not None or options.history):
        raise UsageError("one_way")
    if options.batch:
        return _batch(options, settings, messages, Defaults(role, as_of, language))
    text = _standard_input().read() if options.question == "-" else options.question or ""
    history = _history(Path(options.history)) if options.history else ()
    question = checked_question(text, role=role, as_of=as_of, language=language, history=history)
    answer = build_assistant(settings, LateRecords(settings)).ask(question)
    if options.json:
        print(json_line(answer_object(answer)))
    else:
        show_answer(Console(), answer, messages)
    return 1 if answer.status in (Status.ERROR_SERVICE, Status.ERROR_TIMEOUT) else 0


def _batch(options: argparse.Namespace, settings: Settings, messages: Messages, defaults: Defaults) -> int:
    total = bad = broken = 0
    with _opened(options.batch) as lines:
        assistant = build_assistant(settings, LateRecords(settings))
        for found in answer_lines(lines, assistant.ask, defaults, messages):
            print(json_line(found), flush=True)
            total, bad = total + 1, bad + ("error" in found)
            broken += str(found.get("status", "")).startswith("error_")
    if bad:
        print(messages.say("batch_bad_lines", defaults.language or Language.NL, bad=bad, total=total), file=sys.stderr)
    return 1 if broken else 0


def _chat(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    del messages
    role, as_of = _role(options, settings), _as_of(options)
    store = build_store(settings)
    assistant = build_assistant(settings, store.records)
    desk = build_desk(settings, assistant, store, roster=EveryRole(role), today=lambda: as_of)
    console = Console()
    pause = time.sleep if console.is_terminal else None
    seat = Seat(getpass.getuser(), assistant.tools.new_id(), language)
    Chat(console, desk, seat, _line_reader(), pause).run()
    return 0


def _check(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    if options.facts is not None and options.purchase:
        raise UsageError("facts_and_text")
    write = _receipt_writer(options.receipt, messages) if options.receipt is not None else None
    spoken = language or language_of(options.purchase or "") or Language.NL
    talk = Talk(_role(options, settings), _as_of(options), spoken)
    given = facts_of(_read_json(Path(options.facts))) if options.facts is not None else None
    assistant = build_assistant(settings)
    checker = Checker(assistant.tools)
    answer: Answer | None
    if given is not None:
        question = messages.say("check_question", talk.language)
        answer = checker.answer({**ASSUMED, **given}, talk, question)
    elif options.json:
        answer = checker.answer_now(talk, options.purchase or "")
    else:
        answer, talk = walk(Console(), checker, messages, talk, options.purchase or "", _line_reader())
    if answer is None:
        return 0
    keep_record(settings, answer, assistant.tools.versions)
    if write is not None:
        told = tuple(said.text for said in talk.said)
        write(receipt_of(answer, told, assistant.tools.versions, date.today(), messages))
    if options.json:
        print(json_line(answer_object(answer)))
    elif given is not None:
        show_answer(Console(), answer, messages)
    return 0


def _receipt_writer(name: str, messages: Messages) -> Callable[[Receipt], None]:
    """Give what writes a receipt to a file; whether it can be made is found out before anything is asked.

    Raises:
        UsageError: the name ends in something else than .pdf or .md.
        MissingExtra: PDF is asked for and its package is not installed.
    """
    path = Path(name)
    if path.suffix.lower() not in (".pdf", ".md"):
        raise UsageError("bad_receipt", value=name)
    as_pdf = build_receipt_pdf() if path.suffix.lower() == ".pdf" else None

    def write(receipt: Receipt) -> None:
        content = as_pdf(receipt) if as_pdf is not None else as_markdown(receipt).encode()
        try:
            path.write_bytes(content)
        except OSError as error:
            raise UsageError("no_receipt", value=path, reason=error.strerror) from error
        print(messages.say("receipt_written", receipt.language, path=path), file=sys.stderr)

    return write


def _mcp(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    return serve_mcp(settings, messages, _role(options, settings), language, options.http)


def _doctor(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    del options
    return doctor(settings, messages, language or Language.NL, Console())


def _role(options: argparse.Namespace, settings: Settings) -> Role:
    return settings.role if options.role is None else role_of(options.role)


def _as_of(options: argparse.Namespace) -> date:
    return date.today() if options.as_of is None else day_of(options.as_of)


def _history(path: Path) -> tuple[Turn, ...]:
    """Read earlier questions: a JSON list, or JSON lines.

    Raises:
        UsageError: the file cannot be read, or holds something else.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("no_file", value=path, reason=getattr(error, "strerror", None) or "utf-8") from error
    try:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        lines = []
    try:
        is_whole = not lines or (len(lines) == 1 and not isinstance(lines[0], str | dict))
        return turns_of(json.loads(text) if is_whole and text.strip() else lines)
    except (ValueError, RecursionError) as error:
        raise UsageError("bad_history", value=path) from error


def _read_json(path: Path) -> object:
    """Read a JSON file.

    Raises:
        UsageError: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise UsageError("no_file", value=path, reason=error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise UsageError("bad_facts", reason=f"{path}: JSON") from error


def _opened(name: str) -> TextIO:
    if name == "-":
        return _standard_input()
    try:
        return Path(name).open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError("no_file", value=name, reason=error.strerror) from error


def _standard_input() -> TextIO:
    """Give standard input as UTF-8; what is not UTF-8 is read as a replacement character."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    return sys.stdin


def _line_reader() -> Callable[[str], str]:
    """Give something that reads what a person enters, with editing and history where the terminal has them."""
    with suppress(ImportError):
        import_module("readline")
    return lambda prompt: "\n".join((input(prompt), *_pasted_lines()))


def _pasted_lines() -> list[str]:
    """Give the lines that came in the same breath: a pasted mail is one message."""
    pasted = b""
    with suppress(OSError, ValueError, ImportError):  # no terminal that can be waited for
        descriptor = sys.stdin.fileno()
        while sys.stdin.isatty() and select.select([descriptor], [], [], PASTE_PAUSE_S)[0]:
            pasted += os.read(descriptor, 65_536)
    return pasted.decode("utf-8", "replace").splitlines()


if __name__ == "__main__":
    sys.exit(main())
