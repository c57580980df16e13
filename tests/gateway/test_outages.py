"""PostgreSQL away, Redis away, the process told to end: what chargers see then, and what is in the books."""

import contextlib
import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chargers.choices import CommandState, TransactionState
from chargers.models import ChargingStation, MeterValue, StationConnection, Transaction
from chargers.services.commands.send import command_send, command_wait
from chargers.services.stations.registration import station_rekey
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .charger import KEY, Charger, basic, fresh, now, refusal, registered
from .process import Gateway, database_url, eventually, free_port
from .wire_cutter import WireCutter

pytestmark = pytest.mark.fault


def through(url: str, port: int) -> str:
    """The same URL with the relay's port."""
    parts = urlsplit(url)
    return url.replace(f"@{parts.hostname}:{parts.port}", f"@127.0.0.1:{port}")


def cutter(url: str) -> WireCutter:
    parts = urlsplit(url)
    return WireCutter(free_port(), (parts.hostname or "", parts.port or 0)).mend()


@pytest.fixture(scope="module")
def database(django_db_setup: None) -> Iterator[WireCutter]:
    """The wire between the gateway and PostgreSQL."""
    wire = cutter(database_url())
    yield wire
    wire.cut()


@pytest.fixture(scope="module")
def redis() -> Iterator[WireCutter]:
    """The wire between the gateway and Redis."""
    wire = cutter(settings.REDIS_URL)
    yield wire
    wire.cut()


@pytest.fixture(scope="module")
def frail_process(
    database: WireCutter, redis: WireCutter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    urls = {
        "DATABASE_URL": through(database_url(), database.port),
        "REDIS_URL": through(settings.REDIS_URL, redis.port),
    }
    process = Gateway(free_port(), tmp_path_factory.mktemp("frail"), urls).start()
    yield process
    process.stop()


@pytest.fixture
def frail(frail_process: Gateway, world: World) -> Iterator[Gateway]:
    """A gateway whose wires to its servers can be cut."""
    frail_process.forget_log()
    _ = world.tag
    yield frail_process
    frail_process.hang_up_all()
    assert frail_process.is_running, frail_process.log()
    assert "Traceback" not in frail_process.log(), frail_process.log()
    eventually(lambda: not StationConnection.objects.filter(closed_at=None, opened_at__isnull=False).exists())


@pytest.fixture
def station(world: World) -> ChargingStation:
    return registered(world, fresh("CP"))


def arrived(gateway: Gateway, station: ChargingStation) -> Charger:
    """The charger, booted: like every charger it knocks again while the gateway has no database."""
    return eventually(lambda: _knock(gateway, station), 15)


def told(
    gateway: Gateway, station: ChargingStation, message: tuple[str, dict[str, object]]
) -> list[Any] | None:
    """The answer to a message; None when the charger was hung up on once more and has to come again."""
    with contextlib.suppress(ConnectionClosed):
        return arrived(gateway, station).ask(*message)
    return None


def _knock(gateway: Gateway, station: ChargingStation) -> Charger | None:
    with contextlib.suppress(InvalidStatus, ConnectionClosed, TimeoutError):
        return Charger(gateway, station.identity).boot()
    return None


@pytest.mark.parametrize(
    "message",
    [
        ("StartTransaction", {"connectorId": 1, "idTag": "OURS-CARD", "meterStart": 1, "timestamp": now()}),
        ("StopTransaction", {"transactionId": 5, "meterStop": 1, "timestamp": now()}),
        (
            "MeterValues",
            {"connectorId": 1, "meterValue": [{"timestamp": now(), "sampledValue": [{"value": "1"}]}]},
        ),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"}),
        ("Authorize", {"idTag": "OURS-CARD"}),
    ],
    ids=lambda message: message[0],
)
def test_without_the_database_the_socket_is_hung_up_and_nothing_is_answered(
    frail: Gateway, database: WireCutter, station: ChargingStation, message: tuple[str, dict[str, object]]
) -> None:
    """F13, invariants 1 and 2. Seen failing with the answer sent before `_store`."""
    charger = arrived(frail, station)
    database.cut()
    try:
        charger.send(json.dumps([2, "1", *message]))
        started = time.monotonic()
        with pytest.raises(ConnectionClosed) as closed:
            charger.receive(8)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
        assert time.monotonic() - started < 5
        assert (
            refusal(frail, station.identity, headers=basic(station.identity, KEY)).response.status_code == 503
        )
        # Later ones do not wait in line for their refusal.
        started = time.monotonic()
        assert (
            refusal(frail, station.identity, headers=basic(station.identity, KEY)).response.status_code == 503
        )
        assert time.monotonic() - started < 3
    finally:
        database.mend()
    assert eventually(lambda: told(frail, station, message), 15)[0] == 3


def test_a_start_repeated_after_the_outage_is_one_transaction(
    frail: Gateway, database: WireCutter, station: ChargingStation
) -> None:
    charger = arrived(frail, station)
    at = now()
    before = charger.start("OURS-CARD", timestamp=at)
    database.cut()
    database.mend()
    back = arrived(frail, station)
    assert back.start("OURS-CARD", timestamp=at)["transactionId"] == before["transactionId"]
    back.stop(before["transactionId"], 3000)
    row = Transaction.objects.get()
    assert (row.state, row.energy_wh) == (TransactionState.ENDED, 2000)


def test_a_heartbeat_is_answered_while_the_database_is_away_for_a_moment(
    frail: Gateway, database: WireCutter, station: ChargingStation
) -> None:
    charger = arrived(frail, station)
    database.cut()
    try:
        assert charger.call("Heartbeat", {})
    finally:
        database.mend()
    eventually(lambda: StationConnection.objects.get(station=station).heartbeats == 1, 10)


def test_a_database_that_flickers_loses_no_reading_that_was_acknowledged(
    frail: Gateway, database: WireCutter, station: ChargingStation
) -> None:
    acknowledged = 0
    charger = arrived(frail, station)
    for number in range(60):
        if number % 20 == 10:
            database.cut()
            database.mend()
        value = [{"timestamp": now(), "sampledValue": [{"value": str(number)}]}]
        try:
            charger.call("MeterValues", {"connectorId": 1, "meterValue": value})
            acknowledged += 1
        except ConnectionClosed:
            charger = arrived(frail, station)
    assert acknowledged >= 50
    assert MeterValue.objects.count() >= acknowledged


def test_without_redis_commands_still_go_out(
    frail: Gateway, redis: WireCutter, station: ChargingStation
) -> None:
    """F10."""
    charger = arrived(frail, station)
    redis.cut()
    try:
        time.sleep(0.2)
        command = command_send(station, "ClearCache", {}, SYSTEM)
        started = time.monotonic()
        frame = charger.command()
        assert time.monotonic() - started < 2.2
        charger.answer(frame, {"status": "Accepted"})
        assert command_wait(command.public_id, 15).state == CommandState.ACCEPTED
        started_tx = charger.start("OURS-CARD")
        assert charger.stop(started_tx["transactionId"], 3000) == {}
    finally:
        redis.mend()


def test_without_redis_a_revoked_key_still_ends_the_socket(
    frail: Gateway, redis: WireCutter, station: ChargingStation
) -> None:
    """G29. Seen failing without the look at all sockets in `Mailbox.sweep`."""
    charger = arrived(frail, station)
    redis.cut()
    try:
        time.sleep(0.2)
        station_rekey(station, SYSTEM)
        assert charger.close_code(10) == 4002
    finally:
        redis.mend()


def test_when_redis_is_back_wake_ups_arrive_again(
    frail: Gateway, redis: WireCutter, station: ChargingStation
) -> None:
    charger = arrived(frail, station)
    redis.cut()
    time.sleep(0.3)
    redis.mend()
    time.sleep(2.5)
    delays = []
    for _ in range(3):
        started = time.monotonic()
        command_send(station, "ClearCache", {}, SYSTEM)
        frame = charger.command()
        delays.append(time.monotonic() - started)
        charger.answer(frame, {"status": "Accepted"})
        time.sleep(0.1)
    assert min(delays) < 0.3


def test_told_to_end_it_says_goodbye_and_closes_its_books(world: World, tmp_path: Path) -> None:
    """F4."""
    gateway = Gateway(free_port(), tmp_path).start()
    _ = world.tag
    chargers = [Charger(gateway, registered(world, fresh("CP")).identity).boot() for _ in range(20)]
    started = chargers[0].start("OURS-CARD")
    begun = time.monotonic()
    gateway.signal(signal.SIGTERM)
    assert {charger.close_code() for charger in chargers} == {1012}
    assert gateway.wait(6) in (0, -signal.SIGTERM)
    assert time.monotonic() - begun < 5
    assert not StationConnection.objects.filter(closed_at=None).exists()
    assert set(StationConnection.objects.values_list("close_code", flat=True)) == {1012}
    assert Transaction.objects.get().reference == str(started["transactionId"])
    assert "Traceback" not in gateway.log()


def test_told_to_end_it_still_answers_what_it_has_stored(world: World, tmp_path: Path) -> None:
    gateway = Gateway(free_port(), tmp_path).start()
    _ = world.tag
    charger = Charger(gateway, registered(world, fresh("CP")).identity).boot()
    for number in range(50):
        value = [{"timestamp": now(), "sampledValue": [{"value": str(number)}]}]
        charger.send(json.dumps([2, str(number), "MeterValues", {"connectorId": 1, "meterValue": value}]))
    gateway.signal(signal.SIGTERM)
    answers = all_answers(charger)
    gateway.wait(6)
    assert MeterValue.objects.count() >= answers


def all_answers(charger: Charger) -> int:
    """How many CALLRESULTs come before the socket ends."""
    answers = 0
    with contextlib.suppress(ConnectionClosed):
        while True:
            answers += charger.receive()[0] == 3
    return answers


def test_a_handshake_that_is_given_up_leaves_no_open_connection(
    frail: Gateway, station: ChargingStation
) -> None:
    """Seen failing with the clean-up tied to the session: the station stayed online without a socket."""
    key = basic(station.identity, KEY)["Authorization"]
    for _ in range(30):
        with socket.create_connection(("127.0.0.1", frail.port)) as wire:
            wire.sendall(
                f"GET /ocpp/{station.identity} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                f"Authorization: {key}\r\n\r\n".encode()
            )
    eventually(lambda: StationConnection.objects.filter(epoch__gt=0, closed_at__isnull=False).exists())
    time.sleep(0.5)
    assert not StationConnection.objects.get(station=station).is_open
