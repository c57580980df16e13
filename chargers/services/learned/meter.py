"""What ended transactions teach about a station's meter: whether its register counts on, and in which unit."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from chargers.choices import FactKind, Quirk, TransactionState
from chargers.models import MeterValue, Transaction
from cpms.core import clock

from ..stations.report import quirks_seen
from .facts import fact_learn

WINDOW: Final = timedelta(minutes=15)
# So much must have flowed, seen so often, before a power can judge a register.
MIN_MEASURED_WH: Final = 200.0
MIN_READINGS: Final = 4
# A thousand, give or take what sampling loses.
_THOUSAND: Final = (300.0, 3000.0)


def meters_learn(now: datetime | None = None) -> int:
    """Look at the transactions that ended lately; how many. Looking twice does no harm."""
    now = now or clock.now()
    ended = Transaction.objects.filter(
        state=TransactionState.ENDED, end_received_at__gt=now - WINDOW, end_received_at__lte=now
    )
    looked = list(ended.order_by("end_received_at"))
    for transaction in looked:
        _register(transaction)
        _unit(transaction)
    return len(looked)


def _register(transaction: Transaction) -> None:
    """Resets or counts on: seen where one transaction follows another at the same place."""
    start_wh = transaction.meter_start_wh
    if "meter_backwards" in transaction.flags:
        _learn(transaction, FactKind.REGISTER, "mixed", start_wh=start_wh, stop_wh=transaction.meter_stop_wh)
        return
    before_wh = _stop_before(transaction)
    if start_wh is None or not before_wh:
        return
    if start_wh >= before_wh or start_wh == 0:
        value = "resets" if start_wh == 0 else "counts_on"
        _learn(transaction, FactKind.REGISTER, value, start_wh=start_wh, stop_before_wh=before_wh)


def _stop_before(transaction: Transaction) -> int | None:
    earlier = Transaction.objects.filter(
        station_id=transaction.station_id, evse_no=transaction.evse_no, started_at__lt=transaction.started_at,
        meter_stop_wh__isnull=False,
    )  # fmt: skip
    return earlier.order_by("-started_at").values_list("meter_stop_wh", flat=True).first()


def _unit(transaction: Transaction) -> None:
    """A register a thousand times off what the power adds up to is labelled with the wrong unit."""
    measured_wh = _measured_wh(transaction)
    if not transaction.energy_wh or measured_wh < MIN_MEASURED_WH:
        return
    ratio, (low, high) = measured_wh / transaction.energy_wh, _THOUSAND
    value = "kwh_as_wh" if low < ratio < high else "wh_as_kwh" if low < 1 / ratio < high else None
    if value is not None:
        told = {"register_wh": transaction.energy_wh, "measured_wh": round(measured_wh)}
        _learn(transaction, FactKind.METER_UNIT, value, **told)
        quirks_seen(transaction.station_id, [Quirk.METER_UNIT], clock.now())


def _measured_wh(transaction: Transaction) -> float:
    """The power readings added up over time, each holding until the next."""
    readings = MeterValue.objects.filter(transaction=transaction, power_w__isnull=False).order_by("taken_at")
    points = list(readings.values_list("taken_at", "power_w"))
    return _area(points) if len(points) >= MIN_READINGS else 0.0


def _area(points: Iterable[tuple[datetime, float | None]]) -> float:
    return sum((b - a).total_seconds() / 3600 * (w or 0.0) for (a, w), (b, _) in pairwise(points))


def _learn(transaction: Transaction, kind: FactKind, value: str, **evidence: Any) -> None:
    fact_learn(
        transaction.station_id, kind, value, {"transaction": transaction.public_id, **evidence}, clock.now()
    )
