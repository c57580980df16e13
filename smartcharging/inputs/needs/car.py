"""What a car says that it needs, over ISO 15118 and OCPP 2.x."""

from typing import Any

from django.core.exceptions import ValidationError

from chargers.choices import OPEN_STATES
from chargers.domain import CarNeedsReported, NeedsAnswer
from chargers.models import Transaction
from chargers.selectors.transactions import latest_readings
from chargers.services.reports import takes
from chargers.services.source import Source
from cpms.core.actors import Actor

from ..choices import NeedSource
from .saying import SessionOver, need_set


@takes(CarNeedsReported)
def car_needs(source: Source, report: CarNeedsReported) -> NeedsAnswer:
    """Reckon with what the car says (OCPP 2.0.1 K15.FR.03); refused without a session at its place.

    A car speaks of what it wants from now on, our needs are of the whole session. Figures that cannot be, such as a
    departure that is over, are left out.
    """
    here = Transaction.objects.filter(
        station_id=source.station_id, evse_no=report.place.evse_no, state__in=OPEN_STATES
    )
    running = here.select_related("station__site").order_by("-started_at", "-pk").first()
    if running is None:
        return NeedsAnswer(False)
    said = _said(report, running, source)
    try:
        need_set(running, NeedSource.CAR, Actor("the car", source="station"), **said)
    except (SessionOver, ValidationError):
        return NeedsAnswer(False)
    return NeedsAnswer(True)


def _said(report: CarNeedsReported, running: Transaction, source: Source) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if report.energy_wh is not None:
        said["energy_wh"] = report.energy_wh + _delivered_wh(running)
    if report.departs_at is not None and report.departs_at > source.received_at:
        said["departs_at"] = report.departs_at
    return said


def _delivered_wh(running: Transaction) -> int:
    reading = latest_readings([running]).get(running.pk)
    if reading is None or reading.energy_wh is None or running.meter_start_wh is None:
        return 0
    return max(reading.energy_wh - running.meter_start_wh, 0)
