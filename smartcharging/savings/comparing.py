"""The same sessions under "first come, first served", and both bills."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..engine.network import compile_rows
from ..sim.rules import Present, follow
from ..sim.score import STEP_H
from .recorded import Recorded

Floats = NDArray[np.float64]
# A car that got less of what it asked for left short.
ENOUGH: Final = 0.95
_ALMOST: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Prices:
    """Of a kWh, and of a kW of the highest five minutes of the span; in one currency.

    `by_step`: of a kWh in each step from the begin of the span on; where that is no number, `energy` holds.
    """

    energy: float
    peak: float = 0.0
    by_step: Floats | None = None

    def of_steps(self, count: int) -> Floats:
        """Of a kWh in each of so many steps."""
        told = np.full(count, np.nan)
        if self.by_step is not None:
            told[: len(self.by_step)] = self.by_step[:count]
        return np.where(np.isfinite(told), told, self.energy)


@dataclass(frozen=True, slots=True)
class Side:
    """How the sessions fared. `short` counts cars that got less than 95 % of what was asked for them."""

    energy_wh: float
    peak_w: float
    energy_cost: float
    peak_cost: float
    short: int

    @property
    def bill(self) -> float:
        """Energy and peak."""
        return self.energy_cost + self.peak_cost


@dataclass(frozen=True, slots=True)
class Savings:
    """Both sides over the same `sessions`; of `asked` of them somebody said how much they need."""

    real: Side
    first_come: Side
    sessions: int
    asked: int
    unmetered: int


def savings(found: Recorded, prices: Prices) -> Savings:
    """What was really drawn against what first come, first served would have given."""
    other = follow(found.sessions, found.network, FirstCome(found)) if found.sessions else None
    played = found.watts if other is None else other.watts
    return Savings(
        real=_side(found, found.watts, prices),
        first_come=_side(found, played, prices),
        sessions=len(found.sessions),
        asked=int((found.asked_wh > 0).sum()),
        unmetered=found.unmetered,
    )


class FirstCome:
    """Each car in the order of arrival gets all it can take, or waits until there is its minimum.

    No meter speaks: the most the building ever draws is kept free, as every limit without load management has to.
    """

    def __init__(self, found: Recorded) -> None:
        network = found.network
        self.rows = compile_rows(network)
        root = next(one.id for one in network.circuits if one.parent is None)
        self.room = np.maximum(self.rows.limit - self.rows.load_of_lines({root: found.worst_a}), 0.0)
        self.least_a = np.array([outlet.minimum_a for outlet in network.outlets])
        self.most_a = np.array([outlet.maximum_a for outlet in network.outlets])
        self.watts_per_a = np.array([outlet.watts_per_a() for outlet in network.outlets])

    def __call__(self, present: Present) -> Floats:
        """W for each car of a step."""
        room, watts = self.room.copy(), np.zeros(len(present.outlet))
        for car in np.argsort(present.arrival, kind="stable"):
            outlet = present.outlet[car]
            rows, weight = self.rows.touched[outlet], self.rows.weight[outlet]
            loads = weight > _ALMOST
            offered = min(self.most_a[outlet], float((room[rows][loads] / weight[loads]).min(initial=np.inf)))
            if offered + _ALMOST < self.least_a[outlet]:
                continue
            watts[car] = min(offered * self.watts_per_a[outlet], present.left_wh[car] / STEP_H)
            np.subtract.at(room, rows, weight * watts[car] / self.watts_per_a[outlet])
        return watts


def _side(found: Recorded, watts: Floats, prices: Prices) -> Side:
    got, load = watts.sum(axis=1) * STEP_H, watts.sum(axis=0)
    energy_wh, peak_w = float(got.sum()), float(load.max(initial=0.0))
    return Side(
        energy_wh,
        peak_w,
        float(load @ prices.of_steps(len(load))) * STEP_H / 1000,
        peak_w / 1000 * prices.peak,
        int((got < ENOUGH * found.asked_wh).sum()),
    )
