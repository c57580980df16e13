"""Whose doing it was that stations are away, by the register of gateway processes."""

from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from cpms.core import clock

from ..models import ChargingStation, GatewayInstance
from ..services.stations.connections import INSTANCE_SILENCE

# A process that ends, or dies and is found to be silent, and the one that follows it, are no further apart.
_HANDOVER = timedelta(minutes=2)
# Within this stations dial again, as a restart of the gateway makes all of them do.
_REDIALLED = timedelta(minutes=5)


def without_restarts(away: QuerySet[ChargingStation]) -> QuerySet[ChargingStation]:
    """Stations that are away, without those whose socket ended with its gateway process a moment ago.

    Such a process is not in the register any more, or beats no more, and another one began when the socket ended.
    """
    now = clock.now()
    closed_at = OuterRef("connection__closed_at")
    alive = GatewayInstance.objects.filter(
        pk=OuterRef("connection__instance"), beat_at__gte=now - INSTANCE_SILENCE
    )
    followed = GatewayInstance.objects.filter(
        started_at__gte=closed_at - _HANDOVER, started_at__lte=closed_at + _HANDOVER
    )
    recent = Q(connection__closed_at__gte=now - _REDIALLED)
    return away.exclude(recent & ~Q(Exists(alive)) & Q(Exists(followed)))


def gateways_alive_at() -> datetime | None:
    """When a gateway process last said that it is alive; None where none is in the register."""
    alive_at: datetime | None = GatewayInstance.objects.aggregate(at=Max("beat_at"))["at"]
    return alive_at
