"""The keys of the demo's meters, all but those of one station: that one's waits for somebody to confirm it."""

from typing import Final

from billing.choices import KeySource
from billing.models import MeterKey
from billing.services.signatures.keys import key_add
from chargers.models import ChargingStation
from chargers.simulator.demo.cast import parts
from chargers.simulator.signing import ALGORITHM, meter_of
from chargers.simulator.visits import recorded
from cpms.core.actors import SYSTEM

# It speaks 2.0.1, so it offers its key with every value.
UNCONFIRMED: Final = "WA-04"


def seed_meter_keys() -> int:
    """Register what stands on the labels of the meters that sign, once; how many keys are registered."""
    signing = [part.identity for part in parts(recorded()) if part.signs and part.identity != UNCONFIRMED]
    for station in ChargingStation.objects.filter(identity__in=signing, meter_keys=None):
        meter = meter_of(station.identity, 1)
        key_add(
            station, SYSTEM, public_key=meter.public_key, source=KeySource.LABEL, meter_serial=meter.serial,
            algorithm=ALGORITHM, evse_no=1,
        )  # fmt: skip
    return MeterKey.objects.exclude(confirmed_at=None).count()
