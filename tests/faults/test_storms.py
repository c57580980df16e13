"""Too many at once: reconnects, contests for one identity, flapping, long queues, more sockets than files."""

import asyncio
import contextlib
import json
import resource
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest
from django.test import Client
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chargers.choices import CommandEffect
from chargers.gateway.admission.capacity import RESERVED_FILES
from chargers.models import (
    ChargingStation,
    Command,
    MessageExchange,
    MeterValue,
    StationConnection,
    Transaction,
)
from chargers.services.commands.send import command_send
from cpms.core.actors import SYSTEM
from tests.conftest import Events
from tests.gateway.charger import KEY, Charger, basic, fresh, now, registered
from tests.gateway.process import Gateway, eventually
from tests.worlds import World

from .conftest import Launch
from .crowd import Crowd
from .crowd import registered as crowd_registered
from .scale import SCALE

pytestmark = pytest.mark.fault
STORM = 200 * SCALE
ACCEPT_RATE = 40 * SCALE
QUEUE = 700 * SCALE
ROOM = 30


@pytest.fixture
def station(survivor: Gateway, world: World) -> ChargingStation:
    _ = world.tag
    return registered(world, fresh("CP"))


@contextlib.contextmanager
def undisturbed(gateway: Gateway, world: World) -> Iterator[None]:
    """Other chargers keep their sockets and answers, whatever happens inside (invariant 23)."""
    with Crowd(gateway.url, crowd_registered(world, 10), beat_s=0.1) as crowd:
        eventually(lambda: crowd.all_online)
        time.sleep(0.7)
        calm_s = crowd.slow_trip_s()
        yield
        busy_s = crowd.slow_trip_s()
        print(f"p95 of the others: {calm_s * 1000:.0f} ms before, {busy_s * 1000:.0f} ms meanwhile")
        assert not crowd.closed
        assert busy_s < max(0.25, 3 * calm_s)


def test_f27_a_storm_of_reconnects_is_let_in_at_a_bounded_rate(launch: Launch, world: World) -> None:
    """G10. Seen failing without the bucket of `OCPP_ACCEPT_RATE`: everybody in at once, nobody else served."""
    gateway = launch(OCPP_ACCEPT_RATE=ACCEPT_RATE)
    identities, caller = crowd_registered(world, STORM), Client()
    header = {"Authorization": f"Bearer {world.key()}"}
    asked(caller, header)
    calm_s = max(asked(caller, header) for _ in range(4))
    begun, trips = time.monotonic(), []
    with Crowd(gateway.url, identities, pause_s=(0.5, 2), beat_s=5) as crowd:
        while not crowd.all_online:
            trips.append(asked(caller, header))
            assert time.monotonic() - begun < 60 * SCALE, f"{len(crowd.online)} online, {crowd.refused}"
            time.sleep(0.05)
        took = time.monotonic() - begun
        open_rows = StationConnection.objects.filter(closed_at=None, opened_at__isnull=False).count()
    print(f"{STORM} online after {took:.1f} s, refused {dict(crowd.refused)}, API at most {max(trips):.2f} s")
    assert open_rows == STORM
    # One second's worth passes at once.
    assert took >= (STORM - ACCEPT_RATE) / ACCEPT_RATE
    assert sorted(trips)[len(trips) * 95 // 100] < max(2, 3 * calm_s)


def asked(caller: Client, header: dict[str, str]) -> float:
    """Seconds until the API has answered."""
    begun = time.monotonic()
    assert caller.get("/api/v1/stations", headers=header).status_code == 200
    return time.monotonic() - begun


def test_f28_two_that_claim_one_identity_leave_one_writer(
    survivor: Gateway, launch: Launch, station: ChargingStation, events: Events
) -> None:
    """Invariant 20: nothing is stored for a socket once the next one is in the books (the fences alone: see F6)."""
    # Neither hears of the other: closing a displaced socket is a courtesy, the fence is not.
    other = launch(REDIS_PREFIX="deaf")
    payload = {"connectorId": 1, "idTag": "OURS-CARD", "meterStart": 1, "timestamp": now()}
    ends = time.monotonic() + 3
    rivals = [
        threading.Thread(target=contend, args=[gateway, station.identity, source, payload, ends])
        for gateway, source in ((survivor, "127.0.0.1"), (other, "127.0.0.2"))
    ]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    taken = {event.payload["epoch"]: event.occurred_at for event in events.of("station.connected")}
    late = [
        (row.epoch, row.action)
        for row in MessageExchange.objects.filter(epoch__lt=max(taken))
        if row.received_at > taken[row.epoch + 1] + timedelta(seconds=0.25)
    ]
    print(f"{len(taken)} sockets, {MessageExchange.objects.count()} messages")
    assert len(taken) > 6
    assert not late
    assert Transaction.objects.count() == 1
    eventually(lambda: not StationConnection.objects.get(station=station).is_open)


def contend(gateway: Gateway, identity: str, source: str, payload: dict[str, Any], ends: float) -> None:
    """Take the identity again and again, and speak as long as the other lets us."""
    while time.monotonic() < ends:
        try:
            charger = Charger(gateway, identity, source=source).boot()
            for _ in range(3):
                charger.call("StartTransaction", payload)
                charger.status("Charging")
                time.sleep(0.05)
        except (ConnectionClosed, TimeoutError, AssertionError):
            continue
    charger.close()


def test_f29_an_identity_that_flaps_harms_nobody_and_leaves_nothing(
    survivor: Gateway, world: World, station: ChargingStation
) -> None:
    """Ten sockets a second for some seconds; files of the process are back where they were."""
    process = psutil.Process(survivor.pid)
    with undisturbed(survivor, world):
        files, ends, opened = process.num_fds(), time.monotonic() + 2, 0
        while time.monotonic() < ends:
            with contextlib.suppress(InvalidStatus):
                Charger(survivor, station.identity).vanish()
                opened += 1
            time.sleep(0.08)
        eventually(lambda: process.num_fds() <= files + 2)
    assert opened > 5
    eventually(lambda: not StationConnection.objects.get(station=station).is_open)


def test_f29_two_that_displace_each_other_are_told_to_wait(
    survivor: Gateway, station: ChargingStation
) -> None:
    """Seen failing without `calm_down`: every one of the twenty was let in."""
    sockets = []
    with pytest.raises(InvalidStatus) as refusal:  # noqa: PT012 - which one is refused is the point
        for _ in range(20):
            sockets.append(Charger(survivor, station.identity).boot())
    assert refusal.value.response.status_code == 429
    assert sockets[-1].call("Heartbeat", {}), "whoever holds the station keeps it"


def test_f30_a_long_queue_is_taken_in_beside_everybody_else(
    survivor: Gateway, world: World, station: ChargingStation
) -> None:
    """Invariants 15 and 23: stored in order and completely, and nothing old makes anything happen now.

    Seen failing with a remote start that took an old transaction of the same card for the one it had asked for.
    """
    charger = Charger(survivor, station.identity).boot()
    command = command_send(
        station, "RemoteStartTransaction", {"connectorId": 1, "idTag": "OURS-CARD"}, SYSTEM
    )
    charger.answer(charger.command(), {"status": "Accepted"})
    eventually(lambda: Command.objects.get().effect == CommandEffect.PENDING)
    with undisturbed(survivor, world):
        begun = time.monotonic()
        answers = asyncio.run(replay(survivor, station.identity, QUEUE))
        took = time.monotonic() - begun
    print(f"{QUEUE} messages in {took:.1f} s")
    assert answers == QUEUE
    assert MeterValue.objects.count() == QUEUE - 2
    row = Transaction.objects.get()
    assert row.energy_wh == QUEUE
    # 100 a second after a burst of 500 (OCPP_MESSAGE_RATE, OCPP_MESSAGE_BURST).
    assert took >= (QUEUE - 500) / 100 * 0.9
    assert Command.objects.get(pk=command.pk).effect != CommandEffect.SEEN
    assert Command.objects.count() == 1, "nothing was sent because of it"


async def replay(gateway: Gateway, identity: str, count: int) -> int:
    """A month-old charge and its readings, one after the other as fast as they are answered; how many were."""
    began = datetime.now(UTC) - timedelta(days=30)
    async with connect(
        gateway.url(identity), subprotocols=["ocpp1.6"], additional_headers=basic(identity, KEY),  # type: ignore[list-item]
        compression=None, ping_interval=None, proxy=None,
    ) as socket:  # fmt: skip

        async def ask(number: int, action: str, payload: dict[str, Any]) -> dict[str, Any]:
            at = (began + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
            await socket.send(json.dumps([2, str(number), action, json.loads(json.dumps(payload) % at)]))
            while (frame := json.loads(await socket.recv()))[0] == 2:
                pass
            assert frame[:2] == [3, str(number)], frame
            return dict(frame[2])

        start = {"connectorId": 1, "idTag": "OURS-CARD", "meterStart": 0, "timestamp": "%s"}
        reference = (await ask(0, "StartTransaction", start))["transactionId"]
        for number in range(1, count - 1):
            value = [{"timestamp": "%s", "sampledValue": [{"value": str(number)}]}]
            metered = {"connectorId": 1, "transactionId": reference, "meterValue": value}
            await ask(number, "MeterValues", metered)
        stop = {"transactionId": reference, "meterStop": count, "timestamp": "%s"}
        await ask(count - 1, "StopTransaction", stop)
    return count


def test_f51_when_files_run_out_newcomers_are_refused_and_the_others_stay(
    launch: Launch, world: World
) -> None:
    """Seen failing without `Capacity`: nobody was refused until there were no files left for anything else."""
    gateway = launch()
    first, *rest = crowd_registered(world, 60)
    Charger(gateway, first).boot().call("Heartbeat", {})
    files = psutil.Process(gateway.pid).num_fds()
    _, hard = resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (RESERVED_FILES + ROOM, hard))
    with Crowd(gateway.url, rest, pause_s=(0.2, 0.5), beat_s=0.2) as crowd:
        eventually(lambda: crowd.refused[503] > 20 and len(crowd.online) >= ROOM // 2)
        held = set(crowd.online)
        time.sleep(1)
        print(f"{files} files at rest, {len(held)} stayed, refused {dict(crowd.refused)}")
        assert held <= crowd.online
        assert not crowd.closed
        assert set(crowd.refused) == {503}
        assert gateway.http_status("/readyz") == 503
        assert "as many as the limit of" in gateway.log()
        resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (hard, hard))
        eventually(lambda: crowd.all_online)
    assert gateway.http_status("/readyz") == 200
