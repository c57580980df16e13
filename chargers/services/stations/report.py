"""What stations tell of themselves, where it is rare enough to be written one by one."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from chargers.domain import StatusReported
from chargers.models import ChargingStation, Connector, Evse, Transaction

from ..source import Source, check_epoch
from ..transactions.times import past_instant

# A station that names ever new connectors must not fill the table.
MAX_CONNECTORS = 64


def connector_seen(station_id: int, evse_no: int, connector_no: int) -> int | None:
    """The key of a connector, created when the station names it for the first time; None beyond the cap."""
    return _connector(station_id, evse_no, connector_no) or _connector_create(
        station_id, evse_no, connector_no
    )


def _connector(station_id: int, evse_no: int, connector_no: int) -> int | None:
    found = Connector.objects.filter(evse__station_id=station_id, evse__number=evse_no, number=connector_no)
    return found.values_list("pk", flat=True).first()


@transaction.atomic
def _connector_create(station_id: int, evse_no: int, connector_no: int) -> int | None:
    ChargingStation.objects.select_for_update().only("pk").get(pk=station_id)
    found = _connector(station_id, evse_no, connector_no)
    if found is not None or Connector.objects.filter(evse__station_id=station_id).count() >= MAX_CONNECTORS:
        return found
    evse, _ = Evse.objects.get_or_create(station_id=station_id, number=evse_no)
    return Connector.objects.create(evse=evse, number=connector_no).pk


def station_status(source: Source, report: StatusReported) -> None:
    """The status of the station itself (1.6 connector 0); an older report changes nothing."""
    check_epoch(source)
    at = past_instant(report.at, source.received_at)
    station = ChargingStation.objects.filter(pk=source.station_id)
    station.exclude(reported_at__gt=at).update(
        reported_status=report.status, reported_error=report.error_code[:120], reported_at=at
    )


def transaction_of(station_id: int, reference: str) -> tuple[int, str, int | None, int | None, str] | None:
    """Key, public id, EVSE, connector and state of the transaction with this wire reference at this station."""
    found = Transaction.objects.filter(station_id=station_id, reference=reference)
    return found.values_list("pk", "public_id", "evse_no", "connector_no", "state").first()


@transaction.atomic
def quirks_seen(station_id: int, codes: Iterable[str], at: datetime) -> None:
    """Note deviations on the station, each with the first and last time it was seen."""
    station = ChargingStation.objects.select_for_update().only("quirks").filter(pk=station_id).first()
    if station is None:
        return
    for code in codes:
        known = station.quirks.get(code, {"first": at.isoformat()})
        station.quirks[code] = known | {"last": at.isoformat()}
    station.save(update_fields=["quirks"])
