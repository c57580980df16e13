"""What the fill answers: a current for every outlet, and why it is not more."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from smartcharging.engine.fill.asking import Asking
from smartcharging.engine.fill.budget import Budget
from smartcharging.engine.fill.model import TOLERANCE, Floats, Stage, Wiring
from smartcharging.engine.fill.packing import Packing


class Why(StrEnum):
    """Why a car gets less than it could take."""

    CIRCUIT = "circuit"  # reduced: a circuit is full
    MINIMUM = "minimum"  # its minimum and no more: a circuit is full
    WAITS = "waits"  # nothing: a circuit has no room for its minimum
    CEILING = "ceiling"  # reduced: the site is as high as planned
    PLAN = "plan"  # as much as planned, and a little more
    PAUSED_BY_PLAN = "paused_by_plan"
    RESTS = "rests"  # paused a moment ago; it may not flap
    UNUSED = "unused"  # it does not draw what it was granted: the rest is offered to others
    UNBALANCE = "unbalance"  # its line carries too much more than another
    RESERVED = "reserved"  # its station cannot be told; its reservation is in the budget
    # Of cars that charge by the sun alone; said by who asks the fill (`sun_shares`).
    SUN = "sun"  # as much as the sun leaves
    SUN_WAITS = "sun_waits"  # nothing: the sun leaves less than its minimum


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a car gets `grant_a`. With a circuit: `used` of `limit` in `unit` on `line` (0 to 2; None: all three).

    `used` counts all that is not free: cars, other load, margin and reservations; `reserved` is the part of it that is
    kept for stations that cannot be told, where there is one. For PLAN, UNUSED and CEILING `limit` is the value that
    holds it back (ampere; CEILING: watt).
    """

    why: Why
    grant_a: float
    circuit: str | None = None
    line: int | None = None
    used: float | None = None
    limit: float | None = None
    unit: str | None = None
    reserved: float | None = None


@dataclass(frozen=True)
class Grants:
    """The answer: `amps[o]` for outlet o of the network, 0 where nothing was granted."""

    wiring: Wiring
    budget: Budget
    amps: Floats
    asked: Asking
    packing: Packing
    room: Floats

    def of(self, outlet: str) -> float:
        """The grant of an outlet (A on each of its phases). Raises FillError where there is none of that name."""
        return float(self.amps[self.wiring.place(outlet)])

    def as_dict(self) -> dict[str, float]:
        """The grants by outlet."""
        return dict(zip(self.wiring.index, self.amps.tolist(), strict=True))

    @cached_property
    def load(self) -> Floats:
        """What the grants put on every row of the network."""
        return self.wiring.rows.load(self.amps)

    @cached_property
    def _packed(self) -> Floats:
        return self.packing.load(self.amps[self.asked.place])

    @cached_property
    def _car_of(self) -> dict[int, int]:
        return {place: car for car, place in enumerate(self.asked.place.tolist())}

    def reason(self, outlet: str) -> Reason | None:
        """Why a car does not get all it could take; None where it does, or where there is no car."""
        car = self._car_of.get(self.wiring.place(outlet))
        return None if car is None else self._reason(car)

    def _reason(self, car: int) -> Reason | None:
        grant = float(self.amps[self.asked.place[car]])
        asked = self.asked
        if asked.reserved[car] or (grant == 0 and asked.resting[car]):
            return Reason(Why.RESERVED if asked.reserved[car] else Why.RESTS, grant)
        if grant == 0 and asked.stage[car] == Stage.PAUSED and not asked.admissible[car]:
            return Reason(Why.PAUSED_BY_PLAN, grant, limit=float(asked.planned_a[car]), unit="A")
        if grant + asked.step_a[car] > asked.top_a[car] + TOLERANCE:
            return self._held_by_itself(car, grant)
        return self._held_by_a_row(car, grant)

    def _held_by_itself(self, car: int, grant: float) -> Reason | None:
        asked = self.asked
        if grant + asked.step_a[car] <= asked.offered_a[car] + TOLERANCE:
            held = asked.own_top_a[car] > asked.top_a[car] + TOLERANCE
            return Reason(Why.PLAN, grant, limit=float(asked.top_a[car]), unit="A") if held else None
        return Reason(Why.UNUSED, grant, limit=float(asked.offered_a[car]), unit="A")

    def _held_by_a_row(self, car: int, grant: float) -> Reason:
        """The row that lacks most for the next step, or for the minimum of a car that waits."""
        step = self.asked.step_a[car] if grant > 0 else self.asked.minimum_a[car]
        touched, weight = self.packing.touched[car], self.packing.weight[car]
        free = (self.room - self._packed)[touched]
        lacks = np.where(weight > 0, (weight * step - free) / np.where(weight > 0, weight, 1.0), -np.inf)
        worst = int(np.argmax(lacks)) if lacks.size else 0
        if not lacks.size or lacks[worst] <= TOLERANCE:
            return Reason(Why.UNBALANCE, grant)
        return self._of_row(int(touched[worst]), car, grant)

    def _of_row(self, index: int, car: int, grant: float) -> Reason:
        if index == len(self.wiring.rows.rows):
            ceiling = float(self.room[index])
            used = float(self._packed[index])
            return Reason(Why.CEILING, grant, used=used, limit=ceiling, unit="W")
        row = self.wiring.rows.rows[index]
        used = float((self.load + self.budget.taken)[index] / row.share)
        at_minimum = grant <= self.asked.minimum_a[car] + TOLERANCE
        why = Why.WAITS if grant == 0 else Why.MINIMUM if at_minimum else Why.CIRCUIT
        limit = float(self.budget.limit[index] / row.share)
        reserved = float(self.budget.reserved[index] / row.share) or None
        unit = "A" if row.kind == "line" else "W"
        return Reason(why, grant, row.circuit, row.line, used, limit, unit, reserved)
