"""``make bench``: ``isvbot serve`` is killed in the middle of its answers and started again; what came of each message.

Knows the fake Bot API of ``tests/servers``, and that a reply which was taken and not yet noted is sent again.
Knows nothing of bursts.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections import defaultdict

from bot.bootstrap_desk import build_store
from bot.settings import Settings
from tests.servers.telegram_api import TOKEN, FakeTelegram, served

KILLED, KILL_AFTER = 50, 20
KEY = "a key that is only good for measuring, of enough bytes"
PATIENCE_S = 300
QUESTION = "Wanneer is ISV verplicht?"

Row = tuple[str, str, str]
"""What was measured, the outcome, and the aim."""


async def kill(settings: Settings) -> list[Row]:
    """Kill the program in the middle of its answers, start it again, and count."""
    fake = FakeTelegram()
    fake.chats = dict.fromkeys(range(1, KILLED + 1), "private")
    async with served(fake) as api:
        environment = _environment(settings, api)
        process = _started(environment)
        await fake.deliver(*[fake.update(message=fake.message(QUESTION, n)) for n in fake.chats])
        await _until(fake, KILL_AFTER)
        process.send_signal(signal.SIGKILL)
        process.wait()
        before, ended = {sent.chat for sent in fake.sent.values()}, len(_answers(fake))
        waiting = {int(incoming.conversation) for incoming in build_store(settings).inbox.waiting("telegram")}
        process = _started(environment)
        await _until(fake, KILLED)
        await fake.until(lambda: fake.count("getUpdates"))
        process.send_signal(signal.SIGTERM)
        status = await asyncio.to_thread(process.wait)
    answers = _answers(fake)
    taken_not_noted = waiting & before
    twice = {chat for chat, ids in answers.items() if len(ids) > 1}
    anew = {chat for chat, ids in answers.items() if len(set(ids)) > 1}
    return [
        (f"kill -9 after {ended} of {KILLED} answers: lost", str(KILLED - len(answers)), "0"),
        ("kill: made anew and sent twice", str(len(anew)), "0"),
        ("kill: sent again though noted", str(len(twice - taken_not_noted)), "0"),
        (
            "kill: sent again, or a part of it, for it was taken and not yet noted",
            str(len(taken_not_noted)),
            "at most 5",
        ),
        ("kill: exit status of the second", str(status), "0"),
    ]


def _answers(fake: FakeTelegram) -> dict[int, list[str]]:
    """Give the numbers of the answers that each chat saw to their end, where the thumbs stand."""
    found: dict[int, list[str]] = defaultdict(list)
    for sent in fake.sent.values():
        for value in sent.data:
            if value.startswith("good:"):
                found[sent.chat].append(value)
    return found


async def _until(fake: FakeTelegram, chats: int) -> None:
    async with asyncio.timeout(PATIENCE_S), fake._changed:  # noqa: SLF001  # longer than a test would wait
        await fake._changed.wait_for(lambda: len(_answers(fake)) >= chats)  # noqa: SLF001


def _environment(settings: Settings, api: str) -> dict[str, str]:
    database = settings.database_url
    own = {
        "ISVBOT_DATA_DIR": str(settings.data_dir),
        "ISVBOT_DATABASE_URL": database.get_secret_value() if database is not None else "",
        "ISVBOT_KEY": KEY,
        "ISVBOT_UNKNOWN_ROLE": "officer",
        "ISVBOT_TELEGRAM_TOKEN": TOKEN,
        "ISVBOT_TELEGRAM_API_URL": api,
    }
    return {**os.environ, **own}


def _started(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=environment, stderr=subprocess.DEVNULL)
