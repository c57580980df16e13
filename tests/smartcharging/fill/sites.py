"""Sites and cars to fill, by hand and by hypothesis."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from smartcharging.engine.fill import Budget, Car, Grants, Policy, Wiring, fill
from smartcharging.engine.network import Circuit, Network, Outlet

ROTATIONS = ((0, 1, 2), (1, 2, 0), (2, 0, 1))
PAIRS = ((0, 1), (1, 2), (2, 0))
NEARLY = 1e-5


def flat_site(limit_a: float, cars: int, **outlet: object) -> Wiring:
    """One circuit and so many three-phase outlets `e0`, `e1`, ..."""
    root = Circuit("site", None, (limit_a,) * 3)
    return Wiring.of(Network((root,), tuple(Outlet(f"e{i}", "site", **outlet) for i in range(cars))))  # type: ignore[arg-type]


def filled(wiring: Wiring, cars: Sequence[Car], **asked: object) -> Grants:
    """The fill with nothing else on the wires."""
    return fill(wiring, Budget.of(wiring.rows), cars, **asked)  # type: ignore[arg-type]


def amps(wiring: Wiring, *cars: Car, **asked: object) -> list[float]:
    """What cars get, in the order of the outlets."""
    return list(filled(wiring, cars, **asked).as_dict().values())


def overload(grants: Grants) -> float:
    """By how much the fullest row is over its budget; below zero where all hold."""
    return float(np.max(grants.load - grants.budget.available, initial=-np.inf))


# Mostly such that some cars fit and not all.
limits = st.one_of(st.integers(10, 80).map(float), st.floats(6, 80), st.just(0.0))
parts = st.one_of(st.just(0.0), st.just(0.0), st.floats(-20, 20))


@st.composite
def circuits(draw: st.DrawFn) -> tuple[Circuit, ...]:
    """A tree of one to five circuits."""
    made: list[Circuit] = []
    for number in range(draw(st.integers(1, 4))):
        parent = f"c{draw(st.integers(0, number - 1))}" if number else None
        made.append(
            Circuit(
                f"c{number}",
                parent,
                draw(st.one_of(limits.map(lambda one: (one, one, one)), st.tuples(limits, limits, limits))),
                draw(st.none() | st.none() | st.floats(0, 60_000)),
                draw(st.none() | st.none() | st.floats(0, 40)),
            )
        )
    return tuple(made)


@st.composite
def outlets(draw: st.DrawFn, name: str, homes: tuple[Circuit, ...]) -> Outlet:
    """An outlet of any wiring."""
    between = draw(st.booleans()) and draw(st.booleans())
    lowest = draw(st.sampled_from([6.0, 6.0, 0.0, 8.0]))
    return Outlet(
        name,
        draw(st.sampled_from(homes)).id,
        lines=draw(st.sampled_from(PAIRS if between else ((0,), (1,), (2,), *ROTATIONS))),
        between=between,
        minimum_a=lowest,
        maximum_a=lowest + draw(st.floats(0, 32)),
        step_a=draw(st.sampled_from([1.0, 1.0, 0.1, 4.0])),
        loss=draw(st.sampled_from([1.0, 1.08])),
    )


@st.composite
def cars(draw: st.DrawFn, name: str) -> Car:
    """A car of any kind."""
    return Car(
        name,
        planned_a=draw(st.none() | st.just(0.0) | st.floats(0, 40)),
        must_run=draw(st.booleans()),
        running=draw(st.booleans()),
        since_s=draw(st.floats(200, 2000)),
        priority=draw(st.integers(-1, 2)),
        waiting_s=draw(st.floats(0, 7200)),
        deficit=draw(st.floats(0, 1)),
        cap_a=draw(st.just(40.0) | st.floats(0, 40)),
        offered_a=draw(st.just(40.0) | st.floats(0, 40)),
        weight=draw(st.none() | st.floats(0, 10)),
        reserved=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def questions(draw: st.DrawFn) -> tuple[Wiring, Budget, list[Car], float | None, Policy]:
    """Anything a fill can be asked."""
    homes = draw(circuits())
    names = [f"e{number}" for number in range(draw(st.integers(0, 8)))]
    network = Network(homes, tuple(draw(outlets(name, homes)) for name in names))
    wiring = Wiring.of(network, {name: draw(st.integers(1, 3)) for name in names})
    count = len(wiring.rows.rows)
    taken = [np.full(count, draw(parts)) for _ in range(2)]
    taken.append(np.array(draw(st.lists(parts, min_size=count, max_size=count))))
    plugged = [draw(cars(name)) for name in names if draw(st.integers(0, 5))]
    ceiling = draw(st.none() | st.floats(0, 40_000))
    return wiring, Budget.of(wiring.rows, *taken), plugged, ceiling, Policy(fill_paused=draw(st.booleans()))
