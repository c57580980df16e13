"""What an automatic station does by itself: keep the line, the time and the meter."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from . import charging
from .link import CallFailed, Disconnected, HandshakeRefused

if TYPE_CHECKING:
    from .station import SimulatedStation

PATIENCE = (CallFailed, TimeoutError, OSError)
BOOT_RETRY_S = 2.0


def tasks(station: "SimulatedStation") -> list[Coroutine[Any, Any, None]]:
    """The loops of one station; they run until they are cancelled."""
    return [keep_connected(station), beat(station), run_meter(station)]


async def keep_connected(station: "SimulatedStation") -> None:
    """Connect, greet, wait for the end of the line, again; pauses double (OCPP 2.0.1 B10)."""
    pause_s = station.options.reconnect_min_s
    while True:
        await station.reachable.wait()
        try:
            await station.connect()
        except (HandshakeRefused, OSError, TimeoutError):
            await asyncio.sleep(pause_s * station.rng.uniform(0.5, 1.5))
            pause_s = min(pause_s * 2, station.options.reconnect_max_s)
            continue
        pause_s = station.options.reconnect_min_s
        with contextlib.suppress(Disconnected):
            await _greet(station)
        await _line_down(station)
        await asyncio.sleep(pause_s * station.rng.uniform(0.5, 1.5))


async def _greet(station: "SimulatedStation") -> None:
    """Boot unless this boot was accepted before, then say how everything stands. Raises Disconnected."""
    while station.registration != "Accepted":
        with contextlib.suppress(CallFailed, TimeoutError):
            if await station.boot() == "Accepted":
                break
        await asyncio.sleep(BOOT_RETRY_S)
    await station.report_all()


async def _line_down(station: "SimulatedStation") -> None:
    if station.link is not None:
        await station.link.closed.wait()


async def beat(station: "SimulatedStation") -> None:
    """Heartbeats in the interval the server asked for."""
    while True:
        await asyncio.sleep(station.heartbeat_interval_s * station.rng.uniform(0.9, 1.0))
        if station.online:
            with contextlib.suppress(*PATIENCE):
                await station.heartbeat()


async def run_meter(station: "SimulatedStation") -> None:
    """Let energy flow with the simulated time and send meter values."""
    sampled = flowed = station.clock.now()
    while True:
        await station.clock.sleep(station.options.tick_s)
        flowed, past = station.clock.now(), flowed
        _flow(station, (flowed - past).total_seconds())
        if (flowed - sampled).total_seconds() >= station.options.meter_interval_s:
            sampled = flowed
            await _sample_all(station)
        await station.report_all()


def _flow(station: "SimulatedStation", seconds: float) -> None:
    if station.limits.kept:
        charging.obey(station)
    for outlet in station.outlets.values():
        outlet.flow(seconds)
        station.note_state(outlet)


async def _sample_all(station: "SimulatedStation") -> None:
    for outlet in station.outlets.values():
        if outlet.session is not None:
            await station.sample(outlet.number)
