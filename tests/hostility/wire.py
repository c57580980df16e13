"""A socket that is opened and written by hand, to send what no library sends."""

import contextlib
import os
import socket
import struct

from tests.gateway.charger import KEY, VERSION_16, basic
from tests.gateway.process import Gateway


class Wire:
    """One connection of a registered station."""

    def __init__(self, gateway: Gateway, identity: str, receive_bytes: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", gateway.port))
        key = basic(identity, KEY)["Authorization"]
        self.socket.sendall(
            f"GET /ocpp/{identity} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Extensions: permessage-deflate\r\n"
            f"Sec-WebSocket-Protocol: {VERSION_16}\r\nAuthorization: {key}\r\n\r\n".encode()
        )
        self.handshake = b""
        while b"\r\n\r\n" not in self.handshake:
            self.handshake += self.socket.recv(1)
        gateway.sockets.append(self)

    def frame(
        self, opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0, masked: bool = True
    ) -> None:
        """Send one frame as given."""
        self.socket.sendall(encoded(opcode, payload, fin=fin, rsv=rsv, masked=masked))

    def read_until(self, mark: bytes) -> bytes:
        """Everything that comes up to and with this mark."""
        data = b""
        while mark not in data:
            chunk = self.socket.recv(65_536)
            assert chunk, data[-200:]
            data += chunk
        return data

    def close_code(self) -> int:
        """The code of the close frame; 1006 when the connection just ends."""
        data = b""
        while chunk := self._read():
            data += chunk
        # Pings and answers may stand before it.
        at = data.rfind(b"\x88")
        return int(struct.unpack("!H", data[at + 2 : at + 4])[0]) if at >= 0 else 1006

    def _read(self) -> bytes:
        try:
            return self.socket.recv(4096)
        except ConnectionError:
            return b""

    def close(self) -> None:
        """End the connection without a word, and with whatever was not read."""
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def encoded(opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """One WebSocket frame (RFC 6455 §5.2)."""
    size = len(payload)
    head = bytes([fin << 7 | rsv << 4 | opcode])
    if size < 126:
        head += bytes([masked << 7 | size])
    elif size < 65_536:
        head += bytes([masked << 7 | 126]) + struct.pack("!H", size)
    else:
        head += bytes([masked << 7 | 127]) + struct.pack("!Q", size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    key = int.from_bytes((mask * (size // 4 + 1))[:size])
    return head + mask + (int.from_bytes(payload) ^ key).to_bytes(size)
