"""From a problem to a plan, with what was learned from the last one."""

import numpy as np

from smartcharging.engine.network import Network
from smartcharging.engine.plan.columns import of
from smartcharging.engine.plan.grid import Floats
from smartcharging.engine.plan.matrix import EXTRAS
from smartcharging.engine.plan.model import Facts, Flags, Indices, NoPlan, Plan, Problem, Reason, Unmet
from smartcharging.engine.plan.programme import (
    ENERGY,
    GRID,
    PEAK,
    UNBALANCE,
    WIRE,
    Programme,
    programme,
)
from smartcharging.engine.plan.solver import LIMIT_S, Solution, Solver
from smartcharging.engine.plan.wires import Wires, wires

NOTHING_WH = 1.0
ALMOST = 1e-6


class Planner:
    """Plans one site again and again. Not to be shared between threads."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self.solver = Solver(limit_s)
        self._shape: tuple[object, ...] | None = None
        self._last: Programme | None = None
        self._wires: Wires | None = None
        self._known: tuple[Network, dict[str, int]] | None = None

    def plan(self, problem: Problem) -> Plan | NoPlan:
        """The cheapest plan, or why there is none; never an exception for lack of time or of room."""
        same = self._shape == problem.shape
        task = programme(problem, self._wires_of(problem), self._last if same else None)
        solution = self.solver.solve(task, warm=same)
        self._shape, self._last = problem.shape, task
        if solution.failure:
            return NoPlan(solution.failure, solution.seconds)
        return _plan(problem, task, solution)

    def _wires_of(self, problem: Problem) -> Wires:
        """The wires, kept while neither they nor the phases of cars change."""
        phases = {car.outlet: car.phases for car in problem.cars if car.phases}
        if self._wires is None or self._known != (problem.network, phases):
            self._known, self._wires = (problem.network, phases), wires(problem.network, phases)
        return self._wires


def _plan(problem: Problem, task: Programme, solution: Solution) -> Plan:
    watts = _watts(problem, task, solution.values)
    urgency = solution.duals[: len(problem.cars)]
    return Plan(
        grid=problem.grid,
        cars=tuple(car.id for car in problem.cars),
        watts=watts,
        ceiling_w=_ceiling(task, solution.values),
        urgency=urgency,
        unmet=_unmet(problem, task, solution),
        peak_w=_peak_kw(task, solution.values) * 1000,
        facts=Facts(
            columns=len(task.cost),
            rows=len(task.row_lower),
            iterations=solution.iterations,
            seconds=solution.seconds,
            warm=solution.warm,
            objective=solution.objective,
        ),
    )


def _watts(problem: Problem, task: Programme, values: Floats) -> Floats:
    watts = np.zeros((len(problem.cars), len(problem.grid.lengths_s)))
    columns = task.columns
    drawn = values[: len(columns.car)] * columns.sign * 1000
    np.add.at(watts, (columns.car, columns.slot), drawn)
    return watts


def _extra(task: Programme, kind: int) -> Indices:
    """Where the columns of a kind beside those of cars are."""
    return np.flatnonzero(task.matrix.column_keys[:, 0] == EXTRAS + kind)


def _peak_kw(task: Programme, values: Floats) -> float:
    """The highest import of the plan and before; what is paid for where demand is."""
    priced = values[_extra(task, PEAK)]
    return float(max(priced.max(initial=0.0), task.site.so_far_kw))


def _ceiling(task: Programme, values: Floats) -> Floats:
    """How far cars may go: to the planned peak and the limits of the site, in W."""
    site, outlook = task.site, task.site.outlook
    room = np.minimum(site.room_kw(outlook.grid_limit_w), site.room_kw(outlook.soft_w))
    if outlook.demand is not None:
        room = np.minimum(room, _peak_kw(task, values) - site.net_kw)
    ceiling: Floats = np.maximum(room, 0.0) * 1000
    return ceiling


def _unmet(problem: Problem, task: Programme, solution: Solution) -> tuple[Unmet, ...]:
    missing = np.zeros(len(problem.cars))
    at = _extra(task, ENERGY)
    np.add.at(missing, task.matrix.column_keys[at, 1], solution.values[at] * 1000)
    most = of(problem.cars, "maximum_w") * of(problem.cars, "efficiency")
    stays = of(problem.cars, "departure_s") - np.maximum(of(problem.cars, "arrival_s"), 0.0)
    can = most * np.clip(stays, 0.0, problem.grid.end_s) / 3600
    short = np.flatnonzero(missing > NOTHING_WH)
    full = _limited(task, solution) if len(short) else ()
    return tuple(
        Unmet(problem.cars[i].id, float(missing[i]), _reason(missing[i], can[i], full[i], problem.cars[i].need_wh))
        for i in short.tolist()
    )  # fmt: skip


def _reason(missing: float, can: float, full: bool, need: float) -> Reason:
    if missing <= need - can + NOTHING_WH:
        return Reason.TIME
    return Reason.LIMIT if full else Reason.PRICE


def _limited(task: Programme, solution: Solution) -> Flags:
    """Whether any limit that is full holds a car back."""
    kind, columns = task.matrix.row_keys[:, 0], task.columns
    tight = ((kind == WIRE) | (kind == GRID) | (kind == UNBALANCE)) & (np.abs(solution.duals) > ALMOST)
    # The columns of cars come first, and each has an entry in the energy of its car at least.
    begin = task.matrix.starts[: len(columns.car) + 1]
    full = np.add.reduceat(tight[task.matrix.index[: begin[-1]]], begin[:-1], dtype=np.float64)
    limited: Flags = np.bincount(columns.car, full, minlength=len(task.matrix.row_keys)) > 0
    return limited
