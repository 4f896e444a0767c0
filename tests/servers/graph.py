"""A small fake of Entra: the address that gives tokens, and the one of Graph that tells who is in which group."""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from pydantic import SecretStr

from bot.settings import Settings

MOST_GROUPS = 20


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send instead: a status with a body and headers, or nothing until the test is over."""

    status: int = 500
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_slow: bool = False


def refusal(status: int, code: str, **headers: str) -> Reply:
    """An error as Graph writes it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"error": {"code": code, "message": "no, for anna"}}, named)


@dataclass(slots=True)
class Graph:
    """What a test may tell the server and ask of it."""

    url: str = ""
    members: dict[str, set[str]] = field(default_factory=dict)
    """The groups of each person; another id is nobody's."""
    script: deque[Reply] = field(default_factory=deque)
    """Replies to the next calls of Graph; afterwards there are good ones."""
    tokens: deque[Reply] = field(default_factory=deque)
    """The same for the next tokens."""
    forms: list[dict[str, str]] = field(default_factory=list)
    """What was sent for a token."""
    asked: list[tuple[str, list[str], str]] = field(default_factory=list)
    """Path, groups and token of each call of Graph."""
    released: threading.Event = field(default_factory=threading.Event)

    def token(self, form: dict[str, str], path: str) -> Reply:
        self.forms.append(form)
        if self.tokens:
            return self.tokens.popleft()
        if path != "/huurder/oauth2/v2.0/token" or form.get("client_secret") != "geheim":
            return Reply(401, {"error": "invalid_client", "error_description": "geheim is fout"})
        return Reply(200, {"access_token": f"bewijs-{len(self.forms)}", "expires_in": 3600, "token_type": "Bearer"})

    def groups(self, path: str, groups: list[str], authorization: str) -> Reply:
        self.asked.append((path, groups, authorization))
        if self.script:
            return self.script.popleft()
        _, version, users, person, call = path.split("/")
        assert (version, users, call) == ("v1.0", "users", "checkMemberGroups")
        if len(groups) > MOST_GROUPS:
            return refusal(400, "Request_BadRequest")
        if not authorization.startswith("Bearer bewijs-"):
            return refusal(401, "InvalidAuthenticationToken")
        if person not in self.members:
            return refusal(404, "Request_ResourceNotFound")
        return Reply(200, {"value": [group for group in groups if group in self.members[person]]})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Graph

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/token"):
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            reply = self.state.token(form, self.path)
        else:
            reply = self.state.groups(self.path, json.loads(body)["groupIds"], self.headers.get("Authorization", ""))
        if reply.is_slow:
            self.state.released.wait(30)
            self.close_connection = True
            return
        sent = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        del format, args


@contextmanager
def fake_graph(**members: set[str]) -> Iterator[Graph]:
    """Serve both addresses on one port."""
    state = Graph(members=members)
    handler = type("_Handler", (_Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        server.server_close()
        thread.join(30)


def settings_with(graph: Graph, folder: Path, people: str) -> Settings:
    """Settings of a bot whose list of people is looked up there."""
    path = folder / "people.yaml"
    path.write_text(people, "utf-8")
    return Settings(
        data_dir=folder,
        people_file=path,
        teams_client_id="bot",
        teams_client_secret=SecretStr("geheim"),
        teams_tenant_id="huurder",
        teams_graph_url=graph.url,
        teams_login_url=graph.url,
    )
