"""Weighted water-filling: all cars rise at the pace of their weights until a row is full or they have enough."""

import numpy as np

from smartcharging.engine.fill.model import TOLERANCE, Flags, Floats
from smartcharging.engine.fill.packing import Indexes, Packing, sums_within


def water_fill(packing: Packing, base: Floats, top: Floats, weight: Floats, room: Floats) -> Floats:
    """Currents (A) between base and top that fill the rows' room above the base; no other is fairer (max-min).

    Each round computes for every row the level at which it would be full if none of its cars were held back
    elsewhere. That is never too high, so a car that reaches its top below the levels of its rows keeps it, and a
    row whose cars are not held back elsewhere is settled at its level. One settles every round at least.
    """
    amps, room = base.copy(), room + 0.0
    span = np.maximum(top - base, 0.0)
    enough = span / weight
    is_open = span > 0
    tight = packing.load(span) > room + TOLERANCE
    row, car, put = packing.entries(np.argsort(enough, kind="stable"), tight)
    row, car, put = _kept(is_open, row, car, put)
    while is_open.any():
        level = _levels(row, put * weight[car], enough[car], room, packing.rows)
        reach = packing.lowest(level)
        done = is_open & (np.minimum(enough, _settled(row, car, enough, level, reach)) <= reach)
        rise = np.where(done, weight * np.minimum(enough, reach), 0.0)
        amps += rise
        room -= np.bincount(row, weights=put * rise[car], minlength=packing.rows)
        is_open &= ~done
        row, car, put = _kept(is_open, row, car, put)
    return np.minimum(amps, np.maximum(top, base))


def _kept(is_open: Flags, row: Indexes, car: Indexes, put: Floats) -> tuple[Indexes, Indexes, Floats]:
    still = is_open[car]
    return row[still], car[still], put[still]


def _levels(row: Indexes, slope: Floats, enough: Floats, room: Floats, rows: int) -> Floats:
    """The level at which each row is full, infinite where it never is. Entries come by row and level of enough."""
    level = np.full(rows, np.inf)
    if not row.size:
        return level
    slopes = sums_within(row, slope)
    fulls = sums_within(row, slope * enough)
    total = np.bincount(row, weights=slope, minlength=rows)
    fits = fulls + enough * (total[row] - slopes) <= room[row] + TOLERANCE
    count = np.bincount(row, minlength=rows)
    first = np.cumsum(count) - count + np.bincount(row, weights=fits, minlength=rows).astype(np.intp)
    full = np.flatnonzero(first < np.cumsum(count))
    at = first[full]
    rising = total[full] - (slopes[at] - slope[at])
    level[full] = np.maximum(room[full] - (fulls[at] - slope[at] * enough[at]), 0.0) / rising
    return level


def _settled(row: Indexes, car: Indexes, enough: Floats, level: Floats, reach: Floats) -> Floats:
    """For each car the level of a settled row of its own, infinite where none is settled."""
    bound = np.minimum(enough[car], level[row])
    held_elsewhere = reach[car] < bound - 1e-9 * (1.0 + np.where(np.isfinite(bound), bound, 0.0))
    unsettled = np.zeros(len(level), dtype=bool)
    unsettled[row[held_elsewhere]] = True
    found = np.full(len(reach), np.inf)
    mine = ~unsettled[row] & np.isfinite(level[row])
    found[car[mine]] = reach[car[mine]]
    return found
