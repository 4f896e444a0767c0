"""Sends activities to Teams, and again where Teams says that it is busy.

Knows which failures pass, which never will, and that a stream is updated about once a second.
Knows nothing of replies.
"""

import asyncio
import logging

import httpx
from microsoft_teams.api import Account, ApiClient, ConversationAccount, TypingActivityInput
from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.models.conversation import ConversationReference
from microsoft_teams.apps import HttpStream
from microsoft_teams.apps.plugins import StreamCancelledError
from pydantic import ValidationError

from bot.channels.teams.address import Address
from bot.core.errors import NotDelivered

log = logging.getLogger(__name__)

PAUSES_S = (0.5, 2.0, 5.0)
"""Seconds before each further attempt, where Teams does not say how long to wait."""

MAX_PAUSE_S = 30.0
"""Seconds that are waited at most, whatever Teams says."""

TOO_MANY, SERVER_FAILS = 429, 500
PASSING = frozenset({401, 408, TOO_MANY})
"""Statuses below 500 of what may arrive later; a token that is not right can be mended."""

OUR_MISTAKES = (TypeError, AttributeError, LookupError, ValidationError)
"""What no waiting helps against."""

ODD = frozenset({400, 413})
"""Statuses of what Teams does not take in this form."""

PLACEHOLDER = "DO_NOT_USE_PLACEHOLDER_ID"
"""What the SDK gives as the id of a message where Teams gave none."""


class Unreachable(Exception):
    """A message that can never arrive."""


class Malformed(Unreachable):
    """A message that could arrive in another form."""


class Connector:
    """Sends to conversations; the SDK has the token and the addresses."""

    def __init__(self, api: ApiClient, bot_id: str) -> None:
        """Take the SDK's client and the id of the bot itself."""
        self._api = api
        self._bot = Account(id=bot_id)

    async def post(self, address: Address, activity: MessageActivityInput) -> str:
        """Send an activity and give its id.

        Raises:
            Unreachable: it can never arrive; ``Malformed`` where it could in another form.
            NotDelivered: Teams does not take it now.
        """
        try:
            return await self._posted(address, activity)
        except OUR_MISTAKES:
            raise
        except Exception as error:  # whatever the libraries raise: no connection, no token
            meaning = _meant(error)
            raise meaning from error

    async def _posted(self, address: Address, activity: MessageActivityInput) -> str:
        """Send an activity, and again while that may help at once.

        Raises:
            HTTPError: Teams does not take it.
        """
        activity.from_ = self._bot
        activity.conversation = ConversationAccount(id=address.conversation)
        conversations = self._api.clone(service_url=address.service_url).conversations
        for pause in PAUSES_S:
            try:
                return (await conversations.create_activity(address.conversation, activity)).id
            except httpx.HTTPError as error:
                if not _passes_soon(error):
                    raise
                await asyncio.sleep(_pause_after(error, pause))
        return (await conversations.create_activity(address.conversation, activity)).id

    async def type(self, address: Address) -> None:
        """Show that an answer is being made; that this fails costs nothing."""
        activity = TypingActivityInput()
        activity.from_ = self._bot
        activity.conversation = ConversationAccount(id=address.conversation)
        api = self._api.clone(service_url=address.service_url)
        try:
            await api.conversations.create_activity(address.conversation, activity)
        except Exception as error:  # noqa: BLE001  # nobody waits for this: asyncio would write a trace of it
            log.warning("typing not shown cause=%s", type(error).__name__)

    def stream(self, address: Address) -> HttpStream:
        """Begin a message that grows."""
        reference = ConversationReference(
            channel_id="msteams",
            service_url=address.service_url,
            bot=self._bot,
            conversation=ConversationAccount(id=address.conversation),
            activity_id=address.reply_to or None,
        )
        return _Stream(self._api.clone(service_url=address.service_url), reference)


class _Stream(HttpStream):
    """The SDK's stream, which sends in tasks that nobody waits for."""

    async def _flush(self) -> None:
        try:
            await super()._flush()
        except StreamCancelledError:
            pass  # the reader pressed Stop
        except Exception as error:  # noqa: BLE001  # asyncio would write a trace; how it ended is seen at the end
            log.warning("stream failed cause=%s", type(error).__name__)


class Growing:
    """A message in a private conversation that grows while its answer is made.

    ``show`` may be called from any thread, with all that is ready so far; Teams is told of it about once a second.
    """

    def __init__(self, stream: HttpStream, pause_s: float = 1.0) -> None:
        """Take the stream, and the seconds between two updates."""
        self._stream = stream
        self._pause_s = pause_s
        self._loop = asyncio.get_running_loop()
        self._ready = ""
        self._shown = ""
        self._first_id = ""
        self._ticking: asyncio.Task[None] | None = None
        self._last = float("-inf")
        stream.on_chunk(self._note_id)

    @property
    def has_begun(self) -> bool:
        """Whether anything was shown, so that the answer must end this message."""
        return bool(self._shown)

    def show(self, text: str) -> None:
        """Show what is ready so far; it is never less than before, for Teams only lets a message grow."""
        self._loop.call_soon_threadsafe(self._take, text)

    async def end(self, message: MessageActivityInput) -> str | None:
        """Put the whole message in the place of what was shown and give its id; ``None`` where it was not taken."""
        if self._ticking is not None:
            self._ticking.cancel()
        await asyncio.sleep(max(0.0, self._last + self._pause_s - self._loop.time()))
        try:
            self._stream.clear_text()
            self._stream.emit(message)
            sent = await self._stream.close()
        except StreamCancelledError:  # the reader pressed Stop
            return ""
        except Exception as error:  # noqa: BLE001  # the SDK's own errors: the answer is then sent as one message
            log.warning("stream failed cause=%s", type(error).__name__)
            return None
        if sent is None:
            return "" if self._stream.canceled else None
        return self._first_id or sent.id

    def _take(self, text: str) -> None:
        if not text.startswith(self._ready) or text == self._ready:
            return
        self._ready = text
        if self._ticking is None or self._ticking.done():
            self._ticking = self._loop.create_task(self._tick())

    async def _tick(self) -> None:
        while self._ready != self._shown:
            await asyncio.sleep(max(0.0, self._last + self._pause_s - self._loop.time()))
            self._stream.emit(self._ready[len(self._shown) :])
            self._shown = self._ready
            self._last = self._loop.time()

    async def _note_id(self, chunk: object) -> None:
        self._first_id = self._first_id or _real(getattr(chunk, "id", ""))


def _real(message_id: str) -> str:
    return "" if message_id == PLACEHOLDER else message_id


def _meant(error: Exception) -> Exception:
    """Give what an error means for a message: later, in another form, or never.

    Never: the bot was removed or blocked, the conversation is gone, or Teams takes nothing of the kind.
    """
    if not isinstance(error, httpx.HTTPStatusError):
        return NotDelivered(type(error).__name__)
    status = error.response.status_code
    what = f"status {status}"
    if status in ODD:
        return Malformed(what)
    return NotDelivered(what) if status in PASSING or status >= SERVER_FAILS else Unreachable(what)


def _passes_soon(error: httpx.HTTPError) -> bool:
    """Say whether the next attempt may do: Teams is busy or fails, or was not reached."""
    if not isinstance(error, httpx.HTTPStatusError):
        return True
    status = error.response.status_code
    return status == TOO_MANY or status >= SERVER_FAILS


def _pause_after(error: httpx.HTTPError, otherwise: float) -> float:
    """Give the seconds to wait before the next attempt: those that Teams asks for, if it does."""
    asked = error.response.headers.get("retry-after", "") if isinstance(error, httpx.HTTPStatusError) else ""
    return min(float(asked), MAX_PAUSE_S) if asked.isdigit() else otherwise
