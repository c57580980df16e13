"""Places that a simulated station keeps for somebody (OCPP 1.6 §5.13)."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .outlet import Outlet

if TYPE_CHECKING:
    from .station import SimulatedStation


@dataclass(frozen=True, slots=True)
class Held:
    """A reservation as the station keeps it."""

    number: int
    uid: str
    parent_uid: str
    until: datetime


def hold(station: "SimulatedStation", evse_no: int, held: Held) -> str:
    """Keep an outlet, 0 being any; the station's word for it. The same number replaces."""
    release(station, held.number)
    if evse_no == 0:
        outlet = next((one for one in station.outlets.values() if refusal(one) == ""), None)
        outlet = outlet or station.outlets[1]
    elif evse_no in station.outlets:
        outlet = station.outlets[evse_no]
    else:
        return "Rejected"
    word = refusal(outlet)
    if word:
        return word
    outlet.held = held
    station.spawn(_expire(station, outlet, held))
    return "Accepted"


def refusal(outlet: Outlet) -> str:
    """Why this outlet cannot be kept now; empty when it can."""
    if outlet.fault:
        return "Faulted"
    if outlet.session is not None or outlet.car is not None or outlet.held is not None:
        return "Occupied"
    return "" if outlet.is_operative else "Unavailable"


def release(station: "SimulatedStation", number: int) -> bool:
    """Give the outlet of this reservation free; whether there was one."""
    for outlet in station.outlets.values():
        if outlet.held is not None and outlet.held.number == number:
            outlet.held = None
            return True
    return False


async def _expire(station: "SimulatedStation", outlet: Outlet, held: Held) -> None:
    await asyncio.sleep(max(0.0, (held.until - station.now()).total_seconds()))
    if outlet.held is held:
        outlet.held = None
        await station.report(outlet)
