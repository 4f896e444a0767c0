"""``isvbot mcp``: a server for other people's assistants.

Knows which parts the server is made of, and that its package is optional.
Knows nothing of what its tools do.
"""

import sys
from importlib.metadata import version

from bot.bootstrap import build_assistant, build_messages
from bot.core.corpus import Language, Role
from bot.core.errors import MissingExtra
from bot.core.messages import Messages
from bot.settings import Settings


def serve_mcp(settings: Settings, messages: Messages, role: Role, language: Language | None, port: int | None) -> int:
    """Serve until the client goes or the process is told to stop; over HTTP where a port is given.

    Raises:
        MissingExtra: the package of the protocol is not installed.
        UsageError: the port cannot be used.
        IndexUnavailable: there is no index, or it cannot be read.
    """
    try:
        from bot.channels.mcp.desk import Desk, Served
        from bot.channels.mcp.serve import bound, serve_http, serve_stdio
        from bot.channels.mcp.server import Protocol, server_of
    except ImportError as error:
        raise MissingExtra("the MCP server needs the package mcp: run 'pip install isvbot[mcp]'") from error
    place = None if port is None else bound(port)
    desk = Desk(build_assistant(settings), Served(role, language))
    spoken = language or Language.NL
    texts = build_messages("mcp")
    server = server_of(Protocol(desk, messages, texts, spoken), texts, version("isvbot"))
    if place is None:
        serve_stdio(server)
    else:
        serve_http(server, place, lambda address: _announce(messages.say("mcp_serving", spoken, address=address)))
    return 0


def _announce(text: str) -> None:
    """Tell the operator where it is, on standard error: a client over stdio must not read it."""
    sys.stderr.write(f"isvbot: {text}\n")
    sys.stderr.flush()
