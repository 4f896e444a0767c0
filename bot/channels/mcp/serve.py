"""The two ways in: standard input and output, or streamable HTTP on this machine.

Knows that standard output belongs to the protocol, and that only this machine may call over HTTP: the package refuses a
Host or Origin of elsewhere, so that a web page cannot reach the server through a browser (DNS rebinding).
Knows nothing of tools.
"""

import socket
from collections.abc import Callable
from typing import Any

import anyio
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from bot.core.errors import UsageError

HOST = "127.0.0.1"
PATH = "/mcp"
MAX_PORT = 65_535
MAX_BODY_BYTES = 1_000_000
"""A question of the greatest length with a long history fits in it many times."""


def serve_stdio(server: Server[Any]) -> None:
    """Serve one client over standard input and output, until the input ends."""
    anyio.run(_over_stdio, server)


async def _over_stdio(server: Server[Any]) -> None:
    async with stdio_server() as (messages_in, messages_out):
        await server.run(messages_in, messages_out, server.create_initialization_options())


def bound(port: int) -> socket.socket:
    """Take a port of this machine, before anything slow is loaded; 0 takes a free one.

    Raises:
        UsageError: it is no port, or in use.
    """
    if not 0 <= port <= MAX_PORT:
        raise UsageError("bad_port", value=port)
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((HOST, port))
    except OSError as error:
        place.close()
        raise UsageError("bad_port", value=port) from error
    return place


def address_of(place: socket.socket) -> str:
    """Give the address that a client connects to."""
    return f"http://{HOST}:{place.getsockname()[1]}{PATH}"


def serve_http(server: Server[Any], place: socket.socket, announce: Callable[[str], None]) -> None:
    """Serve any number of clients over HTTP until the process is told to stop; no state is kept between requests."""
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=MAX_BODY_BYTES,
        host=HOST,
    )
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    with place:
        place.listen()
        announce(address_of(place))
        uvicorn.Server(config).run(sockets=[place])
