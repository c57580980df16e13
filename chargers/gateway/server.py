"""uvicorn's WebSocket protocol with pings per station and a staggered shutdown.

Chosen on the command line: `uvicorn --ws chargers.gateway.server:StationProtocol`.
"""

import struct
from asyncio import BaseTransport
from collections.abc import Callable
from typing import Any

from django.conf import settings
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.protocol import State

from .admission.frames_guard import UNFINISHED_S, FramesGuard
from .admission.transport import Facts

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

    @property
    def connections(self) -> int:
        """How many connections the server has open, of whatever kind."""
        return len(self._protocol.connections)

    def abort(self) -> None:
        """Drop the connection, with whatever the peer does not read."""
        self._protocol.transport.abort()


class StationHttp(H11Protocol):
    """The request before it is a socket: it must be there within ten seconds, however slowly it is sent."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self.loop.call_later(HANDSHAKE_S, self._end_unless_asked)

    def _end_unless_asked(self) -> None:
        """What is no whole request by now never will be; it would hold its place for ever."""
        if self.cycle is None and self.transport.get_protocol() is self:
            self.transport.abort()


class StationProtocol(WebSocketsSansIOProtocol):
    """One station's socket. Server-wide pings are off: the gateway decides for each station."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ping_interval = None
        self.close_timeout = float(settings.OCPP["CLOSE_TIMEOUT"])
        self.keepalive = Keepalive(self)
        self.guard = FramesGuard()
        self._is_ended = False

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
        if self.conn.parser_exc is None and not self._is_ended:
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

    def handle_ping(self) -> None:
        if self.guard.control(self.loop.time()):
            super().handle_ping()
        else:
            self._end(CloseCode.POLICY_VIOLATION)

    def handle_pong(self, event: Frame) -> None:
        if self.guard.control(self.loop.time()):
            self.keepalive.on_pong()
        else:
            self._end(CloseCode.POLICY_VIOLATION)

    def handle_text(self, event: Frame) -> None:
        if not event.fin:
            self.guard.fragment(self.loop.time(), is_last=False)
            self.loop.call_later(UNFINISHED_S, self._end_unfinished)
        super().handle_text(event)

    def handle_cont(self, event: Frame) -> None:
        """Pieces are joined as they come: as many objects as pieces would cost a hundred times their bytes."""
        if not self.guard.fragment(self.loop.time(), event.fin):
            self._end(CloseCode.POLICY_VIOLATION)
            return
        if not isinstance(self.frames[0], bytearray):
            self.frames = [bytearray(self.frames[0])]  # type: ignore[list-item]
        self.frames[0] += event.data
        if event.fin:
            self.send_receive_event_to_app()

    def _end_unfinished(self) -> None:
        if self.read_paused:
            # It cannot end a message that we do not read.
            self.loop.call_later(UNFINISHED_S, self._end_unfinished)
        elif self.guard.is_stuck(self.loop.time()):
            self._end(CloseCode.POLICY_VIOLATION)

    def _end(self, code: int) -> None:
        """Close from our side and read no more, as after a broken frame."""
        if not self._is_ended and self.conn.state is State.OPEN:
            self._is_ended = True
            self.conn.send_close(code)
            self.handle_parser_exception()

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
