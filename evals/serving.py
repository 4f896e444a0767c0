"""``isvbot serve`` in a process of its own, with both channels, for measuring.

Knows the settings that let it talk to the fakes of ``tests/servers``, and what it tells of itself.
Knows nothing of what is measured.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.settings import Settings
from tests.servers.telegram_api import TOKEN

KEY = "a key that is only good for measuring, of enough bytes"
PATIENCE_S = 300
LOOK_EVERY_S = 0.05

Row = tuple[str, str, str]
"""What was measured, the outcome, and the aim."""


@dataclass(frozen=True, slots=True)
class Serving:
    """How the program is started, and where it can be asked."""

    environment: Mapping[str, str]
    teams: str
    status: str

    def start(self) -> "subprocess.Popen[bytes]":
        """Start it."""
        command = [sys.executable, "-m", "bot", "serve"]
        return subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL)  # noqa: S603  # our own

    async def is_ready(self, http: httpx.AsyncClient) -> None:
        """Wait until it says that it is ready."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    if (await http.get(f"{self.status}/readyz")).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(LOOK_EVERY_S)

    async def delivered(self, http: httpx.AsyncClient) -> int:
        """Give how many messages were answered and their replies taken."""
        page = (await http.get(f"{self.status}/metrics")).text
        counts = (line.rpartition(" ")[2] for line in page.splitlines() if '"message_delivered"' in line)
        return int(next(counts, "0"))


def serving(settings: Settings, telegram: str) -> Serving:
    """Choose free ports and give what the program is told."""
    database, teams, status = settings.database_url, _free_port(), _free_port()
    own = {
        "ISVBOT_DATA_DIR": str(settings.data_dir),
        "ISVBOT_DATABASE_URL": database.get_secret_value() if database is not None else "",
        "ISVBOT_KEY": KEY,
        "ISVBOT_UNKNOWN_ROLE": "officer",
        "ISVBOT_SERVE_PORT": str(status),
        "ISVBOT_TELEGRAM_TOKEN": TOKEN,
        "ISVBOT_TELEGRAM_API_URL": telegram,
        "ISVBOT_TEAMS_PORT": str(teams),
        "ISVBOT_TEAMS_UNAUTHENTICATED": "true",
        "ISVBOT_ENVIRONMENT": "development",
    }
    local = "http://127.0.0.1"
    return Serving({**os.environ, **own}, f"{local}:{teams}/api/messages", f"{local}:{status}")


def activity(service: str, person: int, number: int, text: str) -> dict[str, Any]:
    """Give what somebody says in a private conversation in Teams."""
    return {
        "type": "message",
        "id": f"a{person}-{number}",
        "channelId": "msteams",
        "serviceUrl": service,
        "from": {"id": f"29:{person}"},
        "recipient": {"id": "28:isvbot", "name": "isvbot"},
        "conversation": {"id": f"a:{person}", "conversationType": "personal"},
        "text": text,
    }


def megabytes(process: int) -> float:
    """Give the memory that a process has in use."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
