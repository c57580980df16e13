"""Gateways that are told to end, stand still, or are suspended and wake up as somebody else's past."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from chargers.models import ChargingStation, GatewayInstance, MessageExchange, StationConnection, Transaction
from cpms.ops import serve
from cpms.ops.local import ROOT
from cpms.ops.supervisor.child import Child
from cpms.ops.supervisor.plan import ProcessSpec
from tests.gateway.charger import Charger, fresh, now, registered
from tests.gateway.process import Gateway, eventually, free_port
from tests.worlds import World

from .conftest import Launch, bury
from .crowd import Crowd
from .crowd import registered as crowd_registered
from .nursery import Nursery, Nursling
from .proxy import FaultProxy

pytestmark = pytest.mark.fault
CROWD = 60


@pytest.fixture
def station(survivor: Gateway, world: World) -> ChargingStation:
    _ = world.tag
    return registered(world, fresh("CP"))


def test_f04_a_rolling_restart_sends_everybody_away_one_after_the_other(
    survivor: Gateway, nursery: Nursery, world: World
) -> None:
    """Invariant 21. Two instances behind one address, each replaced by a new one; seen: nobody offline for 1 s."""
    old = [nursery.fork(""), nursery.fork("")]
    new = [nursery.fork(""), nursery.fork("")]
    ports = [("127.0.0.1", each.port) for each in old + new]
    with (
        FaultProxy(free_port(), *ports) as balancer,
        Crowd(balancer.url, crowd_registered(world, CROWD)) as crowd,
    ):
        eventually(lambda: crowd.all_online)
        shares = [served_by(each) for each in old]
        spreads = [ended(each, crowd) for each in old]
        eventually(lambda: crowd.all_online)
        assert min(shares) > 0
        assert set(crowd.closed) == {1012}
        assert min(spreads) > min(shares) / 30 / 2, "a fleet that is closed at once comes back at once"
        assert crowd.longest_gap_s < 60
        assert not any(served_by(each) for each in old)
    for each in new:
        each.kill()
        bury(each.pid)


def served_by(nursling: Nursling) -> int:
    """How many sockets the books say a process holds."""
    return StationConnection.objects.filter(
        closed_at=None, instance__in=instances(nursling.pid), opened_at__isnull=False
    ).count()


def instances(pid: int) -> list[object]:
    return list(GatewayInstance.objects.filter(pid=pid).values_list("pk", flat=True))


def ended(nursling: Nursling, crowd: Crowd) -> float:
    """Over how many seconds the sockets of a process were closed when it was told to end."""
    before = len(crowd.closed_at)
    os.kill(nursling.pid, signal.SIGTERM)
    eventually(lambda: not nursling.is_running, 8)
    eventually(lambda: crowd.all_online)
    closings = crowd.closed_at[before:]
    return max(closings) - min(closings)


@pytest.fixture
def supervised(
    survivor: Gateway, station: ChargingStation, tmp_path: Path
) -> Iterator[tuple[Nursling, list[str]]]:
    """A gateway kept running by the supervisor, whose loop will stand still; and what the supervisor says."""
    port, said = free_port(), list[str]()
    environment = survivor.environment | {
        "CPMS_FAILPOINT": f"after_answer:Heartbeat:block:{station.identity}", "OCPP_WATCHDOG": "2",
    }  # fmt: skip
    command = serve.gateway_command("127.0.0.1", port)
    log = tmp_path / "supervised.log"
    spec = ProcessSpec("gateway", command, environment, log, ROOT, health=f"http://127.0.0.1:{port}/healthz")
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    child = Child(spec, said.append)
    asyncio.run_coroutine_threadsafe(child.start(), loop).result(10)
    asyncio.run_coroutine_threadsafe(child.wait_ready(30), loop).result(40)
    assert child.process is not None
    yield Nursling(child.process.pid, port, log), said
    asyncio.run_coroutine_threadsafe(child.stop(2), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)


def test_f05_a_gateway_whose_loop_stands_still_is_ended_and_started_anew(
    survivor: Gateway, supervised: tuple[Nursling, list[str]], station: ChargingStation
) -> None:
    """Invariant 21. Seen failing without `watchdog.watch`: the process stood still for its whole minute."""
    stuck, said = supervised
    charger = Charger(stuck, station.identity).boot()
    begun = time.monotonic()
    charger.call("Heartbeat", {})
    assert charger.close_code(8) == 1006
    assert time.monotonic() - begun < 5
    # Another instance has the charger long before the first one is back.
    assert Charger(survivor, station.identity).boot().call("Heartbeat", {})
    eventually(lambda: said and stuck.port and came_back(stuck))
    assert "starting it again" in said[0]
    assert "Timeout (0:00:02)!" in stuck.log.read_text()
    assert "failpoints.py" in stuck.log.read_text(), "the stacks name the place"


def came_back(nursling: Nursling) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", nursling.port)) == 0


def test_f05_the_watchdog_needs_no_interpreter_lock() -> None:
    """A pattern that never ends keeps the lock: no thread of Python's own could see it. Seen failing with one."""
    code = (
        "import asyncio, re\n"
        "from chargers.gateway import watchdog\n"
        "async def main():\n"
        "    task = asyncio.create_task(watchdog.watch(1))\n"
        "    await asyncio.sleep(0.1)\n"
        "    re.match('(a|aa)+$', 'a' * 200 + 'b')\n"
        "asyncio.run(main())\n"
    )
    begun = time.monotonic()
    process = asyncio.run(run_python(code))
    assert process == 1
    assert time.monotonic() - begun < 10


async def run_python(code: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        return await asyncio.wait_for(process.wait(), 20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


@pytest.mark.parametrize("way", ["service", "writer"])
def test_f06_a_suspended_gateway_that_wakes_up_cannot_write(
    survivor: Gateway, launch: Launch, station: ChargingStation, way: str
) -> None:
    """Invariants 20 and 22. Seen failing without `check_epoch`, and without the fence of `statement.SQL`."""
    # It hears nothing of the others: only the fences are left.
    sleeper = launch(REDIS_PREFIX="deaf")
    old = Charger(sleeper, station.identity).boot()
    began = old.start("OURS-CARD", meter_wh=1000)
    os.kill(sleeper.pid, signal.SIGSTOP)
    try:
        new = Charger(survivor, station.identity).boot()
        new.stop(began["transactionId"], 3000)
        tell_the_sleeper(old, way, began["transactionId"])
        bury(sleeper.pid)
        stored = MessageExchange.objects.count()
    finally:
        os.kill(sleeper.pid, signal.SIGCONT)
    assert old.close_code(8) == 4001
    time.sleep(0.5)
    assert MessageExchange.objects.count() == stored
    row = Transaction.objects.get()
    assert (row.reference, row.energy_wh) == (str(began["transactionId"]), 2000)
    assert StationConnection.objects.get(station=station).is_open
    assert new.call("Heartbeat", {})
    sleeper.kill()
    bury(sleeper.pid)


def tell_the_sleeper(charger: Charger, way: str, transaction_id: int) -> None:
    """What waits in the socket of the suspended process: the first one ends it, by the way it would be stored."""
    value = [{"timestamp": now(), "sampledValue": [{"value": "7777"}]}]
    messages = {
        "service": [
            ("StopTransaction", {"transactionId": transaction_id, "meterStop": 9999, "timestamp": now()}),
            (
                "StartTransaction",
                {"connectorId": 2, "idTag": "OURS-CARD", "meterStart": 5, "timestamp": now()},
            ),
        ],
        "writer": [
            ("MeterValues", {"connectorId": 1, "transactionId": transaction_id, "meterValue": value}),
            ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Faulted"}),
        ],
    }
    for number, message in enumerate(messages[way]):
        with contextlib.suppress(ConnectionClosed):
            charger.send(json.dumps([2, f"late-{number}", *message]))
