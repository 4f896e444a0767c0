"""The adapter of chat models, against a server that misbehaves over real HTTP."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from bot.adapters.language_model import THREAD, LangChainModel
from bot.adapters.model_options import ModelOptions, Structured, model_options
from bot.core.errors import MissingExtra, ModelStopped, ModelTimeout, ModelUnavailable, ServiceError, SettingsError
from bot.core.ports import Piece, Prompt, Usage
from tests.servers.hostile_model import HostileModel, Reply, failing, hostile

PROMPT = Prompt("Je bent GEHEIM.", "Wat is GEHEIM?")
SCHEMA = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
WITH_SCHEMA = Prompt(PROMPT.system, PROMPT.user, SCHEMA)
KEY = "sk-geheim"
LIMIT_S = 20.0
SHORT_S = 0.4
MOMENT_S = 1.0
"""How long after its limit a reply may still take to fail, on a machine that is busy."""


def model_at(server: HostileModel, pauses: list[float] | None = None, **changed: Any) -> LangChainModel:
    options = ModelOptions(**{"provider": "openai", "model": "hostile", "url": server.url, "key": KEY, **changed})
    return LangChainModel(options, (pauses if pauses is not None else []).append)


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """Every thread that reads a reply ends, soon after whoever asked has left."""
    yield
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(5)
            assert not thread.is_alive()


def test_a_reply_comes_in_pieces_with_the_usage_in_the_last() -> None:
    with hostile(Reply("Ja, dat moet. [S1]", usage=(120, 9))) as server:
        pieces = list(model_at(server).write(PROMPT, LIMIT_S))
    assert text_of(pieces) == "Ja, dat moet. [S1]"
    assert len(pieces) > 3
    assert pieces[-1] == Piece("", Usage(120, 9))
    assert [piece.usage for piece in pieces[:-1]] == [None] * (len(pieces) - 1)
    assert server.complaints == []


def test_what_is_asked_is_what_the_server_gets() -> None:
    with hostile(Reply(lambda request: json.dumps(request["messages"]))) as server:
        text = text_of(list(model_at(server, max_tokens=333).write(PROMPT, LIMIT_S)))
    messages = [{"role": "system", "content": PROMPT.system}, {"role": "user", "content": PROMPT.user}]
    assert [{"role": m["role"], "content": m["content"]} for m in json.loads(text)] == messages
    (request,) = server.requests
    assert (request["model"], request["temperature"], request["stream"]) == ("hostile", 0, True)
    assert request["max_completion_tokens"] == 333
    assert "response_format" not in request
    assert server.seen[0][1]["authorization"] == f"Bearer {KEY}"


def test_a_usage_that_is_not_told_is_no_usage() -> None:
    with hostile(Reply(usage=None)) as server:
        assert list(model_at(server).write(PROMPT, LIMIT_S))[-1] == Piece("", None)


def test_the_schema_goes_along_as_response_format() -> None:
    with hostile(Reply('{"text": "Ja."}')) as server:
        assert json.loads(text_of(list(model_at(server).write(WITH_SCHEMA, LIMIT_S)))) == {"text": "Ja."}
    wanted = {"name": "reply", "schema": SCHEMA, "strict": True}
    assert server.requests[0]["response_format"] == {"type": "json_schema", "json_schema": wanted}


def test_a_server_that_refuses_the_schema_is_asked_without_it_and_that_is_remembered() -> None:
    with hostile(refuses=("response_format",)) as server:
        model = model_at(server, retries=0)
        for _ in range(2):
            assert text_of(list(model.write(WITH_SCHEMA, LIMIT_S))) == "Goed."
    assert ["response_format" in request for request in server.requests] == [True, False, False]


def test_a_server_that_refuses_the_temperature_is_asked_without_it() -> None:
    with hostile(refuses=("temperature",)) as server:
        model = model_at(server, retries=0)
        for _ in range(2):
            assert text_of(list(model.write(WITH_SCHEMA, LIMIT_S))) == "Goed."
    assert ["temperature" in request for request in server.requests] == [True, False, False]
    assert all("response_format" in request for request in server.requests)


def test_a_request_that_is_refused_for_another_reason_does_not_cost_the_schema() -> None:
    with hostile(failing(400), failing(400), Reply()) as server:
        model = model_at(server)
        with pytest.raises(ModelUnavailable, match="HTTP status 400"):
            list(model.write(WITH_SCHEMA, LIMIT_S))
        list(model.write(WITH_SCHEMA, LIMIT_S))
    assert ["response_format" in request for request in server.requests] == [True, False, True]


@pytest.mark.parametrize(("structured", "asked"), [(Structured.ON, [True]), (Structured.OFF, [False])])
def test_the_schema_can_be_insisted_on_or_left_out(structured: Structured, asked: list[bool]) -> None:
    with hostile(failing(400)) as server, pytest.raises(ModelUnavailable):
        list(model_at(server, structured=structured).write(WITH_SCHEMA, LIMIT_S))
    assert ["response_format" in request for request in server.requests] == asked


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(hang="before_headers"), id="before the headers"),
        pytest.param(Reply(hang="in_headers"), id="in the headers"),
        pytest.param(Reply(hang="before_text"), id="before the text"),
        pytest.param(Reply("een twee drie vier", hang="midway"), id="midway"),
        pytest.param(Reply("een twee drie vier", forever=True), id="endless"),
    ],
)
def test_a_server_that_hangs_is_left_within_the_limit_and_the_connection_is_cut(reply: Reply) -> None:
    with hostile(reply) as server:
        model = model_at(server)
        started = time.monotonic()
        with pytest.raises(ModelTimeout, match="openai:hostile did not finish its reply in time"):
            list(model.write(PROMPT, SHORT_S))
        assert SHORT_S <= time.monotonic() - started < SHORT_S + MOMENT_S
        assert server.gone.acquire(timeout=5)
    assert len(server.requests) == 1


def test_pieces_before_the_hang_have_been_given() -> None:
    got: list[str] = []
    with hostile(Reply("een twee drie vier", hang="midway")) as server, pytest.raises(ModelTimeout):
        got.extend(piece.text for piece in model_at(server).write(PROMPT, SHORT_S))
    assert got
    assert "een twee drie vier".startswith("".join(got))


def test_a_reply_of_one_byte_at_a_time_arrives_whole() -> None:
    text = "Één gemeente — € 3,5 [S1]"
    with hostile(Reply(text, bytewise=True, piece=1)) as server:
        assert text_of(list(model_at(server).write(PROMPT, LIMIT_S))) == text


def test_who_stops_early_ends_the_request() -> None:
    with hostile(Reply("een twee drie vier", hang="midway")) as server:
        with closing(model_at(server).write(PROMPT, LIMIT_S)) as pieces:
            assert next(pieces).text == "een "
        assert server.gone.acquire(timeout=5)


def test_nothing_is_asked_before_the_first_piece_is() -> None:
    with hostile() as server:
        model_at(server).write(PROMPT, LIMIT_S)
    assert server.requests == []


STOPPED = {
    "dropped midway": Reply("een twee drie vier", drop="midway"),
    "filtered": Reply("een twee", finish="content_filter"),
    "cut off": Reply("een twee", finish="length"),
    "called a tool": Reply("een twee", finish="tool_calls"),
    "no reason to end": Reply("een twee", finish=None),
    "no events": Reply(raw_events=()),
    "only the end": Reply(raw_events=("data: [DONE]\n\n",)),
    "empty": Reply(""),
    "broken JSON": Reply(raw_events=('data: {"choices": [{"de\n\n',)),
    "broken JSON midway": Reply(
        raw_events=('data: {"choices": [{"index": 0, "delta": {"content": "een"}}]}\n\n', "data: {\n\n")
    ),
    "a number": Reply(raw_events=("data: 7\n\n",)),
    "a list": Reply(raw_events=("data: []\n\n",)),
    "wrong shapes": Reply(raw_events=('data: {"choices": [7]}\n\n',)),
    "no delta": Reply(raw_events=('data: {"choices": [{"delta": null}]}\n\n',)),
    "a web page": Reply(body="<html>GEHEIM</html>", headers={"content-type": "text/html"}),
    "a page as stream": Reply(body="<html>GEHEIM</html>", headers={"content-type": "text/event-stream"}),
    "prompt filtered": failing(400, "content_filter"),
}


@pytest.mark.parametrize("reply", STOPPED.values(), ids=STOPPED)
def test_a_reply_that_is_not_whole_is_an_error(reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("openai").setLevel(logging.WARNING)
    with hostile(reply) as server, pytest.raises(ModelStopped) as caught:
        list(model_at(server).write(PROMPT, LIMIT_S))
    assert len(server.requests) == 1
    check_nothing_leaks(caught.value, caplog)


def check_nothing_leaks(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    assert str(error).startswith(("openai:hostile ", "halfway its reply: openai:hostile "))
    assert error.__cause__ is None
    shown = f"{error} {error!r} {error.__context__!r} {caplog.text}"
    assert "GEHEIM" not in shown
    assert KEY not in shown


REFUSED = {
    "wrong key": (failing(401, "invalid_api_key"), r"HTTP status 401 \(invalid_api_key\)", 1),
    "forbidden": (failing(403, "geheime_code"), "HTTP status 403$", 1),
    "no such model": (failing(404, "model_not_found"), r"HTTP status 404 \(model_not_found\)", 1),
    "bad request": (failing(400), "HTTP status 400$", 1),
    "unprocessable": (failing(422), "HTTP status 422$", 1),
    "a redirect": (failing(307, location="http://127.0.0.1:9/elders"), "HTTP status 307", 1),
    "too many": (failing(429, "rate_limit_exceeded"), r"HTTP status 429 \(rate_limit_exceeded\)", 3),
    "server error": (failing(500), "HTTP status 500$", 3),
    "a web page": (Reply(status=502, body="<html>GEHEIM</html>"), "HTTP status 502$", 3),
    "overloaded": (failing(503), "HTTP status 503$", 3),
    "dropped": (Reply(drop="before_headers"), "cannot be reached, or dropped the connection", 3),
    "an error as an event": (
        Reply(raw_events=('data: {"error": {"message": "GEHEIM", "code": "GEHEIM"}}\n\n',)),
        "reported an error$",
        1,
    ),
}


@pytest.mark.parametrize(("reply", "told", "requests"), REFUSED.values(), ids=REFUSED)
def test_a_model_that_does_not_reply_is_asked_again_only_where_that_may_help(
    reply: Reply, told: str, requests: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pauses: list[float] = []
    with hostile(reply) as server, pytest.raises(ModelUnavailable, match=told) as caught:
        list(model_at(server, pauses, retries=2).write(PROMPT, LIMIT_S))
    assert len(server.requests) == requests
    assert pauses == [0.5, 1.0][: requests - 1]
    check_nothing_leaks(caught.value, caplog)


def test_a_server_that_recovers_is_answered_from() -> None:
    with hostile(failing(503), Reply("Toch.")) as server:
        assert text_of(list(model_at(server).write(PROMPT, LIMIT_S))) == "Toch."
    assert len(server.requests) == 2


@pytest.mark.parametrize(("told", "pauses"), [("2", [2.0]), ("0", [0.0]), ("Fri, 01 Jan 2027 00:00:00 GMT", [0.5])])
def test_a_server_that_says_when_to_come_back_is_asked_then(told: str, pauses: list[float]) -> None:
    paused: list[float] = []
    with hostile(failing(429, retry_after=told), Reply("Toch.")) as server:
        assert text_of(list(model_at(server, paused).write(PROMPT, LIMIT_S))) == "Toch."
    assert paused == pauses


def test_a_server_that_wants_more_time_than_is_left_is_not_waited_for() -> None:
    paused: list[float] = []
    with hostile(failing(429, retry_after="60")) as server, pytest.raises(ModelUnavailable, match="429"):
        list(model_at(server, paused).write(PROMPT, LIMIT_S))
    assert (len(server.requests), paused) == (1, [])


def test_a_reply_that_began_is_not_asked_for_again() -> None:
    with hostile(Reply("een twee drie vier", drop="midway")) as server, pytest.raises(ModelStopped, match=r"^halfway"):
        list(model_at(server, retries=5).write(PROMPT, LIMIT_S))
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with hostile() as server:
        model = model_at(server)
    pauses: list[float] = []
    model._pause = pauses.append
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        list(model.write(PROMPT, LIMIT_S))
    assert pauses == [0.5]


def test_a_reply_far_longer_than_allowed_is_stopped() -> None:
    with hostile(Reply("a" * 4000, piece=1000)) as server, pytest.raises(ModelStopped, match="far more than"):
        list(model_at(server, max_tokens=100).write(PROMPT, LIMIT_S))


def test_several_replies_at_once_do_not_mix() -> None:
    def echo(request: dict[str, Any]) -> str:
        return str(request["messages"][-1]["content"]) * 20

    got: dict[int, str] = {}
    with hostile(Reply(echo)) as server:
        model = model_at(server)

        def ask(n: int) -> None:
            got[n] = text_of(list(model.write(Prompt("", f"vraag {n} "), LIMIT_S)))

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert got == {n: f"vraag {n} " * 20 for n in range(8)}


def test_azure_gets_the_deployment_the_version_and_the_key_its_own_way() -> None:
    with hostile() as server:
        url = server.url.removesuffix("/v1")
        model = model_at(server, provider="azure_openai", model="ons-model", url=url, api_version="2024-10-21")
        assert text_of(list(model.write(WITH_SCHEMA, LIMIT_S))) == "Goed."
    ((path, headers),) = server.seen
    assert path == "/openai/deployments/ons-model/chat/completions?api-version=2024-10-21"
    assert headers["api-key"] == KEY
    assert "response_format" in server.requests[0]
    assert model.name == "azure_openai:ons-model"


TRACED = f"""
import sys
from langchain_core.tracers.langchain import wait_for_all_tracers
from bot.adapters.language_model import LangChainModel
from bot.adapters.model_options import ModelOptions
from bot.core.ports import Prompt
model = LangChainModel(ModelOptions("openai", "x", sys.argv[1], key="{KEY}"))
print("".join(piece.text for piece in model.write(Prompt("", "vraag"), {LIMIT_S})))
wait_for_all_tracers()
"""


def test_the_environment_changes_nothing() -> None:
    """In a process of its own, which can be ended: a tracer that has something to send tries for minutes."""
    with hostile() as elsewhere, hostile() as server:
        names = ("OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT", "OPENAI_PROXY")
        own = dict.fromkeys(names, elsewhere.url)
        own |= dict.fromkeys(("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"), "true")
        own |= dict.fromkeys(("OPENAI_API_KEY", "LANGSMITH_API_KEY"), "sk-ander")
        ran = subprocess.run(
            [sys.executable, "-c", TRACED, server.url],
            env={**os.environ, **own},
            stdout=subprocess.PIPE,
            text=True,
            timeout=2 * LIMIT_S,
            check=True,
        )
    assert ran.stdout == "Goed.\n"
    assert elsewhere.seen == []
    assert server.seen[0][1]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("name", ["LANGSMITH_GATEWAY", "LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"])
def test_a_variable_that_would_take_over_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "true")
    with pytest.raises(SettingsError, match=rf"^{name} is set: unset it"):
        LangChainModel(ModelOptions("openai", "x", "http://127.0.0.1:9/v1"))


def test_nothing_is_logged_of_a_reply_whatever_the_level(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("openai").setLevel(logging.DEBUG)  # as OPENAI_LOG=debug does
    with hostile() as server:
        list(model_at(server).write(PROMPT, LIMIT_S))
    assert caplog.records == []


def test_an_option_does_not_show_its_key() -> None:
    assert KEY not in repr(ModelOptions("openai", "x", key=KEY))
    assert "GEHEIM" not in repr(PROMPT)


@pytest.mark.parametrize(
    ("provider", "package"), [("mistralai", "langchain-mistralai"), ("ollama", "langchain-ollama")]
)
def test_a_provider_whose_package_is_missing_names_the_command(provider: str, package: str) -> None:
    with pytest.raises(MissingExtra, match=rf"^ISVBOT_MODEL='{provider}:x' needs .* run 'pip install {package}'$"):
        LangChainModel(ModelOptions(provider, "x"))


def test_a_provider_that_does_not_exist_is_named() -> None:
    with pytest.raises(SettingsError, match=r"^ISVBOT_MODEL='nergens:x': LangChain knows no such provider"):
        LangChainModel(ModelOptions("nergens", "x", key=KEY))


def options(chosen: str, url: str | None = None, key: str | None = None) -> ModelOptions:
    return model_options(
        chosen, url, key, api_version="v", timeout_s=1, retries=0, max_tokens=16, structured=Structured.AUTO
    )


@pytest.mark.parametrize(
    ("chosen", "url", "key", "told"),
    [
        ("gpt-4o", None, None, "ISVBOT_MODEL='gpt-4o': give provider:model"),
        (":x", None, None, "ISVBOT_MODEL=':x': give provider:model"),
        ("openai:", None, None, "ISVBOT_MODEL='openai:': give provider:model"),
        ("openai:x", None, None, "ISVBOT_MODEL_KEY is empty: openai needs a key"),
        ("azure_openai:x", None, KEY, "ISVBOT_MODEL_URL is empty: azure_openai needs it"),
        ("azure_openai:x", "https://a.nl", None, "ISVBOT_MODEL_KEY is empty: azure_openai needs a key"),
        ("openai:x", "127.0.0.1:80", None, "ISVBOT_MODEL_URL='127.0.0.1:80': give an address such as"),
        ("openai:x", "ftp://a.nl", None, "ISVBOT_MODEL_URL='ftp://a.nl': give an address such as"),
        ("openai:x", "http://a:b/v1", None, "ISVBOT_MODEL_URL='http://a:b/v1': give an address such as"),
        ("openai:x", "http://ik:geheim@a.nl", None, "ISVBOT_MODEL_URL holds a name or password: put the key in"),
    ],
)
def test_settings_that_cannot_work_are_named(chosen: str, url: str | None, key: str | None, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        options(chosen, url, key)
    assert str(caught.value).startswith(told)
    assert "geheim@" not in str(caught.value)


@pytest.mark.parametrize(
    ("made", "host"),
    [
        (options("openai:x", key=KEY), "api.openai.com"),
        (options("openai:meta:70b", "http://127.0.0.1:8000/v1"), "127.0.0.1:8000"),
        (options("mistralai:x", key=KEY), "mistralai (its own default)"),
    ],
)
def test_the_host_that_gets_the_prompts_can_be_shown(made: ModelOptions, host: str) -> None:
    assert made.host == host


def test_a_model_name_may_hold_a_colon() -> None:
    assert options("openai:meta:70b", "http://a.nl").model == "meta:70b"


def test_an_error_of_a_model_is_an_error_of_a_service() -> None:
    assert issubclass(ModelTimeout, ServiceError)
