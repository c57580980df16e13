"""The client's side of a WebSocket (RFC 6455), as cheap as the load needs it: no extensions, no fragments."""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import cast

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
# A mask of zeros leaves the payload as it is; servers unmask it all the same.
_MASK = b"\0\0\0\0"


def frame(payload: bytes, opcode: int = _TEXT) -> bytes:
    """One masked frame of up to 64 kB."""
    size = len(payload)
    head = (
        bytes((0x80 | opcode, 0x80 | size)) if size < 126 else b"%c\xfe%b" % (0x80 | opcode, size.to_bytes(2))
    )
    return head + _MASK + payload


class Line(asyncio.Protocol):
    """One socket. `on_text` gets each text; `on_lost` hears once that the socket is gone.

    `opened` resolves to the HTTP status of the handshake, 0 when the server hung up instead.
    """

    def __init__(self, request: bytes, on_text: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        self._request, self._on_text, self._on_lost = request, on_text, on_lost
        self._buffer = b""
        self._open = False
        self.transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        if not self._open:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            self._greeted(head)
        self._buffer = self._frames(data)

    def _greeted(self, head: bytes) -> None:
        self._open = True
        status = int(head.split(b" ", 2)[1])
        if not self.opened.done():
            self.opened.set_result(status)

    def _frames(self, data: bytes) -> bytes:
        """Work off the whole frames in `data`; what is left belongs to the next one."""
        start, end = 0, len(data)
        while end - start >= 2:
            size, body = data[start + 1], start + 2
            if size == 126:
                size, body = int.from_bytes(data[start + 2 : start + 4]), start + 4
            if end < body + size:
                break
            self._frame(data[start] & 15, data[body : body + size])
            start = body + size
        return data[start:]

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            self._on_text(payload)
        elif opcode == _PING:
            self._write(frame(payload, _PONG))
        elif opcode == _CLOSE:
            self.abort()

    def send(self, text: bytes) -> None:
        """Send one text frame."""
        self._write(frame(text))

    def _write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)

    def abort(self) -> None:
        """Cut the socket without a word."""
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_result(0)
        self._on_lost()


def handshake(host: str, identity: str, password: str, subprotocol: str) -> bytes:
    """The HTTP request that opens a charger's socket."""
    basic = base64.b64encode(f"{identity}:{password}".encode()).decode()
    lines = [
        f"GET /ocpp/{identity} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {subprotocol}",
        f"Authorization: Basic {basic}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()
