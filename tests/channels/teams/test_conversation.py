"""Teams, over HTTP with the real SDK: what people see, and that nothing is lost or answered twice."""

import gc
import json
import logging
import threading
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot.adapters.entra_groups import EntraGroups, EntraOptions
from bot.adapters.memory_store import memory_store
from bot.adapters.people_file import ListedPeople
from bot.channels.teams.app import build_app
from bot.core.corpus import Role, Status
from bot.core.identity import Identities
from bot.core.model import Answer, Question
from tests.builders import KEY, Clock, desk
from tests.channels.teams.conftest import ASK, LETTER, PARTS, Bot, NewBot, echo, registration
from tests.servers.graph import fake_graph, refusal
from tests.servers.teams_connector import Connector, Sent
from tests.servers.web import served

GROUP = {"id": "19:team@thread.tacv2;messageid=1", "conversationType": "channel", "isGroup": True}
MENTION = {"type": "mention", "text": "<at>isvbot</at>", "mentioned": {"id": "28:bot-id", "name": "isvbot"}}


def buttons(sent: Sent) -> dict[str, dict[str, Any]]:
    """The actions of the cards of a message, by their titles."""
    elements = [element for card in sent.cards for element in (*card.get("body", ()), card)]
    return {action["title"]: action for element in elements for action in element.get("actions") or ()}


def entity(sent: Sent) -> dict[str, Any]:
    return next(e for e in sent.activity["entities"] if e["type"] == "https://schema.org/Message")


def test_an_answer_has_its_label_citations_thumbs_and_a_card_with_the_whole_quote(bot: Bot) -> None:
    assert bot.say(ASK).status_code == 200
    sent = bot.connector.wait()
    assert sent.text.startswith("Er zijn 8 risicocategorieën")
    assert "[1]" in sent.text
    assert "AIGeneratedContent" in entity(sent)["additionalType"]
    (cited,) = entity(sent)["citation"]
    assert cited["position"] == 1
    assert cited["appearance"]["name"] == LETTER.title
    assert len(cited["appearance"]["abstract"]) <= 160
    assert sent.activity["channelData"]["feedbackLoop"] == {"type": "custom"}
    (card,) = sent.cards
    assert f"“{LETTER.text}”" in json.dumps(card, ensure_ascii=False)
    hidden = next(element for element in card["body"] if element.get("id") == "quote1")
    assert hidden["isVisible"] is False
    assert buttons(sent)["Citaat 1"]["targetElements"] == ["quote1"]
    assert buttons(sent)["Open bron 1"]["url"].startswith("https://example.org#:~:text=")
    assert "suggestedActions" not in sent.activity


def test_that_an_answer_is_being_made_is_shown(bot: Bot) -> None:
    bot.say(ASK)
    bot.connector.wait(of=lambda sent: sent.activity["type"] == "typing")


def test_a_follow_up_is_a_button_that_is_answered(bot: Bot) -> None:
    bot.say(ASK)
    action = buttons(bot.connector.wait())["Vraag gemeente?"]
    assert action["type"] == "Action.Submit"
    bot.say(value=action["data"])
    assert "Gemeenten zijn niet verplicht" in bot.connector.wait(2).text


def test_the_check_is_a_card_with_choices_that_are_answered(bot: Bot) -> None:
    bot.say("/check")
    first = bot.connector.wait()
    assert "Voor welke organisatie" in first.text
    chosen = buttons(first)["het Rijk"]
    bot.say("", value=chosen["data"])
    assert "Wat koopt u in" in bot.connector.wait(2).text


def test_of_the_two_messages_about_an_installation_one_is_greeted(bot: Bot) -> None:
    added: dict[str, Any] = {"membersAdded": [{"id": "28:bot-id"}, {"id": "29:anna"}]}
    assert bot.say(type="conversationUpdate", **added).status_code == 200
    assert bot.say(type="installationUpdate", action="add").status_code == 200
    assert bot.say("/stop").status_code == 200
    bot.connector.wait(2)
    welcome, stop = bot.connector.messages()
    assert "computerprogramma" in welcome.text
    assert "Wanneer is ISV verplicht?" in buttons(welcome)
    assert "niets om te stoppen" in stop.text


def test_the_same_activity_is_answered_once(bot: Bot) -> None:
    activity = bot.activity(ASK)
    assert [bot.post(activity).status_code for _ in range(3)] == [200, 200, 200]
    bot.say("/stop")
    bot.connector.wait(2)
    assert len(bot.connector.messages()) == 2


def test_the_answer_is_confirmed_before_it_is_made_and_others_are_not_kept_waiting(new_bot: NewBot) -> None:
    go = threading.Event()

    def slow(question: Question) -> Answer:
        assert go.wait(30)
        return echo(question)

    bot = new_bot(desk(PARTS, ask=slow))
    for n in range(8):
        assert bot.say(f"vraag {n}", conversation={"id": f"a:c{n}", "conversationType": "personal"}).status_code == 200
    assert bot.connector.messages() == []
    go.set()
    bot.connector.wait(8)


def test_an_edited_question_is_answered_anew(bot: Bot) -> None:
    first = bot.activity("hoe zit het met gemeenten")
    bot.post(first)
    bot.connector.wait()
    data = {"tenant": {"id": "tenant-1"}, "eventType": "editMessage"}
    edited = first | {"type": "messageUpdate", "text": ASK, "channelData": data, "timestamp": "2026-11-21T12:00:00Z"}
    assert bot.post(edited).status_code == 200
    assert bot.post(edited).status_code == 200
    bot.connector.wait(3)
    undone = edited | {"channelData": data | {"eventType": "undeleteMessage"}}
    assert bot.post(undone).status_code == 200
    bot.say("/stop")
    bot.connector.wait(4)
    texts = [sent.text for sent in bot.connector.messages()]
    assert "gewijzigd" in texts[1]
    assert "8 risicocategorieën" in texts[2]
    assert len(texts) == 4


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("image/png", "afbeeldingen"),
        ("audio/ogg", "geluid"),
        ("application/vnd.microsoft.teams.file.download.info", "bestanden"),
        ("application/x-onbekend", "alleen tekst"),
    ],
)
def test_what_is_no_text_gets_a_clear_reply(bot: Bot, kind: str, told: str) -> None:
    body = {"contentType": "text/html", "content": "<p>x</p>"}
    bot.say("", attachments=[{"contentType": kind, "contentUrl": "https://example.org/x"}, body])
    assert told in bot.connector.wait().text


def test_a_text_with_a_file_is_answered_and_the_file_is_not_passed_over(bot: Bot) -> None:
    bot.say(ASK, attachments=[{"contentType": "image/png", "contentUrl": "https://example.org/x"}])
    bot.connector.wait(2)
    texts = [sent.text for sent in bot.connector.messages()]
    assert "8 risicocategorieën" in texts[0]
    assert (
        texts[1] == "Ik las alleen uw tekst. Naar de afbeelding, het geluid of het bestand erbij heb ik niet gekeken."
    )


def test_in_a_group_only_what_names_the_bot_is_answered_and_nothing_personal(bot: Bot) -> None:
    bot.say("gewoon een bericht", conversation=GROUP)
    bot.say(f"<at>isvbot</at> {ASK}", conversation=GROUP, entities=[MENTION])
    sent = bot.connector.wait()
    assert sent.conversation == GROUP["id"]
    assert "8 risicocategorieën" in sent.text
    bot.say("<at>isvbot</at> /rol", conversation=GROUP, entities=[MENTION])
    assert "niet in een groep" in bot.connector.wait(2).text
    assert len(bot.connector.messages()) == 2


def test_a_thumb_opens_a_form_and_what_is_filled_in_is_kept_with_the_answer(new_bot: NewBot) -> None:
    store = memory_store(Clock())
    bot = new_bot(store=store)
    bot.say(ASK)
    answered, _ = settled(bot)
    fetch = {"data": {"actionName": "feedback", "actionValue": {"reaction": "dislike"}}}
    opened = bot.say(type="invoke", name="message/fetchTask", value=fetch, replyToId=answered.id).json()
    card = opened["task"]["value"]["card"]["content"]
    titles = [choice["title"] for choice in card["body"][0]["choices"]]
    assert titles == ["onjuist", "onvolledig", "verouderd", "bron klopt niet", "onduidelijk"]
    given = card["actions"][0]["data"] | {"reason": "outdated", "remark": "Dit is van 2017."}
    value = {"actionName": "feedback", "actionValue": {"reaction": "dislike", "feedback": json.dumps(given)}}
    sent: dict[str, Any] = {
        "type": "invoke",
        "name": "message/submitAction",
        "value": value,
        "replyToId": answered.id,
        "locale": "nl",
    }
    assert bot.say(**sent).status_code == 200
    assert "bewaard" in bot.connector.wait(3).text
    bot.say("/vergeet")
    assert "reacties: 1" in bot.connector.wait(4).text.replace("\\", "")


def settled(bot: Bot) -> list[Sent]:
    """What was sent, when all is noted of it: the reply to a next message comes only then."""
    bot.say("/stop")
    bot.connector.wait(of=lambda sent: "niets om te stoppen" in sent.text)
    return bot.connector.messages()


LIKE: dict[str, Any] = {
    "type": "invoke",
    "name": "message/submitAction",
    "value": {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": "Helder."}},
}


def test_a_thumb_counts_for_the_answer_above_it_also_after_a_restart(new_bot: NewBot) -> None:
    store = memory_store(Clock())
    bot = new_bot(store=store)
    bot.say(ASK)
    bot.say("hoe zit het met gemeenten")
    first, _, _ = settled(bot)
    new_bot(store=store).say(**LIKE, replyToId=first.id)
    assert "bewaard" in bot.connector.wait(4).text
    answers = [record.id for record in store.records.all()]  # type: ignore[attr-defined]  # of the twin only
    person = Identities(KEY).person("teams", "anna-in-entra")
    assert [store.feedback.find(person, answer) is not None for answer in answers] == [True, False]


def test_a_thumb_under_any_part_of_a_long_answer_counts_for_it(new_bot: NewBot) -> None:
    text = "\n\n".join(["Zin. " * 400] * 12)

    def long(question: Question) -> Answer:
        return replace(echo(question), text=text, status=Status.ANSWERED_PARTLY)

    bot = new_bot(desk(PARTS, ask=long))
    bot.say(ASK)
    sent = settled(bot)
    assert len(sent) > 3
    bot.say(**LIKE, replyToId=sent[1].id)
    assert "bewaard" in bot.connector.wait(len(sent) + 1).text


def test_a_thumb_that_does_not_say_under_which_answer_counts_where_there_is_one(bot: Bot) -> None:
    bot.say(ASK)
    settled(bot)
    bot.say(**LIKE)
    assert "bewaard" in bot.connector.wait(3).text
    bot.say("hoe zit het met gemeenten")
    bot.say("/help")
    bot.connector.wait(5)
    bot.say(**LIKE)
    assert "weet niet bij welk antwoord" in bot.connector.wait(6).text


def test_a_form_of_an_answer_names_it_where_the_client_does_not(new_bot: NewBot) -> None:
    store = memory_store(Clock())
    bot = new_bot(store=store)
    bot.say(ASK)
    settled(bot)
    given = {"answer": "id-9", "reaction": "like", "remark": "Helder."}
    value = {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": json.dumps(given)}}
    bot.say(type="invoke", name="message/submitAction", value=value)
    assert "bewaard" in bot.connector.wait(3).text
    assert store.feedback.find(Identities(KEY).person("teams", "anna-in-entra"), "id-9") is not None


def test_a_form_that_was_sent_as_a_task_is_taken_too(bot: Bot) -> None:
    data = {"answer": "id-9", "reaction": "like", "remark": "Helder."}
    bot.say(type="invoke", name="task/submit", value={"data": data})
    assert "bewaard" in bot.connector.wait().text


def test_who_is_in_a_group_of_entra_is_let_in_and_an_outage_is_no_refusal(new_bot: NewBot) -> None:
    anna, buyers = "a0000000-0000-0000-0000-00000000000a", "c1111111-1111-1111-1111-111111111111"
    sender = {"id": "29:anna", "aadObjectId": anna}
    with fake_graph(**{anna: {buyers}}) as graph:
        options = EntraOptions("bot", SecretStr("geheim"), "huurder", graph.url, graph.url, away=0)
        groups = EntraGroups(options)
        roster = ListedPeople({}, {("teams", buyers): (Role.OFFICER,)}, {"teams": groups})
        bot = new_bot(desk(PARTS, roster=roster))
        graph.script.append(refusal(403, "Authorization_RequestDenied"))
        bot.say(ASK, **{"from": sender})
        assert "iets misgegaan" in bot.connector.wait().text
        bot.say(ASK, **{"from": sender})
        assert "8 risicocategorieën" in bot.connector.wait(2).text
        bot.say(ASK)
        assert "Ik ken u nog niet" in bot.connector.wait(3).text


def test_what_a_colleague_answers_is_sent_later_to_the_same_conversation(new_bot: NewBot) -> None:
    store = memory_store(Clock())
    bot = new_bot(store=store)
    bot.say(ASK)
    bot.connector.wait()
    bot.say("/collega Mag het ook zo?")
    bot.connector.wait(2)
    (handed,) = store.queue.open()
    store.queue.reply(handed.id, "Ja, dat mag.")
    told = bot.connector.wait(3)
    assert "Ja, dat mag." in told.text
    assert told.conversation == "a:c1"
    assert len(bot.connector.messages()) == 3


def test_what_teams_does_not_take_now_is_sent_later_in_order(new_bot: NewBot) -> None:
    bot = new_bot(again_s=0.1)
    bot.connector.failures.extend([(401, {})] * 3)
    bot.say("/stop")
    bot.say("/help")
    assert "/check" in bot.connector.wait(2).text
    assert "niets om te stoppen" in bot.connector.messages()[0].text
    assert len(bot.connector.messages()) == 2


def test_what_was_confirmed_and_not_answered_is_answered_after_a_restart(connector: Connector) -> None:
    store = memory_store(Clock())

    def app() -> FastAPI:
        return build_app(desk(PARTS, store=store), registration(connector), lambda: True)

    with served(app()) as url:
        connector.failures.extend([(401, {})] * 2)  # also that it types is refused
        bot = Bot(url, connector)
        bot.say("/stop")
        connector.wait_refused(2)
        bot.say("/help")
    assert connector.messages() == []
    with served(app()):
        assert "/check" in connector.wait(2).text
    assert "niets om te stoppen" in connector.messages()[0].text


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_teams_does_not_take_now_is_sent_again(bot: Bot, status: int) -> None:
    bot.connector.failures.extend([(status, {"retry-after": "0"})] * 2)
    bot.say("/stop")
    assert "niets om te stoppen" in bot.connector.wait().text
    assert len(bot.connector.messages()) == 1


def test_without_a_token_to_send_with_there_are_lines_and_no_trace(
    connector: Connector, caplog: pytest.LogCaptureFixture
) -> None:
    asked = threading.Semaphore(0)

    def refuse(*_: object) -> str:
        asked.release()
        raise ValueError("geheim")

    known = replace(registration(connector), token=refuse)
    with served(build_app(desk(PARTS), known, lambda: True)) as url:
        Bot(url, connector).say("/stop")
        for _ in ("that it types", "the reply"):
            assert asked.acquire(timeout=10)
    gc.collect()
    assert caplog.text.count("typing not shown cause=ValueError") == 1
    assert not [record for record in caplog.records if record.exc_info or record.name == "asyncio"]
    assert "geheim" not in caplog.text


def test_who_removed_the_bot_is_not_written_to_again(new_bot: NewBot, caplog: pytest.LogCaptureFixture) -> None:
    store = memory_store(Clock())
    bot = new_bot(store=store)
    bot.connector.failures.append((403, {}))
    bot.say("/bronnen", value={"choice": "/stop"})
    bot.say("/help", conversation={"id": "a:c2", "conversationType": "personal"})
    bot.connector.wait()
    assert bot.connector.refused == 1
    assert "cannot arrive" in caplog.text


@pytest.mark.parametrize("status", [400, 413])
def test_a_form_that_teams_does_not_take_gives_way_to_plain_text(bot: Bot, status: int) -> None:
    bot.say(ASK)
    action = buttons(bot.connector.wait())["Vraag gemeente?"]
    bot.connector.failures.append((status, {}))
    bot.say(value=action["data"])
    plain = bot.connector.wait(2)
    assert plain.cards == []
    assert "Gemeenten zijn niet verplicht" in plain.text
    assert "“Gemeenten zijn niet verplicht om ISV toe te passen.”" in plain.text
    assert "https://example.org" in plain.text


def test_no_question_and_no_token_reach_a_log(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = bot.connector.token()
    bot.post(bot.activity("geheime vraag"), token)
    bot.connector.wait()
    bot.post(bot.activity("geheime vraag", conversation={"geheime vraag": 1}), token)
    bot.post(bot.activity("geheime vraag", id=["geheime vraag"]), token)
    bot.post(bot.activity("geheime vraag"), bot.connector.token(aud="ander"))
    ours = [record for record in caplog.records if record.name.startswith("bot.")]
    assert sum(record.levelno == logging.WARNING for record in ours) == 3
    shown = "\n".join(record.getMessage() for record in caplog.records)
    assert not [record for record in caplog.records if record.name == "httpx" and "/v3/" in record.getMessage()]
    assert "geheime" not in shown
    assert token not in shown


def test_who_comes_with_an_id_of_entra_in_capitals_is_the_same_person(new_bot: NewBot) -> None:
    store = memory_store(Clock())
    bot = new_bot(store=store)
    entra_id = "5d0c7c0e-0000-4000-8000-0000000000ab"
    bot.say(ASK, **{"from": {"id": "29:anna", "aadObjectId": entra_id.upper()}})
    bot.connector.wait()
    assert any(store.retention.export(Identities(KEY).person("teams", entra_id)).values())


def test_the_sdk_keeps_no_counters_of_what_came_in(bot: Bot) -> None:
    def kept() -> int:
        return sum(type(found).__name__ in ("_ProxyMeter", "_ProxyCounter") for found in gc.get_objects())

    bot.say("/stop")
    bot.connector.wait()
    before = kept()
    for count in range(2, 7):
        bot.say("/stop")
        bot.connector.wait(count)
    assert kept() == before
