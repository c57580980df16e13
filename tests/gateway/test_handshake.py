"""Who may open a charger's socket (bad-input rows B47 to B68 of the reliability design)."""

import http.client
import socket
from datetime import timedelta

import pytest
from websockets.sync.client import ClientConnection

from chargers.models import StationConnection, UnknownStation
from chargers.services.stations import station_rekey, station_remove, station_update
from chargers.services.unknown import unknown_adopt
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .charger import KEY, VERSION_16, VERSION_201, Charger, basic, dial, fresh, refusal, registered
from .process import Gateway, eventually


@pytest.fixture
def station(gateway: Gateway, world: World) -> str:
    """The identity of a registered station."""
    return registered(world, fresh("CP")).identity


def status_of(gateway: Gateway, path: str, headers: object = None) -> int:
    return int(refusal(gateway, path, headers=headers, subprotocols=[VERSION_16]).response.status_code)


def test_the_right_password_opens_a_socket(gateway: Gateway, station: str) -> None:
    charger = Charger(gateway, station)
    assert charger.socket.subprotocol == VERSION_16
    row = StationConnection.objects.get(station__identity=station)
    assert row.is_open
    assert (row.epoch, row.subprotocol, row.security_profile) == (1, VERSION_16, 1)
    assert row.remote_address == "127.0.0.1"


def test_without_credentials_it_asks_for_them(gateway: Gateway, station: str) -> None:
    """Seen failing with `_profile` returning 0 for stations without an exception."""
    response = refusal(gateway, station, subprotocols=[VERSION_16]).response
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic ")


def test_an_unknown_identity_looks_like_a_wrong_password(gateway: Gateway, station: str) -> None:
    wrong = refusal(gateway, station, headers=basic(station, "not-the-password")).response
    unknown = refusal(gateway, "CP-UNKNOWN", headers=basic("CP-UNKNOWN", "not-the-password")).response
    assert (wrong.status_code, wrong.body) == (unknown.status_code, unknown.body) == (401, b"refused\n")
    assert sorted(wrong.headers) == sorted(unknown.headers)


@pytest.mark.parametrize(
    ("user", "key"),
    [("CP-2", KEY), ("{}x", KEY), ("{} ", KEY), ("{}", KEY + " "), ("{}", ""), ("", KEY), ("", "")],
)
def test_credentials_that_are_not_exactly_right_open_nothing(
    gateway: Gateway, station: str, user: str, key: str
) -> None:
    """Seen failing with the user name left out of `_is_right_key`."""
    assert status_of(gateway, station, basic(user.format(station), key)) == 401
    assert status_of(gateway, station, basic(station.lower(), KEY)) == 401


@pytest.mark.parametrize(
    "value", ["Basic", "Basic !!!", "Basic Q1AtMQ==", "Bearer " + KEY, "Basic " + "A" * 7000, "", "\xe9"]
)
def test_a_header_that_cannot_be_read_opens_nothing(gateway: Gateway, station: str, value: str) -> None:
    assert status_of(gateway, station, {"Authorization": value}) == 401


def test_the_key_of_another_station_opens_nothing(gateway: Gateway, station: str, other_world: World) -> None:
    other = registered(other_world, fresh("CP"), "a-key-of-another-one").identity
    assert status_of(gateway, station, basic(station, "a-key-of-another-one")) == 401
    assert status_of(gateway, station, basic(other, "a-key-of-another-one")) == 401


def test_two_authorization_headers_are_a_bad_request(gateway: Gateway, station: str) -> None:
    headers = [*basic(station, KEY).items(), *basic(station, KEY).items()]
    assert status_of(gateway, station, headers) == 400


def test_a_browser_is_no_charger(gateway: Gateway, station: str) -> None:
    assert status_of(gateway, station, basic(station, KEY) | {"Origin": "https://example.com"}) == 403


MALFORMED = [
    *("", "a/b", "%2e", "%2e%2e", "%00", "CP%2F1", "CP%0a1", "CP%ff", "CP-%D0%A1", "CP%201", "CP%252D1"),
    *("x" * 49, "x" * 500),
]


@pytest.mark.parametrize("path", MALFORMED)
def test_a_malformed_identity_is_not_found(gateway: Gateway, station: str, path: str) -> None:
    assert status_of(gateway, path, basic(station, KEY)) == 404
    assert not UnknownStation.objects.exists()


@pytest.mark.parametrize("path", ["{}/", "/{}", "//{}", "{}?token=x", "%43...", "/{}//"])
def test_spellings_of_the_same_address_reach_the_same_station(
    gateway: Gateway, station: str, path: str
) -> None:
    spelt = path.format(station) if "%" not in path else "%43" + station[1:]
    dial(gateway, spelt, headers=basic(station, KEY), subprotocols=[VERSION_16])
    assert StationConnection.objects.get(station__identity=station).is_open


@pytest.mark.parametrize("path", ["/ocpp/CP-1", "/ocpp/", "/ocpp"])
def test_a_plain_request_learns_only_that_this_is_a_socket(gateway: Gateway, station: str, path: str) -> None:
    assert gateway.http_status(path) == 426


def test_without_a_subprotocol_a_tolerant_station_is_served(gateway: Gateway, station: str) -> None:
    socket = dial(gateway, station, headers=basic(station, KEY))
    assert socket.subprotocol is None
    assert StationConnection.objects.get(station__identity=station).subprotocol == VERSION_16


def test_without_a_subprotocol_a_strict_station_is_refused(gateway: Gateway, world: World) -> None:
    station = registered(world, fresh("CP"))
    station_update(station, SYSTEM, strict=True)
    refused = refusal(gateway, station.identity, headers=basic(station.identity, KEY))
    assert refused.response.status_code == 400


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([VERSION_16], VERSION_16),
        ([VERSION_16, VERSION_201], VERSION_201),
        (["ocpp9.9", VERSION_16], VERSION_16),
        (["OCPP1.6"], "OCPP1.6"),
        ([f"ocpp{n}.0" for n in range(3, 100)] + [VERSION_201], VERSION_201),
    ],
    ids=["one", "best of two", "one unknown", "upper case", "a hundred"],
)
def test_the_best_known_version_is_chosen(
    gateway: Gateway, station: str, offered: list[str], chosen: str
) -> None:
    socket = dial(gateway, station, headers=basic(station, KEY), subprotocols=offered)
    assert socket.subprotocol == chosen


def test_only_unknown_versions_end_with_a_close(gateway: Gateway, station: str) -> None:
    socket = dial(gateway, station, headers=basic(station, KEY), subprotocols=["ocpp9.9"])
    assert socket.subprotocol is None
    assert close_code(socket) == 1002
    assert not StationConnection.objects.get(station__identity=station).is_open


def close_code(connection: ClientConnection) -> int | None:
    try:
        connection.recv(timeout=5)
    except Exception:
        return connection.close_code
    raise AssertionError("a message instead of a close")


@pytest.mark.parametrize("value", [b"ocpp1.6, \xc3\xa9", b"\xff\xfe", b"", b",,,", b"ocpp1.6\x01"])
def test_an_odd_subprotocol_header_does_not_harm_anybody(
    gateway: Gateway, station: str, value: bytes
) -> None:
    """One ASGI server ended at a non-ASCII subprotocol (B56)."""
    calm = Charger(gateway, station)
    raw_handshake(gateway, "CP-UNKNOWN", b"Sec-WebSocket-Protocol: " + value + b"\r\n")
    assert calm.call("Heartbeat", {})["currentTime"]


def raw_handshake(gateway: Gateway, identity: str, lines: bytes) -> bytes:
    """The first answer to a handshake written by hand."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=1) as wire:
        wire.sendall(
            f"GET /ocpp/{identity} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n".encode()
            + lines
            + b"\r\n"
        )
        try:
            return wire.recv(1000)
        except (ConnectionResetError, TimeoutError):
            return b""


def test_guessing_is_held_off_and_the_right_charger_still_gets_in(gateway: Gateway, station: str) -> None:
    """Seen failing with `FailedPasswords.held_off` returning False."""
    guesses = [status_of(gateway, station, basic(station, f"guess number {n}!")) for n in range(12)]
    assert guesses == [401] * 10 + [429] * 2
    assert Charger(gateway, station, source="127.0.0.2").call("Heartbeat", {})


def test_another_spelling_of_the_address_does_not_help_guessing(gateway: Gateway, station: str) -> None:
    """Seen failing with the path instead of the identity as the counter's key."""
    paths = [station, f"/{station}", f"//{station}", f"{station}/", "%43" + station[1:], f"{station}?x"] * 2
    guesses = [status_of(gateway, path, basic(station, "not-the-password")) for path in paths]
    assert guesses[10:] == [429, 429]


def test_forwarded_addresses_are_not_believed(gateway: Gateway, station: str) -> None:
    headers = basic(station, KEY) | {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    dial(gateway, station, headers=headers, subprotocols=[VERSION_16])
    row = StationConnection.objects.get(station__identity=station)
    assert (row.remote_address, row.security_profile) == ("127.0.0.1", 1)


def test_an_unknown_station_is_remembered_with_what_it_showed(gateway: Gateway, station: str) -> None:
    for _ in range(2):
        refusal(gateway, "CP-NEW", headers=basic("CP-NEW", "its-own-password"), subprotocols=[VERSION_201])
    row = eventually(lambda: UnknownStation.objects.filter(identity="CP-NEW", attempts=2).first())
    assert (row.subprotocols, row.path, row.remote_address) == (VERSION_201, "/ocpp/CP-NEW", "127.0.0.1")
    assert "its-own-password" not in gateway.log()


def test_an_adopted_station_comes_in_with_the_key_it_offered(gateway: Gateway, world: World) -> None:
    key = bytes(range(128, 148))
    refusal(gateway, "CP-NEW", headers=basic("CP-NEW", key))
    row = eventually(lambda: UnknownStation.objects.filter(identity="CP-NEW").first())
    _, password = unknown_adopt(row, world.organisation, SYSTEM)
    assert password is None
    assert Charger(gateway, "CP-NEW", key).boot()


def test_a_key_offered_for_another_identity_is_not_kept(gateway: Gateway, world: World) -> None:
    refusal(gateway, "CP-NEW", headers=basic("CP-OTHER", "its-own-password"))
    row = eventually(lambda: UnknownStation.objects.filter(identity="CP-NEW").first())
    assert row.offered_key_hash == ""


def test_an_exception_without_password_ends_by_itself(gateway: Gateway, world: World) -> None:
    station = registered(world, fresh("CP"))
    station_update(station, SYSTEM, open_until=clock.now() + timedelta(hours=1))
    dial(gateway, station.identity, subprotocols=[VERSION_16])
    assert StationConnection.objects.get(station=station).security_profile == 0
    station_update(station, SYSTEM, open_until=clock.now() - timedelta(seconds=1))
    assert status_of(gateway, station.identity) == 401


def test_an_exception_taken_back_ends_the_sockets_that_rest_on_it(gateway: Gateway, world: World) -> None:
    """Seen failing with the security profile left out of `reason_to_close`."""
    stations = [registered(world, fresh("CP")) for _ in range(2)]
    for station in stations:
        station_update(station, SYSTEM, open_until=clock.now() + timedelta(hours=1))
    without = dial(gateway, stations[0].identity, subprotocols=[VERSION_16])
    with_key = Charger(gateway, stations[1].identity)
    for station in stations:
        station_update(station, SYSTEM, open_until=None)
    assert close_code(without) == 4002
    assert with_key.call("Heartbeat", {})


def test_an_exception_does_not_forgive_a_wrong_password(gateway: Gateway, world: World) -> None:
    station = registered(world, fresh("CP"))
    station_update(station, SYSTEM, open_until=clock.now() + timedelta(hours=1))
    assert status_of(gateway, station.identity, basic(station.identity, "not-the-password")) == 401


def test_a_new_key_ends_the_socket_and_the_old_key(gateway: Gateway, world: World) -> None:
    station = registered(world, fresh("CP"))
    charger = Charger(gateway, station.identity)
    renewed = station_rekey(station, SYSTEM)
    assert charger.close_code() == 4002
    assert status_of(gateway, station.identity, basic(station.identity, KEY)) == 401
    assert Charger(gateway, station.identity, renewed).call("Heartbeat", {})


def test_a_removed_station_loses_its_socket(gateway: Gateway, world: World) -> None:
    station = registered(world, fresh("CP"))
    charger = Charger(gateway, station.identity)
    station_remove(station, SYSTEM)
    assert charger.close_code() == 4002


def test_half_a_request_harms_nobody(gateway: Gateway, station: str) -> None:
    wires = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(20)]
    for wire in wires:
        wire.sendall(b"GET /ocpp/CP-1 HTTP/1.1\r\nHost: x\r\n")
    assert Charger(gateway, station).call("Heartbeat", {})
    for wire in wires:
        wire.close()


def test_a_request_that_is_none_harms_nobody(gateway: Gateway, station: str) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port)) as wire:
        wire.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 300)
        wire.settimeout(5)
        wire.recv(100)
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)
    connection.request("POST", "/ocpp/CP-1", body=b"{}")
    assert connection.getresponse().status == 426
    assert Charger(gateway, station).call("Heartbeat", {})
