"""The keys by which the Bot Framework signs, fetched while everything else goes on.

Knows how often they are asked for, whoever calls and however often, and what holds while they cannot be had.
Knows nothing of what a token says beside the name of its key.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

import httpx
import jwt

log = logging.getLogger(__name__)


class KeysAway(Exception):
    """Whether a token is true cannot be said now, for the keys cannot be had."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited for the keys, and how often they are asked for."""

    timeout_s: float = 4.0
    """Seconds that an attempt may take in all; Teams itself waits some 15 for an answer."""
    fresh_s: float = 300.0
    """Seconds after which newer keys are asked for before a token is believed."""
    unknown_s: float = 30.0
    """Seconds after which they are asked for because of a key that was not among them."""
    again_s: float = 10.0
    """Seconds between two attempts while they cannot be had."""
    keep_s: float = 3600.0
    """Seconds that known keys hold while no newer ones can be had. Longer, and one that was withdrawn would still be
    believed by who keeps us from hearing of it."""


USUAL = Pace()


class Keys(jwt.PyJWKClient):
    """The keys. It belongs to one event loop; what the SDK asks of it is answered from memory alone."""

    def __init__(self, uri: str, pace: Pace = USUAL) -> None:
        """Take the address of the keys; nothing is fetched yet."""
        super().__init__(uri)
        self._pace = pace
        self._http = httpx.AsyncClient(timeout=pace.timeout_s, follow_redirects=False)
        self._known: Mapping[str, jwt.PyJWK] = {}
        self._at = float("-inf")
        self._is_away = False
        self._asking: asyncio.Task[None] | None = None
        self._returning: asyncio.Task[None] | None = None

    @property
    def are_missing(self) -> bool:
        """Whether nothing can be let in, for the keys cannot be had and no known ones hold."""
        return self._is_away and not self._usable()

    async def has(self, name: str) -> bool:
        """Say whether there is a key of a name, after asking for newer keys where that is due.

        Raises:
            KeysAway: it cannot be said.
        """
        if self._is_due(name):
            await self._asked()
        if name in self._usable():
            return True
        if self._is_away:
            raise KeysAway
        return False

    def get_signing_key(self, kid: str) -> jwt.PyJWK:
        """Give a known key to the SDK, which would wait for the network here with all else standing still.

        Raises:
            PyJWKClientError: it is not known.
        """
        found = self._usable().get(kid)
        if found is None:
            raise jwt.PyJWKClientError("no such key")
        return found

    async def close(self) -> None:
        """End what is under way."""
        tasks = [task for task in (self._asking, self._returning) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    def _usable(self) -> Mapping[str, jwt.PyJWK]:
        return self._known if monotonic() - self._at < self._pace.keep_s else {}

    def _is_due(self, name: str) -> bool:
        """Say whether to ask now; while they cannot be had that is done without anybody calling."""
        after = self._pace.fresh_s if name in self._known else self._pace.unknown_s
        return not self._is_away and monotonic() - self._at >= after

    async def _asked(self) -> None:
        """Wait until they were asked for, once for all who wait."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        await asyncio.shield(self._asking)

    async def _ask(self) -> None:
        await self._try()
        if self._is_away:
            self._returning = asyncio.create_task(self._return())

    async def _return(self) -> None:
        while self._is_away:
            await asyncio.sleep(self._pace.again_s)
            await self._try()

    async def _try(self) -> None:
        try:
            async with asyncio.timeout(self._pace.timeout_s):
                self._known = await self._fetched()
        except Exception as error:  # noqa: BLE001  # whatever a host may send, or what stands before it
            if not self._is_away:
                log.warning("keys cannot be fetched cause=%s", type(error).__name__)
            self._is_away = True
            return
        if self._is_away:
            log.warning("keys can be fetched again")
        self._is_away, self._at = False, monotonic()

    async def _fetched(self) -> Mapping[str, jwt.PyJWK]:
        """Fetch the keys by name.

        Raises:
            HTTPError: there is no answer, or another one.
            PyJWKSetError: the answer holds no keys to sign with.
        """
        answer = await self._http.get(self.uri)
        answer.raise_for_status()
        found = jwt.PyJWKSet.from_dict(answer.json()).keys
        keys = {key.key_id: key for key in found if key.key_id and key.public_key_use in ("sig", None)}
        if not keys:
            raise jwt.PyJWKSetError("no keys to sign with")
        return keys
