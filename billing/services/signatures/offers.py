"""Keys that stations offer beside their records: remembered for a person to look at, and judging nothing."""

import hashlib

from django.db.models import QuerySet

from billing.choices import KeySource
from billing.models import MeterKey
from billing.ocmf import PublicKey, read_key
from chargers.models import ChargingStation

# A station that offers a new key with every value is answered with silence.
MOST_OFFERED = 20


def fingerprint(key: PublicKey) -> str:
    """SHA-256 of the point, the same in whichever form it was given uncompressed."""
    point = key.material[1:] if len(key.material) % 2 and key.material[:1] == b"\x04" else key.material
    return hashlib.sha256(point).hexdigest()


def open_keys(station: ChargingStation) -> QuerySet[MeterKey]:
    """The keys of a station that nobody has ended."""
    return MeterKey.objects.filter(station=station, valid_to=None)


def key_offer(station: ChargingStation, evse_no: int | None, meter_serial: str, public_key: str) -> None:
    """Remember a key that came with a record, for a person to look at. It judges nothing."""
    if not public_key:
        return
    known = fingerprint(read_key(public_key))
    offered = open_keys(station)
    if (
        offered.filter(fingerprint=known).exists()
        or offered.filter(confirmed_at=None).count() >= MOST_OFFERED
    ):
        return
    row = MeterKey(
        organisation_id=station.organisation_id, station=station, evse_no=evse_no, meter_serial=meter_serial[:80],
        public_key=public_key, fingerprint=known, source=KeySource.STATION,
    )  # fmt: skip
    MeterKey.objects.bulk_create([row], ignore_conflicts=True)
