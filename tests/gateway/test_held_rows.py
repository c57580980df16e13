"""Somebody holds a station's rows in the database: only that station waits."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed

from chargers.models import Connector
from tests.worlds import World

from .charger import Charger, fresh, now, registered
from .process import Gateway, database_url, eventually

TABLES = {
    "chargers_chargingstation": "identity = %s",
    "chargers_stationconnection": "station_id = (SELECT id FROM chargers_chargingstation WHERE identity = %s)",
    "chargers_connector": "evse_id IN (SELECT e.id FROM chargers_evse e JOIN chargers_chargingstation s"
    " ON s.id = e.station_id WHERE s.identity = %s)",
}


@contextmanager
def held(table: str, charger: Charger) -> Iterator[None]:
    """The charger's rows in `table` are locked by another session."""
    with psycopg.connect(database_url()) as connection:
        query = f"SELECT 1 FROM {table} WHERE {TABLES[table]} FOR UPDATE"
        assert connection.execute(query, [charger.identity]).fetchall()
        yield


@pytest.fixture
def stuck(gateway: Gateway, world: World) -> Charger:
    """The station whose rows will be held."""
    _ = world.tag
    charger = Charger(gateway, registered(world, fresh("STUCK")).identity).boot()
    charger.status("Available")
    return charger


@pytest.fixture
def other(gateway: Gateway, world: World) -> Charger:
    charger = Charger(gateway, registered(world, fresh("OTHER")).identity).boot()
    charger.status("Available")
    return charger


def test_heartbeats_do_not_wait_for_a_start_that_waits_in_the_database(
    stuck: Charger, other: Charger
) -> None:
    """Seen failing with the start served on the event loop."""
    with held("chargers_chargingstation", stuck):
        start = {"connectorId": 1, "idTag": "OURS-CARD", "meterStart": 0, "timestamp": now()}
        stuck.send(json.dumps([2, "start", "StartTransaction", start]))
        times = []
        for _ in range(50):
            before = time.monotonic()
            other.call("Heartbeat", {})
            times.append(time.monotonic() - before)
            time.sleep(0.01)
        with pytest.raises(TimeoutError):
            stuck.receive(0.01)
    assert max(times) < 0.25
    assert stuck.receive()[2]["idTagInfo"]["status"] == "Accepted"


def test_a_held_connector_costs_its_own_station_the_socket_and_others_nothing(
    gateway: Gateway, stuck: Charger, other: Charger
) -> None:
    """Seen failing with a lock time-out taken for a database that is away: every socket was closed."""
    with held("chargers_connector", stuck):
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Faulted", "timestamp": now()}
        stuck.send(json.dumps([2, "held", "StatusNotification", status]))
        other.status("Preparing")
        with pytest.raises(ConnectionClosed) as closed:
            stuck.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
    again = Charger(gateway, stuck.identity)
    again.status("Faulted")
    assert Connector.objects.get(evse__station__identity=stuck.identity).status == "Faulted"
    assert Connector.objects.get(evse__station__identity=other.identity).status == "Preparing"


def test_nobody_waits_for_the_last_seen_time_of_a_held_station(stuck: Charger, other: Charger) -> None:
    """Seen failing with an update of the last-seen times that waited: all messages waited behind it."""
    with held("chargers_stationconnection", stuck):
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            stuck.call("Heartbeat", {})
            before = time.monotonic()
            other.status("Preparing" if int(before * 100) % 2 else "Available")
            assert time.monotonic() - before < 1
    eventually(lambda: other.call("Heartbeat", {}))
