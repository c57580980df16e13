"""What a plan is made from and what it says. Powers in W, energies in Wh, money in the site's currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.network import Network
from smartcharging.engine.plan.grid import Floats, Grid

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Discharge:
    """A car that may give energy back: its battery now, and between which bounds it must stay."""

    maximum_w: float
    stored_wh: float
    floor_wh: float
    capacity_wh: float


@dataclass(frozen=True, slots=True)
class Car:
    """What is plugged in at an outlet, and what it needs. Times are seconds from the first slot.

    `need_wh` is still missing, `delivered_wh` is already in the battery of what was asked for. `soon_wh` of the need
    must be there by `soon_s`. `maximum_w` is the least of EVSE, car and learned acceptance, `minimum_w` the least a
    running car draws. `rank` is the priority class, an index of `Weights.unserved`. `running`: charges now.
    `there`: how likely it is still there in each slot, where its departure is only estimated.
    `by_sun`: it takes nothing from the grid as long as it is ready in time without.
    """

    id: str
    outlet: str
    need_wh: float
    departure_s: float
    maximum_w: float
    arrival_s: float = 0.0
    minimum_w: float = 0.0
    delivered_wh: float = 0.0
    soon_wh: float = 0.0
    soon_s: float = 0.0
    rank: int = 0
    phases: int | None = None
    efficiency: float = 1.0
    running: bool = False
    discharge: Discharge | None = None
    there: tuple[float, ...] | None = None
    by_sun: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """A price on the highest power of the billing period.

    `so_far_w` was reached, `target_w` is what the owner expects to pay in any case; up to there a peak is free.
    `share` of the price counts, less than 1 where another billing period will follow soon.
    """

    price_per_kw: float
    so_far_w: float = 0.0
    target_w: float = 0.0
    share: float = 1.0


@dataclass(frozen=True)
class Outlook:
    """What is expected in every slot; arrays have shape (slots,), prices are per kWh.

    `taken` is what building load, reservations and margins take of each network row, in its unit: shape (rows,) or
    (rows, slots). `soft_w` may be passed for `soft_price`.
    """

    price: Floats
    feed_in: Floats | None = None
    building_w: Floats | None = None
    pv_w: Floats | None = None
    grid_limit_w: Floats | None = None
    soft_w: Floats | None = None
    soft_price: float = 1.0
    taken: Floats | None = None
    demand: Demand | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """Prices per kWh of what has no tariff.

    `unserved` by rank, 10 to 50 times the price of energy, not infinite; where more than `fair_share` of what a car
    asked for stays out, the rest costs `unfair` times as much. `earliness` is per kWh and hour of waiting.
    `deviation` from the last plan and `continuity` for the minimum of running cars keep cars from flapping.
    `wear` is per kWh given back. `left`: what a kWh is worth that waited for a slot in which the car had gone.
    `dark`: added for cars that charge by the sun, in slots whose sun leaves less than their minimum.
    """

    unserved: tuple[float, ...] = (5.0, 10.0, 20.0)
    soon: float = 10.0
    fair_share: float = 0.3
    unfair: float = 1.05
    earliness: float = 0.0005
    deviation: float = 0.0005
    continuity: float = 0.0
    continuity_slots: int = 6
    wear: float = 0.05
    left: float = 1.0
    dark: float = 1.0


@dataclass(frozen=True)
class Problem:
    """One planning task.

    `start_s` is when the first slot begins, on any clock that goes on: plans of one start are solved from each other.
    `previous` holds the last plan's W of each car per slot of this grid, where there is one.
    """

    network: Network
    grid: Grid
    cars: Sequence[Car]
    outlook: Outlook
    weights: Weights = field(default_factory=Weights)
    previous: Mapping[str, Floats] = field(default_factory=dict)
    start_s: float = 0.0

    @property
    def shape(self) -> tuple[object, ...]:
        """What two problems share whose programmes differ in prices and bounds only, or nearly so."""
        return self.start_s, len(self.grid.lengths_s), tuple(car.id for car in self.cars)


class Reason(Enum):
    """Why a car does not get all it needs."""

    TIME = "it leaves too soon for its charging power"
    LIMIT = "a circuit or the grid limit is full"
    PRICE = "the rest would cost more than it is worth"


@dataclass(frozen=True, slots=True)
class Unmet:
    """Energy a car will miss at its departure."""

    car: str
    energy_wh: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Facts:
    """What the solver did."""

    columns: int
    rows: int
    iterations: int
    seconds: float
    warm: bool
    objective: float


@dataclass(frozen=True)
class Plan:
    """What each car should draw when.

    `watts`: shape (cars, slots), mean over the time a car is there, negative when it gives back. `ceiling_w`: how far
    cars together may go in each slot without raising the planned peak or passing a limit of the site; infinite
    where nothing bounds them. `urgency`: what one more kWh by departure would cost, by car.
    """

    grid: Grid
    cars: tuple[str, ...]
    watts: Floats
    ceiling_w: Floats
    urgency: Floats
    unmet: tuple[Unmet, ...]
    peak_w: float
    facts: Facts


@dataclass(frozen=True, slots=True)
class NoPlan:
    """The solver has no answer: out of time, or it says why."""

    reason: str
    seconds: float
