"""The fault proxy does what it says: a fault test on a proxy that does nothing would prove nothing."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.gateway.process import free_port

from .proxy import FaultProxy, Frames


@pytest.fixture(scope="module")
def echo() -> Iterator[tuple[str, int]]:
    """A server that sends back what it gets."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=[listener], daemon=True).start()
    yield listener.getsockname()
    listener.close()


def serve(listener: socket.socket) -> None:
    while True:
        try:
            wire, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=repeat, args=[wire], daemon=True).start()


def repeat(wire: socket.socket) -> None:
    try:
        while data := wire.recv(65536):
            wire.sendall(data)
    except OSError:
        pass
    wire.close()


@pytest.fixture
def proxy(echo: tuple[str, int]) -> Iterator[FaultProxy]:
    with FaultProxy(free_port(), echo) as proxy:
        yield proxy


def dial(proxy: FaultProxy) -> socket.socket:
    wire = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    assert trip(wire) < 1
    return wire


def trip(wire: socket.socket, data: bytes = b"x") -> float:
    """How long the data take to come back."""
    begun = time.monotonic()
    wire.sendall(data)
    got = b""
    while len(got) < len(data):
        got += wire.recv(65536)
    return time.monotonic() - begun


def test_delays_add_up_over_both_ways(proxy: FaultProxy) -> None:
    wire = dial(proxy)
    proxy.up.delay_s, proxy.down.delay_s = 0.2, 0.1
    assert 0.3 <= trip(wire) < 0.8


def test_jitter_varies_the_delay(proxy: FaultProxy) -> None:
    wire = dial(proxy)
    proxy.up.jitter_s = 0.1
    times = [trip(wire) for _ in range(10)]
    assert max(times) - min(times) > 0.02


def test_a_throttled_way_is_slow(proxy: FaultProxy) -> None:
    wire = dial(proxy)
    proxy.up.bytes_per_s = 100_000
    trip(wire, b"x" * 50_000)
    assert trip(wire) > 0.2


def test_what_is_held_arrives_later_and_whole(proxy: FaultProxy) -> None:
    wire = dial(proxy)
    proxy.hold()
    wire.settimeout(0.3)
    with pytest.raises(TimeoutError):
        trip(wire, b"held")
    proxy.heal()
    wire.settimeout(5)
    assert wire.recv(10) == b"held"


def test_one_way_can_be_held_alone(echo: tuple[str, int]) -> None:
    with FaultProxy(free_port(), echo) as proxy:
        wire = dial(proxy)
        proxy.hold(proxy.down)
        wire.sendall(b"there")
        wire.settimeout(0.3)
        with pytest.raises(TimeoutError):
            wire.recv(10)
        proxy.heal()
        assert wire.recv(10) == b"there"


def test_a_reset_is_a_reset_and_newcomers_are_welcome(proxy: FaultProxy) -> None:
    wire = dial(proxy)
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        wire.recv(10)
    dial(proxy)


def test_a_cut_closes_and_refuses_until_it_is_mended(proxy: FaultProxy) -> None:
    wire = dial(proxy)
    proxy.cut()
    assert wire.recv(10) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    proxy.mend()
    dial(proxy)


def test_another_target_is_taken_when_one_is_away(echo: tuple[str, int]) -> None:
    with FaultProxy(free_port(), ("127.0.0.1", free_port()), echo) as proxy:
        assert [trip(dial(proxy)) < 1 for _ in range(3)] == [True] * 3


def masked(size: int) -> bytes:
    """A client's text frame."""
    if size < 126:
        head = bytes([0x81, 0x80 | size])
    else:
        head = bytes([0x81, 0xFE]) + size.to_bytes(2, "big")
    return head + b"mask" + b"x" * size


@pytest.mark.parametrize("step", [1, 3, 7, 10_000])
def test_frames_are_found_however_the_bytes_are_cut(step: int) -> None:
    pieces = [b"GET / HTTP/1.1\r\n\r\n", masked(0), masked(2), masked(125), masked(126), masked(1000)]
    whole, frames = b"".join(pieces), Frames()
    found = [got for at in range(0, len(whole), step) for got in frames.feed(whole[at : at + step])]
    assert found == [(piece, number > 0) for number, piece in enumerate(pieces)]


def test_messages_can_pass_twice(proxy: FaultProxy) -> None:
    proxy.up.duplicate_share = 1.0
    wire = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    request = b"GET / HTTP/1.1\r\n\r\n"
    wire.sendall(request + masked(5))
    wanted = request + masked(5) * 2
    got = b""
    while len(got) < len(wanted):
        got += wire.recv(1000)
    assert got == wanted
