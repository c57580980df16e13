"""Transactions whose stop was lost: closed on strong evidence only, and marked as inferred."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction as database
from django.db.models import Max, Q, QuerySet

from chargers.choices import OPEN_STATES, ConnectorStatus
from chargers.models import ChargingStation, Connector, Transaction
from cpms.core import clock

from ..source import Source
from . import end as transaction_end


def stale_transactions_close(now: datetime | None = None) -> int:
    """Infer the end of open transactions on connectors that are Available; how many.

    The station must have been online, and the connector Available, for longer than the queue horizon: by
    then a queued stop would have come (`OCPP_QUEUE_HORIZON`).
    """
    now = now or clock.now()
    horizon = now - timedelta(seconds=settings.OCPP["QUEUE_HORIZON"])
    free = Connector.objects.filter(
        status=ConnectorStatus.AVAILABLE,
        status_received_at__lt=horizon,
        evse__station__connection__opened_at__lt=horizon,
        evse__station__connection__closed_at=None,
        evse__station__transactions__state__in=OPEN_STATES,
    )
    places = free.select_related("evse__station").distinct()
    return sum(_close_at(connector, now) for connector in places) + _close_nowhere(free, now)


def _close_at(connector: Connector, now: datetime) -> int:
    assert connector.status_received_at is not None
    at = Q(evse_no=connector.evse.number)
    return _close(
        connector.evse.station, at, connector.status_received_at, now, "the connector is free again"
    )


def _close_nowhere(free: QuerySet[Connector], now: datetime) -> int:
    """Those on a connector that does not exist (0, or an impossible number): when all connectors are free."""
    stations = ChargingStation.objects.filter(
        transactions__state__in=OPEN_STATES, transactions__evse_no=None, evses__connectors__in=free
    )
    free_again = stations.annotate(since=Max("evses__connectors__status_received_at")).distinct()
    busy = Connector.objects.exclude(pk__in=free.values("pk")).values("evse__station")
    why = "all connectors are free again"
    return sum(
        _close(station, Q(evse_no=None), station.since, now, why)
        for station in free_again.exclude(pk__in=busy)
    )


@database.atomic
def _close(station: ChargingStation, where: Q, free_since: datetime, now: datetime, why: str) -> int:
    stale = Transaction.objects.select_for_update().filter(
        where, station=station, state__in=OPEN_STATES, started_at__lt=free_since
    )
    source = Source(station.pk, station.public_id, station.organisation_id, 0, now)
    rows = list(stale)
    for row in rows:
        transaction_end.infer(source, row, free_since, f"{why} and no stop came")
    return len(rows)
