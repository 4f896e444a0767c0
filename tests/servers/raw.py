"""Calls over a bare socket: what no client of the web would send, and how the server ends it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

PATIENCE_S = 5.0
"""Seconds in which a server must have hung up; the limits that are tested are either far below it or far above it."""

LONG_S = 600.0
"""A limit that has no part in what is tested."""


def head(line: str, length: int = 0, **headers: str) -> bytes:
    """Give the head of a request; an underscore in the name of a header is a hyphen."""
    lines = [f"{line} HTTP/1.1", "Host: localhost", f"Content-Length: {length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


class Call:
    """A connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        """Send bytes; nothing is waited for."""
        self._writer.write(data)

    async def end(self) -> bytes:
        """Give all that the server says until it hangs up, which it must."""
        found = b""
        async with asyncio.timeout(PATIENCE_S):
            with suppress(ConnectionError):
                while chunk := await self._reader.read(65_536):
                    found += chunk
        return found

    async def end_of_drip(self, byte: bytes, every_s: float = 0.02) -> bytes:
        """Send a byte every so often until the server hangs up; a wait counted from the last byte never ends here."""

        async def drip() -> None:
            with suppress(ConnectionError):
                while True:
                    self._writer.write(byte)
                    await self._writer.drain()
                    await asyncio.sleep(every_s)

        dripping = asyncio.create_task(drip())
        try:
            return await self.end()
        finally:
            dripping.cancel()
            await asyncio.gather(dripping, return_exceptions=True)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


@asynccontextmanager
async def calls(port: int, count: int, data: bytes = b"") -> AsyncIterator[list[Call]]:
    """Open connections to a port of this machine, and send the same bytes on each."""
    opened = [Call(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]
    for call in opened:
        call.send(data)
    try:
        yield opened
    finally:
        for call in opened:
            await call.close()


async def answers(port: int, count: int, data: bytes) -> list[bytes]:
    """Give what each of several calls is told until it is hung up on."""
    async with calls(port, count, data) as opened:
        return list(await asyncio.gather(*(call.end() for call in opened)))
