"""What stations tell, as the adapters hand it to the services."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chargers.choices import TransactionEventKind
from chargers.domain import Place, Reading, Token, TransactionReported
from chargers.models import ChargingStation, StationConnection, Transaction
from chargers.services.source import Source
from chargers.services.stations.registration import station_register
from chargers.services.transactions.messages import Reported, transaction_report
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.worlds import World

STARTED, UPDATED, ENDED = (
    TransactionEventKind.STARTED,
    TransactionEventKind.UPDATED,
    TransactionEventKind.ENDED,
)


def source_of(station: ChargingStation, received_at: datetime | None = None) -> Source:
    """A message over the station's newest socket."""
    epoch = StationConnection.objects.get(station=station).epoch
    return Source(station.pk, station.public_id, station.organisation_id, epoch, received_at or clock.now())


def another_station(world: World, identity: str) -> ChargingStation:
    """One more station of this organisation."""
    return station_register(world.organisation, identity, SYSTEM)[0]


def start(
    uid: str, at: datetime, meter_wh: int | None = 1000, *, evse_no: int = 1, **changes: Any
) -> TransactionReported:
    """A start without an id of the station's own (OCPP 1.6)."""
    report = TransactionReported(
        kind=STARTED,
        reference=None,
        at=at,
        message_id=f"start-{at.isoformat()}",
        place=Place(evse_no, 1),
        token=Token(uid),
        meter_wh=meter_wh,
        fingerprint=f"{evse_no}|{uid}|{at.isoformat()}|{meter_wh}",
    )
    return replace(report, **changes)


def stop(reference: str, at: datetime | None, meter_wh: int | None, **changes: Any) -> TransactionReported:
    """A stop without a sequence number (OCPP 1.6)."""
    report = TransactionReported(
        kind=ENDED, reference=reference, at=at, message_id="stop", meter_wh=meter_wh, stop_reason="Local"
    )
    return replace(report, **changes)


def reading(at: datetime, energy_wh: int) -> Reading:
    """A register at an instant."""
    return Reading(at=at, energy_wh=energy_wh, digest=energy_wh)


def report(
    station: ChargingStation, message: TransactionReported, received_at: datetime | None = None
) -> Reported:
    """Hand a message to the service."""
    return transaction_report(source_of(station, received_at), message)


_NOW = clock.now().replace(microsecond=0)


def ago(**spans: float) -> datetime:
    """A whole second in the past; the same one whenever it is asked for."""
    return _NOW - timedelta(**spans)


def started(world: World, **changes: Any) -> Transaction:
    """A running 1.6 transaction of the world's station and tag."""
    message = start(world.tag.uid, ago(minutes=30), **changes)
    return report(world.station, message).transaction
