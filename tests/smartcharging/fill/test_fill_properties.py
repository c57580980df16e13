"""Whatever is asked: no row over its budget, nobody below his minimum, nobody who is equal gets less."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from smartcharging.engine.fill import Budget, Car, Policy, Wiring, fill, shed
from smartcharging.engine.network import Circuit, Network, Outlet

from .sites import NEARLY, cars, filled, overload, questions

Question = tuple[Wiring, Budget, list[Car], float | None, Policy]


@settings(max_examples=150, deadline=None)
@given(questions())
def test_no_row_is_over_its_budget_after_rounding(question: Question) -> None:
    """Seen failing with steps rounded up, and with leftovers given without a look at the rows."""
    wiring, budget, plugged, ceiling, policy = question
    grants = fill(wiring, budget, plugged, ceiling_w=ceiling, policy=policy)
    assert overload(grants) <= NEARLY


@settings(max_examples=150, deadline=None)
@given(questions())
def test_nobody_gets_less_than_his_minimum_more_than_he_can_take_or_a_value_his_station_does_not_know(
    question: Question,
) -> None:
    wiring, budget, plugged, ceiling, policy = question
    grants = fill(wiring, budget, plugged, ceiling_w=ceiling, policy=policy)
    for outlet in wiring.network.outlets:
        granted = grants.of(outlet.id)
        steps = (granted - outlet.minimum_a) / outlet.step_a
        assert granted == 0 or outlet.minimum_a - NEARLY <= granted <= outlet.maximum_a + NEARLY
        assert granted == 0 or abs(steps - round(steps)) < NEARLY


@settings(max_examples=150, deadline=None)
@given(questions())
def test_lines_are_never_further_apart_than_allowed(question: Question) -> None:
    wiring, budget, plugged, ceiling, policy = question
    grants = fill(wiring, budget, plugged, ceiling_w=ceiling, policy=policy)
    for circuit in wiring.network.circuits:
        loads = [
            load
            for row, load in zip(wiring.rows.rows, grants.load, strict=True)
            if row.circuit == circuit.id and row.kind == "line" and row.share == 1.0
        ]
        if circuit.unbalance_a is not None and len(loads) == 3:
            assert max(loads) - min(loads) <= circuit.unbalance_a + NEARLY


@settings(max_examples=80, deadline=None)
@given(questions(), st.floats(0, 1))
def test_an_emergency_keeps_every_row_and_raises_nobody(question: Question, share: float) -> None:
    wiring, budget, plugged, _, policy = question
    before = fill(wiring, budget, plugged, policy=policy).amps
    less = replace(budget, limit=budget.limit * share)
    after = shed(wiring, less, plugged, before)
    assert overload(after) <= NEARLY
    assert (after.amps <= before + NEARLY).all()


@settings(max_examples=100, deadline=None)
@given(questions())
def test_every_car_that_gets_less_than_it_could_has_a_reason(question: Question) -> None:
    wiring, budget, plugged, ceiling, policy = question
    grants = fill(wiring, budget, plugged, ceiling_w=ceiling, policy=policy)
    for car in plugged:
        outlet = wiring.network.outlets[wiring.place(car.outlet)]
        could = min(outlet.maximum_a, car.cap_a)
        if grants.of(car.outlet) + outlet.step_a <= could - NEARLY:
            assert grants.reason(car.outlet) is not None


@settings(max_examples=100, deadline=None)
@given(cars("e0"), st.integers(0, 100), st.integers(0, 60))
def test_of_two_equal_cars_neither_gets_a_step_more_than_the_other(car: Car, limit: int, third: int) -> None:
    """Fairness: unless there is room for one minimum only."""
    root = Circuit("site", None, (float(limit),) * 3)
    wiring = Wiring.of(Network((root,), tuple(Outlet(f"e{i}", "site") for i in range(3))))
    twin = replace(car, outlet="e1")
    first, second, _ = filled(wiring, [car, twin, Car("e2", planned_a=float(third))]).amps.tolist()
    assert abs(first - second) <= 1.0 or min(first, second) == 0.0


@st.composite
def one_pattern_sites(draw: st.DrawFn) -> tuple[Network, list[Car]]:
    """A tree whose outlets all load the same lines."""
    limits = st.integers(0, 120).map(float)
    circuits = [Circuit("c0", None, (60.0,) * 3)]
    for number in range(1, draw(st.integers(1, 4))):
        parent = f"c{draw(st.integers(0, number - 1))}"
        circuits.append(Circuit(f"c{number}", parent, (draw(limits),) * 3))
    homes = [draw(st.sampled_from(circuits)).id for _ in range(draw(st.integers(1, 8)))]
    network = Network(tuple(circuits), tuple(Outlet(f"e{i}", home) for i, home in enumerate(homes)))
    return network, [draw(cars(outlet.id)) for outlet in network.outlets]


@settings(max_examples=120, deadline=None)
@given(one_pattern_sites(), st.floats(0, 150), st.floats(0, 80))
def test_a_higher_limit_of_the_site_never_delivers_less(
    site: tuple[Network, list[Car]], limit: float, more: float
) -> None:
    network, plugged = site
    totals = []
    for bound in (limit, limit + more):
        root = replace(network.circuits[0], limit_a=(bound,) * 3)
        wiring = Wiring.of(Network((root, *network.circuits[1:]), network.outlets))
        totals.append(np.sum(filled(wiring, plugged).amps))
    assert totals[1] >= totals[0] - NEARLY
