"""Nothing is lost or answered twice, whatever Telegram, the network or the store does: over real HTTP."""

import asyncio
import json
import logging
import threading
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial

import httpx
import pytest

from bot.adapters.memory_store import memory_store
from bot.channels.telegram import polling
from bot.channels.telegram.config import Webhook
from bot.channels.telegram.health import Health
from bot.core.corpus import Language
from bot.core.errors import ServiceError, SettingsError, StoreUnavailable
from bot.core.model import Answer, Question
from tests.builders import Clock
from tests.channels.telegram import PARTS, QUICK, Begun, cited, echo, new_desk, run, talking
from tests.servers.telegram_api import ANNA, BEA, TOKEN, FakeTelegram, Script


def said(name: str, language: Language = Language.NL, **holes: object) -> str:
    return PARTS.messages.say(name, language, **holes)


def test_one_bad_update_costs_no_other_and_a_redelivered_one_is_answered_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test() -> None:
        fake = FakeTelegram()
        good = [fake.update(message=fake.message(f"vraag {n}")) for n in range(3)]
        bad = fake.update(message={"message_id": "geheim", "chat": [], "text": {}})
        async with talking(fake):
            await fake.deliver(good[0], bad, None, [], good[1], good[0], good[2])
            await fake.until(lambda: len(fake.texts()) == 3)
        assert [text.partition("\n")[0] for text in fake.texts()] == ["vraag 0", "vraag 1", "vraag 2"]

    run(test)
    assert caplog.text.count("malformed") == 3
    assert "geheim" not in caplog.text


def test_a_redelivery_after_a_restart_is_answered_once() -> None:
    async def test() -> None:
        store = memory_store(Clock())
        fake = FakeTelegram()
        update = fake.update(message=fake.message("vraag"))
        for _ in range(2):
            async with talking(fake, new_desk(store=store)):
                earlier = len(fake.texts(BEA))
                await fake.deliver(update, fake.update(message=fake.message("klaar", BEA)))
                await fake.until(partial(fake.has_more, BEA, earlier))
        assert len(fake.texts()) == 1

    run(test)


def test_what_the_store_cannot_keep_is_asked_for_again() -> None:
    async def test() -> None:
        store = memory_store(Clock())
        fake, health = FakeTelegram(), Health()
        accept = store.inbox.accept
        states: list[bool] = []

        class Failing:
            """An inbox that is down for the first three messages."""

            def __getattr__(self, name: str) -> object:
                return getattr(store.inbox, name)

            def accept(self, *arguments: object) -> bool:
                states.append(health.is_well)
                if len(states) <= 3:
                    raise StoreUnavailable("disk full")
                return accept(*arguments)  # type: ignore[arg-type]  # what the desk gave

        failing = replace(store, inbox=Failing())  # type: ignore[arg-type]  # by its methods
        async with talking(fake, new_desk(store=failing), health=health):
            await fake.say("een")
            await fake.say("twee")
            await fake.until(lambda: len(fake.texts()) == 2)
            assert health.is_well
        assert states[0]
        assert not states[2]
        assert [text.partition("\n")[0] for text in fake.texts()] == ["een", "twee"]

    run(test)


def test_a_blocked_reader_is_noted_once_and_the_others_are_answered(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        fake = FakeTelegram(blocked={ANNA})
        store = memory_store(Clock())
        async with talking(fake, new_desk(store=store)):
            await fake.say("geheime vraag")
            await fake.say("vraag", BEA)
            await fake.until(lambda: fake.texts(BEA))
        assert store.inbox.waiting("telegram") == ()
        assert sum(m == "sendMessage" and p["chat_id"] == str(ANNA) for m, p in fake.calls) == 1

    run(test)
    assert "blocked" in caplog.text


def test_telegram_is_waited_for_after_429_and_insisted_upon_after_500() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        fake.scripts["sendMessage"].extend([Script(retry_after=1), Script(500), Script(502, body="<html>")])
        async with talking(fake):
            await fake.say("vraag")
            await fake.until(fake.texts)
        times = [at for at, (method, _) in zip(fake.at, fake.calls, strict=True) if method == "sendMessage"]
        assert len(times) == 4
        assert times[1] - times[0] >= 1

    run(test)


def test_what_could_not_be_sent_is_sent_after_the_next_start() -> None:
    async def test() -> None:
        store = memory_store(Clock())
        fake = FakeTelegram()
        fake.scripts["sendMessage"].extend([Script(500)] * (len(QUICK.pauses_s) + 1))
        async with talking(fake, new_desk(store=store)):
            await fake.say("vraag")
            await fake.until(lambda: fake.count("sendMessage") == len(QUICK.pauses_s) + 1)
        assert fake.texts() == []
        async with talking(fake, new_desk(store=store)):
            await fake.until(fake.texts)
        assert len(fake.texts()) == 1

    run(test)


OUTAGE = [Script(500)] * (len(QUICK.pauses_s) + 1)
"""Telegram is away for as long as is insisted at once."""


def test_what_could_not_be_sent_is_sent_later_and_what_came_after_it_waits() -> None:
    async def test() -> None:
        store = memory_store(Clock())
        fake = FakeTelegram()
        fake.scripts["sendMessage"].extend(OUTAGE * 2)
        async with talking(fake, new_desk(store=store), tempo=replace(QUICK, again_s=(0.05,))):
            await fake.say("eerst")
            await fake.say("daarna")
            await fake.until(lambda: len(fake.texts()) == 2)
        assert beginnings(fake) == ["eerst", "daarna"]
        assert store.inbox.waiting("telegram") == ()

    run(test)


def test_of_a_long_answer_only_the_part_that_did_not_arrive_is_sent_again() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        fake.scripts["sendMessage"].extend([Script(), *OUTAGE])
        async with talking(fake, new_desk(long), tempo=replace(QUICK, again_s=(0.05,))):
            await fake.say("vraag")
            await fake.until(lambda: len(fake.texts()) == 2)
        assert [text[:6] for text in beginnings(fake)] == ["deel 1", "deel 2"]

    run(test)


def beginnings(fake: FakeTelegram) -> list[str]:
    """The first line of each message that Anna sees."""
    return [text.partition("\n")[0] for text in fake.texts()]


def long(question: Question) -> Answer:
    """Answer in two messages."""
    return replace(echo(question), text="\n\n".join(f"deel {n} " + "woord " * 500 for n in (1, 2)))


REFUSED = Script(400, body='{"ok": false, "error_code": 400, "description": "Bad Request: BUTTON_DATA_INVALID"}')


@pytest.mark.parametrize(("refusals", "rows"), [(1, True), (2, False)])
def test_a_form_that_telegram_refuses_gives_way_to_plain_text(
    refusals: int, rows: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        fake = FakeTelegram()
        fake.scripts["sendMessage"].extend([REFUSED] * refusals)
        async with talking(fake, new_desk(cited)):
            await fake.say("vraag")
            await fake.until(fake.texts)
        (sent,) = fake.sent.values()
        assert "ISV is <verplicht> & duidelijk [1]." in sent.seen
        assert bool(sent.rows) is rows

    run(test)
    assert "less of its form cause=button" in caplog.text
    assert "verplicht" not in caplog.text


def test_a_part_that_telegram_refuses_in_every_form_costs_no_other_part() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        fake.scripts["sendMessage"].extend([REFUSED] * 3)
        async with talking(fake, new_desk(long)):
            await fake.say("vraag")
            await fake.until(fake.texts)
        assert [text[:6] for text in beginnings(fake)] == ["deel 2"]

    run(test)


def test_a_group_that_moves_while_an_answer_grows_gets_it_at_its_new_place() -> None:
    async def test() -> None:
        fake = FakeTelegram(has_drafts=False)
        fake.chats[-100] = "supergroup"
        moved = {"ok": False, "description": "Bad Request: upgraded", "parameters": {"migrate_to_chat_id": -100}}
        begun, script = Begun("Begin", echo), Script(400, body=json.dumps(moved))
        async with talking(fake, begun.desk()):
            await fake.say("vraag")
            await fake.until(lambda: "Begin …" in fake.texts())
            fake.scripts["editMessageText"].append(script)
            fake.scripts["sendMessage"].append(script)
            begun.go_on.set()
            await fake.until(lambda: fake.texts(-100))
        assert fake.texts(-100)[0].startswith("vraag")

    run(test)


def test_what_telegram_refuses_in_every_form_holds_up_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        fake = FakeTelegram()
        fake.scripts["sendMessage"].extend([REFUSED] * 3)
        async with talking(fake):
            await fake.say("eerst")
            await fake.say("daarna")
            await fake.until(fake.texts)
        assert beginnings(fake) == ["daarna"]

    run(test)
    assert "not sent cause=button; no new try" in caplog.text


def test_marks_that_telegram_does_not_know_cost_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        fake = FakeTelegram(can_fold=False)
        async with talking(fake, new_desk(cited)):
            await fake.say("vraag")
            await fake.until(fake.texts)
        assert "“Het citaat nummer 2 is <letterlijk> & heel.”" in fake.texts()[0]
        assert fake.count("sendMessage") == 2

    run(test)
    assert "letterlijk" not in caplog.text


def test_two_processes_with_one_token_turn_the_health_red_until_one_stops(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        fake, health = FakeTelegram(), Health()
        async with talking(fake, health=health, port=0) as (_, port):
            base = f"http://127.0.0.1:{await port}"
            async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
                assert (await client.get("/healthz")).status_code == 200
                await fake.until(lambda: fake.count("getUpdates"))
                other = asyncio.create_task(fake.call(TOKEN, "getUpdates", {"timeout": "20"}))
                await fake.until(lambda: not health.is_well)
                red = await client.get("/healthz")
                assert (await other)[0] == 409
                await fake.say("vraag")
                await fake.until(fake.texts)
                assert (await client.get("/healthz")).status_code == 200
        assert red.status_code == 503
        assert red.json()["problems"] == [polling.CONFLICT]

    run(test)
    assert caplog.text.count("409") == 1


def test_a_conflict_that_lasts_ends_the_program_with_a_message() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        fake.scripts["getUpdates"].extend([Script(409)] * polling.MAX_CONFLICTS)
        async with talking(fake):
            await fake.until(lambda: fake.count("getUpdates") == polling.MAX_CONFLICTS)

    with pytest.raises(ServiceError, match="409"):
        run(test)


def test_a_wrong_token_is_named_without_being_shown() -> None:
    async def test() -> None:
        async with talking(FakeTelegram(), token="999:" + "b" * 35):
            pass

    with pytest.raises(SettingsError) as caught:
        run(test)
    assert "ISVBOT_TELEGRAM_TOKEN" in str(caught.value)
    assert "b" * 35 not in str(caught.value)


def test_a_webhook_takes_only_calls_with_the_secret_and_confirms_what_is_kept() -> None:
    secret = "een-geheim-van-genoeg-tekens"

    async def test() -> None:

        fake = FakeTelegram()
        webhook = Webhook("https://bot.example.org/tg", secret, "/tg")
        async with talking(fake, webhook=webhook, port=0) as (_, port):
            base = f"http://127.0.0.1:{await port}"
            async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
                header = "X-Telegram-Bot-Api-Secret-Token"
                update = fake.update(message=fake.message("vraag"))
                codes = [
                    (await client.post("/tg", json=update)).status_code,
                    (await client.post("/tg", json=update, headers={header: secret[:-1]})).status_code,
                    (await client.post("/tg", json=update, headers={header: secret})).status_code,
                    (await client.post("/tg", json=update, headers={header: secret})).status_code,
                    (await client.post("/tg", json=[], headers={header: secret})).status_code,
                    (await client.post("/tg", content=b"{", headers={header: secret})).status_code,
                    (await client.post("/tg", content=b"[" * 500_000, headers={header: secret})).status_code,
                    (await client.get("/tg")).status_code,
                    (await client.post("/ander", json=update)).status_code,
                    (await client.get("/healthz")).status_code,
                ]
                with suppress(httpx.TransportError):  # the server may hang up while the body is on its way
                    huge = json.dumps({**update, "update_id": 1, "filler": "x" * 2_000_000})
                    codes.append((await client.post("/tg", content=huge, headers={header: secret})).status_code)
                await fake.until(fake.texts)
        assert 200 not in codes[10:]
        assert codes[:10] == [403, 403, 200, 200, 200, 400, 400, 405, 404, 200]
        assert fake.webhook["secret_token"] == secret
        assert fake.webhook["max_connections"] == "1"
        assert len(fake.texts()) == 1
        assert fake.count("getUpdates") == 0

    run(test)


def test_an_update_that_comes_while_the_program_ends_is_not_confirmed() -> None:
    secret, go, is_asked = "een-geheim-van-genoeg-tekens", threading.Event(), threading.Event()

    def ask(question: Question) -> Answer:
        is_asked.set()
        assert go.wait(20)
        return echo(question)

    async def test() -> None:
        fake, health = FakeTelegram(), Health()
        webhook = Webhook("https://bot.example.org/tg", secret, "/tg")
        async with talking(fake, new_desk(ask), health=health, webhook=webhook, port=0) as (stop, port):
            base, headers = f"http://127.0.0.1:{await port}", {"X-Telegram-Bot-Api-Secret-Token": secret}
            async with httpx.AsyncClient(base_url=base, trust_env=False, headers=headers) as client:
                update = fake.update(message=fake.message("eerst"))
                assert (await client.post("/tg", json=update)).status_code == 200
                await asyncio.to_thread(is_asked.wait, 20)
                stop.set()
                while health.problems != ("stopping",):  # noqa: ASYNC110  # the end of the channel has no event
                    await asyncio.sleep(0)
                with pytest.raises(httpx.TransportError):
                    await client.post("/tg", json=fake.update(message=fake.message("te laat")))
                go.set()
        assert beginnings(fake) == ["eerst"]

    run(test)


def test_a_webhook_says_no_while_the_store_is_down() -> None:
    secret = "een-geheim-van-genoeg-tekens"

    async def test() -> None:
        store = memory_store(Clock())

        class Failing:
            """An inbox that is down."""

            def __getattr__(self, name: str) -> object:
                return getattr(store.inbox, name)

            def accept(self, *arguments: object) -> bool:
                raise StoreUnavailable("disk full")

        failing = replace(store, inbox=Failing())  # type: ignore[arg-type]  # by its methods
        fake = FakeTelegram()
        webhook = Webhook("https://bot.example.org/tg", secret, "/tg")
        async with talking(fake, new_desk(store=failing), webhook=webhook, port=0) as (_, port):
            base = f"http://127.0.0.1:{await port}"
            async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
                update = fake.update(message=fake.message("vraag"))
                headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
                assert (await client.post("/tg", json=update, headers=headers)).status_code == 503

    run(test)


def test_nothing_of_a_question_or_the_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def test() -> None:
        fake = FakeTelegram()
        fake.scripts["sendMessage"].extend([Script(500), Script(200, body="geen geheim json")])
        fake.scripts["getUpdates"].extend([Script(200, body='{"ok": true, "result": [geheim')])
        async with talking(fake):
            await fake.say("geheim: wat is ISV?")
            await fake.until(fake.texts)

    run(test)
    assert "taken kind=text" in caplog.text
    assert "geheim" not in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text


def test_a_stop_finishes_the_answer_in_flight() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        go, is_asked = threading.Event(), threading.Event()

        def ask(question: Question) -> Answer:
            is_asked.set()
            assert go.wait(20)
            return echo(question)

        health = Health()
        async with talking(fake, new_desk(ask), health=health) as (stop, _):
            await fake.say("vraag")
            await asyncio.to_thread(is_asked.wait, 20)
            stop.set()
            started = time.monotonic()
            while health.problems != ("stopping",):  # noqa: ASYNC110  # the end of the channel has no event of its own
                await asyncio.sleep(0)
            for _ in range(100):
                await asyncio.sleep(0)
            go.set()
        assert len(fake.texts()) == 1
        assert time.monotonic() - started < QUICK.poll_s

    run(test)


def test_who_is_told_to_wait_is_told_beside_the_answer_that_is_being_made() -> None:
    async def test() -> None:
        fake = FakeTelegram(has_drafts=False)
        begun = Begun("Begin", echo)
        async with talking(fake, begun.desk()):
            await fake.deliver(*(fake.update(message=fake.message(f"vraag {n}")) for n in range(22)))
            await fake.until(lambda: fake.texts().count(said("too_busy")) == 1 and "Begin …" in fake.texts())
            begun.go_on.set()
            await fake.until(lambda: sum(text.startswith("vraag") for text in fake.texts()) == 20)
        assert "Begin …" not in fake.texts()
        assert len(fake.texts()) == 21

    run(test)


def test_a_slow_delivery_holds_up_no_other_conversation() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        is_over = asyncio.Event()
        fake.scripts["sendMessage"].append(Script(hold=is_over))
        async with talking(fake):
            await fake.say("eerst")
            await fake.until(lambda: fake.count("sendMessage"))
            await fake.say("daarna")
            await fake.say("ook eerst", BEA)
            await fake.until(lambda: fake.texts(BEA))
            assert fake.texts() == []
            is_over.set()
            await fake.until(lambda: len(fake.texts()) == 2)
        assert [text.partition("\n")[0] for text in fake.texts()] == ["eerst", "daarna"]

    run(test)
