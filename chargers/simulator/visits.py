"""Who comes when: the recorded sessions of a real workplace garage, laid over any time wanted.

Source and licence of the record: `data/SOURCES.md`.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from .car import LINE_PAIRS, Car

RECORD = Path(__file__).parent / "data" / "sessions_caltech_2019_03.csv"
GARAGE_POWER_W = 6_600
GARAGE_VOLTAGE_V = 208
GARAGE_CURRENT_A = 40
CABLE_POWER_W = GARAGE_VOLTAGE_V * GARAGE_CURRENT_A
# Whole weeks, so that Monday stays Monday.
PERIOD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Visit:
    """A car at a station from plug in to plug out, and what it took."""

    station: str
    plug_in: datetime
    plug_out: datetime
    energy_wh: int
    line_pair: str

    @property
    def power_w(self) -> int:
        """Power that surely gets the energy in before the cable is pulled."""
        needed_w = self.energy_wh * 3600 / (self.plug_out - self.plug_in).total_seconds()
        return max(GARAGE_POWER_W, min(CABLE_POWER_W, int(needed_w * 1.05)))

    @property
    def charged_at(self) -> datetime:
        """When the car has what it wants."""
        return self.plug_in + timedelta(hours=self.energy_wh / self.power_w)

    def car(self, rng: Random) -> Car:
        """A car that takes just this energy; its battery stays below where power tapers off."""
        battery_wh = max(40_000, int(self.energy_wh * 1.6))
        highest = 78 - self.energy_wh * 100 / battery_wh
        return Car(
            battery_wh,
            soc_percent=round(rng.uniform(highest / 3, highest), 1),
            max_power_w=self.power_w,
            wires=LINE_PAIRS[self.line_pair],
            voltage_v=GARAGE_VOLTAGE_V,
            max_current_a=GARAGE_CURRENT_A,
            wanted_wh=self.energy_wh,
        )


def recorded(path: Path = RECORD) -> list[Visit]:
    """The record in order of arrival. Raises ValueError naming the line that cannot be read."""
    with path.open(newline="", encoding="utf-8") as file:
        visits = [
            _visit(row, f"{path.name}, line {line}") for line, row in enumerate(csv.DictReader(file), 2)
        ]
    return sorted(visits, key=lambda visit: visit.plug_in)


def _visit(row: dict[str, str], place: str) -> Visit:
    try:
        plug_in, plug_out = (datetime.fromisoformat(row[name]) for name in ("plug_in_utc", "plug_out_utc"))
        energy_wh = round(float(row["energy_kwh"]) * 1000)
        return Visit(row["station"], plug_in, plug_out, energy_wh, row["line_pair"])
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(f"{place}: not a session ({error!r})") from error


def busiest_moment(visits: Iterable[Visit]) -> datetime:
    """When most cars draw power."""
    changes = sorted(change for v in visits for change in ((v.plug_in, 1), (v.charged_at, -1)))
    charging, most, moment = 0, 0, changes[0][0]
    for at, change in changes:
        charging += change
        if charging > most:
            most, moment = charging, at
    return moment


def laid_over(visits: list[Visit], anchor: datetime, start: datetime, end: datetime) -> list[Visit]:
    """The visits that begin in `start`..`end` when the busiest moment falls on `anchor`, repeated by weeks.

    Where two repetitions meet, a visit that would find its station taken is left out.
    """
    shift = anchor - busiest_moment(visits)
    free_from: dict[str, datetime] = {}
    laid = []
    for visit in _repeated(visits, shift, start, end):
        if visit.plug_in >= free_from.get(visit.station, visit.plug_in):
            free_from[visit.station] = visit.plug_out
            laid.append(visit)
    return [visit for visit in laid if start <= visit.plug_in <= end]


def _repeated(visits: list[Visit], shift: timedelta, start: datetime, end: datetime) -> Iterator[Visit]:
    """All repetitions that may touch `start`..`end`, in order of arrival."""
    first = (start - visits[-1].plug_in - shift) // PERIOD
    moved: list[Visit] = []
    for number in count(first):
        move = shift + number * PERIOD
        if visits[0].plug_in + move > end:
            return iter(sorted(moved, key=lambda visit: visit.plug_in))
        moved += [replace(v, plug_in=v.plug_in + move, plug_out=v.plug_out + move) for v in visits]
    raise AssertionError("count never ends")
