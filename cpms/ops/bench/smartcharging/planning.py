"""How long a plan for a thousand cars takes: from nothing, and after something changed."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from smartcharging.engine.network import Circuit, Network, Outlet
from smartcharging.engine.plan import Car, Demand, NoPlan, Outlook, Planner, Problem, growing_grid

from ..figures import Figure, Goal, middle
from ..ground import BenchError
from .lab import Lab

CARS, FEEDER, BOARDS = 1000, 25, 4
COLD_ROUNDS, WARM_ROUNDS, SEED = 3, 9, 1
# CPU is measured; the limit of HiGHS is one of the wall clock, which others share.
PATIENCE_S = 120.0
HORIZON_H, HOUR_S = 12, 3600
LINES = ((0, 1, 2), (1, 2, 0), (2, 0, 1))


def speeds(lab: Lab) -> Callable[[], list[Figure]]:
    """Row 12: CPU seconds of one thread, with the building of the arrays."""
    seconds = lab.begin(measure, CARS)
    name = f"plan for {CARS} cars"
    return lambda: [
        Figure(12, f"{name}, cold", Goal(1.0, "s"), seconds.result()[0], digits=3),
        Figure(12, f"{name}, warm: one need and the building changed", Goal(0.05, "s"), seconds.result()[1], digits=3),
    ]  # fmt: skip


def measure(cars: int) -> tuple[float, float]:
    """Medians of cold plans and of plans after a change."""
    random = np.random.default_rng(SEED)
    task = problem(cars, random)
    cold = middle(_seconds(Planner(PATIENCE_S), task) for _ in range(COLD_ROUNDS))
    planner = Planner(PATIENCE_S)
    _seconds(planner, task)
    warm = []
    for _ in range(WARM_ROUNDS):
        task = changed(task, random)
        warm.append(_seconds(planner, task))
    return cold, middle(warm)


def _seconds(planner: Planner, task: Problem) -> float:
    begin = time.process_time()
    plan = planner.plan(task)
    if isinstance(plan, NoPlan):
        raise BenchError(f"no plan: {plan.reason}")
    return time.process_time() - begin


def problem(cars: int, random: np.random.Generator) -> Problem:
    """Twelve hours of a three-level tree with building, sun, prices and demand; cars on one and three phases."""
    grid = growing_grid(HORIZON_H * HOUR_S)
    slots = np.arange(len(grid.lengths_s))
    outlook = Outlook(
        price=0.2 + 0.1 * np.sin(slots / 4),
        feed_in=np.full(len(slots), 0.08),
        building_w=np.full(len(slots), 50.0 * cars),
        pv_w=200.0 * cars * np.maximum(0.0, np.sin(slots / len(slots) * 3)),
        demand=Demand(10.0, so_far_w=100.0 * cars),
    )
    return Problem(network(cars), grid, [_car(index, random) for index in range(cars)], outlook)


def network(cars: int) -> Network:
    """A site, its boards, and feeders of 25 outlets whose lines rotate."""
    boards = [Circuit(f"board-{board}", "site", (1.25 * cars,) * 3) for board in range(BOARDS)]
    feeders = [
        Circuit(f"feeder-{feeder}", f"board-{feeder % BOARDS}", (160.0,) * 3)
        for feeder in range(-(-cars // FEEDER))
    ]
    outlets = [
        Outlet(f"e{index}", f"feeder-{index // FEEDER}", lines=LINES[index % 3]) for index in range(cars)
    ]
    return Network((Circuit("site", None, (4.0 * cars,) * 3), *boards, *feeders), tuple(outlets))


def _car(index: int, random: np.random.Generator) -> Car:
    phases = int(random.choice([1, 3]))
    need, hours = random.uniform(4_000, 40_000), random.uniform(1, HORIZON_H)
    power = 7360.0 if phases == 1 else 11_000.0
    return Car(f"c{index}", f"e{index}", float(need), float(hours) * HOUR_S, power, phases=phases)


def changed(task: Problem, random: np.random.Generator) -> Problem:
    """One driver wants more, and the building draws a little more or less."""
    at = int(random.integers(len(task.cars)))
    cars = [replace(car, need_wh=car.need_wh * 1.2) if i == at else car for i, car in enumerate(task.cars)]
    assert task.outlook.building_w is not None
    building = task.outlook.building_w * random.uniform(0.98, 1.02)
    return replace(task, cars=cars, outlook=replace(task.outlook, building_w=building))
