"""A planner that plans on and on: what it kept from the last plan never changes what it says."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcharging.engine.plan import Demand, Discharge, NoPlan, Planner, Problem
from tests.smartcharging.plan.sites import HOUR, car, network, problem, solved

BATTERY = Discharge(5e3, 10e3, 2e3, 40e3)
OF_CARS: dict[str, list[Any]] = {
    "need_wh": [1e3, 9e3, 30e3],
    "departure_s": [1.5 * HOUR, 3 * HOUR, 4 * HOUR],
    "maximum_w": [3.7e3, 11e3],
    "phases": [1, 3],
    "efficiency": [0.8, 1.0],
    "soon_wh": [0.0, 2e3],
    "soon_s": [HOUR, 2.5 * HOUR],
    "rank": [0, 2],
    "outlet": ["e0", "e1"],
    "discharge": [None, BATTERY],
}
OF_SITE: dict[str, list[Any]] = {
    "price": [np.array([0.1, 0.2, 0.3, 0.1]), np.array([0.3, -0.1, 0.2, 0.4])],
    "demand": [None, Demand(1.0), Demand(5.0, so_far_w=4e3)],
    "building_w": [None, np.full(4, 3e3)],
    "pv_w": [None, np.array([0.0, 9e3, 4e3, 0.0])],
    "feed_in": [None, np.full(4, 0.05)],
    "grid_limit_w": [None, np.full(4, 12e3)],
    "soft_w": [None, np.full(4, 6e3)],
    "taken": [None, np.full(3, 8.0)],
}
changes = st.sampled_from(
    [(name, value) for kind in (OF_CARS, OF_SITE) for name, values in kind.items() for value in values]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(changes, min_size=2, max_size=6))
def test_whatever_changes_a_planner_that_goes_on_says_what_a_new_one_says(
    changed: list[tuple[str, Any]],
) -> None:
    task, planner = problem([car(0), car(1)], [0.1] * 4, network(limit_a=20.0)), Planner(60.0)
    planner.plan(task)
    for name, value in changed:
        task = _with(task, name, value)
        plan = planner.plan(task)
        assert not isinstance(plan, NoPlan)
        assert plan.facts.objective == pytest.approx(solved(task).facts.objective, abs=1e-6)


def _with(task: Problem, name: str, value: Any) -> Problem:
    if name in OF_SITE:
        return replace(task, outlook=replace(task.outlook, **{name: value}))
    return replace(task, cars=[replace(task.cars[0], **{name: value}), *task.cars[1:]])


def test_a_car_on_fewer_phases_than_before_is_bound_by_the_line_it_uses() -> None:
    task, planner = problem([car(need_kwh=30, hours=1)], [0.1], network(limit_a=10.0, cars=1)), Planner(60.0)
    three, one = planner.plan(task), planner.plan(_with(task, "phases", 1))
    assert not isinstance(three, NoPlan)
    assert not isinstance(one, NoPlan)
    assert (three.watts.sum(), one.watts.sum()) == (pytest.approx(6900), pytest.approx(2300))
