"""Who may not get in: forged and foreign tokens, foreign tenants, bodies that are none, and unsafe settings."""

import base64
import json
import logging
import socket
from collections.abc import Callable
from time import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from bot.channels.teams.address import Address, unpacked
from bot.channels.teams.app import Registration
from bot.channels.teams.guard import MAX_BYTES, MAX_DEPTH
from bot.channels.teams.serve import Place, check
from bot.core.errors import SettingsError
from tests.channels.teams.conftest import Bot, NewBot
from tests.servers.teams_connector import ISSUER, Connector

GUARD = "bot.channels.teams.guard"
LOGIN = "https://login.microsoftonline.com"


def unsigned(connector: Connector) -> str:
    parts = ({"alg": "none", "typ": "JWT", "kid": "k1"}, claims(connector))
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def claims(connector: Connector) -> dict[str, Any]:
    return {"iss": ISSUER, "aud": "bot-id", "exp": int(time()) + 600, "serviceurl": connector.url}


def by_secret(connector: Connector) -> str:
    return jwt.encode(claims(connector), "a" * 64, algorithm="HS256", headers={"kid": "k1"})


REFUSED: dict[str, Callable[[Connector], str]] = {
    "garbage": lambda _: "x.y.z",
    "wrong audience": lambda c: c.token(aud="another-bot"),
    "wrong issuer": lambda c: c.token(iss="https://example.org"),
    "issuer of Entra": lambda c: c.token(iss=f"{LOGIN}/{'0' * 36}/v2.0", tid="../../x", azp="x"),
    "wrong key": lambda c: c.token(key=generate_private_key(65537, 2048)),
    "unknown key": lambda c: c.token(kid="k2"),
    "expired": lambda c: c.token(exp=int(time()) - 600),
    "not yet valid": lambda c: c.token(nbf=int(time()) + 3600),
    "other service": lambda c: c.token(serviceurl="https://example.org"),
    "no service": lambda c: c.token(without="serviceurl"),
    "no audience": lambda c: c.token(without="aud"),
    "no issuer": lambda c: c.token(without="iss"),
    "no expiry": lambda c: c.token(without="exp"),
    "algorithm none": unsigned,
    "HS256": by_secret,
}


MAY_BE_RIGHT = ("wrong key", "unknown key")
"""What only the keys can tell from a token of the service."""


@pytest.mark.parametrize("name", REFUSED)
def test_a_token_that_is_not_right_is_refused(bot: Bot, name: str) -> None:
    assert bot.post(bot.activity("/stop"), REFUSED[name](bot.connector)).status_code == 401
    assert bot.connector.keys_asked == (name in MAY_BE_RIGHT)
    assert bot.say("/stop").status_code == 200
    bot.connector.wait()
    assert len(bot.connector.messages()) == 1


@pytest.mark.parametrize(
    ("content", "token", "expected"),
    [
        ("{}", "", "activity id=- refused why=no type status=400"),
        ("[" * 9_000, "", "activity id=- refused why=no JSON status=400"),
        ("x" * (MAX_BYTES + 1), "", "activity id=- refused why=too large status=413"),
        ({}, "x.y.z", "activity id=a1??activity?id?a2 refused status=401"),
        ({}, "", "activity id=a1??activity?id?a2 taken kind=text status=200"),
        ({"id": "9" * 999}, "", f"activity id={'9' * 64} taken kind=text status=200"),
        ({"channelData": {}}, "", "activity id=a1??activity?id?a2 refused why=another tenant status=403"),
        ({"type": "event"}, "", "activity id=a1??activity?id?a2 not for the bot status=200"),
        ({"conversation": {"id": "../.."}}, "", "activity id=a1??activity?id?a2 malformed status=400"),
        ({"type": "invoke", "name": "x"}, "", "activity id=a1??activity?id?a2 malformed status=501"),
    ],
)
def test_each_activity_is_one_line_whoever_takes_or_refuses_it(
    bot: Bot, caplog: pytest.LogCaptureFixture, content: Any, token: str, expected: str
) -> None:
    caplog.set_level(logging.INFO, "bot.channels.teams")
    if isinstance(content, dict):
        bot.post(bot.activity("/stop", **{"id": "a1\n activity=id=a2", **content}), token or None)
    else:
        sent = {"Authorization": f"Bearer {bot.connector.token()}", "Content-Type": "application/json"}
        httpx.post(f"{bot.url}/api/messages", content=content, headers=sent)
    assert [record.getMessage() for record in caplog.records if record.name == GUARD] == [expected]


@pytest.mark.parametrize("value", ["", "Bearer", "Basic Zm9vOmJhcg==", "bearer x.y.z"])
def test_without_a_token_nothing_gets_in(bot: Bot, value: str) -> None:
    headers = {"Authorization": value} if value else {}
    answer = httpx.post(f"{bot.url}/api/messages", json=bot.activity("/stop"), headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("data", [{}, {"tenant": {"id": "tenant-2"}}, {"tenant": {}}, {"tenant": {"id": ""}}, None])
def test_another_tenant_is_refused_also_with_a_good_token(bot: Bot, data: object) -> None:
    assert bot.say("/stop", channelData=data).status_code == 403


def test_a_tenant_that_is_listed_gets_in(new_bot: NewBot) -> None:
    bot = new_bot(tenants=frozenset({"Tenant-2"}))
    assert bot.say("/stop", channelData={"tenant": {"id": "tenant-2"}}).status_code == 200
    assert bot.say("/stop", channelData={"tenant": {"id": "tenant-3"}}).status_code == 403
    bot.connector.wait()


def test_without_a_registration_nobody_gets_in(new_bot: NewBot) -> None:
    bot = new_bot(client_id="")
    assert bot.say("/stop").status_code == 401


@pytest.mark.parametrize("conversation", ["../../x", "a/b", "a?b", "a#b", "", "x" * 501, "a\nb", "a..b"])
def test_an_id_that_would_lead_elsewhere_is_refused(bot: Bot, conversation: str) -> None:
    assert bot.say("/stop", conversation={"id": conversation, "conversationType": "personal"}).status_code == 400


DEEP = "[" * 5_000 + "]" * 5_000
BODIES = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b'"x"', 400),
    (b"\xff\xfe", 400),
    (b'{"type": NaN}', 400),
    (b'{"type": "message", "id": "1"}', 400),
    (b'{"type": 1, "id": "1", "serviceUrl": "x"}', 400),
    (b'{"type": "message", "id": 1, "serviceUrl": "x"}', 400),
    (b'{"type": "message", "id": "1", "serviceUrl": ""}', 400),
    (b'{"x": ' + DEEP.encode() + b"}", 400),
    (b'{"x": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", 400),
    (b'{"x": ' + b"[" * 100_000, 400),
    (b" " * (MAX_BYTES + 1), 413),
]


@pytest.mark.parametrize(("body", "status"), BODIES)
def test_a_body_that_is_no_activity_is_refused_before_any_token(bot: Bot, body: bytes, status: int) -> None:
    answer = httpx.post(f"{bot.url}/api/messages", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_a_body_whose_length_is_not_told_is_measured(bot: Bot) -> None:
    parts = (b" " * 65_536 for _ in range(8))
    answer = httpx.post(f"{bot.url}/api/messages", content=parts, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_another_kind_of_body_is_refused(bot: Bot, kind: str) -> None:
    body = json.dumps(bot.activity("/stop"))
    answer = httpx.post(f"{bot.url}/api/messages", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400


def test_a_request_that_is_broken_off_stops_nothing(bot: Bot) -> None:
    host, _, port = bot.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        line.sendall(b"Content-Length: 100\r\n\r\n{")
    assert bot.say("/stop").status_code == 200
    bot.connector.wait()


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/"])
def test_nothing_is_told_of_what_there_is(bot: Bot, path: str) -> None:
    assert httpx.get(f"{bot.url}{path}").status_code == 404


def test_whether_it_lives_and_is_ready_can_be_asked(bot: Bot) -> None:
    assert httpx.get(f"{bot.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{bot.url}/readyz").status_code == 200


def test_without_tokens_only_this_machine_is_written_to(new_bot: NewBot) -> None:
    bot = new_bot(is_unauthenticated=True)
    activity = bot.activity("/stop")
    endpoint = f"{bot.url}/api/messages"
    assert httpx.post(endpoint, json=activity | {"serviceUrl": "http://10.0.0.1/x"}).status_code == 403
    assert httpx.post(endpoint, json=activity).status_code == 200
    bot.connector.wait()


GOOD = Registration("bot-id", "tenant", "secret")
DEVELOPMENT = Registration("", "", is_unauthenticated=True)


@pytest.mark.parametrize(
    ("registration", "place", "named"),
    [
        (Registration("", "tenant", "secret"), Place("127.0.0.1", 1), "ISVBOT_TEAMS_CLIENT_ID"),
        (Registration("bot-id", "tenant"), Place("127.0.0.1", 1), "ISVBOT_TEAMS_CLIENT_SECRET"),
        (Registration("bot-id", "", "secret"), Place("127.0.0.1", 1), "ISVBOT_TEAMS_TENANT_ID"),
        (DEVELOPMENT, Place("127.0.0.1", 1), "ISVBOT_ENVIRONMENT=development"),
        (DEVELOPMENT, Place("0.0.0.0", 1, is_development=True), "ISVBOT_TEAMS_HOST='0.0.0.0'"),
        (DEVELOPMENT, Place("example.org", 1, is_development=True), "ISVBOT_TEAMS_HOST='example.org'"),
    ],
)
def test_unsafe_settings_are_refused_at_the_start(registration: Registration, place: Place, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        check(registration, place)


def test_safe_settings_are_taken_and_a_secret_is_not_shown() -> None:
    check(GOOD, Place("0.0.0.0", 1))
    check(DEVELOPMENT, Place("127.0.0.1", 1, is_development=True))
    assert "secret" not in repr(GOOD).replace("client_secret", "")


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "http://[", "https://x?y", "https://x#y"])
def test_what_is_no_address_is_known_as_such(url: str) -> None:
    assert not Address(url, "a:1").is_sound
    assert not Address(url, "a:1").is_local


def test_an_address_is_kept_and_read_back() -> None:
    address = Address("https://smba.example/teams", "a:1", is_personal=True, reply_to="1")
    assert unpacked(address.packed()) == address
    with pytest.raises(ValueError, match="address"):
        unpacked("{}")
