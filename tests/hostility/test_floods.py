"""Bad-input rows about too much of something: fragments, pings, messages, answers, samples, connectors."""

import contextlib
import json
import socket
import time

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode

from chargers.choices import Quirk
from chargers.gateway.admission.flood import Flood
from chargers.models import ChargingStation, Connector, MessageExchange, MeterValue
from chargers.ocpp.rpc import CallReceived
from tests.gateway.charger import Charger, fresh, now, registered
from tests.gateway.process import Gateway, eventually
from tests.worlds import World

from .conftest import Calm, station_process
from .wire import Wire, encoded

MIB = 2**20
# Calls that are on their way at once.
AHEAD = 50


@pytest.fixture
def identity(gateway: Gateway, world: World, calm: Calm) -> str:
    return registered(world, fresh("BAD")).identity


@pytest.fixture
def wire(gateway: Gateway, identity: str) -> Wire:
    return Wire(gateway, identity)


def noted(identity: str, quirk: Quirk) -> None:
    eventually(lambda: quirk in ChargingStation.objects.get(identity=identity).quirks, 10)


def push(wire: Wire, data: bytes) -> None:
    """Send as much as is taken."""
    with contextlib.suppress(OSError):
        wire.socket.sendall(data)


def test_b38_too_many_fragments_end_the_socket(
    gateway: Gateway, calm: Calm, identity: str, wire: Wire
) -> None:
    """10,000 pieces of one byte. Seen failing without `FramesGuard.fragment`."""
    before = station_process(gateway).memory_info().rss
    piece = encoded(Opcode.CONT, b"x", fin=False)
    push(wire, encoded(Opcode.TEXT, b"x", fin=False) + piece * 10_000)
    calm.beat()
    assert wire.close_code() == 1008
    assert station_process(gateway).memory_info().rss - before < 5 * MIB
    noted(identity, Quirk.FLOODS)


def test_b38_b64_what_is_never_finished_is_ended_after_ten_seconds(
    gateway: Gateway, calm: Calm, identity: str
) -> None:
    """A message, and twenty requests. Seen failing without `_end_unfinished`, and without `_end_unless_asked`."""
    halves = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(20)]
    for half in halves:
        half.sendall(b"GET /ocpp/CP-1 HTTP/1.1\r\nHost: x\r\n")
    wire = Wire(gateway, identity)
    wire.frame(Opcode.TEXT, b'[2,"1",', fin=False)
    began = time.monotonic()
    while time.monotonic() - began < 8:
        calm.beat()
        time.sleep(0.5)
    assert wire.close_code() == 1008
    for half in halves:
        half.settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            assert half.recv(100) == b""
        half.close()
    assert time.monotonic() - began < 15


def test_b41_a_flood_of_pings_ends_the_socket(calm: Calm, identity: str, wire: Wire) -> None:
    """Seen failing without `FramesGuard.control`: 20,000 pings were answered."""
    push(wire, encoded(Opcode.PING, b"x" * 125) * 20_000)
    calm.beat()
    assert wire.close_code() == 1008
    noted(identity, Quirk.FLOODS)


def test_b41_the_pings_of_a_station_are_answered(wire: Wire) -> None:
    for _ in range(100):
        wire.frame(Opcode.PING, b"alive")
    assert wire.read_until(b"\x8a\x05alive" * 3)


def test_b42_a_flood_is_read_slowly_then_ended(calm: Calm, bad: Charger) -> None:
    """As many as it can, always some ahead of their answers. Seen failing with a bucket that was full again as soon
    as it was overdrawn, and without `Flood`.
    """
    began, sent = time.monotonic(), 0
    with contextlib.suppress(ConnectionClosed):
        while time.monotonic() - began < 30:
            bad.send(f'[2,"{sent}","Heartbeat",{{}}]')
            sent += 1
            if sent > AHEAD:
                bad.receive()
            if sent % 100 == 0:
                calm.beat()
    took = time.monotonic() - began
    assert bad.close_code() == 1008
    # The burst, then the rate: what came in is bounded whatever was sent.
    assert sent <= AHEAD + 500 + 110 * took
    noted(bad.identity, Quirk.FLOODS)


def test_b42_a_queue_that_is_replayed_is_borne(calm: Calm, bad: Charger) -> None:
    """900 messages of transactions at once are over the rate, and all are answered."""
    told = {"connectorId": 1, "meterValue": [{"timestamp": now(), "sampledValue": [{"value": "1"}]}]}
    for number in range(900):
        bad.send(json.dumps([2, str(number), "MeterValues", told]))
    for number in range(900):
        assert bad.receive()[:2] == [3, str(number)]
    calm.beat()


def test_b42_messages_of_transactions_are_no_flood() -> None:
    """Seen failing with TRANSACTION_ACTIONS not looked at in `Flood`."""
    replayed, beaten = Flood(), Flood()
    patience_s = settings.OCPP["FLOOD_PATIENCE"]
    for second in range(patience_s + 1):
        assert not replayed.is_over(CallReceived("1", "MeterValues", {}), True, second)
        assert beaten.is_over(CallReceived("1", "Heartbeat", {}), True, second) == (second >= patience_s)


def test_b43_answers_to_nothing_end_the_socket(calm: Calm, hostile: Charger) -> None:
    """200,000 of them: the first 20 are ignored. Seen failing without MAX_UNSOLICITED."""
    with contextlib.suppress(ConnectionClosed):
        for number in range(200_000):
            hostile.send(f'[3,"{number}",{{}}]')
    assert hostile.close_code() == 1008
    noted(hostile.identity, Quirk.UNSOLICITED_ANSWER)


def test_b1_unreadable_frames_end_the_socket_after_ten(hostile: Charger) -> None:
    for _ in range(12):
        hostile.send("hello")
    assert hostile.close_code() == 1008


def test_a_peer_that_reads_nothing_holds_up_nobody(gateway: Gateway, calm: Calm, identity: str) -> None:
    """F26. A big answer is asked for again and again and never read."""
    wire = Wire(gateway, identity, receive_bytes=4096)
    wire.socket.settimeout(0.5)
    body = json.dumps([2, "x" * 250, "Heartbeat", {}]).encode()
    with contextlib.suppress(OSError):
        for _ in range(20_000):
            wire.frame(Opcode.TEXT, body)
    for _ in range(3):
        calm.beat()
    wire.close()


def test_b76_more_samples_than_are_read(calm: Calm, bad: Charger) -> None:
    """100,000 do not pass the gate; of 600 instants 500 are read, and the message is kept whole."""
    told = [{"timestamp": now(), "sampledValue": [{"value": str(number)}]} for number in range(600)]
    assert bad.call("MeterValues", {"connectorId": 1, "meterValue": told}) == {}
    assert MeterValue.objects.count() == 500
    assert '"599"' in MessageExchange.objects.get(action="MeterValues").request
    noted(bad.identity, Quirk.TOO_MANY_SAMPLES)
    thousands = {
        "connectorId": 1,
        "meterValue": [{"timestamp": now(), "sampledValue": [{"value": "1"}] * 100_000}],
    }
    text = json.dumps([2, "id", "MeterValues", thousands], separators=(",", ":"))
    bad.send(text)
    if len(text) > MIB:
        assert bad.close_code() == 1009
    calm.beat()


def test_b90_a_station_that_names_ever_new_connectors(calm: Calm, bad: Charger) -> None:
    """Answered each time, and sixty-four kept. Seen failing with a cap of 6,400."""
    status = {"errorCode": "NoError", "status": "Available"}
    for number in range(1, 301):
        bad.send(json.dumps([2, str(number), "StatusNotification", {"connectorId": number * 7, **status}]))
    for _ in range(300):
        assert bad.receive()[0] == 3
    assert Connector.objects.filter(evse__station__identity=bad.identity).count() == 64
    noted(bad.identity, Quirk.TOO_MANY_CONNECTORS)


def test_b92_large_and_deep_vendor_data(calm: Calm, bad: Charger) -> None:
    """Kept as text, never looked into."""
    for data in ("d" * 200_000, "[" * 100_000, '{"a":' * 30_000, "__import__('os').abort()"):
        assert bad.call("DataTransfer", {"vendorId": "V", "data": data}) == {"status": "UnknownVendorId"}
    assert MessageExchange.objects.filter(action="DataTransfer").count() == 4


def test_b101_texts_that_are_hard_for_patterns(calm: Calm, bad: Charger) -> None:
    """Times, numbers, tags and identities are matched in linear time."""
    for text in (
        "0" * 100_000 + "x",
        "2026-01-01T00:00:00." + "9" * 100_000,
        "04:" * 30_000,
        "a" * 100_000 + "!",
    ):
        began = time.monotonic()
        value = [{"timestamp": text, "sampledValue": [{"value": text}]}]
        assert bad.call("MeterValues", {"connectorId": 1, "meterValue": value}) == {}
        assert bad.ask("Authorize", {"idTag": text})[0] in (3, 4)
        assert time.monotonic() - began < 1
        calm.beat()
