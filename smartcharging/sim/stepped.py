"""Chargers that take whole amperes from 6 A on: the plan goes through the fill."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from smartcharging.engine import fill
from smartcharging.engine.network import Network
from smartcharging.engine.plan import Plan
from smartcharging.engine.plan.grid import HOUR_S, Floats
from smartcharging.sim.garage import CAR_W, VOLTS
from smartcharging.sim.month import ROLLING, Moment
from smartcharging.sim.sessions import STEP_S, Session

# Running cars are worth keeping on; what is only estimated is not worth any peak.
CONTINUING = replace(ROLLING, continuity=0.02)
UNINFORMED = replace(CONTINUING, unserved=(4.0,))
# A car that can wait no longer than this goes first.
URGENT_S = 2 * STEP_S


@dataclass
class Stepped:
    """The fill, with its memory of who runs or waits since when."""

    sessions: Sequence[Session]
    network: Network
    policy: fill.Policy = field(default_factory=fill.Policy)
    since: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wiring = fill.Wiring.of(self.network)
        self.budget = fill.Budget.of(self.wiring.rows)

    def __call__(self, moment: Moment, plan: Plan) -> Floats:
        """What the fill grants the cars of a step, in W."""
        cars = [self._car(moment, plan, at) for at in range(len(moment.here))]
        ceiling = float(plan.ceiling_w[0])
        grants = fill.fill(self.wiring, self.budget, cars, ceiling_w=ceiling, policy=self.policy)
        watts = np.array([grants.of(car.outlet) for car in cars]) * VOLTS
        for at in np.flatnonzero((watts > 0) != moment.running):
            self.since[int(moment.here[at])] = moment.step
        return watts

    def _car(self, moment: Moment, plan: Plan, at: int) -> fill.Car:
        session, known = self.sessions[moment.here[at]], moment.known[at]
        running = bool(moment.running[at])
        begun = self.since.get(int(moment.here[at]))
        spell = np.inf if begun is None else (moment.step - begun) * STEP_S
        laxity_s = known.left_s - known.left_wh / CAR_W * HOUR_S
        return fill.Car(
            outlet=session.station,
            planned_a=max(0.0, float(plan.watts[at, 0]) / VOLTS),
            must_run=laxity_s <= URGENT_S,
            running=running,
            since_s=spell,
            waiting_s=0.0 if running else min(spell, float((moment.step - session.arrival) * STEP_S)),
            cap_a=float(np.ceil(CAR_W / VOLTS)),
        )
