"""Storing meter values, and reading energy out of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import QuerySet

from chargers.domain import Place, Reading
from chargers.models import MeterValue, Transaction

from ..source import Source
from .times import instant

# No charger delivers more: a step that implies it is a jump of the register.
MOST_POWER_W = 500_000
_SHORTEST = timedelta(minutes=1)
Register = tuple[datetime, int]
"""A register in Wh and the instant it was read at."""


def readings_store(
    source: Source, place: Place | None, readings: Iterable[Reading], transaction: Transaction | None = None
) -> None:
    """Keep readings; one that is there already (same instant, same content) is not stored again."""
    if place is None and transaction is not None:
        # Where it runs may have become known since this message came first: its own readings tell.
        place, readings = _place(transaction), _unknown_to(transaction, source, readings)
    evse_no, connector_no = (place.evse_no, place.connector_no or 1) if place else (0, 1)
    rows = [
        MeterValue(
            station_id=source.station_id,
            transaction=transaction,
            evse_no=evse_no,
            connector_no=connector_no,
            taken_at=instant(reading.at, source.received_at),
            received_at=source.received_at,
            context=reading.context,
            energy_wh=reading.energy_wh,
            power_w=reading.power_w,
            current_a=reading.current_a,
            voltage_v=reading.voltage_v,
            soc_percent=reading.soc_percent,
            samples=reading.samples,
            digest=reading.digest,
        )
        for reading in readings
    ]
    MeterValue.objects.bulk_create(rows, ignore_conflicts=True)


def _place(transaction: Transaction) -> Place | None:
    return None if transaction.evse_no is None else Place(transaction.evse_no, transaction.connector_no)


def _unknown_to(transaction: Transaction, source: Source, readings: Iterable[Reading]) -> list[Reading]:
    wanted = {(instant(reading.at, source.received_at), reading.digest): reading for reading in readings}
    stored = MeterValue.objects.filter(transaction=transaction, taken_at__in={at for at, _ in wanted})
    known = set(stored.values_list("taken_at", "digest"))
    return [reading for key, reading in wanted.items() if key not in known]


def registers(transaction: Transaction) -> list[Register]:
    """The import registers of a transaction in order of time, from its start to its stop."""
    said = [(transaction.started_at, transaction.meter_start_wh)]
    said += _with_register(transaction).values_list("taken_at", "energy_wh")
    said += [(transaction.ended_at or transaction.started_at, transaction.meter_stop_wh)]
    return [(at, wh) for at, wh in said if wh is not None]


def last_reading(transaction: Transaction) -> MeterValue | None:
    """The newest reading of a transaction that carries a register."""
    return _with_register(transaction).last()


def _with_register(transaction: Transaction) -> QuerySet[MeterValue]:
    readings = MeterValue.objects.filter(transaction=transaction, energy_wh__isnull=False)
    return readings.order_by("taken_at", "id")


def energy_between(
    start_wh: int | None, stop_wh: int | None, walk: Sequence[Register]
) -> tuple[int | None, str | None]:
    """Energy of a transaction in Wh and what is odd about it, if anything.

    Stop minus start when the register ran forward. A register that went backwards was reset: then the sum
    of the forward steps in between that a charger can make, never negative. None when no two registers are known.
    """
    if len(walk) < 2:
        return None, "no_meter"
    if start_wh is not None and stop_wh is not None and stop_wh >= start_wh:
        return stop_wh - start_wh, None
    if start_wh is not None and stop_wh is not None:
        return _forward(walk), "meter_backwards"
    return _forward(walk), "meter_incomplete"


def _forward(walk: Sequence[Register]) -> int:
    """What a register that rises throughout rose; else its plausible steps: a spike counts neither way."""
    if all(earlier <= later for (_, earlier), (_, later) in pairwise(walk)):
        return walk[-1][1] - walk[0][1]
    energy_wh, last = 0, walk[0]
    for point in walk[1:]:
        step_wh = point[1] - last[1]
        if power_w(step_wh, point[0] - last[0]) <= MOST_POWER_W:
            energy_wh, last = energy_wh + max(0, step_wh), point
    return energy_wh


def power_w(energy_wh: int, length: timedelta) -> float:
    """The mean power of so much energy in so long, counted over a minute at least."""
    return energy_wh * 3600 / max(length, _SHORTEST).total_seconds()
