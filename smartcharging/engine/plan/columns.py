"""The columns of cars: one for each car and slot, or a few where the price depends on how much is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.plan.grid import HOUR_S, Floats
from smartcharging.engine.plan.model import Car, Indices, Problem

NOTHING_KW = 1e-6
WHOLE, GIVES_BACK = 2, 3


@dataclass(frozen=True)
class Columns:
    """Arrays of shape (columns,). `part`: 0 to 2 are pieces of one draw, the cheapest first; 3 gives back."""

    car: Indices
    slot: Indices
    part: Indices
    upper_kw: Floats
    cost: Floats

    @property
    def sign(self) -> Floats:
        """1 for energy into the car, -1 for energy out of it."""
        sign: Floats = np.where(self.part == GIVES_BACK, -1.0, 1.0)
        return sign


def of(cars: Sequence[Car], name: str) -> Floats:
    """A field of all cars."""
    return np.fromiter(map(attrgetter(name), cars), dtype=np.float64, count=len(cars))


def car_columns(problem: Problem, share: Floats, marginal: Floats) -> Columns:
    """The columns of all cars.

    `share` (cars, slots) says how much of a slot a car is there, `marginal` what a kWh more costs in each slot.
    """
    grid, weights = problem.grid, problem.weights
    car, slot = np.nonzero(share)
    most = of(problem.cars, "maximum_w")[car] / 1000 * share[car, slot]
    price = (marginal + weights.earliness * (grid.starts_s + grid.lengths_s / 2) / HOUR_S)[slot]
    price = price + _gone(problem)[car, slot] * (weights.left - price)
    price = price + _dark(problem)[car, slot] * weights.dark
    if not problem.previous and not weights.continuity and not any(one.discharge for one in problem.cars):
        return _plain(car, slot, most, price * grid.hours[slot])
    keep = np.minimum(most, _kept(problem)[car]) * (slot < weights.continuity_slots)
    before, known = _before(problem, car, slot)
    before = np.minimum(before, most)
    cuts = np.stack([np.minimum(keep, before), np.maximum(keep, before), most], axis=1)
    width = np.diff(cuts, axis=1, prepend=0.0)
    cost = price[:, None] + _flapping(problem, cuts, keep, np.where(known, before, np.nan))
    if any(one.discharge for one in problem.cars):
        width = np.append(width, (back_kw(problem.cars)[car] * share[car, slot])[:, None], axis=1)
        cost = np.append(cost, (weights.wear - price)[:, None], axis=1)
    pair, part = np.nonzero(width > NOTHING_KW)
    upper, cost = width[pair, part], (cost * grid.hours[slot, None])[pair, part]
    return Columns(car[pair], slot[pair], part, upper, cost)


def _plain(car: Indices, slot: Indices, most: Floats, cost: Floats) -> Columns:
    """Nothing is rewarded: one piece for each car and slot."""
    some = np.flatnonzero(most > NOTHING_KW)
    return Columns(car[some], slot[some], np.full(len(some), WHOLE), most[some], cost[some])


def back_kw(cars: Sequence[Car]) -> Floats:
    """The most each car may give back."""
    return np.array([car.discharge.maximum_w if car.discharge else 0.0 for car in cars]) / 1000


def _gone(problem: Problem) -> Floats:
    """How likely each car has gone by each slot."""
    gone = np.zeros((len(problem.cars), len(problem.grid.lengths_s)))
    for index, one in enumerate(problem.cars):
        if one.there is not None:
            gone[index] = 1.0 - np.array(one.there)
    return gone


def _dark(problem: Problem) -> Floats:
    """1 where a car that charges by the sun would take from the grid: what is left there is less than its minimum."""
    nothing, outlook = np.zeros(len(problem.grid.lengths_s)), problem.outlook
    building = nothing if outlook.building_w is None else outlook.building_w
    left_w = (nothing if outlook.pv_w is None else outlook.pv_w) - building
    least_w = np.maximum(of(problem.cars, "minimum_w"), 1.0)
    dark: Floats = of(problem.cars, "by_sun")[:, None] * (left_w[None, :] < least_w[:, None])
    return dark


def _kept(problem: Problem) -> Floats:
    """Up to where running cars are rewarded for going on."""
    if not problem.weights.continuity:
        return np.zeros(len(problem.cars))
    return of(problem.cars, "running") * of(problem.cars, "minimum_w") / 1000


def _before(problem: Problem, car: Indices, slot: Indices) -> tuple[Floats, NDArray[np.bool_]]:
    """What the last plan said, in kW, and of which cars it spoke."""
    known = np.array([one.id in problem.previous for one in problem.cars], dtype=bool)
    before = np.zeros((len(problem.cars), len(problem.grid.lengths_s)))
    for index, one in enumerate(problem.cars):
        if known[index]:
            before[index] = np.maximum(problem.previous[one.id], 0.0) / 1000
    return before[car, slot], known[car]


def _flapping(problem: Problem, cuts: Floats, keep: Floats, before: Floats) -> Floats:
    """Rewards of staying, per kWh of each piece; both end at a cut, so the pieces get dearer one by one."""
    stays = np.where(cuts <= before[:, None] + NOTHING_KW, -1.0, 1.0) * ~np.isnan(before)[:, None]
    kept = (cuts <= keep[:, None] + NOTHING_KW) * problem.weights.continuity
    flapping: Floats = stays * problem.weights.deviation - kept
    return flapping
