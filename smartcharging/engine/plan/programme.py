"""The linear programme as arrays.

Columns: draws of cars, then unserved energy, and what the site adds. Rows: energy of each car, energy that is
needed soon, limits of the site, limits of the wires, stored energy of cars that give back. Only rows that can bind
are there: a limit that all cars at their maximum would not reach is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from smartcharging.engine.plan.columns import GIVES_BACK, Columns, back_kw, car_columns, of
from smartcharging.engine.plan.grid import Floats
from smartcharging.engine.plan.matrix import Entries, Extra, Matrix, Source, matrix
from smartcharging.engine.plan.model import Flags, Indices, Problem
from smartcharging.engine.plan.site import Site, site
from smartcharging.engine.plan.wires import Wires

INF = np.inf
# Numbers by which a column or row is found again in the next programme.
ENERGY, SOON, PEAK, GRID, SOFT, SURPLUS, WIRE, STOCK, UNBALANCE = range(9)


@dataclass(frozen=True)
class Programme:
    """Minimise cost * x, with lower <= x <= upper and row_lower <= A x <= row_upper; A is `matrix`."""

    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    matrix: Matrix
    columns: Columns
    site: Site
    binding: Mapping[int, Flags]


def programme(problem: Problem, wires: Wires, before: Programme | None = None) -> Programme:
    """The arrays of a problem on its wires.

    `before`: a programme of the same shape; what could bind in it stays, so that the matrix does.
    """
    assembly = _Assembly(problem, wires, before.binding if before else {})
    return assembly.programme(before.matrix if before else None)


class _Assembly:
    def __init__(self, problem: Problem, wires: Wires, before: Mapping[int, Flags]) -> None:
        self.before, self.binding = before, dict[int, Flags]()
        self.problem, self.wires = problem, wires.rows
        self.slots = len(problem.grid.lengths_s)
        outlets = np.array([wires.index[car.outlet] for car in problem.cars], dtype=np.intp)
        self.touched = wires.rows.touched[outlets]
        # What a kW of each car puts on each row of its outlet.
        self.weight = (wires.rows.weight * 1000 / wires.watts_per_a[:, None])[outlets]
        self.apart = self._apart(wires)
        self.apart_a = wires.apart_a
        share = problem.grid.present(of(problem.cars, "arrival_s"), of(problem.cars, "departure_s"))
        self.most = of(problem.cars, "maximum_w")[:, None] / 1000 * share
        self.back = back_kw(problem.cars)[:, None] * share
        self.site = site(problem.outlook, self.most.sum(axis=0), self.back.sum(axis=0), before.get(SURPLUS))
        self.binding[SURPLUS] = self.site.surplus
        self.columns = car_columns(problem, share, self.site.marginal)
        self.stored_kwh = self._stored_kwh()
        self.source: list[Indices | Floats] = [
            self.columns.car, self.columns.slot, self.columns.part, self.stored_kwh, self.touched, self.weight,
        ]  # fmt: skip
        self.row_lower: list[Floats] = []
        self.row_upper: list[Floats] = []
        self.row_keys: list[Indices] = []
        self.entries: list[Entries] = []
        self.extras: list[Extra] = []
        self.made = 0

    def programme(self, before: Matrix | None) -> Programme:
        self._energy()
        self._soon()
        self._site()
        self._wires()
        self._unbalance()
        self._stock()
        return self._assembled(before)

    def _can_bind(self, kind: int, can: Flags) -> Flags:
        """Where a limit can bind, now or before."""
        self.binding[kind] = can | self.before[kind] if kind in self.before else can
        return self.binding[kind]

    def _rows(self, kind: int, owner: Indices, slot: Indices, lower: Floats, upper: Floats) -> Indices:
        """Adds rows and answers with their numbers."""
        numbers = np.arange(self.made, self.made + len(owner))
        self.made += len(owner)
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.row_keys.append(np.stack([np.full(len(owner), kind), owner, slot], axis=1))
        return numbers

    def _enter(self, number: Indices, at: Indices, values: Floats) -> None:
        """What each car column has in one row, by its car or slot (-1: in none)."""
        self.entries.append(lambda: (np.where(values != 0, number[at], -1)[:, None], values[:, None]))

    def _stored_kwh(self) -> Floats:
        """What a kW of each column puts into its battery during its slot."""
        efficiency = of(self.problem.cars, "efficiency")[self.columns.car]
        gain = np.where(self.columns.part == GIVES_BACK, -1 / efficiency, efficiency)
        stored: Floats = gain * self.problem.grid.hours[self.columns.slot]
        return stored

    def _energy(self) -> None:
        cars, weights = self.problem.cars, self.problem.weights
        need, had = of(cars, "need_wh") / 1000, of(cars, "delivered_wh") / 1000
        owner = np.arange(len(cars))
        rows = self._rows(ENERGY, owner, owner * 0, need, need)
        self._enter(rows, self.columns.car, self.stored_kwh)
        price = np.array(weights.unserved)[of(cars, "rank").astype(np.intp)]
        fair = np.minimum(need, weights.fair_share * (need + had))
        for part, (factor, upper) in enumerate(((1.0, fair), (weights.unfair, need - fair))):
            self._extra(ENERGY, owner, owner * 0 + part, price * factor, upper, rows, 1.0)

    def _extra(
        self, kind: int, owner: Indices, slot: Indices, cost: Floats, upper: Floats | float, rows: Indices, value: float
    ) -> None:  # fmt: skip
        count = len(owner)
        bounds = np.zeros(count), np.broadcast_to(np.asarray(upper, dtype=np.float64), count)
        values = np.full((count, 1), value)
        self.extras.append(Extra(kind, owner, slot, cost, *bounds, rows[:, None], values))

    def _soon(self) -> None:
        cars = self.problem.cars
        soon = of(cars, "soon_wh") / 1000
        owner = np.flatnonzero(soon > 0)
        if not len(owner):
            return
        rows = self._rows(SOON, owner, owner * 0, soon[owner], np.full(len(owner), INF))
        number = np.full(len(cars), -1)
        number[owner] = rows
        before = self.problem.grid.present(np.zeros(len(cars)), of(cars, "soon_s"))
        values = np.maximum(self.stored_kwh, 0.0) * before[self.columns.car, self.columns.slot]
        self.source += [owner, values]
        self._enter(number, self.columns.car, values)
        price = np.full(len(owner), self.problem.weights.soon)
        self._extra(SOON, owner, owner * 0, price, INF, rows, 1.0)

    def _site(self) -> None:
        outlook, site, hours = self.problem.outlook, self.site, self.problem.grid.hours
        over = outlook.soft_price * hours
        dearer = (site.price - site.feed_in) * hours
        self._limit(GRID, np.maximum(site.room_kw(outlook.grid_limit_w), -self.back.sum(axis=0)), None)
        self._limit(SOFT, site.room_kw(outlook.soft_w), over)
        self._limit(SURPLUS, np.where(site.surplus, -site.net_kw, INF), dearer)
        self._peak()

    def _limit(self, kind: int, room: Floats, cost: Floats | None) -> None:
        """Rows that hold the sum of all cars, with a price for passing them, or none."""
        slot = np.flatnonzero(self._can_bind(kind, self.site.most_kw > room))
        if not len(slot):
            return
        rows = self._rows(kind, slot * 0, slot, np.full(len(slot), -INF), room[slot])
        self._sum(slot, rows)
        if cost is not None:
            self._extra(kind, slot * 0, slot, cost[slot], INF, rows, -1.0)

    def _sum(self, slot: Indices, rows: Indices) -> None:
        number = np.full(self.slots, -1)
        number[slot] = rows
        self._enter(number, self.columns.slot, self.columns.sign)

    def _peak(self) -> None:
        demand = self.problem.outlook.demand
        slot = np.flatnonzero(self._can_bind(PEAK, self.site.can_peak))
        if demand is None or not len(slot):
            return
        rows = self._rows(PEAK, slot * 0, slot, np.full(len(slot), -INF), -self.site.net_kw[slot])
        self._sum(slot, rows)
        one = np.zeros(1, dtype=np.intp)
        price = np.array([demand.price_per_kw * demand.share])
        floor, values = np.array([self.site.so_far_kw]), np.full((1, len(rows)), -1.0)
        self.extras.append(Extra(PEAK, one, one, price, floor, np.array([INF]), rows.reshape(1, -1), values))

    def _wires(self) -> None:
        """Circuits and lines: a column has an entry in each row of its outlet that can bind in its slot."""
        limit = self._limits()
        can = self._load(self.most) > limit
        if self.back.any():
            can |= self._load(self.back) > limit
        row, slot = np.nonzero(self._can_bind(WIRE, can))
        lower = np.full(len(row), -INF) if not self.back.any() else -self.wires.limit[row]
        number = np.full(limit.shape, -1)
        number[row, slot] = self._rows(WIRE, row, slot, lower, limit[row, slot])
        self.entries.append(lambda: self._on_wires(number))

    def _apart(self, wires: Wires) -> Floats:
        """What a kW of each car adds to the difference of two lines: shape (pairs, cars)."""
        on = [
            [(self.weight * (self.touched == line)).sum(axis=1) for line in pair]
            for pair in wires.pairs.tolist()
        ]
        return np.array([one - other for one, other in on]).reshape(len(on), len(self.problem.cars))

    def _unbalance(self) -> None:
        """Lines that may differ by so much only: one row for two of them, where the cars could pass it."""
        if not len(self.apart):
            return
        up, down = (np.maximum(way, 0.0) for way in (self.apart, -self.apart))
        most = np.maximum(up @ self.most + down @ self.back, down @ self.most + up @ self.back)
        pair, slot = np.nonzero(self._can_bind(UNBALANCE, most > self.apart_a[:, None]))
        number = np.full((len(self.apart), self.slots), -1)
        number[pair, slot] = self._rows(UNBALANCE, pair, slot, -self.apart_a[pair], self.apart_a[pair])
        self.source.append(self.apart)
        self.entries.append(lambda: self._on_pairs(number))

    def _on_pairs(self, number: Indices) -> tuple[Indices, Floats]:
        rows = number[:, self.columns.slot].T
        values = self.apart[:, self.columns.car].T * self.columns.sign[:, None]
        return np.where(values != 0, rows, -1), values

    def _on_wires(self, number: Indices) -> tuple[Indices, Floats]:
        rows = number[self.touched[self.columns.car], self.columns.slot[:, None]]
        values = self.weight[self.columns.car] * self.columns.sign[:, None]
        return np.where(values != 0, rows, -1), values

    def _load(self, kw: Floats) -> Floats:
        """What powers of shape (cars, slots) put on every row: shape (rows, slots)."""
        at = self.touched[:, :, None] * self.slots + np.arange(self.slots)
        put = self.weight[:, :, None] * kw[:, None, :]
        summed = np.bincount(at.ravel(), put.ravel(), minlength=len(self.wires.limit) * self.slots)
        return summed.reshape(-1, self.slots).astype(np.float64)

    def _limits(self) -> Floats:
        taken = self.problem.outlook.taken
        used = np.zeros((len(self.wires.limit), 1)) if taken is None else taken.reshape(len(taken), -1)
        limit = np.maximum(self.wires.limit[:, None] - used, 0.0)
        return np.broadcast_to(limit, (len(self.wires.limit), self.slots))

    def _stock(self) -> None:
        """Energy in the battery at the end of each slot, for cars that give back."""
        cars = self.problem.cars
        owner = np.array([index for index, car in enumerate(cars) if car.discharge], dtype=np.intp)
        if not len(owner):
            return
        given = [car.discharge for car in cars if car.discharge]
        stored = np.array([one.stored_wh for one in given]) / 1000
        floor = np.minimum(stored, np.array([one.floor_wh for one in given]) / 1000)
        full = np.maximum(stored, np.array([one.capacity_wh for one in given]) / 1000)
        begin = np.zeros((len(owner), self.slots))
        begin[:, 0] = stored
        who, slot = (array.ravel() for array in np.indices(begin.shape))
        rows = self._rows(STOCK, owner[who], slot, begin.ravel(), begin.ravel())
        number = np.full((len(cars), self.slots), -1)
        number[owner] = rows.reshape(begin.shape)
        at = self.columns.car, self.columns.slot
        self.entries.append(lambda: (number[at][:, None], -self.stored_kwh[:, None]))
        after = np.where(slot + 1 < self.slots, rows + 1, -1)
        both, values = np.stack([rows, after], axis=1), np.tile([1.0, -1.0], (len(rows), 1))
        self.extras.append(
            Extra(STOCK, owner[who], slot, np.zeros(len(rows)), floor[who], full[who], both, values)
        )

    def _assembled(self, before: Matrix | None) -> Programme:
        columns, extras = self.columns, self.extras
        source: Source = (*self.source, *self.row_keys)
        return Programme(
            cost=np.concatenate([columns.cost, *(extra.cost for extra in extras)]),
            lower=np.concatenate([np.zeros(len(columns.car)), *(extra.lower for extra in extras)]),
            upper=np.concatenate([columns.upper_kw, *(extra.upper for extra in extras)]),
            row_lower=np.concatenate(self.row_lower),
            row_upper=np.concatenate(self.row_upper),
            matrix=matrix(columns, self.entries, extras, self.row_keys, source, before),
            columns=columns,
            site=self.site,
            binding=self.binding,
        )
