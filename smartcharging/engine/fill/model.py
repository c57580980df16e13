"""What the fill is asked: the cars that want current, and the rules of patience."""

from dataclasses import dataclass
from enum import IntEnum
from math import inf
from sys import float_info

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.network import Network, Rows, compile_rows

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# A millionth of an ampere (or watt) is no overload: sums of floats are not exact.
TOLERANCE = 1e-6


class FillError(ValueError):
    """A question that has no answer: `place` is the outlet or circuit, `problem` says why."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class Stage(IntEnum):
    """The order of admission."""

    MUST_RUN = 0
    STICKY = 1
    PLANNED = 2
    UNINFORMED = 3
    PAUSED = 4


@dataclass(frozen=True, slots=True)
class Car:
    """A plugged car that is authorised and wants energy. Currents in ampere on each of its phases.

    `planned_a`: what the plan gives it now; None: nobody knows what it needs (uninformed).
    `must_run`: its laxity is no more than a slot. `running`: it was granted current until now.
    `since_s`: for how long it runs or pauses; a car that was never granted anything pauses for ever.
    `priority`: more is first. `waiting_s` and `deficit`: their product is the credit of one who waits.
    `cap_a`: what it was learned to take. `offered_a`: the cap of an unused grant (`Unused.cap_a`).
    `weight`: its share above the minimum; without, the planned kW, or 1 for the uninformed.
    `reserved`: its station cannot be told anything; the budget holds its reservation, it is granted nothing.

    Raises FillError naming the outlet: a number that is none, or negative where that means nothing.
    """

    outlet: str
    planned_a: float | None = None
    must_run: bool = False
    running: bool = False
    since_s: float = inf
    priority: int = 0
    waiting_s: float = 0.0
    deficit: float = 1.0
    cap_a: float = inf
    offered_a: float = inf
    weight: float | None = None
    reserved: bool = False

    def __post_init__(self) -> None:
        endless = (self.since_s, self.cap_a, self.offered_a)
        finite = (self.waiting_s, self.deficit, self.planned_a or 0.0, self.weight or 0.0)
        # NaN fails every comparison.
        if not (all(number >= 0 for number in endless) and all(0 <= number < inf for number in finite)):
            raise FillError(self.outlet, f"{_wrong(self)} is not a number of zero or more")


def _wrong(car: Car) -> str:
    """The first field that cannot be calculated with."""
    most = dict.fromkeys(("since_s", "cap_a", "offered_a"), inf)
    most |= dict.fromkeys(("waiting_s", "deficit", "planned_a", "weight"), float_info.max)
    return next(name for name, bound in most.items() if not 0 <= (getattr(car, name) or 0.0) <= bound)


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules of patience (seconds, ampere).

    `fill_paused`: cars the plan pauses may still take their minimum, after all others and below the ceiling.
    """

    minimum_on_s: float = 900.0
    minimum_off_s: float = 300.0
    above_plan_a: float = 3.0
    fill_paused: bool = False


@dataclass(frozen=True)
class Wiring:
    """A network as arrays: its rows and what its outlets can be told. Made once, used by every fill."""

    network: Network
    rows: Rows
    index: dict[str, int]
    minimum_a: Floats
    maximum_a: Floats
    step_a: Floats
    watts_per_a: Floats

    @classmethod
    def of(cls, network: Network, phases: dict[str, int] | None = None) -> "Wiring":
        """The arrays of a network; `phases`: how many lines each outlet's car draws on, where that is known."""
        known = phases or {}
        outlets = network.outlets
        return cls(
            network,
            compile_rows(network, known),
            {outlet.id: index for index, outlet in enumerate(outlets)},
            np.array([outlet.minimum_a for outlet in outlets], dtype=float),
            np.array([outlet.maximum_a for outlet in outlets], dtype=float),
            np.array([outlet.step_a for outlet in outlets], dtype=float),
            np.array([outlet.watts_per_a(known.get(outlet.id)) for outlet in outlets], dtype=float),
        )

    def place(self, outlet: str) -> int:
        """The index of an outlet. Raises FillError where there is none of that name."""
        if outlet not in self.index:
            raise FillError(outlet, "there is no such outlet")
        return self.index[outlet]
