"""Small sites and problems for the tests of the plan."""

from dataclasses import replace
from typing import Any

import numpy as np

from smartcharging.engine.network import Circuit, Network, Outlet
from smartcharging.engine.plan import Car, NoPlan, Outlook, Plan, Planner, Problem, Weights, even_grid
from smartcharging.engine.plan.grid import Floats

HOUR = 3600.0
PLAIN = Weights(fair_share=1.0, earliness=0.0, deviation=0.0)


def network(limit_a: float = 1000.0, cars: int = 2, **circuit: Any) -> Network:
    """One circuit with three-phase outlets e0, e1 and so on."""
    root = Circuit("site", None, (limit_a, limit_a, limit_a), **circuit)
    return Network((root,), tuple(Outlet(f"e{index}", "site") for index in range(cars)))


def car(index: int = 0, need_kwh: float = 10.0, hours: float = 4.0, kw: float = 11.0, **fields: Any) -> Car:
    """Car c0 at outlet e0, and so on."""
    return Car(f"c{index}", f"e{index}", need_kwh * 1000, hours * HOUR, kw * 1000, **fields)


def problem(cars: list[Car], price: list[float], wires: Network | None = None, **fields: Any) -> Problem:
    """Hourly slots, one for each price; fields are those of the outlook, `weights` and `previous`."""
    own = {name: fields.pop(name) for name in ("weights", "previous", "start_s") if name in fields}
    arrays = {name: np.array(value) if isinstance(value, list) else value for name, value in fields.items()}
    outlook = Outlook(price=np.array(price), **arrays)
    wires = wires or network(cars=len(cars))
    return replace(Problem(wires, even_grid(len(price), HOUR), cars, outlook, PLAIN), **own)


def solved(task: Problem) -> Plan:
    """The plan, which must be there."""
    plan = Planner(limit_s=60.0).plan(task)
    assert not isinstance(plan, NoPlan), plan
    return plan


def kw(plan: Plan, index: int = 0) -> list[float]:
    """What one car is to draw, in kW."""
    drawn: Floats = plan.watts[index] / 1000
    return [round(float(value), 6) + 0.0 for value in drawn]
