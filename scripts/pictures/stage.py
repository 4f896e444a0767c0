"""Where a scene is played: the real desk with a database of its own, on a fixed day.

Knows how to build it, and how to tell that a message is answered.
Knows nothing of any channel.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.adapters.counters import counted
from bot.bootstrap_desk import build_desk, build_store
from bot.core.assistant import Assistant
from bot.core.corpus import Role
from bot.core.desk import Desk
from bot.core.keeping import Queue, Store
from bot.settings import Settings
from scripts.pictures.scenes import DAY

KEY = "a key that is only good for pictures, of enough bytes"
"""With one key the numbers that are shown are the same each time."""

PATIENCE_S = 60


class Stage:
    """A desk, and what tells that the replies to a message were delivered."""

    def __init__(self, store: Store, desk_of: Callable[[Store], Desk]) -> None:
        """Take the store, and what builds a desk with it."""
        self._delivered = threading.Semaphore(0)
        self.queue: Queue = store.queue
        self.desk = desk_of(counted(store, self._count))

    def wait(self) -> None:
        """Wait until the replies to one more message were delivered.

        Raises:
            TimeoutError: they were not.
        """
        if not self._delivered.acquire(timeout=PATIENCE_S):
            raise TimeoutError("a message was not answered")

    def answer_as_colleague(self, text: str) -> None:
        """Answer the question that waits; the channel sends it by itself.

        Raises:
            LookupError: none waits.
        """
        waiting = self.queue.open()
        if not waiting:
            raise LookupError("no question waits for a colleague")
        self.queue.reply(waiting[0].id, text)

    def _count(self, name: str) -> None:
        if name == "message_delivered":
            self._delivered.release()


@dataclass(frozen=True, slots=True)
class Stages:
    """Builds a stage for each scene, in a folder for their databases."""

    settings: Settings
    assistant: Assistant
    folder: Path

    def of(self, name: str, role: Role) -> Stage:
        """Build an empty stage where everybody has that role."""
        settings = self.settings.model_copy(
            update={
                "database_url": SecretStr(f"sqlite:///{self.folder / name}.sqlite"),
                "key": SecretStr(KEY),
                "people_file": None,
                "unknown_role": role,
            }
        )
        store = build_store(settings)
        return Stage(store, lambda counting: build_desk(settings, self.assistant, counting, today=lambda: DAY))
