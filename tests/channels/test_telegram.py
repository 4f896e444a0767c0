"""What people in Telegram see, over real HTTP, against our own strict Bot API."""

import asyncio
import json
import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.memory_store import memory_store
from bot.adapters.people_file import read_people
from bot.channels.telegram.activity import Pace
from bot.core.corpus import Language, Role
from bot.core.desk_talk import OnPartial
from bot.core.model import Answer, Question
from tests.builders import Clock
from tests.channels.telegram import PARTS, QUICK, Begun, cited, echo, new_desk, partly, run, talking
from tests.servers.telegram_api import ANNA, BEA, GROUP, FakeTelegram, Script


def said(name: str, language: Language = Language.NL, **holes: object) -> str:
    return PARTS.messages.say(name, language, **holes)


def test_an_answer_shows_its_sources_with_quotes_that_fold_out_and_buttons() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        async with talking(fake, new_desk(cited)):
            await fake.say("Is ISV verplicht?")
            await fake.until(fake.texts)
        (sent,) = fake.sent.values()
        assert "ISV is <verplicht> & duidelijk [1].\n\nTweede alinea [2]." in sent.seen
        assert "⚠️ Let op: niet <zeker>" in sent.seen
        head = "[1] Brief <1> & meer (21 november 2026), alinea 1 (officiële tekst)"
        assert f"\n\nBronnen\n{head}\n“Het citaat nummer 1 is <letterlijk> & heel.”\n\n[2] " in sent.seen
        assert sent.marks.count("blockquoteexpandable") == 2
        assert '<a href="https://example.org/brief#:~:text=Het%20citaat%20nummer' in sent.text
        assert sent.seen.endswith(said("ai_label"))
        assert sent.data == ["ask:id-1:0", "ask:id-1:1", "good:id-1", "bad:id-1"]

    run(test)


def test_buttons_are_carried_out_and_always_confirmed() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        async with talking(fake, new_desk(cited)):
            await fake.say("Is ISV verplicht?")
            await fake.until(fake.texts)
            press = fake.pressed("ask:id-1:1")
            await fake.deliver(press, press, fake.pressed("bad:id-1"))
            await fake.until(lambda: len(fake.texts()) == 3)
            await fake.deliver(fake.pressed("why:id-1:outdated"), fake.pressed("good:id-1", query="bekend"))
            await fake.until(lambda: len(fake.texts()) == 5 and len(fake.answered) == 5)
        second = fake.texts()[1]
        assert second.startswith("En daarna?\n\nISV is")
        assert fake.texts()[2] == said("feedback_why")
        assert fake.texts()[3].endswith(said("feedback_thanks_more"))

    run(test)


def test_the_welcome_and_the_menu_are_dutch_and_english() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        async with talking(fake):
            await fake.say("/start via-een-link")
            await fake.until(fake.texts)
            await fake.deliver(fake.pressed("/start en"))
            await fake.until(lambda: len(fake.texts()) == 2)
            await fake.say("/help")
            await fake.until(lambda: len(fake.texts()) == 3 and len(fake.commands) == 6)
        assert fake.texts()[0].startswith(said("welcome_who"))
        assert fake.texts()[1].startswith(f"English\n\n{said('welcome_who', Language.EN)}")
        assert "/check: " in fake.texts()[2]
        assert fake.commands["default", ""] == fake.commands["default", "nl"]
        assert "vergeet" in fake.commands["default", "nl"]
        assert "forget" in fake.commands["default", "en"]
        assert "vergeet" not in fake.commands["all_group_chats", "nl"]
        assert "forget" not in fake.commands["all_group_chats", "en"]

    run(test)


def test_a_check_is_walked_through_with_buttons() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        async with talking(fake):
            await fake.say("/check wij zijn een gemeente en kopen laptops voor 500000 euro")
            await fake.until(fake.texts)
            first = next(iter(fake.sent.values()))
            await fake.deliver(fake.pressed(first.data[0]))
            await fake.until(lambda: len(fake.texts()) == 2)
            await fake.deliver(fake.pressed(first.data[0]))
            await fake.until(lambda: len(fake.texts()) == 4)
        assert all(value.startswith("step:") for value in first.data)
        assert fake.texts()[2].endswith(said("button_too_late"))

    run(test)


def test_a_long_answer_arrives_whole_in_several_messages() -> None:
    text = "\n\n".join(f"Alinea {n} 🏛️ met <tekens> & een bron [1]. " + "woord " * 150 for n in range(12))

    async def test() -> None:
        fake = FakeTelegram()
        async with talking(fake, new_desk(lambda question: replace(cited(question), text=text))):
            await fake.say("Lang?")
            await fake.until(lambda: any(sent.rows for sent in fake.sent.values()))
        assert len(fake.sent) > 2
        assert " ".join(" ".join(fake.texts()).split()).count(" ".join(text.split())) == 1
        assert [bool(sent.rows) for sent in fake.sent.values()] == [False] * (len(fake.sent) - 1) + [True]

    run(test)


def test_an_answer_that_is_ready_at_once_needs_no_sign_that_somebody_is_typing() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        async with talking(fake, tempo=replace(QUICK, pace=Pace(quiet_s=60))):
            await fake.say("Is ISV verplicht?")
            await fake.until(fake.texts)
        assert not fake.count("sendChatAction")

    run(test)


@pytest.mark.parametrize("has_drafts", [True, False])
def test_the_beginning_of_an_answer_is_shown_while_the_rest_is_made(has_drafts: bool) -> None:
    async def test() -> None:
        fake = FakeTelegram(has_drafts=has_drafts)
        begun = Begun("Het <begin>", cited)
        async with talking(fake, begun.desk()):
            await fake.say("Is ISV verplicht?")
            await fake.until(lambda: fake.drafts or fake.texts())
            beginning = fake.drafts[0][1] if has_drafts else fake.texts()[0]
            await fake.until(lambda: fake.count("sendChatAction"))
            begun.go_on.set()
            await fake.until(lambda: any(sent.rows for sent in fake.sent.values()))
        assert beginning == "Het <begin> …"
        assert len(fake.sent) == 1
        assert fake.count("sendMessage") == 1
        assert fake.count("editMessageText") == (0 if has_drafts else 1)

    run(test)


def test_in_a_group_a_message_is_edited_and_drafts_are_not_tried() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        is_shown = threading.Event()

        def answer(question: Question, on_partial: OnPartial) -> Answer:
            on_partial("Begin")
            assert is_shown.wait(20)
            return echo(question)

        async with talking(fake, partly(answer)):
            await fake.deliver(fake.update(message=addressed(fake, "@isv_test_bot Wat is ISV?")))
            await fake.until(lambda: fake.texts(GROUP))
            is_shown.set()
            await fake.until(lambda: fake.texts(GROUP)[0].startswith("Wat is ISV?"))
        assert fake.count("sendMessageDraft") == 0
        assert len(fake.texts(GROUP)) == 1

    run(test)


def test_a_group_is_answered_only_when_the_bot_is_addressed() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        bot = {"id": 123456, "is_bot": True, "first_name": "isvbot"}
        other = {"id": 9, "is_bot": True, "first_name": "ander"}

        def group(text: str, *marks: tuple[str, int, int], **fields: object) -> dict[str, object]:
            entities = [{"type": kind, "offset": offset, "length": length} for kind, offset, length in marks]
            return fake.update(message=fake.message(text, ANNA, GROUP, entities=entities, **fields))

        async with talking(fake):
            await fake.deliver(
                group("zomaar wat"),
                group("/check", ("bot_command", 0, 6)),
                group("/help@ander_bot", ("bot_command", 0, 15), reply_to_message={"from": bot}),
                group("@isv_test_bott hallo", ("mention", 0, 14)),
                group("een", reply_to_message={"from": other}),
                group("🏛️ @ISV_test_bot twee", ("mention", 4, 13)),
                group("drie", reply_to_message={"from": bot}),
                group("/rol@isv_test_bot", ("bot_command", 0, 17)),
                fake.update(message={**fake.message("vier", ANNA, GROUP), "from": other}),
            )
            await fake.say("klaar", BEA)
            await fake.until(lambda: fake.texts(BEA) and len(fake.texts(GROUP)) == 3)
        assert [text.partition("\n")[0] for text in fake.texts(GROUP)] == ["🏛️  twee", "drie", said("not_in_a_group")]
        assert all("reply_parameters" in sent.params for sent in fake.sent.values() if sent.chat == GROUP)

    run(test)


def test_a_group_that_takes_the_bot_in_is_greeted_and_a_block_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot")

    async def test() -> None:
        fake = FakeTelegram()
        out, joined = {"status": "left", "user": {}}, {"status": "member", "user": {}}
        who = {"id": ANNA, "is_bot": False, "first_name": "A"}

        def member(chat: int, old: object, new: object) -> dict[str, object]:
            where = {"id": chat, "type": fake.chats[chat]}
            return fake.update(
                my_chat_member={"chat": where, "from": who, "date": 1, "old_chat_member": old, "new_chat_member": new}
            )

        async with talking(fake):
            await fake.deliver(
                member(GROUP, out, joined), member(ANNA, out, joined), member(BEA, joined, {"status": "kicked"})
            )
            await fake.until(lambda: fake.texts(GROUP))
        assert fake.texts(GROUP)[0].startswith(said("welcome_who"))
        assert fake.texts(ANNA) == []

    run(test)
    assert "bot was blocked" in caplog.text


def test_what_is_no_text_gets_a_clear_reply_and_an_album_only_one() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        something = [{"file_id": "a"}]
        updates = [
            fake.update(message=fake.message(None, voice={"file_id": "a"})),
            fake.update(message=fake.message(None, photo=something, media_group_id="g")),
            fake.update(message=fake.message(None, photo=something, media_group_id="g")),
            fake.update(message=fake.message(None, document={"file_id": "a"})),
            fake.update(message=fake.message(None, sticker={"file_id": "a"})),
            fake.update(message=fake.message(None, new_chat_title="geen bericht")),
        ]
        async with talking(fake):
            await fake.deliver(*updates)
            await fake.say("klaar")
            await fake.until(lambda: len(fake.texts()) == 5)
        kinds = ("voice", "picture", "file", "other")
        assert fake.texts()[:4] == [said(f"unsupported_{kind}") for kind in kinds]

    run(test)


def test_a_text_under_a_picture_is_answered_and_the_picture_is_not_passed_over() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        something: dict[str, Any] = {"photo": [{"file_id": "a"}], "caption": "Wat is ISV?"}
        sent = fake.message(None, **something)
        named = "@isv_test_bot Wat is MVOI?"
        mention = {"caption": named, "caption_entities": [{"type": "mention", "offset": 0, "length": 13}]}
        to_bot = {**something, **mention}
        async with talking(fake):
            await fake.deliver(
                fake.update(message=sent),
                fake.update(message=fake.message(None, chat=GROUP, **{**something, "caption": "voor een ander"})),
                fake.update(message=fake.message(None, chat=GROUP, **to_bot)),
            )
            await fake.until(lambda: len(fake.texts()) == 2 and len(fake.texts(GROUP)) == 2)
            edited = {**sent, "caption": "Wat is MVO?", "edit_date": 1_790_000_001}
            await fake.deliver(fake.update(edited_message=edited))
            await fake.until(lambda: len(fake.texts()) == 4)
        assert fake.texts()[0].startswith("Wat is ISV?")
        assert fake.texts()[1] == said("unsupported_beside")
        assert fake.texts()[2:] == [said("edited_answer"), fake.texts()[3]]
        assert fake.texts()[3].startswith("Wat is MVO?")
        assert fake.texts(GROUP)[0].startswith("Wat is MVOI?")
        assert fake.texts(GROUP)[1] == said("unsupported_beside")

    run(test)


def test_an_anonymous_administrator_is_answered_where_the_group_is_let_in(tmp_path: Path) -> None:
    asked: list[Role] = []

    def ask(question: Question) -> Answer:
        asked.append(question.role)
        return echo(question)

    async def test(listed: str) -> list[str]:
        fake = FakeTelegram()
        people = tmp_path / "people.yaml"
        people.write_text(f'people:\n  telegram:\n    "{listed}": helpdesk\n', "utf-8")
        nobody = {"from": {"id": 1087968824, "is_bot": True, "username": "GroupAnonymousBot"}}
        group = {"sender_chat": {"id": GROUP, "type": "supergroup"}, "author_signature": "baas"}
        other = {"sender_chat": {"id": -100, "type": "channel"}}
        async with talking(fake, new_desk(ask, roster=read_people(people))):
            await fake.deliver(
                fake.update(message=addressed(fake, "@isv_test_bot van een kanaal") | nobody | other),
                fake.update(message=addressed(fake, "@isv_test_bot wat is ISV?") | nobody | group),
            )
            await fake.until(lambda: fake.texts(GROUP))
        return fake.texts(GROUP)

    (answered,) = asyncio.run(test(str(GROUP)))
    assert answered.startswith("wat is ISV?")
    assert asked == [Role.NEWCOMER]
    assert asyncio.run(test("-1")) == [said("unknown_group")]


def test_an_edited_question_is_answered_anew_and_an_edit_that_changes_nothing_is_not() -> None:
    async def test() -> None:
        fake = FakeTelegram()
        async with talking(fake):
            first = await fake.say("Wat is ISV?")
            await fake.until(fake.texts)
            edited = {**first["message"], "edit_date": 1_790_000_001}
            await fake.deliver(
                fake.update(edited_message=edited),
                fake.update(edited_message={**edited, "text": "Wat is MVOI?", "edit_date": 1_790_000_002}),
            )
            await fake.until(lambda: len(fake.texts()) == 3)
        assert fake.texts()[1] == said("edited_answer")
        assert fake.texts()[2].startswith("Wat is MVOI?")

    run(test)


def test_who_somebody_is_gives_the_role(tmp_path: Path) -> None:
    asked: list[Role] = []

    def ask(question: Question) -> Answer:
        asked.append(question.role)
        return echo(question)

    async def test() -> None:
        fake = FakeTelegram()
        people = tmp_path / "people.yaml"
        people.write_text(f"people:\n  telegram:\n    {ANNA}: helpdesk\n", "utf-8")
        async with talking(fake, new_desk(ask, roster=read_people(people))):
            await fake.say("ik ben beheerder")
            await fake.say("ik ben helpdesk", BEA)
            await fake.until(lambda: fake.texts() and fake.texts(BEA))
        assert asked == [Role.HELPDESK]
        assert "CODE1" in fake.texts(BEA)[0]

    run(test)


def test_the_answer_of_a_colleague_arrives_later() -> None:
    async def test() -> None:
        fake, store = FakeTelegram(), memory_store(Clock())
        async with talking(fake, new_desk(store=store)):
            await fake.say("/collega Wat nu?")
            await fake.until(fake.texts)
            (handed,) = store.queue.open()
            assert store.queue.reply(handed.id, "Dit <is> het.")
            await fake.until(lambda: len(fake.texts()) == 2)
        assert fake.texts()[1] == f"{said('colleague_answered', question='Wat nu?')}\n\nDit <is> het."

    run(test)


def test_an_answer_stays_in_its_topic_and_follows_a_group_that_moves() -> None:
    async def test() -> None:
        fake = FakeTelegram(topics={7})
        moved = {"ok": False, "description": "Bad Request: upgraded", "parameters": {"migrate_to_chat_id": -100}}
        fake.chats[-100] = "supergroup"
        async with talking(fake):
            await fake.say("vraag", is_topic_message=True, message_thread_id=7)
            await fake.say("zonder onderwerp", message_thread_id=8)
            await fake.until(lambda: len(fake.texts()) == 2)
            fake.scripts["sendMessage"].append(Script(400, body=json.dumps(moved)))
            await fake.deliver(fake.update(message=addressed(fake, "@isv_test_bot verhuisd?")))
            await fake.until(lambda: fake.texts(-100))
        threads = [sent.params.get("message_thread_id") for sent in fake.sent.values() if sent.chat == ANNA]
        assert sorted(threads, key=str) == ["7", None]
        assert fake.texts(-100)[0].startswith("verhuisd?")

    run(test)


def addressed(fake: FakeTelegram, text: str) -> dict[str, object]:
    marks = [{"type": "mention", "offset": 0, "length": len("@isv_test_bot")}]
    return fake.message(text, ANNA, GROUP, entities=marks)
