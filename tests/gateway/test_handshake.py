"""Who may open a charger's socket (bad-input rows B47 to B68 of the reliability design)."""

from datetime import timedelta

import pytest
from websockets.sync.client import ClientConnection

from chargers.models import StationConnection, UnknownStation
from chargers.services.stations.registration import station_rekey, station_remove, station_update
from chargers.services.stations.unknown import unknown_adopt
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


def close_code(connection: ClientConnection) -> int | None:
    try:
        connection.recv(timeout=5)
    except Exception:
        return connection.close_code
    raise AssertionError("a message instead of a close")


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
