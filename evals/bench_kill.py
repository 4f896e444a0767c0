"""``make bench``: ``isvbot serve`` is killed in the middle of its answers and started again; what came of each message.

Knows the fakes of ``tests/servers``, that Teams sends again what was not confirmed, and that a reply which was taken
and not yet noted is sent again.
Knows nothing of bursts.
"""

import asyncio
import signal
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.bootstrap_desk import build_store
from bot.core.keeping import Inbox
from bot.settings import Settings
from evals.serving import LOOK_EVERY_S, PATIENCE_S, Row, activity, serving
from tests.servers.teams_connector import Connector, app_of
from tests.servers.telegram_api import FakeTelegram, served
from tests.servers.web import served as served_app

EACH, KILL_AFTER = 25, 20
QUESTION = "Wanneer is ISV verplicht?"


@dataclass(slots=True)
class Fakes:
    """Both services, and what each of their conversations saw."""

    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    teams: Connector = field(default_factory=Connector)

    def answers(self) -> dict[str, list[str]]:
        """Give the answers that each conversation saw to their end; in Telegram with their numbers."""
        found: dict[str, list[str]] = defaultdict(list)
        for sent in self.telegram.sent.values():
            found[f"telegram {sent.chat}"] += [value for value in sent.data if value.startswith("good:")]
        for message in self.teams.messages():
            if (message.activity.get("channelData") or {}).get("feedbackLoop"):
                found[f"teams {message.conversation}"].append("")
        return {name: ids for name, ids in found.items() if ids}

    def seen(self) -> set[str]:
        """Give the conversations that saw anything of an answer."""
        chats = {f"telegram {sent.chat}" for sent in self.telegram.sent.values()}
        return chats | {f"teams {sent.conversation}" for sent in self.teams.messages()}


async def kill(settings: Settings) -> list[Row]:
    """Kill the program in the middle of its answers, start it again, and count."""
    fakes = Fakes()
    fakes.telegram.chats = dict.fromkeys(range(1, EACH + 1), "private")
    said = [activity("", n, 1, QUESTION) for n in range(EACH)]
    inbox = build_store(settings).inbox
    with served_app(app_of(fakes.teams)) as url:
        fakes.teams.url = url
        async with served(fakes.telegram) as api, httpx.AsyncClient(timeout=PATIENCE_S) as http:
            program = serving(settings, api)
            process = program.start()
            await program.is_ready(http)
            post = _poster(http, program.teams, url)
            chats = fakes.telegram.chats
            updates = [fakes.telegram.update(message=fakes.telegram.message(QUESTION, n)) for n in chats]
            await fakes.telegram.deliver(*updates)
            posting = [asyncio.create_task(post(each)) for each in said]
            await _until(lambda: len(fakes.answers()) >= KILL_AFTER)
            process.send_signal(signal.SIGKILL)
            process.wait()
            confirmed = await asyncio.gather(*posting)
            before, ended = fakes.seen(), len(fakes.answers())
            waiting = _waiting(inbox)
            process = program.start()
            await program.is_ready(http)
            for each, is_confirmed in zip(said, confirmed, strict=True):
                if not is_confirmed:
                    await post(each)
            await _until(lambda: len(fakes.answers()) >= 2 * EACH and not _waiting(inbox))
            process.send_signal(signal.SIGTERM)
            status = await asyncio.to_thread(process.wait)
    return _rows(fakes.answers(), ended, waiting & before, status)


def _rows(answers: dict[str, list[str]], ended: int, taken_not_noted: set[str], status: int) -> list[Row]:
    twice = {name for name, ids in answers.items() if len(ids) > 1}
    anew = sum(len(set(ids)) > 1 for ids in answers.values())
    by = {name: sum(key.startswith(name) for key in answers) for name in ("telegram", "teams")}
    lost = ", ".join(f"{name} {EACH - count}" for name, count in by.items())
    again = ", ".join(f"{name} {sum(key.startswith(name) for key in twice - taken_not_noted)}" for name in by)
    noted = ", ".join(f"{name} {sum(key.startswith(name) for key in taken_not_noted)}" for name in by)
    return [
        (f"kill -9 after {ended} of {2 * EACH} answers, {EACH} in each channel: lost", lost, "0"),
        ("kill: made anew and sent twice (Telegram tells)", str(anew), "0"),
        ("kill: sent again though noted", again, "0"),
        ("kill: sent again, or a part of it, for it was taken and not yet noted", noted, "at most 5 each"),
        ("kill: exit status of the second", str(status), "0"),
    ]


def _poster(http: httpx.AsyncClient, address: str, url: str) -> Callable[[dict[str, Any]], Any]:
    async def post(said: dict[str, Any]) -> bool:
        """Send a message and say whether it was confirmed."""
        try:
            return (await http.post(address, json={**said, "serviceUrl": url})).is_success
        except httpx.TransportError:
            return False

    return post


def _waiting(inbox: Inbox) -> set[str]:
    return {f"{name} {incoming.conversation}" for name in ("telegram", "teams") for incoming in inbox.waiting(name)}


async def _until(holds: Callable[[], bool]) -> None:
    """Wait until something holds: two services, one of them in a thread, have no event in common."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110  # as above
            await asyncio.sleep(LOOK_EVERY_S)
