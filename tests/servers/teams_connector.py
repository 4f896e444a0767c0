"""A small fake of the service that bots send to in Teams, with the keys that it signs its own messages with.

It takes activities, gives them ids, and can be slow, busy or broken; of its keys it can be silent.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.servers.web import served

ISSUER = "https://api.botframework.com"


@dataclass(frozen=True)
class Sent:
    """What the bot sent: a new activity, or one in the place of another."""

    conversation: str
    activity: dict[str, Any]
    id: str
    at: float
    authorization: str

    @property
    def text(self) -> str:
        return str(self.activity.get("text") or "")

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [attachment["content"] for attachment in self.activity.get("attachments") or ()]


def is_message(sent: Sent) -> bool:
    return str(sent.activity["type"]) == "message"


@dataclass
class Connector:
    """What it was sent, and what it answers to the next requests; without more of those it takes everything."""

    url: str = ""
    failures: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    refused: int = 0
    why_not: str = "no"
    kid: str = "k1"
    odd_keys: deque[Response] = field(default_factory=deque)
    """What is answered to who asks for the keys next."""

    def __post_init__(self) -> None:
        self._sent: list[Sent] = []
        self._changed = threading.Condition()
        self.keys_asked = 0
        self.gives_keys = threading.Event()
        self.gives_keys.set()
        self.key: RSAPrivateKey = generate_private_key(65537, 2048)

    @property
    def sent(self) -> list[Sent]:
        with self._changed:
            return [*self._sent]

    def messages(self) -> list[Sent]:
        return list(filter(is_message, self.sent))

    def wait(
        self, count: int = 1, of: Callable[[Sent], bool] = lambda sent: sent.activity["type"] == "message"
    ) -> Sent:
        """Wait until so many messages came in, and give the last of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: sum(map(of, self._sent)) >= count, 10), self._sent
            return [sent for sent in self._sent if of(sent)][count - 1]

    def wait_refused(self, count: int) -> None:
        """Wait until so many activities were not taken."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.refused >= count, 10)

    def wait_keys_asked(self, count: int = 1) -> None:
        """Wait until the keys were asked for so often."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.keys_asked >= count, 10)

    def refuse(self) -> tuple[int, dict[str, str]] | None:
        """Give the failure that comes next, if one does."""
        with self._changed:
            if not self.failures:
                return None
            self.refused += 1
            self._changed.notify_all()
            return self.failures.popleft()

    def token(self, key: RSAPrivateKey | None = None, kid: str = "k1", without: str = "", **claims: Any) -> str:
        """Sign a token as the service does, or with other claims."""
        whole = {
            "iss": ISSUER,
            "aud": "bot-id",
            "exp": int(time()) + 600,
            "nbf": int(time()) - 5,
            "serviceurl": self.url,
        }
        whole = {name: value for name, value in (whole | claims).items() if name != without}
        return jwt.encode(whole, key or self.key, algorithm="RS256", headers={"kid": kid})

    def take(self, conversation: str, activity: dict[str, Any], authorization: str) -> str:
        with self._changed:
            given = f"sent-{len(self._sent) + 1}"
            self._sent.append(Sent(conversation, activity, given, time(), authorization))
            self._changed.notify_all()
        return given

    def keys(self) -> dict[str, Any]:
        """Give the keys, unless it is silent."""
        with self._changed:
            self.keys_asked += 1
            self._changed.notify_all()
        self.gives_keys.wait(30)
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]}


def app_of(connector: Connector) -> FastAPI:
    app = FastAPI()

    async def taken(conversation: str, request: Request) -> Response:
        failure = connector.refuse()
        if failure is not None:
            status, headers = failure
            return JSONResponse({"error": {"message": connector.why_not}}, status, headers)
        activity = await request.json()
        given = connector.take(conversation, activity, request.headers.get("authorization", ""))
        is_final = (activity.get("channelData") or {}).get("streamType") == "final"
        return Response(status_code=202) if is_final else JSONResponse({"id": given}, 201)

    @app.post("/v3/conversations/{conversation}/activities")
    async def create(conversation: str, request: Request) -> Response:
        return await taken(conversation, request)

    @app.put("/v3/conversations/{conversation}/activities/{activity}")
    async def update(conversation: str, activity: str, request: Request) -> Response:
        return await taken(conversation, request)

    @app.get("/v1/.well-known/keys", response_model=None)
    def keys() -> Response:
        usual = JSONResponse(connector.keys())
        return connector.odd_keys.popleft() if connector.odd_keys else usual

    return app


@contextmanager
def fake_connector() -> Iterator[Connector]:
    connector = Connector()
    with served(app_of(connector)) as url:
        connector.url = url
        try:
            yield connector
        finally:
            connector.gives_keys.set()
