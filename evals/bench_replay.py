"""``make bench``: many messages by Telegram and Teams through one ``isvbot serve``, and what its memory does meanwhile.

Knows that the memory of the program itself counts, in a process apart from the fakes, and from when on it is warm.
Most messages are commands, and some are questions. Telegram gets a quarter of them: it is sent no more than thirty
messages a second, which python-telegram-bot sees to.
Knows nothing of bursts and kills.
"""

import asyncio
import signal
import time
from typing import Any

import httpx

from bot.settings import Settings
from evals.serving import LOOK_EVERY_S, PATIENCE_S, Row, Serving, activity, megabytes, serving
from tests.servers.teams_connector import Connector, app_of
from tests.servers.telegram_api import FakeTelegram, served
from tests.servers.web import served as served_app

ROUNDS, WARM_ROUNDS = 120, 20
TELEGRAM_PEOPLE, TEAMS_PEOPLE = 50, 150
A_ROUND = TELEGRAM_PEOPLE + TEAMS_PEOPLE
AT_ONCE = 20

COMMANDS = ("/help", "/rol", "/taal nl", "/bron 1", "/stop")
QUESTIONS = ("Wanneer is ISV verplicht?", "Wat kost het om ISV na te leven?", "Geldt ISV voor gemeenten?")
ASKED_EVERY = 40


class Telegram(FakeTelegram):
    """Remembers nothing of what it was sent."""

    def _stored(self, number: int, chat: int, params: dict[str, str]) -> dict[str, Any]:
        found = super()._stored(number, chat, params)
        for kept in (self.sent, self.calls, self.at, self.drafts):
            kept.clear()
        return found


class Teams(Connector):
    """Remembers nothing of what it was sent."""

    def take(self, conversation: str, activity: dict[str, Any], authorization: str) -> str:
        """Take an activity."""
        taken = super().take(conversation, activity, authorization)
        with self._changed:
            self._sent.clear()
        return taken


async def replay(settings: Settings) -> list[Row]:
    """Send the messages in rounds, and weigh the program after the first ones and at the end."""
    fake, connector = Telegram(), Teams()
    fake.chats = dict.fromkeys(range(1, TELEGRAM_PEOPLE + 1), "private")
    sizes: list[float] = []
    with served_app(app_of(connector)) as connector.url:
        async with served(fake) as api, httpx.AsyncClient(timeout=PATIENCE_S) as http:
            program = serving(settings, api)
            process = program.start()
            try:
                await program.is_ready(http)
                began = time.perf_counter()
                for n in range(ROUNDS):
                    await _said_by_all(n, fake, connector, program, http)
                    is_weighed = n + 1 in (WARM_ROUNDS, ROUNDS // 2, ROUNDS)
                    await _delivered(program, http, (n + is_weighed) * A_ROUND)
                    sizes.append(megabytes(process.pid))
                lasted = time.perf_counter() - began
                answered = await program.delivered(http)
            finally:
                process.send_signal(signal.SIGTERM)
                await asyncio.to_thread(process.wait)
    sent, warm, half = ROUNDS * A_ROUND, sizes[WARM_ROUNDS - 1], sizes[ROUNDS // 2 - 1]
    shares = f"Telegram {ROUNDS * TELEGRAM_PEOPLE}, Teams {ROUNDS * TEAMS_PEOPLE}"
    grown = f"{sizes[-1] / warm:.3f} ({warm:.0f} MB; halfway {half:.0f}, at the end {sizes[-1]:.0f})"
    return [
        (f"replay of {sent} messages ({shares}): answered", f"{answered} in {lasted:.0f} s", str(sent)),
        (f"replay: memory at the end against that after {WARM_ROUNDS * A_ROUND}", grown, "about 1"),
    ]


async def _said_by_all(
    n: int, fake: FakeTelegram, connector: Connector, program: Serving, http: httpx.AsyncClient
) -> None:
    """Let everybody say something."""
    room = asyncio.Semaphore(AT_ONCE)

    async def post(person: int) -> None:
        async with room:
            said = activity(connector.url, person, n, _said(n, person))
            (await http.post(program.teams, json=said)).raise_for_status()

    await fake.deliver(*(fake.update(message=fake.message(_said(n, person), person)) for person in fake.chats))
    await asyncio.gather(*map(post, range(TEAMS_PEOPLE)))


async def _delivered(program: Serving, http: httpx.AsyncClient, count: int) -> None:
    """Wait until that many messages were answered; the round before, so that there is always work."""
    async with asyncio.timeout(PATIENCE_S):
        while await program.delivered(http) < count:  # noqa: ASYNC110  # it is another process
            await asyncio.sleep(LOOK_EVERY_S)


def _said(n: int, person: int) -> str:
    count = n + person
    return QUESTIONS[count % len(QUESTIONS)] if count % ASKED_EVERY == 0 else COMMANDS[count % len(COMMANDS)]
