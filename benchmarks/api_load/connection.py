"""One client's connection: a request goes out, its whole answer comes in, and nothing else happens between.

The load generator shares two cores with the server, so it costs as little as it can: bytes made before the clock
starts, a status and a length read from the answer, no JSON.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Args:
        status: of HTTP.
        body: as sent.
        head: status line and headers, as sent.
    """

    status: int
    body: bytes
    head: bytes


class Connection(asyncio.Protocol):
    """A kept connection that asks one thing at a time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._buffer = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, port: int) -> Connection:
        """A connection to a server of this machine."""
        _, protocol = await asyncio.get_running_loop().create_connection(lambda: cls(port), "127.0.0.1", port)
        return protocol

    async def ask(self, request: bytes) -> Answer:
        """The answer to a request.

        Raises:
            ConnectionError: the server closed the connection before it had answered.
        """
        if self._transport is None:
            raise ConnectionResetError
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Nothing is asked any more."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The server took the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """The server closed it; whoever waits is told."""
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        """A part of an answer; every answer of the API says how long it is."""
        self._buffer += data
        end = self._buffer.find(_END)
        if end < 0:
            return
        head = bytes(self._buffer[:end])
        whole = end + len(_END) + _length(head)
        if len(self._buffer) >= whole and self._waiting is not None:
            answer = Answer(int(head[9:12]), bytes(self._buffer[end + len(_END) : whole]), head)
            del self._buffer[:whole]
            self._waiting.set_result(answer)


def request_bytes(method: str, path: str, key: str, body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    return int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
