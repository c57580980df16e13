"""The demo's energy: a garage between two lines of 208 V with a solar roof, a building beside it, and a shared kerb."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db.models import F

from chargers.choices import OPEN_STATES
from chargers.models import Evse, Site, Transaction
from chargers.simulator.demo.cast import Part, parts
from chargers.simulator.visits import GARAGE_CURRENT_A, GARAGE_VOLTAGE_V, recorded
from cpms.core import clock
from cpms.core.actors import SYSTEM

from .demo_meters import Wired, market, past, samples
from .inputs.choices import Measures, MeterDriver, NeedSource
from .inputs.metering.meters import meter_create
from .inputs.metering.store import readings_store
from .inputs.needs.saying import SessionOver, need_set
from .models import Circuit, SiteMeter
from .services.circuits import circuit_create, outlet_set, policy_set

METERS: Final = {Measures.BUILDING: "Building", Measures.PV: "Roof"}
LOOK_S: Final = 5.0
PAIRS: Final = {"AB": [0, 1], "BC": [1, 2], "CA": [2, 0]}


WIRED: Final = (
    Wired(
        "North Garage", 160.0, (("Level 1", 100.0), ("Level 2", 100.0)), 40.0, volts=120.0, roof_w=24_000.0
    ),
    Wired("Wilson Avenue", 63.0, (("Kerb", 50.0),), 12.0),
)


def seed_energy() -> int:
    """Describe the wires that are not described yet, and tell prices of the next days; how many circuits there are."""
    for wired in WIRED:
        site = Site.objects.filter(name=wired.site).first()
        if site is None:
            continue
        if not site.circuits.exists():
            _wire(site, wired)
        policy_set(site, SYSTEM, price_series=market(site, clock.now()))
    return Circuit.objects.count()


def _wire(site: Site, wired: Wired) -> None:
    root = circuit_create(site, SYSTEM, name="Grid connection", limit_a=[wired.grid_a] * 3)
    for name, limit_a in wired.feeders:
        circuit_create(site, SYSTEM, name=name, parent=root, limit_a=[limit_a] * 3)
    building = [wired.building_a] * 3
    policy_set(site, SYSTEM, managed=True, building_worst_a=building, service_minimum_a=6.0)
    names = METERS if wired.roof_w else {Measures.BUILDING: METERS[Measures.BUILDING]}
    meters = {
        measures.value: meter_create(site, SYSTEM, name=name, driver=MeterDriver.PUSH, measures=measures)
        for measures, name in names.items()
    }
    past(wired, site, meters, clock.now())
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
    while True:
        await sync_to_async(_tell)()
        await asyncio.sleep(LOOK_S)


def _tell() -> None:
    now = clock.now()
    for wired in WIRED:
        meters = SiteMeter.objects.filter(site__name=wired.site, name__in=METERS.values(), active=True)
        for meter in meters.select_related("site"):
            hang(meter.site, wired)
            readings_store(meter, [samples(wired, meter.site, now)[meter.measures]], now)
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
