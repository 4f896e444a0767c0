"""The server side of the Model Context Protocol, with the official package: tools and resources.

Knows how an outcome is put into the protocol, and that the desk is asked in a thread, one call at a time.
Knows nothing of transports, or of what a tool does.
"""

import json
from collections.abc import Iterable
from typing import Any

import anyio
import anyio.to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    TextContent,
    TextResourceContents,
    Tool,
    ToolAnnotations,
)

from bot.channels.mcp.arguments import TOOLS, both_languages, schema_of
from bot.channels.mcp.desk import Desk, Outcome
from bot.core.corpus import Language, Source
from bot.core.messages import Messages
from bot.core.plain import shortened
from bot.core.wire import SHOWN_CHARS, source_object

Context = ServerRequestContext[Any, Any]

SCHEME = "isvbot://source/"
"""In front of a source's id: the address of its text."""

METADATA = "/metadata"
"""Behind the address of a text: the address of what is known of it, as JSON."""


class Protocol:
    """Answers the requests of a client from a desk."""

    def __init__(self, desk: Desk, messages: Messages, texts: Messages, language: Language) -> None:
        """Take the desk, the fixed sentences, the words about the tools, and the language of protocol errors."""
        self._desk = desk
        self._messages = messages
        self._texts = texts
        self._language = language
        self._one_at_a_time = anyio.CapacityLimiter(1)

    async def list_tools(self, context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        """Give the tools."""
        del context, params
        return ListToolsResult(tools=[self._tool(name) for name in TOOLS])

    async def call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        """Do what a tool does; wrong use is a result that says so.

        Raises:
            MCPError: there is no such tool.
        """
        del context
        if params.name not in TOOLS:
            raise self._unknown("mcp_unknown_tool", params.name, TOOLS)
        outcome: Outcome = await anyio.to_thread.run_sync(
            self._desk.call, params.name, params.arguments, limiter=self._one_at_a_time
        )
        return CallToolResult(
            content=[TextContent(type="text", text=outcome.text)],
            structured_content=None if outcome.found is None else dict(outcome.found),
            is_error=bool(outcome.error),
        )

    async def list_resources(self, context: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        """Give the sources that may be read."""
        del context, params
        return ListResourcesResult(resources=[self._resource(source) for source in await self._sources()])

    async def read_resource(self, context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        """Give the text of a source, in which every offset of a quote counts, and what is known of it.

        Raises:
            MCPError: there is no such source, or it may not be read.
        """
        del context
        address = str(params.uri)
        wanted = address.removesuffix(METADATA)
        sources = await self._sources()
        source = next((source for source in sources if _address(source) == wanted), None)
        if source is None:
            raise self._unknown("mcp_unknown_source", address, [source.id for source in sources])
        known = TextResourceContents(
            uri=wanted + METADATA,
            mime_type="application/json",
            text=json.dumps(source_object(source), ensure_ascii=False),
        )
        if address.endswith(METADATA):
            return ReadResourceResult(contents=[known])
        text = TextResourceContents(uri=wanted, mime_type="text/plain", text=source.text)
        return ReadResourceResult(contents=[text, known])

    async def _sources(self) -> tuple[Source, ...]:
        return await anyio.to_thread.run_sync(self._desk.sources, limiter=self._one_at_a_time)

    def _tool(self, name: str) -> Tool:
        return Tool(
            name=name,
            title=self._texts.say(f"{name}_title", self._language),
            description=both_languages(self._texts, name),
            input_schema=schema_of(name, self._texts),
            annotations=ToolAnnotations(
                read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
            ),
        )

    def _resource(self, source: Source) -> Resource:
        return Resource(
            name=source.id,
            title=source.title,
            uri=_address(source),
            description=f"{source.publisher}, {source.date}. {source.reference}",
            mime_type="text/plain",
            size=len(source.text.encode()),
        )

    def _unknown(self, name: str, value: str, allowed: Iterable[str]) -> MCPError:
        holes = {"value": shortened(value, SHOWN_CHARS), "allowed": ", ".join(allowed)}
        return MCPError(INVALID_PARAMS, self._messages.say(name, self._language, **holes))


def _address(source: Source) -> str:
    return f"{SCHEME}{source.id}"


def server_of(protocol: Protocol, texts: Messages, version: str) -> Server[Any]:
    """Give a server of the official package that answers from ``protocol``."""
    return Server(
        "isvbot",
        version=version,
        instructions=both_languages(texts, "instructions"),
        on_list_tools=protocol.list_tools,
        on_call_tool=protocol.call_tool,
        on_list_resources=protocol.list_resources,
        on_read_resource=protocol.read_resource,
    )
