"""A month of the garage: planned every five minutes without knowing who will come, and with perfect foresight."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from smartcharging.engine.network import Network
from smartcharging.engine.plan import (
    Car,
    Demand,
    Grid,
    NoPlan,
    Outlook,
    Plan,
    Planner,
    Problem,
    Weights,
    even_grid,
    growing_grid,
)
from smartcharging.engine.plan.grid import Floats
from smartcharging.engine.plan.model import Flags, Indices
from smartcharging.sim.garage import CAR_W, MINIMUM_W
from smartcharging.sim.knowledge import Knowledge, Known, told
from smartcharging.sim.score import STEP_H, Month
from smartcharging.sim.sessions import STEP_S, Session, Tariff

ALMOST_WH = 0.5
# Energy first: what stays out costs more than any peak.
ENERGY_FIRST = 100.0
FORESIGHT = Weights(unserved=(ENERGY_FIRST,), fair_share=1.0, earliness=0.0, deviation=0.0)
# Waiting costs less than what the steps of the tariff are worth.
ROLLING = Weights(unserved=(ENERGY_FIRST,), earliness=0.003, deviation=0.0)
# Who comes next is not known: that share of the peak is left to them, all of it from so many hours ahead on, unless
# its price a kWh is worth paying.
RESERVE, RESERVE_FROM_S, RESERVE_PRICE = 0.4, 4 * 3600.0, 0.05
LONG_S = 600.0


@dataclass(frozen=True)
class Moment:
    """The cars of one step: which sessions, what is known of them, and which were charging until now."""

    step: int
    here: Indices
    known: Sequence[Known]
    running: Flags


# From a plan to what each car is granted, in W.
Grant = Callable[[Moment, Plan], Floats]


def as_planned(moment: Moment, plan: Plan) -> Floats:
    """Chargers that follow any power."""
    return plan.watts[:, 0]


def offline(sessions: Sequence[Session], network: Network, tariff: Tariff) -> Month:
    """The optimum of the whole month in one programme: who comes when and needs what is known."""
    cars = [
        Car(one.id, one.station, one.need_wh, one.departure * STEP_S, CAR_W, one.arrival * STEP_S)
        for one in sessions
    ]
    steps = max(one.departure for one in sessions)
    outlook = Outlook(price=tariff.price[:steps], demand=Demand(tariff.demand_price))
    plan = Planner(LONG_S).plan(Problem(network, even_grid(steps, STEP_S), cars, outlook, FORESIGHT))
    if isinstance(plan, NoPlan):
        raise ArithmeticError(f"no optimum of the month: {plan.reason} after {plan.seconds:.0f} s")
    return Month(tuple(sessions), plan.watts, plan.watts)


@dataclass
class Rolling:
    """Plans anew at every step, for the cars that are there. `target_w`: the peak the owner counts on."""

    sessions: Sequence[Session]
    network: Network
    tariff: Tariff
    target_w: float = 0.0
    weights: Weights = ROLLING
    knowledge: Knowledge = told
    grant: Grant = as_planned
    planner: Planner = field(default_factory=lambda: Planner(LONG_S))
    so_far_w: float = 0.0

    def run(self) -> Month:
        """Each step follows the first slot of its plan."""
        arrival = np.array([session.arrival for session in self.sessions])
        departure = np.array([session.departure for session in self.sessions])
        left = np.array([session.need_wh for session in self.sessions])
        watts = np.zeros((len(self.sessions), int(departure.max())))
        granted = np.zeros_like(watts)
        for step in range(watts.shape[1]):
            here = np.flatnonzero((arrival <= step) & (step < departure) & (left > ALMOST_WH))
            if len(here):
                running = granted[here, step - 1] > 0
                granted[here, step] = self._step(step, here, left[here], running)
                watts[here, step] = np.minimum(granted[here, step], np.minimum(left[here] / STEP_H, CAR_W))
                left[here] -= watts[here, step] * STEP_H
                self.so_far_w = max(self.so_far_w, float(watts[:, step].sum()))
        return Month(tuple(self.sessions), watts, granted)

    def _step(self, step: int, here: Indices, left: Floats, running: Flags) -> Floats:
        known = [
            self.knowledge(self.sessions[i], step, self.sessions[i].need_wh - wh)
            for i, wh in zip(here, left, strict=True)
        ]
        moment = Moment(step, here, known, running)
        plan = self.planner.plan(self._problem(moment, left))
        if isinstance(plan, NoPlan):
            raise ArithmeticError(f"no plan for step {step}: {plan.reason}")
        return self.grant(moment, plan)

    def _problem(self, moment: Moment, left: Floats) -> Problem:
        cars = [
            self._car(self.sessions[i], wh, known, on)
            for i, wh, known, on in zip(moment.here, left, moment.known, moment.running.tolist(), strict=True)
        ]
        grid = growing_grid(max(car.departure_s for car in cars))
        price = grid.mean_of(self.tariff.price[moment.step :], STEP_S)
        demand = Demand(self.tariff.demand_price, self.so_far_w, self.target_w)
        outlook = Outlook(price=price, demand=demand, soft_w=self._unreserved(grid), soft_price=RESERVE_PRICE)
        return Problem(self.network, grid, cars, outlook, self.weights)

    def _unreserved(self, grid: Grid) -> Floats:
        """How far the cars that are there go in each slot without a price; now, as far as they like."""
        ahead = np.minimum(1.0, grid.starts_s / RESERVE_FROM_S)
        free = max(self.so_far_w, self.target_w) * (1 - RESERVE * ahead)
        return np.where(ahead > 0, free, np.inf)

    def _car(self, session: Session, left: float, known: Known, running: bool) -> Car:
        return Car(
            id=session.id,
            outlet=session.station,
            need_wh=known.left_wh,
            departure_s=known.left_s,
            maximum_w=CAR_W,
            minimum_w=MINIMUM_W,
            delivered_wh=session.need_wh - left,
            soon_wh=known.soon_wh,
            soon_s=known.left_s,
            running=running,
        )
