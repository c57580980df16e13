"""uvicorn's WebSocket protocol with pings per station and a staggered shutdown.

Chosen on the command line: `uvicorn --ws chargers.gateway.server:StationProtocol`.
"""

import struct
from asyncio import BaseTransport
from collections.abc import Callable
from typing import Any

from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import State

from .transport import Facts

# A process has five seconds to end; the sockets share the first three.
MAX_DRAIN_S = 3.0
HANDSHAKE_S = 10.0


class Keepalive:
    """Lets the application ping its peer and hear the pong; put into the scope as an extension."""

    def __init__(self, protocol: "StationProtocol") -> None:
        self._protocol = protocol
        self.on_pong: Callable[[], None] = lambda: None

    def ping(self) -> None:
        """Send one ping unless the socket is closing."""
        protocol = self._protocol
        if protocol.conn.state is State.OPEN and not protocol.transport.is_closing():
            protocol.conn.send_ping(struct.pack("!d", protocol.loop.time()))
            protocol.transport.write(b"".join(protocol.conn.data_to_send()))

    def refused(self) -> None:
        """The handshake ended with an HTTP status; without this the server takes it for one that was forgotten."""
        self._protocol.handshake_complete = True

    def abort(self) -> None:
        """Drop the connection, with whatever the peer does not read."""
        self._protocol.transport.abort()


class StationProtocol(WebSocketsSansIOProtocol):
    """One station's socket. Server-wide pings are off: the gateway decides for each station."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ping_interval = None
        self.close_timeout = float(settings.OCPP["CLOSE_TIMEOUT"])
        self.keepalive = Keepalive(self)

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.loop.call_later(HANDSHAKE_S, self._end_unless_asked)

    def _end_unless_asked(self) -> None:
        """What was no readable request of a socket would stay open for ever."""
        if not self.handshake_initiated:
            self.transport.abort()

    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = {**(self.scope["extensions"] or {}), "cpms.keepalive": self.keepalive}
        extensions["cpms.transport"] = _facts(self.transport)
        self.scope["extensions"] = extensions
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        # Of a socket that broke the protocol nothing more is read, not even a second offence.
        if self.conn.parser_exc is None:
            super().data_received(data)

    def handle_parser_exception(self) -> None:
        """End a socket that broke the protocol, by a close frame that arrives.

        Closing at once, with bytes of an oversized frame still unread, would reset the connection and take the
        close frame with it (RFC 9112 §9.6 tells the same of HTTP). So our side is closed, and what the peer
        still sends is thrown away until it closes too, or its time is over.
        """
        close = self.conn.close_sent
        assert close is not None
        self.queue.put_nowait({"type": "websocket.disconnect", "code": close.code, "reason": close.reason})
        self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

    def handle_pong(self, event: Frame) -> None:
        self.keepalive.on_pong()

    def shutdown(self) -> None:
        """Close with 1012, spread over time so that a fleet does not come back in the same instant."""
        rate = max(settings.OCPP["DRAIN_RATE"], len(self.connections) / MAX_DRAIN_S)
        place = _drain_places.setdefault(id(self.connections), iter(range(1_000_000)))
        self.loop.call_later(next(place) / rate, super().shutdown)


def _facts(transport: Any) -> Facts:
    """Read from the connection itself: what proxies say is in headers."""
    peer, tls = transport.get_extra_info("peername"), transport.get_extra_info("ssl_object")
    address = str(peer[0]) if isinstance(peer, tuple) else ""
    return Facts(address, tls is not None, tls.getpeercert(binary_form=True) if tls is not None else None)


_drain_places: dict[int, Any] = {}
