"""What chargers drew at an instant, by line, as far as they had said so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chargers.models import MeterValue
from smartcharging.meters.sample import AMPS, TOTAL, WATTS
from smartcharging.meters.station.source import values_of
from smartcharging.models import Circuit, Outlet, SiteMeter

from .lines import POWER_FACTOR, STAR_VOLTS

# A charger's reading counts for so long; what is not known counts as nothing, so that the building seems larger.
COUNTS_FOR: Final = timedelta(seconds=60)
Three = tuple[float, float, float]
_STRAIGHT: Final = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Draw:
    """One reading of one EVSE: A on the site's lines."""

    evse: tuple[int, int]
    at: datetime
    amps: Three


def draws_behind(meter: SiteMeter, start: datetime, end: datetime) -> list[Draw]:
    """Readings of all EVSEs behind a meter from a minute before `start` until `end`, by time."""
    wired = _wiring(meter)
    readings = MeterValue.objects.filter(
        station__site_id=meter.site_id, evse_no__gt=0, transaction__isnull=False,
        taken_at__gt=start - COUNTS_FOR, taken_at__lte=end,
    )  # fmt: skip
    rows = readings.order_by("taken_at", "id").only(
        "station_id", "evse_no", "taken_at", "samples", "current_a", "power_w"
    )
    return [
        Draw((row.station_id, row.evse_no), row.taken_at, _on_site(row, wired[row.station_id, row.evse_no]))
        for row in rows
        if (row.station_id, row.evse_no) in wired
    ]


def drawn_at(draws: Iterable[Draw], at: datetime) -> Three:
    """A on the site's lines at an instant: of each EVSE the newest reading of the minute before."""
    newest = {one.evse: one.amps for one in draws if at - COUNTS_FOR < one.at <= at}
    return _sums(newest.values())


def _sums(amps: Iterable[Three]) -> Three:
    columns = list(zip(*amps, strict=True)) or [(0.0,)] * 3
    return sum(columns[0]), sum(columns[1]), sum(columns[2])


def _wiring(meter: SiteMeter) -> Mapping[tuple[int, int], Sequence[int]]:
    """Lines by station and EVSE number, of all outlets behind the meter."""
    outlets = Outlet.objects.filter(circuit__site_id=meter.site_id).select_related("evse")
    below = None if meter.circuit_id is None else _below(meter.site_id, meter.circuit_id)
    return {
        (one.evse.station_id, one.evse.number): one.lines or _STRAIGHT
        for one in outlets
        if below is None or one.circuit_id in below
    }


def _below(site_id: int, circuit_id: int) -> set[int]:
    """A circuit and all that hang on it."""
    parents = dict(Circuit.objects.filter(site_id=site_id).values_list("pk", "parent_id"))
    found = {circuit_id}
    while more := {key for key, parent in parents.items() if parent in found and key not in found}:
        found |= more
    return found


def _on_site(row: MeterValue, lines: Sequence[int]) -> Three:
    amps = [0.0, 0.0, 0.0]
    for index, current in enumerate(_own_lines(row)):
        amps[lines[index]] += current
    return amps[0], amps[1], amps[2]


def _own_lines(row: MeterValue) -> list[float]:
    """A on the EVSE's own lines. A current without lines is on as many as the power says, at least on the first."""
    values = values_of(row.samples, row.power_w)
    if any(name in values for name in (*AMPS, *WATTS)):
        return [_current(values, index) for index in range(3)]
    if row.current_a is None:
        return []
    voltage = row.current_a * STAR_VOLTS
    lines = round(values.get(TOTAL, 0.0) / voltage) if voltage > 0 else 1
    return [row.current_a] * min(3, max(1, lines))


def _current(values: Mapping[str, float], index: int) -> float:
    """The current of a line; of a power rather less than it may be, so that the building seems larger."""
    if AMPS[index] in values:
        return max(0.0, values[AMPS[index]])
    return max(0.0, values.get(WATTS[index], 0.0)) / STAR_VOLTS * POWER_FACTOR
