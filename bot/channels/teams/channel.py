"""The channel: an activity in, an answer at once that it came in, and the reply when it is made.

Knows who is let in (tenants), forms for feedback, and that nothing of a message may reach a log.
Knows nothing of tokens: the SDK has checked them before an activity comes here.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from microsoft_teams.api import Activity, ActivityTypeAdapter, InvokeResponse
from microsoft_teams.api.activities.invoke.message import (
    MessageFetchTaskInvokeActivity,
    MessageSubmitActionInvokeActivity,
)
from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.models.attachment import Attachment
from microsoft_teams.api.models.task_module import (
    CardTaskModuleTaskInfo,
    TaskModuleContinueResponse,
    TaskModuleResponse,
)
from microsoft_teams.apps import ActivityEvent
from pydantic import ValidationError

from bot.channels.teams import line
from bot.channels.teams.address import Address, unpacked
from bot.channels.teams.cards import feedback_card
from bot.channels.teams.connector import Connector, Growing, Malformed, Unreachable
from bot.channels.teams.read import ANSWER, CHANNEL, REACTION, address_of, form_of, incoming_of, rating_of, tenant_of
from bot.channels.teams.write import messages_for, plain_messages_for
from bot.core.corpus import Language
from bot.core.delivery import AGAIN_S, Delivery
from bot.core.desk import Desk
from bot.core.desk_talk import OnPartial
from bot.core.errors import StoreUnavailable
from bot.core.front import EVERY_S, Front
from bot.core.incoming import Incoming, MessageKind
from bot.core.keeping import ShownAnswer
from bot.core.messages import Messages
from bot.core.reply import Reply

log = logging.getLogger(__name__)

READ = frozenset({"message", "messageUpdate", "installationUpdate", "invoke"})
"""The kinds of activities that something is done with; all others are taken and left alone."""

CARD = "application/vnd.microsoft.card.adaptive"


class Channel:
    """Teams. It belongs to one event loop."""

    def __init__(
        self,
        desk: Desk,
        connector: Connector,
        tenants: frozenset[str],
        *,
        is_local_only: bool,
        again_s: tuple[float, ...] = AGAIN_S,
        every_s: float = EVERY_S,
    ) -> None:
        """Take the desk, what sends, and the tenants that are let in.

        With ``is_local_only`` nothing was signed: any tenant is let in, but written to is this machine only.
        """
        self._messages: Messages = desk.messages
        self._shown = desk.shown
        self._connector = connector
        self._tenants = tenants
        self._is_local_only = is_local_only
        self._growing: dict[tuple[str, str, str], Growing] = {}
        self._typing: set[asyncio.Task[None]] = set()
        self.front = Front(desk, self._send, partial=self._partial, again_s=again_s, every_s=every_s)

    async def handle(self, event: ActivityEvent) -> InvokeResponse[Any]:
        """Take an activity in; its answer is made after this returns."""
        try:
            return await self._understood(event)
        except (ValidationError, RecursionError):
            line.note("malformed")
            return InvokeResponse(status=501 if event.body.type == "invoke" else 400)
        except StoreUnavailable as error:
            line.note(f"not kept cause={error}")
            return InvokeResponse(status=503)
        except Exception as error:  # noqa: BLE001  # the SDK would write the error out, with what somebody said in it
            line.note(f"dropped cause={type(error).__name__}")
            return InvokeResponse(status=500)

    async def finish(self, timeout_s: float) -> bool:
        """Finish the answers in flight."""
        is_done = await self.front.finish(timeout_s)
        for task in self._typing:
            task.cancel()
        await asyncio.gather(*self._typing, return_exceptions=True)
        return is_done

    def _is_let_in(self, activity: Activity, address: Address) -> bool:
        return address.is_local if self._is_local_only else tenant_of(activity) in self._tenants

    async def _understood(self, event: ActivityEvent) -> InvokeResponse[Any]:
        if event.body.type not in READ:
            line.note("not for the bot")
            return InvokeResponse(status=200)
        activity = ActivityTypeAdapter.validate_python(event.body.model_dump(by_alias=True, exclude_none=True))
        address = address_of(activity)
        if not address.is_sound or not activity.id:
            line.note("malformed")
            return InvokeResponse(status=400)
        if not self._is_let_in(activity, address):
            line.note("refused why=another tenant")
            return InvokeResponse(status=403)
        if activity.type == "invoke":
            return await self._invoked(activity)
        line.note("not for the bot")
        for incoming in incoming_of(activity):
            await self._received(incoming)
        return InvokeResponse(status=200)

    async def _received(self, incoming: Incoming) -> None:
        is_taken = await self.front.receive(incoming)
        line.note(f"{'taken' if is_taken else 'known, too busy or not addressed'} kind={incoming.kind}")

    async def _invoked(self, activity: Activity) -> InvokeResponse[Any]:
        """Open the form for feedback, or take what was filled in; its thanks come as a message."""
        if isinstance(activity, MessageFetchTaskInvokeActivity):
            line.note("form opened")
            return await self._form(activity)
        given: Mapping[str, object] | None = None
        if isinstance(activity, MessageSubmitActionInvokeActivity):
            action = activity.value.action_value
            given = {**form_of(action.feedback), REACTION: action.reaction}
        elif activity.type == "invoke" and activity.name == "task/submit":
            given = form_of(activity.value.data)
        if given is None:
            line.note("unknown invoke")
            return InvokeResponse(status=501)
        named = given.get(ANSWER)
        answer_id = named if isinstance(named, str) else ""
        if activity.reply_to_id or not answer_id:
            known = await self._answer_under(activity)
            answer_id = known.answer_id if known is not None else answer_id
        await self._received(rating_of(activity, given, answer_id))
        return InvokeResponse(status=200, body={})

    async def _form(self, activity: MessageFetchTaskInvokeActivity) -> InvokeResponse[Any]:
        known = await self._answer_under(activity)
        answer_id, language = (known.answer_id, known.language) if known is not None else ("", Language.NL)
        reaction = activity.value.data.action_value.reaction
        card = feedback_card(answer_id, reaction, self._messages, language)
        task = CardTaskModuleTaskInfo(
            title=self._messages.say(f"feedback_title_{reaction}", language),
            height="medium",
            width="medium",
            card=Attachment(content_type=CARD, content=card),
        )
        body = TaskModuleResponse(task=TaskModuleContinueResponse(value=task))
        return InvokeResponse(status=200, body=body.model_dump(by_alias=True, exclude_none=True, mode="json"))

    async def _answer_under(self, activity: Activity) -> ShownAnswer | None:
        """Give the answer in the message under which a thumb was pressed; not every client names the message."""
        conversation, message_id = activity.conversation.id, activity.reply_to_id or ""
        return await asyncio.to_thread(self._shown.under, CHANNEL, conversation, message_id)

    async def _send(self, delivery: Delivery) -> None:
        """Send what of a delivery did not arrive yet.

        Raises:
            NotDelivered: Teams does not take it now.
        """
        incoming, before = delivery.incoming, 0
        growing = self._growing.pop(_key(incoming), None) if incoming is not None else None
        try:
            for reply in delivery.replies:
                messages = messages_for(reply, self._messages)
                left = messages[max(0, delivery.arrived - before) :]
                if left:
                    await self._show(delivery, reply, left, growing)
                before += len(messages)
                delivery.arrived, growing = max(before, delivery.arrived), None
        except Unreachable as error:
            log.warning("cannot arrive cause=%s", error)

    async def _show(
        self, delivery: Delivery, reply: Reply, messages: Sequence[MessageActivityInput], growing: Growing | None
    ) -> None:
        """Send the messages of a reply, or all of it as plain text where Teams does not take one of them.

        Raises:
            Unreachable: it can never arrive.
            NotDelivered: Teams does not take it now.
        """
        address = unpacked(delivery.address)
        try:
            for message in messages:
                grown = await growing.end(message) if growing is not None and growing.has_begun else None
                sent = await self._connector.post(address, message) if grown is None else grown
                growing = None
                delivery.arrived += 1
                if delivery.incoming is not None:
                    await asyncio.to_thread(self._shown.note, delivery.incoming, (sent,), reply)
        except Malformed as error:
            log.warning("sent as plain text cause=%s", error)
            for plain in plain_messages_for(reply, self._messages):
                await self._connector.post(address, plain)

    def _partial(self, incoming: Incoming) -> OnPartial | None:
        """Show that an answer is being made; in a private conversation also what is ready of it."""
        if incoming.kind not in (MessageKind.TEXT, MessageKind.EDITED):
            return None
        address = unpacked(incoming.address)
        task = asyncio.get_running_loop().create_task(self._connector.type(address))
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)
        if not address.is_personal:
            return None
        growing = Growing(self._connector.stream(address))
        self._growing[_key(incoming)] = growing
        return growing.show


def _key(incoming: Incoming) -> tuple[str, str, str]:
    """Name a message: what is told of one that is not taken in must not end what grows for another."""
    return incoming.conversation, incoming.message_id, incoming.edition
