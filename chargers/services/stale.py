"""Transactions whose stop was lost: closed on strong evidence only, and marked as inferred."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction as database

from chargers.choices import OPEN_STATES, ConnectorStatus
from chargers.models import Connector, Transaction
from cpms.core import clock

from . import transaction_end
from .source import Source


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
    return sum(_close_at(connector, now) for connector in places)


@database.atomic
def _close_at(connector: Connector, now: datetime) -> int:
    station, evse = connector.evse.station, connector.evse
    assert connector.status_received_at is not None
    stale = Transaction.objects.select_for_update().filter(
        station=station,
        evse_no=evse.number,
        state__in=OPEN_STATES,
        started_at__lt=connector.status_received_at,
    )
    source = Source(station.pk, station.public_id, station.organisation_id, 0, now)
    rows = list(stale)
    for row in rows:
        transaction_end.infer(
            source, row, connector.status_received_at, "the connector is free again and no stop came"
        )
    return len(rows)
