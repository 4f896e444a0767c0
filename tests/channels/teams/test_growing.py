"""A message that grows: about one update a second, each longer than the one before, and the whole answer at the end."""

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from microsoft_teams.api.activities.message import MessageActivityInput

from bot.adapters.memory_store import memory_store
from bot.channels.teams.address import Address
from bot.channels.teams.channel import Channel
from bot.channels.teams.connector import Connector as Sender
from bot.channels.teams.connector import Growing, Unreachable
from bot.channels.teams.sdk import microsoft_teams
from bot.core.desk import Desk
from bot.core.desk_talk import OnPartial
from bot.core.errors import NotDelivered
from bot.core.incoming import Incoming
from bot.core.reply import Reply
from tests.builders import Clock, desk, said
from tests.channels.teams.conftest import ASK, PARTS
from tests.servers.teams_connector import Connector, Sent

PAUSE_S = 0.2


def run(connector: Connector, work: Callable[[Sender, Address], Awaitable[None]]) -> None:
    """Do work with the real SDK, sending to the fake service."""

    async def all_of_it() -> None:
        teams = microsoft_teams.apps.App(client_id="bot-id", tenant_id="t", token=lambda *_: "e30.e30.c2lnbmVk")
        await work(Sender(teams.api, "28:bot-id"), Address(connector.url, "a:c1", is_personal=True, reply_to="a1"))
        for client in (teams.api.http, teams.http_client):
            await client.http.aclose()

    asyncio.run(all_of_it())


def kind(sent: Sent) -> str:
    return str((sent.activity.get("channelData") or {}).get("streamType", ""))


def test_what_is_ready_is_shown_at_most_once_in_a_while_and_the_answer_takes_its_place(connector: Connector) -> None:
    async def work(sender: Sender, address: Address) -> None:
        growing = Growing(sender.stream(address), PAUSE_S)
        text = "Er zijn 8 categorieën, en dit is een lange zin die langzaam komt."

        def show() -> None:
            for end in range(1, len(text)):
                growing.show(text[:end])
                threading.Event().wait(0.01)

        await asyncio.to_thread(show)
        assert growing.has_begun
        assert await growing.end(MessageActivityInput(text=f"{text} [1]").add_ai_generated())

    run(connector, work)
    shown = [sent for sent in connector.sent if kind(sent) == "streaming"]
    assert 2 <= len(shown) <= 6
    assert all(one.at - other.at > PAUSE_S * 0.7 for other, one in pairwise(shown))
    texts = [sent.text for sent in shown]
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    last = connector.sent[-1]
    assert kind(last) == "final"
    assert last.text.endswith("langzaam komt. [1]")
    assert any("AIGeneratedContent" in e.get("additionalType", ()) for e in last.activity["entities"])


def test_what_would_take_back_what_was_shown_is_not_shown(connector: Connector) -> None:
    async def work(sender: Sender, address: Address) -> None:
        growing = Growing(sender.stream(address), 0)
        growing.show("Eerst")
        await asyncio.to_thread(connector.wait, 1, lambda sent: kind(sent) == "streaming")
        growing.show("Iets anders")
        await growing.end(MessageActivityInput(text="Eerst dit"))

    run(connector, work)
    assert "Iets anders" not in [sent.text for sent in connector.sent]


def test_a_stream_that_is_not_allowed_gives_way_to_one_message_and_leaves_no_trace(
    connector: Connector, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(sender: Sender, address: Address) -> None:
        growing = Growing(sender.stream(address), 0)
        growing.show("Eerst")
        await asyncio.to_thread(connector.wait, 1, lambda sent: kind(sent) == "streaming")
        connector.failures.extend([(403, {})] * 2)
        assert await growing.end(MessageActivityInput(text="Eerst dit")) is None

    run(connector, work)
    gc.collect()
    assert {record.getMessage() for record in caplog.records} == {"stream failed cause=TerminalStreamError"}
    assert not any(record.exc_info for record in caplog.records)


def test_what_can_never_arrive_is_told_apart_from_what_fails_now(connector: Connector) -> None:
    async def work(sender: Sender, address: Address) -> None:
        connector.failures.append((404, {}))
        with pytest.raises(Unreachable):
            await sender.post(address, MessageActivityInput(text="x"))
        connector.failures.append((401, {}))
        with pytest.raises(NotDelivered, match="status 401"):
            await sender.post(address, MessageActivityInput(text="x"))
        connector.failures.append((405, {}))
        with pytest.raises(Unreachable):
            await sender.post(address, MessageActivityInput(text="x"))
        connector.failures.append((500, {}))
        await sender.type(address)
        connector.failures.extend([(503, {"retry-after": "0"})] * 4)
        with pytest.raises(NotDelivered, match="status 503"):
            await sender.post(address, MessageActivityInput(text="x"))

    run(connector, work)
    assert connector.sent == []


class Telling(Desk):
    """A desk whose assistant tells the beginning of an answer."""

    def answer(self, incoming: Incoming, on_partial: OnPartial | None = None) -> tuple[Reply, ...]:
        if on_partial is not None:
            on_partial("Er zijn")
            assert self.was_shown.wait(20)
        return super().answer(incoming, on_partial)

    was_shown: threading.Event


@pytest.mark.parametrize("is_personal", [True, False])
def test_the_beginning_of_an_answer_is_shown_in_a_private_conversation_only(
    connector: Connector, is_personal: bool
) -> None:
    made = desk(PARTS)
    made.__class__ = Telling
    assert isinstance(made, Telling)
    made.was_shown = threading.Event()

    async def work(sender: Sender, address: Address) -> None:
        channel = Channel(made, sender, frozenset(), is_local_only=True)
        kept = replace(address, is_personal=is_personal).packed()
        message = said(ASK, channel="teams", conversation="a:c1", address=kept, is_group=not is_personal)
        await channel.front.receive(message)
        if is_personal:
            await asyncio.to_thread(connector.wait, 1, lambda sent: kind(sent) == "streaming")
        made.was_shown.set()
        assert await channel.finish(20)

    run(connector, work)
    answered = [sent for sent in connector.sent if "8 risicocategorieën" in sent.text]
    assert answered[-1].activity["channelData"]["feedbackLoop"] == {"type": "custom"}
    assert {kind(sent) for sent in answered} == ({"streaming", "final"} if is_personal else {""})


class Stopped(Desk):
    """A desk whose reader presses Stop while an answer grows."""

    connector: Connector

    def answer(self, incoming: Incoming, on_partial: OnPartial | None = None) -> tuple[Reply, ...]:
        if on_partial is not None and incoming.text == ASK:
            on_partial("Er zijn")
            self.connector.wait(1, lambda sent: kind(sent) == "streaming")
            self.connector.failures.append((403, {}))
            on_partial("Er zijn acht")
            self.connector.wait_refused(1)
        return super().answer(incoming, on_partial)


def test_who_stops_an_answer_gets_no_more_of_it_and_an_answer_to_what_comes_after_it(connector: Connector) -> None:
    store = memory_store(Clock())
    made = desk(PARTS, store=store)
    made.__class__ = Stopped
    assert isinstance(made, Stopped)
    made.connector, connector.why_not = connector, "Content stream was canceled by user."

    async def work(sender: Sender, address: Address) -> None:
        channel = Channel(made, sender, frozenset(), is_local_only=True)
        where = {"channel": "teams", "conversation": "a:c1", "address": address.packed()}
        await channel.front.receive(said(ASK, "1", **where))
        await channel.front.receive(said("/help", "2", **where))
        assert await channel.finish(20)

    run(connector, work)
    assert [kind(sent) for sent in connector.sent if sent.text] == ["streaming", ""]
    assert "/check" in connector.messages()[-1].text
    assert store.inbox.waiting("teams") == ()
