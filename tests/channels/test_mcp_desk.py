"""What the tools do, without the protocol: over the whole corpus, in memory."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from bot.channels.mcp.desk import Desk, Outcome, Served
from bot.core.assistant import Assistant
from bot.core.corpus import Corpus, Grade, Language, Passage, Role
from bot.core.errors import EmbedderUnavailable, ServiceTimeout
from bot.core.tools import Tools
from bot.core.wire import source_object
from ingest.corpus import read_corpus
from tests.builders import TODAY, BrokenEmbedder, passage, source, tools

FOR_THE_RIJK: Mapping[str, object] = {"authority": "rijk", "category": "energie", "european_tender": True}


@cache
def whole() -> Tools:
    real = read_corpus()
    return tools(Corpus(real.sources, tuple(t for t in real.targets if isinstance(t, Passage)), (), ()))


def desk(parts: Tools | None = None, role: Role = Role.OFFICER, language: Language | None = None) -> Desk:
    return Desk(Assistant(parts or whole()), Served(role, language), lambda: TODAY)


def object_of(outcome: Outcome) -> Mapping[str, object]:
    assert outcome.error == ""
    assert outcome.found is not None
    return outcome.found


def test_facts_that_are_told_in_full_are_decided_and_nothing_is_asked() -> None:
    found = object_of(desk().call("isv_check", {"facts": FOR_THE_RIJK}))
    assert found["decision"]["outcome"] == "obligatory"  # type: ignore[index]  # an object
    assert (found["questions"], found["as_of"], found["language"]) == ([], TODAY.isoformat(), "nl")
    assert found["citations"]


def test_what_is_missing_is_asked_in_the_language_of_the_server() -> None:
    found = object_of(desk(language=Language.EN).call("isv_check", {"facts": {"category": "energie"}}))
    assert [asked["fact"] for asked in found["questions"]] == found["decision"]["missing"]  # type: ignore[attr-defined,index]  # objects
    assert found["questions"][0]["text"] == whole().messages.say("ask_authority", Language.EN)  # type: ignore[index]  # a list


def test_an_argument_that_is_null_was_not_given() -> None:
    assert desk().call("isv_check", {"facts": FOR_THE_RIJK, "purchase": None, "as_of": None}).error == ""


def test_the_role_and_the_day_decide_which_passages_and_sources_are_there() -> None:
    secret = source("Alleen de helpdesk leest dit over ISV.", "geheim", Grade.NOTE)
    hidden = passage(secret.text, of=secret, audience=[Role.HELPDESK])
    parts = tools(Corpus((secret,), (hidden,), (), ()))
    ask = {"question": "wat leest de helpdesk over ISV"}
    assert object_of(desk(parts).call("zoek", ask))["passages"] == []
    assert len(object_of(desk(parts, Role.HELPDESK).call("zoek", ask))["passages"]) == 1  # type: ignore[arg-type]  # a list


def test_a_source_that_a_role_may_not_read_is_not_there() -> None:
    open_source, closed = (
        source("Open.", "open"),
        replace(source("Dicht.", "dicht"), audience=frozenset({Role.HELPDESK})),
    )
    parts = tools(Corpus((open_source, closed), (), (), ()))
    assert desk(parts).sources() == (open_source,)
    assert desk(parts, Role.HELPDESK).sources() == (closed, open_source)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (EmbedderUnavailable("weg"), "Er is iets misgegaan"),
        (ServiceTimeout("traag"), "duurt te lang"),
        (ValueError("geheim"), "Er is iets misgegaan"),
    ],
)
@pytest.mark.parametrize("tool", ["zoek", "vraag"])
def test_an_outage_is_an_error(tool: str, error: Exception, told: str, caplog: pytest.LogCaptureFixture) -> None:
    parts = tools(Corpus((), (), (), ()), embedder=BrokenEmbedder(error))
    outcome = desk(parts).call(tool, {"question": "welke risicocategorieën zijn er"})
    assert told in outcome.error
    assert "betekent niet dat er geen antwoord is" in outcome.error
    assert type(error).__name__ in caplog.text
    assert "geheim" not in caplog.text


def test_what_is_known_of_a_source_can_be_written_as_json() -> None:
    found = source_object(source("Tekst.", "bron", day=date(2026, 1, 2)))
    assert (found["id"], found["date"], found["valid_from"]) == ("bron", "2026-01-02", None)
    assert "text" not in found
