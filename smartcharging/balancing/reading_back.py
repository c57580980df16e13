"""When stations are asked for all profiles they hold: after they came, once a day, and soon where they differ."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q

from chargers.models import ChargingStation
from cpms.core import clock
from cpms.core.actors import SYSTEM

from ..choices import ReadbackState
from ..services.readback import readback_ask

CHECK_EVERY: Final = timedelta(days=1)
# What was asked and never wholly answered, or differed, is asked for again.
AGAIN: Final = timedelta(minutes=10)
# Right after a station came, its limits are installed anew.
RESTED: Final = timedelta(minutes=1)
MOST: Final = 50


def readbacks_verify(now: datetime | None = None) -> int:
    """Ask what is due; how many were asked. Stations whose version cannot say so are tried once per connection."""
    now = now or clock.now()
    shared = ChargingStation.objects.filter(
        installed_profiles__isnull=False, connection__closed_at=None, connection__opened_at__lt=now - RESTED
    )
    asked, differs = "readback__asked_at", Q(installed_profiles__drift__isnull=False)
    unsettled = differs | Q(readback__state=ReadbackState.ASKED)
    due = (
        Q(readback=None)
        | Q(readback__asked_at__lt=F("connection__opened_at"))
        | Q(readback__asked_at__lt=now - CHECK_EVERY)
        | (unsettled & Q(readback__asked_at__lt=now - AGAIN))
    )
    stations = (
        shared.filter(due).select_related("connection").distinct().order_by(F(asked).asc(nulls_first=True))
    )
    return sum(readback_ask(station, SYSTEM) for station in stations[:MOST])
