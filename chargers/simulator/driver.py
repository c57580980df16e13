"""People at the stations: they plug in, swipe, wait and leave, and sometimes something goes wrong."""

from dataclasses import dataclass, fields
from random import Random

from .car import ONE_PHASE, THREE_PHASES, Car
from .link import CallFailed, Disconnected
from .station import SimulatedStation

GROUND_FAULT_S = 60.0


@dataclass(frozen=True, slots=True)
class Mix:
    """How much goes wrong, as shares from 0 to 1.

    Of visits: a spell `offline`, a `ground` fault. Of transaction messages: `duplicates`. Of stations: `clocks`
    that are wrong.
    """

    offline: float = 0.0
    ground: float = 0.0
    duplicates: float = 0.0
    clocks: float = 0.0

    @classmethod
    def parse(cls, text: str) -> "Mix":
        """Read `offline=0.1,ground=0.05`; "none" is nothing. Raises ValueError naming the bad part."""
        shares: dict[str, float] = {}
        known = {one.name for one in fields(cls)}
        for part in [] if text == "none" else text.split(","):
            name, _, value = part.partition("=")
            if name not in known or not _is_share(value):
                raise ValueError(
                    f"{part!r} is not one of {', '.join(sorted(known))} with a share from 0 to 1"
                )
            shares[name] = float(value)
        return cls(**shares)


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def some_car(rng: Random) -> Car:
    """A car as they come: small and large batteries, one or three phases."""
    return Car(
        battery_wh=rng.choice([30_000, 52_000, 64_000, 77_000]),
        soc_percent=round(rng.uniform(5, 85), 1),
        max_power_w=rng.choice([3_700, 7_400, 11_000, 22_000]),
        wires=rng.choice([ONE_PHASE, THREE_PHASES]),
    )


async def charge(station: SimulatedStation, evse: int, car: Car, uid: str, stay_s: float, mix: Mix) -> None:
    """One visit of so many simulated seconds, from plug to unplug."""
    rng = station.rng
    if rng.random() < 0.3:
        await station.swipe(uid, evse)
        await station.plug(evse, car)
    else:
        await station.plug(evse, car)
        await station.clock.sleep(rng.uniform(1, 10))
        await station.swipe(uid, evse)
    await _stay(station, evse, stay_s, mix)
    await leave(station, evse, uid if rng.random() < 0.6 else None)


async def leave(station: SimulatedStation, evse: int, uid: str | None) -> None:
    """End what runs, with the card or by pulling the cable."""
    session = station.outlets[evse].session
    if uid is not None and session is not None and session.uid == uid:
        await station.stop(evse, "Local", uid)
    await station.unplug(evse)


async def _stay(station: SimulatedStation, evse: int, stay_s: float, mix: Mix) -> None:
    """Let the time pass, with what goes wrong in its middle."""
    await station.clock.sleep(stay_s / 3)
    dice = station.rng.random()
    if dice < mix.offline:
        await go_offline(station, stay_s / 3)
    elif dice < mix.offline + mix.ground:
        await break_down(station, evse, GROUND_FAULT_S)
    else:
        await station.clock.sleep(stay_s / 3)
    await station.clock.sleep(stay_s / 3)


async def go_offline(station: SimulatedStation, seconds: float) -> None:
    """Lose the line for so many simulated seconds."""
    station.reachable.clear()
    station.drop()
    try:
        await station.clock.sleep(seconds)
    finally:
        station.reachable.set()


async def break_down(station: SimulatedStation, evse: int, seconds: float) -> None:
    """A ground fault that goes away again."""
    await station.fault(evse, "GroundFailure")
    try:
        await station.clock.sleep(seconds)
    finally:
        await station.recover(evse)


async def come_and_go(station: SimulatedStation, evse: int, uids: list[str], mix: Mix, pace_s: float) -> None:
    """Visits without end, `pace_s` simulated seconds long on average, at least one outlet's worth of them."""
    rng = station.rng
    while True:
        await station.clock.sleep(rng.uniform(0.05, 0.4) * pace_s)
        try:
            await charge(station, evse, some_car(rng), rng.choice(uids), rng.uniform(0.5, 1.5) * pace_s, mix)
        except (CallFailed, TimeoutError, Disconnected):
            await leave(station, evse, None)
