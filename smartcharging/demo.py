"""The demo's energy: a garage between two lines of 208 V with two feeders, a building beside it, and a shared kerb."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import pi, sin
from random import Random
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db.models import F

from chargers.choices import OPEN_STATES
from chargers.models import Evse, Site, Transaction
from chargers.simulator.demo.cast import Part, parts
from chargers.simulator.visits import GARAGE_CURRENT_A, GARAGE_VOLTAGE_V, recorded
from cpms.core import clock
from cpms.core.actors import SYSTEM

from .inputs.choices import Measures, MeterDriver, NeedSource
from .inputs.metering.meters import meter_create
from .inputs.metering.store import readings_store
from .inputs.needs.saying import SessionOver, need_set
from .meters import Sample
from .models import Circuit, SiteMeter
from .services.circuits import circuit_create, outlet_set, policy_set

METER: Final = "Building"
LOOK_S: Final = 5.0
SWING_S: Final = 600.0
PAIRS: Final = {"AB": [0, 1], "BC": [1, 2], "CA": [2, 0]}


@dataclass(frozen=True, slots=True)
class Wired:
    """A site of the demo: its supply, its feeders, and the most its building draws, in ampere on each line."""

    site: str
    grid_a: float
    feeders: tuple[tuple[str, float], ...]
    building_a: float


WIRED: Final = (
    Wired("North Garage", 160.0, (("Level 1", 100.0), ("Level 2", 100.0)), 40.0),
    Wired("Wilson Avenue", 63.0, (("Kerb", 50.0),), 12.0),
)


def seed_energy() -> int:
    """Describe the wires that are not described yet; how many circuits there are."""
    for wired in WIRED:
        site = Site.objects.filter(name=wired.site).first()
        if site is not None and not site.circuits.exists():
            _wire(site, wired)
    return Circuit.objects.count()


def _wire(site: Site, wired: Wired) -> None:
    root = circuit_create(site, SYSTEM, name="Grid connection", limit_a=[wired.grid_a] * 3)
    for name, limit_a in wired.feeders:
        circuit_create(site, SYSTEM, name=name, parent=root, limit_a=[limit_a] * 3)
    building = [wired.building_a] * 3
    policy_set(site, SYSTEM, managed=True, building_worst_a=building, service_minimum_a=6.0)
    meter_create(site, SYSTEM, name=METER, driver=MeterDriver.PUSH, measures=Measures.BUILDING)
    hang(site, wired)


def hang(site: Site, wired: Wired) -> None:
    """Hang the chargers that have told of themselves on their feeders; the others follow."""
    fresh = Evse.objects.filter(station__site=site, outlet=None).select_related("station")
    found = {evse.station.identity: evse for evse in fresh}
    if not found:
        return
    feeders = list(site.circuits.exclude(parent=None).order_by("pk"))
    cast = [part for part in parts(recorded()) if part.place.name == wired.site]
    for number, part in enumerate(cast):
        if part.identity in found:
            _hang(found[part.identity], part, feeders[number * len(feeders) // len(cast)], number)


def _hang(evse: Evse, part: Part, circuit: Circuit, number: int) -> None:
    """As the recorded garage was wired; elsewhere with neutral, each charger rotated by one line."""
    wiring: dict[str, Any]
    if part.place.replays:
        pair = next(visit.line_pair for visit in recorded() if visit.station == part.recorded)
        wiring = {"lines": PAIRS[pair], "between": True, "volts": float(GARAGE_VOLTAGE_V)}
        wiring["maximum_a"] = float(GARAGE_CURRENT_A)
    else:
        wiring = {"lines": [(number + line) % 3 for line in range(3)]}
    outlet_set(evse, SYSTEM, circuit=circuit, **wiring)


async def building() -> None:
    """What the meters of the demo's buildings say, and new chargers hung up, every few seconds, until cancelled."""
    rng = Random("building")  # noqa: S311 - it swings a needle
    while True:
        await sync_to_async(_tell)(rng)
        await asyncio.sleep(LOOK_S)


def _tell(rng: Random) -> None:
    now = clock.now()
    for wired in WIRED:
        meters = SiteMeter.objects.filter(site__name=wired.site, name=METER, active=True)
        for meter in meters.select_related("site"):
            hang(meter.site, wired)
            lines = {f"l{line + 1}_a": _load(wired, now.timestamp(), line, rng) for line in range(3)}
            readings_store(meter, [Sample(lines, now)], now)
    say(now)


def say(now: datetime) -> None:
    """Every second driver says when the car leaves and how much it needs, so that there is something to plan."""
    silent = Transaction.objects.filter(
        station__site__name__in=[wired.site for wired in WIRED], state__in=OPEN_STATES, needs=None
    )
    for session in silent.annotate(half=F("pk") % 2).filter(half=0):
        hours, energy_wh = 1 + session.pk % 5, 8_000 + 1_000 * (session.pk % 12)
        departs_at = now + timedelta(hours=hours)
        with suppress(SessionOver):
            need_set(session, NeedSource.DRIVER, SYSTEM, energy_wh=energy_wh, departs_at=departs_at)


def _load(wired: Wired, at_s: float, line: int, rng: Random) -> float:
    """A slow swing, a third of it apart from line to line, and something that switches on and off."""
    swing = sin(2 * pi * (at_s / SWING_S + line / 3))
    return round(wired.building_a * (0.5 + 0.3 * swing + rng.uniform(-0.05, 0.05)), 1)
