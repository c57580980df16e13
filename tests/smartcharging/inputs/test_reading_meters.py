"""The process that reads meters: it keeps what they say, says why it cannot, and finds them again."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from chargers.models import MeterValue
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.inputs.metering import running
from smartcharging.inputs.metering.meters import meter_create, meter_update
from smartcharging.inputs.metering.running import MeterReader
from smartcharging.models import LoadReading, MeterStanding, SiteMeter
from tests.smartcharging.inputs.servers import free_port, modbus_server
from tests.worlds import World

pytestmark = pytest.mark.django_db(transaction=True)

REGISTERS = {"values": {"l1_a": {"address": 0, "type": "float32"}}}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LOOK_S", 0.2)
    monkeypatch.setattr(running, "PAUSE_FIRST_S", 0.1)
    monkeypatch.setattr(running, "PAUSE_LAST_S", 0.5)


async def until(true: Callable[[], Any]) -> None:
    """Wait for a condition on the database."""
    end = monotonic() + 30
    while not await sync_to_async(true)():
        assert monotonic() < end, "it never came true"
        await asyncio.sleep(0.1)


class Running:
    """The reader at work while the block runs."""

    async def __aenter__(self) -> None:
        self.stopping = asyncio.Event()
        self.task = asyncio.create_task(MeterReader().run(self.stopping))

    async def __aexit__(self, *exc: object) -> None:
        self.stopping.set()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(self.task, 10)


def modbus_meter(port: int) -> SiteMeter:
    return meter_create(
        World("OURS").site, SYSTEM, name="Main", driver="modbus", address=f"modbus://127.0.0.1:{port}",
        line_order="2", settings=REGISTERS, every_s=1,
    )  # fmt: skip


def standing() -> MeterStanding:
    return MeterStanding.objects.get()


async def test_a_meter_that_goes_and_comes_back_is_read_again() -> None:
    port = free_port()
    await sync_to_async(modbus_meter)(port)
    async with Running():
        with modbus_server(port):
            await until(lambda: LoadReading.objects.exists())
            assert (await sync_to_async(standing)()).amps == [None, 12.5, None]
        await until(lambda: "register" in standing().error or "nobody" in standing().error)
        count = await LoadReading.objects.acount()
        with modbus_server(port):
            await until(lambda: LoadReading.objects.count() > count)
            assert (await sync_to_async(standing)()).error == ""


async def test_changed_settings_are_taken_over_while_it_runs() -> None:
    with modbus_server() as port:
        meter = await sync_to_async(modbus_meter)(free_port())
        async with Running():
            await until(lambda: "nobody answers" in standing().error)
            await sync_to_async(meter_update)(meter, SYSTEM, address=f"modbus://127.0.0.1:{port}")
            await until(lambda: LoadReading.objects.exists())
            await sync_to_async(meter_update)(meter, SYSTEM, active=False)
            await asyncio.sleep(1)
            count = await LoadReading.objects.acount()
            await asyncio.sleep(1.5)
            assert await LoadReading.objects.acount() == count


def station_meter() -> None:
    world = World("OURS")
    meter_create(
        world.site, SYSTEM, name="Cabinet", driver="station", station=world.station, measures="building", every_s=1
    )  # fmt: skip
    samples = [
        {"measurand": "Current.Import", "phase": f"L{line}", "unit": "A", "value": 10.0 + line}
        for line in (1, 2, 3)
    ]
    now = clock.now()
    for evse_no in (0, 1):
        MeterValue.objects.create(
            station=world.station, evse_no=evse_no, taken_at=now, received_at=now, samples=samples, digest=evse_no
        )  # fmt: skip


async def test_what_a_station_says_of_connector_0_is_taken_over_once() -> None:
    await sync_to_async(station_meter)()
    async with Running():
        await until(lambda: LoadReading.objects.exists())
        await asyncio.sleep(1.5)
    (reading,) = [row async for row in LoadReading.objects.all()]
    assert (reading.l1_a, reading.l2_a, reading.l3_a) == (11.0, 12.0, 13.0)
