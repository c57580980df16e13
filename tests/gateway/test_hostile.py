"""Hostile frames against the running gateway (bad-input rows B1 to B46): one right answer or a documented close,

and nobody else notices.
"""

import contextlib
import json
import os
import socket
import struct
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode

from chargers.models import ChargingStation, Transaction
from tests.ocpp.rpc.test_hostile_frames import HOSTILE, call
from tests.worlds import World

from .charger import KEY, VERSION_16, VERSION_201, Charger, basic, fresh, now, registered
from .process import Gateway, eventually

# What ends the socket, and how; everything else is answered or ignored.
CLOSES = {"B35 not UTF-8": {1007}, "B37 over the limit": {1009}}
PIECES = ["hello", "NotifyPeriodic", "etc/passwd", "__init__", "1e400", "xxxxxxxxxx"]
MARK = "MARK-0123456789"


@pytest.fixture
def calm(gateway: Gateway, world: World) -> Charger:
    """Somebody else's charger on the same process."""
    return Charger(gateway, registered(world, fresh("CALM")).identity).boot()


@pytest.fixture(params=[VERSION_16, VERSION_201])
def hostile(request: pytest.FixtureRequest, gateway: Gateway, world: World) -> Charger:
    """A charger that is about to misbehave."""
    return Charger(gateway, registered(world, fresh("BAD")).identity, version=request.param)


@pytest.mark.parametrize(
    "name", [name for name, frame in HOSTILE.items() if isinstance(frame, str) and name not in CLOSES]
)
def test_a_hostile_frame_gets_one_answer_or_none_and_the_socket_lives(
    gateway: Gateway, calm: Charger, hostile: Charger, name: str
) -> None:
    hostile.send(HOSTILE[name])  # type: ignore[arg-type]
    hostile.send(call(message_id='"after"'))
    answers = []
    while (frame := hostile.receive())[1] != "after":
        answers.append(frame)
    assert len(answers) <= 1
    assert all(frame[0] in (3, 4) and len(frame) == 5 - 2 * (frame[0] == 3) for frame in answers)
    assert frame[0] == 3
    assert calm.call("Heartbeat", {})
    assert not any(piece in gateway.log() for piece in PIECES)


def test_a_frame_over_the_limit_ends_the_socket(calm: Charger, hostile: Charger) -> None:
    """B37."""
    hostile.send(HOSTILE["B37 over the limit"])  # type: ignore[arg-type]
    assert hostile.close_code() == 1009
    assert calm.call("Heartbeat", {})


def test_a_frame_far_over_the_limit_ends_the_socket(calm: Charger, hostile: Charger) -> None:
    """B82."""
    hostile.send("x" * (3 * 2**20))
    assert hostile.close_code() == 1009
    assert calm.call("Heartbeat", {})


def test_a_binary_frame_ends_the_socket(calm: Charger, hostile: Charger) -> None:
    """B34."""
    hostile.send(call().encode())
    assert hostile.close_code() == 1003
    assert calm.call("Heartbeat", {})


class Wire:
    """A socket that was opened by hand, to send what no library sends."""

    def __init__(self, gateway: Gateway, identity: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", gateway.port), timeout=5)
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
        head = bytes([fin << 7 | rsv << 4 | opcode])
        size = len(payload)
        length = (
            bytes([masked << 7 | size])
            if size < 126
            else bytes([masked << 7 | 126]) + struct.pack("!H", size)
        )
        mask = os.urandom(4) if masked else b""
        body = bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) if masked else payload
        self.socket.sendall(head + length + mask + body)

    def close_code(self) -> int:
        """The code of the close frame; 1006 when the connection just ends."""
        data = b""
        while chunk := self._read():
            data += chunk
        return struct.unpack("!H", data[2:4])[0] if data[:1] == b"\x88" else 1006

    def _read(self) -> bytes:
        try:
            return self.socket.recv(4096)
        except ConnectionError:
            return b""

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def wire(gateway: Gateway, world: World) -> Wire:
    return Wire(gateway, registered(world, fresh("BAD")).identity)


def test_text_that_is_not_utf8_ends_the_socket(gateway: Gateway, calm: Charger, wire: Wire) -> None:
    """B35. The server library says so itself, with a traceback that holds no payload."""
    wire.frame(Opcode.TEXT, b'[2,"\xff\xfe","Heartbeat",{}]')
    assert wire.close_code() == 1007
    assert calm.call("Heartbeat", {})
    assert "Heartbeat" not in gateway.log()
    gateway.forget_log()


def test_compression_is_not_negotiated(calm: Charger, wire: Wire) -> None:
    """B39: what is not agreed on cannot be a bomb."""
    assert b"deflate" not in wire.handshake.lower()
    wire.frame(Opcode.TEXT, b"\x00" * 50, rsv=4)
    assert wire.close_code() == 1002
    assert calm.call("Heartbeat", {})


@pytest.mark.parametrize(
    ("opcode", "options"),
    [(3, {}), (0xB, {}), (Opcode.TEXT, {"masked": False}), (Opcode.PING, {"fin": False}), (Opcode.CONT, {})],
    ids=["reserved", "reserved control", "unmasked", "fragmented ping", "continues nothing"],
)
def test_a_frame_against_the_protocol_ends_the_socket(
    calm: Charger, wire: Wire, opcode: int, options: dict[str, bool]
) -> None:
    """B40."""
    wire.frame(opcode, b"hello", **options)
    assert wire.close_code() == 1002
    assert calm.call("Heartbeat", {})


def test_ten_thousand_fragments_harm_nobody(calm: Charger, wire: Wire) -> None:
    """B38."""
    wire.frame(Opcode.TEXT, b"x", fin=False)
    for _ in range(10_000):
        wire.frame(Opcode.CONT, b"x", fin=False)
    assert calm.call("Heartbeat", {})


def test_a_flood_of_pings_harms_nobody(calm: Charger, wire: Wire) -> None:
    """B41."""
    for _ in range(2000):
        wire.frame(Opcode.PING, b"x" * 125)
    started = time.monotonic()
    assert calm.call("Heartbeat", {})
    assert time.monotonic() - started < 1


def test_answers_to_nothing_end_the_socket(calm: Charger, hostile: Charger) -> None:
    """B43."""
    with contextlib.suppress(ConnectionClosed):
        for number in range(500):
            hostile.send(f'[3,"{number}",{{}}]')
    assert hostile.close_code() == 1008
    assert calm.call("Heartbeat", {})


def test_unreadable_frames_end_the_socket_after_ten(calm: Charger, hostile: Charger) -> None:
    for _ in range(12):
        hostile.send("hello")
    assert hostile.close_code() == 1008
    assert calm.call("Heartbeat", {})


def test_a_station_that_floods_is_read_slowly_and_others_are_not(calm: Charger, hostile: Charger) -> None:
    """B42. Seen failing with a bucket that was full again as soon as it was overdrawn."""
    for number in range(700):
        hostile.send(f'[2,"{number}","Heartbeat",{{}}]')
    started = time.monotonic()
    assert calm.call("Heartbeat", {})
    assert time.monotonic() - started < 1
    for number in range(700):
        assert hostile.receive(10)[1] == str(number)
    assert time.monotonic() - started > 1


def test_a_peer_that_reads_nothing_holds_up_nobody(gateway: Gateway, calm: Charger, wire: Wire) -> None:
    """F26. A big answer is asked for again and again and never read."""
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    body = json.dumps([2, "x" * 250, "Heartbeat", {}]).encode()
    wire.socket.settimeout(0.5)
    try:
        for _ in range(20_000):
            wire.frame(Opcode.TEXT, body)
    except TimeoutError:
        pass
    for _ in range(5):
        started = time.monotonic()
        assert calm.call("Heartbeat", {})
        assert time.monotonic() - started < 1


def test_ids_are_echoed_only_up_to_their_limit(hostile: Charger) -> None:
    """B14, B15."""
    for message_id in ("x" * 255, "a\u202e\u0007b", 9_007_199_254_740_991):
        assert hostile.ask("Heartbeat", {}, message_id)[0] == 3 or hostile.boot_201()
    hostile.send(call(message_id='"' + "x" * 256 + '"'))
    assert hostile.receive()[1] in ("-1", -1)


def test_what_a_charger_says_is_not_in_the_log(gateway: Gateway, hostile: Charger) -> None:
    """Seen failing with frames logged in `Session.receive` (invariant 33)."""
    hostile.send(f'[2,"{MARK}","{MARK}",{{"{MARK}":"{MARK}"}}]')
    hostile.send(f'[2,"1","DataTransfer",{{"vendorId":"{MARK}","data":"{MARK}"}}]')
    hostile.send(f'[2,"2","StatusNotification",{{"connectorId":"{MARK}"}}]')
    hostile.send(f"{MARK}")
    for _ in range(3):
        hostile.receive()
    assert MARK not in gateway.log()


def test_line_breaks_and_escapes_stay_out_of_the_log(gateway: Gateway, hostile: Charger) -> None:
    """B85."""
    hostile.ask("DataTransfer", {"vendorId": "a\r\nERROR forged \x1b[31m"})
    assert "forged" not in gateway.log()


def test_texts_that_look_like_code_are_stored_as_they_came(gateway: Gateway, world: World) -> None:
    """B83, B84, B88."""
    text = "<script>alert(1)</script>{{7*7}}=HYPERLINK(1)\u202e'\"; DROP TABLE x;--"
    charger = Charger(gateway, registered(world, fresh("BAD")).identity)
    charger.call("BootNotification", {"chargePointVendor": text, "chargePointModel": text})
    station = ChargingStation.objects.get(identity=charger.identity)
    assert station.vendor == station.model == text


def test_a_frame_of_the_largest_size_is_answered_quickly(calm: Charger, hostile: Charger) -> None:
    """G9: others wait less than a fifth of a second for it."""
    samples = [{"timestamp": now(), "sampledValue": [{"value": "1"}] * 10}] * 2000
    hostile.send(
        json.dumps([2, "big", "MeterValues", {"connectorId": 1, "evseId": 1, "meterValue": samples}])
    )
    started = time.monotonic()
    assert calm.call("Heartbeat", {})
    assert time.monotonic() - started < 0.5
    assert hostile.receive(10)[1] == "big"


def test_one_hostile_charger_does_not_slow_down_another(
    gateway: Gateway, world: World, calm: Charger
) -> None:
    _ = world.tag
    hostile = Charger(gateway, registered(world, fresh("BAD")).identity)
    for name in ("B27 deep arrays", "B28 deep objects", "B14 id of 1M"):
        hostile.send(HOSTILE[name])  # type: ignore[arg-type]
    started = calm.start("OURS-CARD")
    assert calm.stop(started["transactionId"], 3000) == {}
    assert Transaction.objects.get().energy_wh == 2000
    eventually(lambda: gateway.is_running)
