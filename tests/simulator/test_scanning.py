"""The demo's drivers with a phone: the charger is told to start, and a car comes."""

import asyncio
from collections.abc import Callable

import pytest

from chargers.simulator.clock import Clock
from chargers.simulator.demo.scanning import scan

from .csms import Csms
from .test_orders import START, START_MESSAGE, STOP_MESSAGE, obey, stop_order
from .test_station import VERSIONS, station

FAST = 50.0


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_start_from_a_phone_is_followed_by_a_car_that_leaves_at_the_end(
    csms: Csms, version: str
) -> None:
    async with station(csms, version, clock=Clock(speed=FAST)) as charger:
        driver = asyncio.create_task(scan(charger))
        await obey(csms, version, START[version])
        await csms.heard(START_MESSAGE[version])
        assert charger.session().uid == "APP-1"
        await _until(lambda: charger.session().reference is not None)
        await obey(csms, version, stop_order(version, charger))
        await csms.heard(STOP_MESSAGE[version])
        await _until(lambda: charger.outlets[1].car is None)
        driver.cancel()


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError
