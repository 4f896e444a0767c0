"""``isvbot people``, ``queue``, ``purge`` and ``export``: what an administrator or the helpdesk does in the terminal.

Knows these commands and what they print.
Knows nothing of how anything is kept.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.bootstrap import build_finder
from bot.bootstrap_desk import build_identities, build_store
from bot.core.corpus import Language
from bot.core.errors import UsageError
from bot.core.identity import plain_id
from bot.core.keeping import Handed
from bot.core.messages import Messages
from bot.core.pairing import Pairing
from bot.core.people import CODE_LASTS
from bot.core.plain import visible
from bot.core.wire import role_of
from bot.settings import Settings


class Commands(Protocol):
    """Where commands are added: the subparsers of argparse."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002  # argparse's own name
        """Add a command."""
        ...


def add_commands(commands: Commands) -> None:
    """Add the commands to the command line."""
    people = commands.add_parser("people", help="wie mag vragen stellen, en als wat")
    people.add_argument("action", choices=("list", "approve", "remove"))
    people.add_argument("code", nargs="?", default="", help="de code die iemand kreeg")
    people.add_argument("--role", metavar="ROL", default="officer", help="officer, helpdesk of newcomer")
    people.set_defaults(run=_people)
    queue = commands.add_parser("queue", help="vragen voor een collega: lees ze en beantwoord ze")
    queue.add_argument("action", choices=("list", "show", "answer"))
    queue.add_argument("number", nargs="?", default="", help="het nummer van de vraag")
    queue.add_argument("text", nargs="?", default="", help="het antwoord")
    queue.set_defaults(run=_queue)
    purge = commands.add_parser("purge", help="wis wat ouder is dan de bewaartermijn")
    purge.set_defaults(run=_purge)
    export = commands.add_parser("export", help="geef alles wat van iemand wordt bewaard, als JSON")
    export.add_argument("--person", metavar="KANAAL:ID", required=True, help="bijvoorbeeld telegram:12345")
    export.set_defaults(run=_export)
    for command in (people, queue, purge, export):
        command.add_argument("--lang", metavar="TAAL", help="nl of en")


def _people(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    people, say = build_store(settings).people, _sayer(messages, language)
    oldest = datetime.now(UTC) - CODE_LASTS
    if options.action == "list":
        pairings = people.all()
        print("\n".join(_pairing_line(pairing, oldest, say) for pairing in pairings) or say("people_none"))
        return 0
    code = options.code.strip().upper()
    role = role_of(options.role)
    is_done = people.approve(code, role, oldest) if options.action == "approve" else people.remove(code)
    if not is_done and any(pairing.code == code for pairing in people.all()):
        raise UsageError("code_run_out", value=options.code)
    if not is_done:
        raise UsageError("no_such_code", value=options.code or "?")
    print(say(f"people_{options.action}", code=code, role=say(f"role_{role}")))
    return 0


def _pairing_line(pairing: Pairing, oldest: datetime, say: Callable[..., str]) -> str:
    waits = "people_waits" if pairing.asked_at > oldest else "people_run_out"
    role = say(f"role_{pairing.role}") if pairing.role is not None else say(waits)
    return f"{pairing.code}  {pairing.channel:<10}  {pairing.asked_at:%Y-%m-%d %H:%M}  {role}"


def _queue(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    queue, say = build_store(settings).queue, _sayer(messages, language)
    waiting = queue.open()
    if options.action == "list":
        lines = (f"{h.id}  {h.channel:<10}  {h.at:%Y-%m-%d %H:%M}  {' '.join(h.question.split())}" for h in waiting)
        print("\n".join(lines) or say("queue_empty"))
        return 0
    found = next((handed for handed in waiting if handed.id == options.number), None)
    if found is None:
        raise UsageError("no_such_question", value=options.number or "?")
    if options.action == "show":
        print(_shown(found, say))
        return 0
    text = visible(options.text).strip()
    if not text:
        raise UsageError("empty_reply")
    personal = build_finder().find(text)
    if personal:
        raise UsageError("personal_reply", kind=say(f"datum_{personal[0].kind}"))
    if not queue.reply(found.id, text):
        raise UsageError("no_such_question", value=options.number)
    print(say("queue_answered", id=found.id))
    return 0


def _shown(handed: Handed, say: Callable[..., str]) -> str:
    turns = (f"> {question}\n\n{answer}" for question, answer in handed.context)
    head = say("queue_head", id=handed.id, channel=handed.channel, role=say(f"role_{handed.role}"))
    return "\n\n".join((head, *turns, say("queue_question", question=handed.question)))


def _purge(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    del options
    deleted = build_store(settings).retention.purge(datetime.now(UTC) - timedelta(days=settings.keep_days))
    say = _sayer(messages, language)
    print(say("purged", days=settings.keep_days, conversations=deleted.conversations, records=deleted.records))
    return 0


def _export(options: argparse.Namespace, settings: Settings, messages: Messages, language: Language | None) -> int:
    channel, separator, person = options.person.partition(":")
    if not (separator and channel and person):
        raise UsageError("bad_person", value=options.person)
    kept = build_store(settings).retention.export(build_identities(settings).person(channel, plain_id(person)))
    if not any(kept.values()):
        print(_sayer(messages, language)("export_nothing", person=options.person), file=sys.stderr)
    print(json.dumps(kept, ensure_ascii=False, indent=2, default=str))
    return 0


def _sayer(messages: Messages, language: Language | None) -> Callable[..., str]:
    def say(name: str, /, **holes: object) -> str:
        return messages.say(name, language or Language.NL, **holes)

    return say
