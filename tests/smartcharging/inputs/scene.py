"""A site with meters, chargers and a clock that tests move."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chargers.choices import TransactionState
from chargers.models import MeterValue, Transaction
from cpms.core.actors import SYSTEM
from smartcharging.inputs.choices import MeterDriver
from smartcharging.inputs.metering.meters import meter_create
from smartcharging.inputs.metering.store import Kept, readings_store
from smartcharging.meters import Sample
from smartcharging.models import Outlet, SiteMeter
from smartcharging.services.circuits import circuit_create
from tests.worlds import World

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def after(**span: float) -> datetime:
    """A moment after noon."""
    return NOON + timedelta(**span)


def push_meter(world: World, **fields: Any) -> SiteMeter:
    """A meter that sends by itself, at the root of the world's site."""
    wanted = {"name": f"{world.mark} main meter", "driver": MeterDriver.PUSH, "measures": "building"} | fields
    return meter_create(world.site, SYSTEM, **wanted)


def amps(l1: float, l2: float, l3: float, at: datetime | None = None) -> Sample:
    """What a meter of three lines says."""
    return Sample({"l1_a": l1, "l2_a": l2, "l3_a": l3}, at)


def told(meter: SiteMeter, sample: Sample, at: datetime) -> Kept:
    """The meter says something, and we hear it at `at`."""
    return readings_store(meter, [sample], at)


def charging(world: World, at: datetime, *lines: float, rotated: bool = False) -> Transaction:
    """A car at the world's station that draws these currents on the EVSE's own lines."""
    evse = world.station.evses.get()
    root = world.site.circuits.filter(parent=None).first() or circuit_create(
        world.site, SYSTEM, name="Grid", limit_a=[100.0, 100.0, 100.0]
    )
    Outlet.objects.create(evse=evse, circuit=root, lines=[1, 2, 0] if rotated else [0, 1, 2])
    transaction = world.transaction
    Transaction.objects.filter(pk=transaction.pk).update(state=TransactionState.CHARGING)
    samples = [
        {"measurand": "Current.Import", "phase": f"L{line}", "unit": "A", "value": value}
        for line, value in enumerate(lines, 1)
    ]
    MeterValue.objects.create(
        station=world.station, transaction=transaction, evse_no=1, taken_at=at, received_at=at, samples=samples,
        digest=int(at.timestamp()),
    )  # fmt: skip
    return transaction
