"""The web application that Teams sends its activities to: ours, with the SDK inside.

Knows the addresses, where our check of a token stands beside the SDK's, and what happens at the start and the end.
Knows nothing of what an activity says.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from microsoft_teams.api.auth.cloud_environment import PUBLIC, CloudEnvironment
from microsoft_teams.apps import App, FastAPIAdapter
from microsoft_teams.apps.http.adapter import HttpMethod, HttpRequest, HttpResponse, HttpRouteHandler
from microsoft_teams.common import Client, ClientOptions

from bot.channels.teams.channel import Channel
from bot.channels.teams.connector import Connector
from bot.channels.teams.gate import LATER, REFUSED, Gate, gate_before
from bot.channels.teams.guard import Guard
from bot.channels.teams.health import Health
from bot.channels.teams.keys import USUAL, Pace
from bot.channels.teams.read import CHANNEL
from bot.core.delivery import AGAIN_S
from bot.core.desk import Desk
from bot.core.front import EVERY_S

log = logging.getLogger(__name__)

ENDPOINT = "/api/messages"

FINISH_S = 20.0
SEND_TIMEOUT_S = 15.0

REASONS = {REFUSED: "Unauthorized", LATER: "Service Unavailable"}

Ready = Callable[[], bool]
"""Something that says whether the index and the database answer."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The bot as Entra knows it. Without a secret nothing can be sent but to a fake service on this machine."""

    client_id: str
    tenant_id: str
    client_secret: str = field(default="", repr=False)
    tenants: frozenset[str] = frozenset()
    """Tenants that are let in beside its own."""
    is_unauthenticated: bool = False
    """For development: nothing is signed, and only this machine is written to."""
    cloud: CloudEnvironment = PUBLIC
    token: Callable[..., str] | None = field(default=None, repr=False)
    """What gives the token to send with, instead of the secret."""


class _Adapter(FastAPIAdapter):
    """Puts our check of a token before that of the SDK."""

    def __init__(self, app: FastAPI, registration: Registration) -> None:
        super().__init__(app)
        self._is_unauthenticated = registration.is_unauthenticated
        self.gate: Gate | None = None

    def register_route(self, method: HttpMethod, path: str, handler: HttpRouteHandler) -> None:
        async def checked(request: HttpRequest) -> HttpResponse:
            if not self._is_unauthenticated:
                status = await self.gate.refusal(request) if self.gate is not None else REFUSED
                if status:
                    return HttpResponse(status=status, body={"error": REASONS[status]})
            return await handler(request)

        super().register_route(method, path, checked)


def build_app(
    desk: Desk,
    registration: Registration,
    ready: Ready,
    *,
    again_s: tuple[float, ...] = AGAIN_S,
    every_s: float = EVERY_S,
    pace: Pace = USUAL,
    health: Health | None = None,
) -> FastAPI:
    """Build the application. Nothing in it listens anywhere yet.

    Who serves it may put a function in ``state.on_taken`` that ends it when another process answers for the channel.
    """
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    adapter, health = _Adapter(web, registration), health or Health()
    teams = App(**_options(adapter, registration))
    tenants = frozenset(tenant.lower() for tenant in (registration.tenant_id, *registration.tenants) if tenant)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await teams.initialize()
        gate = adapter.gate = gate_before(teams, pace)
        if gate is not None:
            health.are_keys_missing = lambda: gate.keys.are_missing
        connector = Connector(teams.api, f"28:{registration.client_id or 'isvbot'}")
        is_local_only = registration.is_unauthenticated
        channel = Channel(desk, connector, tenants, is_local_only=is_local_only, again_s=again_s, every_s=every_s)
        teams.server.on_request = channel.handle
        web.state.taken_over = channel.front.taken_over
        leaving = asyncio.create_task(_leave(web))
        try:
            await channel.front.open(CHANNEL)
            yield
        finally:
            leaving.cancel()
            await channel.finish(FINISH_S)
            if gate is not None:
                await gate.keys.close()
            for client in (teams.api.http, teams.http_client):
                await client.http.aclose()

    web.router.lifespan_context = life
    web.add_middleware(Guard, path=ENDPOINT)
    _add_health(web, lambda: not health.problems and ready() and _is_open(web))
    return web


def _options(adapter: _Adapter, registration: Registration) -> dict[str, Any]:
    """Give the SDK's options; each is given, for it reads variables of its own where one is not."""
    return {
        "http_server_adapter": adapter,
        "messaging_endpoint": ENDPOINT,
        "client_id": registration.client_id or None,
        "client_secret": registration.client_secret or None,
        "tenant_id": registration.tenant_id or None,
        "token": registration.token,
        "cloud": registration.cloud,
        "client": Client(ClientOptions(timeout=SEND_TIMEOUT_S)),
        "dangerously_allow_unauthenticated_requests": registration.is_unauthenticated,
        "fetch_user_token": False,
        "state": False,
    }


def _is_open(web: FastAPI) -> bool:
    """Say whether messages are taken in; another process may have taken the channel over."""
    taken_over: asyncio.Event | None = getattr(web.state, "taken_over", None)
    return taken_over is None or not taken_over.is_set()


async def _leave(web: FastAPI) -> None:
    """Tell who serves the application that another process answers for the channel."""
    await web.state.taken_over.wait()
    on_taken: Callable[[], None] = getattr(web.state, "on_taken", lambda: None)
    on_taken()


def _add_health(web: FastAPI, ready: Ready) -> None:
    @web.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @web.get("/readyz")
    async def readyz() -> JSONResponse:
        is_ready = await asyncio.to_thread(ready)
        return JSONResponse({"status": "ok" if is_ready else "not ready"}, 200 if is_ready else 503)
