"""What the server can ask for, whatever the version: decided now, with what is to be done then."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from .outlet import Outlet

if TYPE_CHECKING:
    from .station import SimulatedStation

Then = Callable[[], Awaitable[object]]


def remote_start(
    station: "SimulatedStation", uid: str, evse_no: int | None, remote_start_id: int | None
) -> Then | None:
    """Charge for `uid`: at once where a car waits, else when one comes; None where nothing is free."""
    outlet = _free_outlet(station, uid, evse_no)
    if outlet is None:
        return None
    outlet.granted = (uid, remote_start_id)
    return lambda: station.begin_if_ready(outlet.number, "RemoteStart")


def _free_outlet(station: "SimulatedStation", uid: str, evse_no: int | None) -> Outlet | None:
    """The one asked for; else the one kept for this card, one with a waiting car, any that is free."""
    here = [outlet for outlet in station.outlets.values() if evse_no in (None, outlet.number)]
    free = [outlet for outlet in here if outlet.is_free and not outlet.is_kept_from(uid)]
    kept = [outlet for outlet in free if outlet.held is not None]
    waiting = [outlet for outlet in free if outlet.car is not None]
    return next(iter(kept + waiting + free), None)


def remote_stop(station: "SimulatedStation", reference: str) -> Then | None:
    for outlet in station.outlets.values():
        if outlet.session is not None and outlet.session.reference == reference:
            return lambda: station.stop(outlet.number, "Remote")
    return None


def unlock(station: "SimulatedStation", evse_no: int) -> Then | None:
    """Release the cable; ends the transaction that runs there."""
    outlet = station.outlets.get(evse_no)
    if outlet is None:
        return None

    async def release() -> None:
        if outlet.session is not None:
            await station.stop(outlet.number, "UnlockCommand")

    return release


def set_availability(station: "SimulatedStation", evse_no: int, operative: bool) -> tuple[str, Then | None]:
    """0 is the whole station. A running transaction is let finish first: "Scheduled"."""
    outlets = list(station.outlets.values()) if evse_no == 0 else [station.outlets.get(evse_no)]
    chosen = [outlet for outlet in outlets if outlet is not None]
    if not chosen:
        return "Rejected", None
    for outlet in chosen:
        outlet.is_operative = operative
    scheduled = not operative and any(outlet.session for outlet in chosen)
    return "Scheduled" if scheduled else "Accepted", station.report_all


def trigger(station: "SimulatedStation", message: str, evse_no: int | None) -> Then | None:
    """Send a message now, for one outlet or for all."""
    if evse_no and evse_no not in station.outlets:
        return None
    numbers = [evse_no] if evse_no else list(station.outlets)
    messages: dict[str, Then] = {
        "BootNotification": lambda: station.boot("Triggered"),
        "Heartbeat": station.heartbeat,
        "MeterValues": lambda: asyncio.gather(*(station.sample(n, "Trigger") for n in numbers)),
        "StatusNotification": lambda: asyncio.gather(*(station.status(n) for n in numbers)),
    }
    return messages[message]


async def reboot(station: "SimulatedStation", reason: str) -> None:
    """End what runs, go down, come up, say so. `reason` is the stop reason of the transactions."""
    for outlet in station.outlets.values():
        if outlet.session is not None:
            await station.stop(outlet.number, reason)
    await station.restart()
