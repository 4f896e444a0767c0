"""``make bench``: the channels under a burst, a long replay and a kill, as counts and as ratios within one run.

Knows how to ask through the real channels, against the fakes of ``tests/servers``, and how to count what came back.
An answer is looked up as always, and then shown as its own question, so that each can be told from all others.
Prints a table with the aims; nothing fails on it.
"""

import asyncio
import os
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bot.bootstrap import build_assistant
from bot.bootstrap_desk import build_desk, build_store
from bot.channels.teams import sdk  # noqa: F401  # before anything else of the SDK
from bot.channels.teams.app import Registration, build_app
from bot.channels.telegram.config import TelegramConfig
from bot.channels.telegram.run import serve
from bot.core.assistant import Assistant
from bot.core.corpus import Role, Status
from bot.core.desk import Desk
from bot.core.desk_talk import OnPartial
from bot.core.incoming import Incoming
from bot.core.model import Answer, Question
from bot.settings import Settings, read_settings
from evals.bench_kill import kill
from evals.bench_replay import replay
from evals.serving import KEY, PATIENCE_S, Row, activity
from tests.servers.teams_connector import Connector, app_of
from tests.servers.telegram_api import TOKEN, FakeTelegram, served
from tests.servers.web import served as served_app

PEOPLE = {"telegram": 80, "teams": 80, "terminal": 40}
EACH = 2
ALONE = 20


class Echo(Assistant):
    """Looks an answer up and shows the question in its place."""

    def ask(self, question: Question, on_partial: OnPartial | None = None) -> Answer:
        """Give the question as its own answer."""
        del on_partial
        found = super().ask(question)
        return replace(found, text=question.text, citations=(), notices=(), follow_ups=(), status=Status.ANSWERED)


def main() -> int:
    """Measure and print."""
    settings = read_settings()
    assistant = build_assistant(settings)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rows = [
            *asyncio.run(burst(Echo(assistant.tools), settings_in(settings, place / "burst.sqlite"))),
            *asyncio.run(kill(settings_in(settings, place / "kill.sqlite"))),
            *asyncio.run(replay(settings_in(settings, place / "replay.sqlite"))),
        ]
    table = Table("channels", "measured", "aim")
    for row in rows:
        table.add_row(*row)
    Console(width=150).print(table)
    return 0


def settings_in(settings: Settings, database: Path) -> Settings:
    """Give settings with an empty database, that let everybody in."""
    url = SecretStr(f"sqlite:///{database}")
    return settings.model_copy(update={"database_url": url, "key": SecretStr(KEY), "unknown_role": Role.OFFICER})


class Came:
    """What was asked and what came back, with the time between the two."""

    def __init__(self) -> None:
        self._asked: dict[str, float] = {}
        self._changed = threading.Condition()
        self.took: dict[str, float] = {}
        self.seen: dict[str, list[str]] = defaultdict(list)

    def ask(self, text: str) -> str:
        """Note that a question was sent."""
        self._asked[text] = time.perf_counter()
        return text

    def answered(self, person: str, text: str) -> None:
        """Note an answer, which begins with its question."""
        question = text.partition("\n")[0].strip()
        with self._changed:
            self.seen[person].append(question)
            self.took.setdefault(question, time.perf_counter() - self._asked[question])
            self._changed.notify_all()

    def wait(self, count: int) -> bool:
        """Wait until that many questions were answered."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.took) >= count, PATIENCE_S)


def question_of(person: int, turn: int) -> str:
    """Give a question that no one else asks."""
    return f"Wanneer is ISV verplicht, vraag {turn + 1} van lezer {'abcdefghij'[person % 10]}{person}?"


class Telegram(FakeTelegram):
    """Notes each message as it is taken."""

    came: Came

    def _stored(self, number: int, chat: int, params: dict[str, str]) -> dict[str, Any]:
        found = super()._stored(number, chat, params)
        self.came.answered(f"telegram{chat}", str(found["text"]))
        return found


class Teams(Connector):
    """Notes each message as it is taken."""

    came: Came

    def take(self, conversation: str, activity: dict[str, Any], authorization: str) -> str:
        """Take an activity."""
        if activity["type"] == "message":
            self.came.answered(f"teams{conversation}", str(activity["text"]))
        return super().take(conversation, activity, authorization)


@contextmanager
def teams_of(desk: Desk, came: Came) -> Iterator[tuple[Teams, str]]:
    """Run the channel of Teams against the fake service."""
    connector = Teams()
    connector.came = came
    with served_app(app_of(connector)) as connector.url:
        app = build_app(desk, Registration("", "", is_unauthenticated=True), lambda: True)
        with served_app(app) as url:
            yield connector, url


async def burst(assistant: Assistant, settings: Settings) -> list[Row]:
    """Let one person ask alone, and then everybody at once."""
    came, fake = Came(), Telegram()
    fake.came = came
    fake.chats = dict.fromkeys(range(PEOPLE["telegram"] + 1), "private")
    desk = build_desk(settings, assistant, build_store(settings))
    with teams_of(desk, came) as (connector, url):
        async with served(fake) as api, httpx.AsyncClient(timeout=PATIENCE_S) as http:
            stop = asyncio.Event()
            running = asyncio.create_task(serve(desk, TelegramConfig(TOKEN, api), stop))
            for turn in range(ALONE):
                await fake.say(came.ask(question_of(0, turn)), 0)
                await asyncio.to_thread(came.wait, turn + 1)
            alone = [*came.took.values()]
            total = sum(PEOPLE.values()) * EACH
            people = [_in_teams(http, url, connector, came, n) for n in range(1000, 1000 + PEOPLE["teams"])]
            people += [asyncio.to_thread(_in_terminal, desk, came, n) for n in range(2000, 2000 + PEOPLE["terminal"])]
            people += [_in_telegram(fake, came, n) for n in range(1, PEOPLE["telegram"] + 1)]
            began = time.perf_counter()
            await asyncio.gather(*people)
            await asyncio.to_thread(came.wait, ALONE + total)
            lasted = time.perf_counter() - began
            stop.set()
            await running
    together = [*came.took.values()][ALONE:]
    p95, p95_alone = np.percentile(together, 95), np.percentile(alone, 95)
    seen = {person: asked for person, asked in came.seen.items() if person != "telegram0"}
    twice = sum(count > 1 for asked in seen.values() for count in Counter(asked).values())
    in_order = sum(asked == sorted(asked) for asked in seen.values())
    cores = len(os.sched_getaffinity(0))
    in_line = total * sum(alone) / len(alone) / cores
    whole = f"{p95 / p95_alone:.0f} ({p95:.1f} s / {p95_alone:.2f} s); all done in {lasted:.1f} s"
    return [
        (f"burst of {sum(PEOPLE.values())} people, {total} questions: lost", str(total - len(together)), "0"),
        ("burst: answered twice", str(twice), "0"),
        ("burst: conversations in order", f"{in_order} of {len(seen)}", f"{sum(PEOPLE.values())}"),
        ("burst: p95 against one person alone", whole, ""),
        (
            # the last of many who ask at once waits for all others: it cannot be much less than 1
            f"burst: p95 against {total} questions of one person alone, shared by {cores} cores",
            f"{p95 / in_line:.2f} ({p95:.1f} s / {in_line:.1f} s)",
            "about 1",
        ),
    ]


async def _in_telegram(fake: FakeTelegram, came: Came, person: int) -> None:
    for turn in range(EACH):
        await fake.say(came.ask(question_of(person, turn)), person)


async def _in_teams(http: httpx.AsyncClient, url: str, connector: Connector, came: Came, person: int) -> None:
    for turn in range(EACH):
        said = activity(connector.url, person, turn, came.ask(question_of(person, turn)))
        (await http.post(f"{url}/api/messages", json=said)).raise_for_status()


def _in_terminal(desk: Desk, came: Came, person: int) -> None:
    for turn in range(EACH):
        text = came.ask(question_of(person, turn))
        for reply in desk.handle(Incoming("terminal", str(person), str(person), str(turn), text)):
            came.answered(f"terminal{person}", reply.text)


if __name__ == "__main__":
    sys.exit(main())
