"""Drivers who start from their phone: they stand beside the charger and plug in when it is told to start."""

import contextlib

from ..automation import PATIENCE
from ..driver import some_car
from ..station import SimulatedStation

LOOK_S = 1.0
PLUG_S = (4.0, 9.0)
UNPLUG_S = (5.0, 15.0)


async def scan(station: SimulatedStation, evse: int = 1) -> None:
    """Serve every start that nobody swiped for, without end."""
    while True:
        await station.clock.sleep(LOOK_S)
        if _is_told(station, evse):
            with contextlib.suppress(*PATIENCE):
                await _charge(station, evse)


def _is_told(station: SimulatedStation, evse: int) -> bool:
    outlet = station.outlets[evse]
    return outlet.granted is not None and outlet.car is None


async def _charge(station: SimulatedStation, evse: int) -> None:
    """Plug in, wait for the end of the session, unplug. A swipe of somebody else just before is his to plug."""
    await station.clock.sleep(station.rng.uniform(*PLUG_S))
    if not _is_told(station, evse):
        return
    car = some_car(station.rng)
    await station.plug(evse, car)
    while station.outlets[evse].session is not None:
        await station.clock.sleep(LOOK_S)
    await station.clock.sleep(station.rng.uniform(*UNPLUG_S))
    if station.outlets[evse].car is car:
        await station.unplug(evse)
