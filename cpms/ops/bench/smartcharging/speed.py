"""How long one fill takes on one core: cars as the control loop has them to grants."""

import time
from collections.abc import Callable
from random import Random

from smartcharging.engine.fill import Budget, Car, Wiring, fill
from smartcharging.engine.network import Circuit, Network, Outlet

from ..figures import Figure, Goal, middle
from .lab import Lab

_ROTATIONS = ((0, 1, 2), (1, 2, 0), (2, 0, 1))
_GOALS = {1000: Goal(10, "ms"), 5000: Goal(40, "ms")}
_ROUNDS = 15
# The share of all outlets' maxima that the limits carry: at the lower one most cars wait.
_LOADS = (0.5, 0.12)
_FEEDER, _BOARD = 25, 250


def fills(lab: Lab) -> Callable[[], list[Figure]]:
    """The slower of two loads, for sites of two sizes."""
    times = {count: [lab.begin(fill_ms, count, load) for load in _LOADS] for count in _GOALS}
    return lambda: [
        Figure(11, f"fill of {count} EVSEs", goal, max(one.result() for one in times[count]))
        for count, goal in _GOALS.items()
    ]


def fill_ms(count: int, load: float) -> float:
    """Processor time of a fill (ms, the median of rounds) on a tree of three levels, each line counted."""
    random = Random(count)  # noqa: S311
    network = _tree(count, load)
    wiring = Wiring.of(network, {outlet.id: random.choice((1, 3)) for outlet in network.outlets})
    budget = Budget.of(wiring.rows)
    cars = [_car(outlet.id, random) for outlet in network.outlets]
    return middle(_once(wiring, budget, cars) for _ in range(_ROUNDS))


def _once(wiring: Wiring, budget: Budget, cars: list[Car]) -> float:
    begin = time.process_time()
    fill(wiring, budget, cars)
    return 1000 * (time.process_time() - begin)


def _tree(count: int, load: float) -> Network:
    boards, feeders = max(1, count // _BOARD), count // _FEEDER
    circuits = [Circuit("site", None, (count * 32 * load * 0.9,) * 3)]
    circuits += [Circuit(f"b{i}", "site", (_BOARD * 32 * load,) * 3) for i in range(boards)]
    circuits += [Circuit(f"f{i}", f"b{i % boards}", (_FEEDER * 32 * load * 1.1,) * 3) for i in range(feeders)]
    outlets = (Outlet(f"e{i}", f"f{i // _FEEDER}", lines=_ROTATIONS[i % 3]) for i in range(count))
    return Network(tuple(circuits), tuple(outlets))


def _car(outlet: str, random: Random) -> Car:
    return Car(
        outlet,
        planned_a=random.choice([None, 0.0, random.uniform(0, 32)]),
        running=random.random() < 0.5,
        since_s=random.uniform(0, 3000),
        priority=random.choice([0, 0, 1]),
        waiting_s=random.uniform(0, 3600),
    )
