"""Storing meter values, and reading energy out of them."""

from collections.abc import Iterable
from itertools import pairwise

from django.db.models import QuerySet

from chargers.domain import Place, Reading
from chargers.models import MeterValue, Transaction

from .source import Source
from .times import instant


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


def registers(transaction: Transaction) -> list[int]:
    """The import registers of a transaction in order of time, Wh."""
    values = _with_register(transaction).values_list("energy_wh", flat=True)
    return [wh for wh in values if wh is not None]


def last_reading(transaction: Transaction) -> MeterValue | None:
    """The newest reading of a transaction that carries a register."""
    return _with_register(transaction).last()


def _with_register(transaction: Transaction) -> QuerySet[MeterValue]:
    readings = MeterValue.objects.filter(transaction=transaction, energy_wh__isnull=False)
    return readings.order_by("taken_at", "id")


def energy_between(
    start_wh: int | None, stop_wh: int | None, walk: list[int]
) -> tuple[int | None, str | None]:
    """Energy of a transaction in Wh and what is odd about it, if anything.

    Stop minus start when the register ran forward. A register that went backwards was reset: then the sum
    of the forward steps in between, never negative. None when no two registers are known.
    """
    known = [wh for wh in (start_wh, *walk, stop_wh) if wh is not None]
    if len(known) < 2:
        return None, "no_meter"
    if start_wh is not None and stop_wh is not None and stop_wh >= start_wh:
        return stop_wh - start_wh, None
    forward = sum(max(0, later - earlier) for earlier, later in pairwise(known))
    if start_wh is not None and stop_wh is not None:
        return forward, "meter_backwards"
    return forward, "meter_incomplete"
