"""Who fits: cars taken in order, as long as every row they load holds them. Exact, and in few steps of numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.fill.model import TOLERANCE, Flags, Floats

Indexes = NDArray[np.intp]


@dataclass(frozen=True)
class Packing:
    """Cars (first axis) and the rows they touch; `touched` and `weight` as in `Rows`."""

    touched: Indexes
    weight: Floats
    rows: int

    def load(self, amps: Floats) -> Floats:
        """What currents put on every row."""
        put = self.weight * amps[:, None]
        return np.bincount(self.touched.ravel(), weights=put.ravel(), minlength=self.rows).astype(float)

    def entries(self, order: Indexes, keep: Flags) -> tuple[Indexes, Indexes, Floats]:
        """Row, car and weight of each touch of a kept row, by row and inside a row in the order of the cars."""
        touched, weight = self.touched[order], self.weight[order]
        wanted = (weight > 0) & keep[touched]
        row = touched[wanted]
        car = np.broadcast_to(order[:, None], touched.shape)[wanted]
        by_row = np.argsort(row.astype(np.uint16) if self.rows < 2**16 else row, kind="stable")
        return row[by_row], car[by_row], weight[wanted][by_row]

    def lowest(self, of_row: Floats) -> Floats:
        """For each car the lowest value of the rows it loads."""
        values = np.where(self.weight > 0, of_row[self.touched], np.inf)
        return np.min(values, axis=1, initial=np.inf)


def sums_within(row: Indexes, values: Floats) -> Floats:
    """Running sums of values, begun anew with each row; rows are sorted."""
    total = np.cumsum(values)
    begins = np.flatnonzero(np.r_[True, row[1:] != row[:-1]]) if row.size else np.zeros(0, np.intp)
    before = np.where(begins > 0, total[begins - 1], 0.0) if row.size else np.zeros(0)
    return total - np.repeat(before, np.diff(np.r_[begins, row.size]))


def admit(packing: Packing, order: Indexes, demand: Floats, room: Floats) -> Flags:
    """Which cars of an order get their demand (A) when each is served in its turn if all its rows have room.

    Each round accepts those who fit even if all before them do, and refuses those who fit no more: the
    outcome is that of one car after the other.
    """
    accepted = np.zeros(len(demand), dtype=bool)
    waiting = np.zeros(len(demand), dtype=bool)
    waiting[order] = True
    left = room + TOLERANCE
    tight = packing.load(np.where(waiting, demand, 0.0)) > left
    row, car, weight = packing.entries(order, tight)
    put = weight * demand[car]
    while waiting.any():
        late = np.zeros(len(demand), dtype=bool)
        late[car[sums_within(row, put) > left[row]]] = True
        fits = waiting & ~late
        accepted |= fits
        left = left - np.bincount(row, weights=put * fits[car], minlength=packing.rows)
        waiting &= ~fits
        waiting[car[waiting[car] & (put > left[row])]] = False
        still = waiting[car]
        row, car, put = row[still], car[still], put[still]
    return accepted
