"""What the cars of a site may take together: limits without the building, without a margin, without reservations."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..engine.fill import Budget, Wiring
from ..engine.margin import Amps, Estimate, Freshness, MarginRules, Trace, estimated
from ..engine.margin import wires as load_on_wires
from ..engine.margin.trace import NOTHING
from ..inputs.metering.combining import BuildingLoad
from ..inputs.metering.load import building_load
from .snapshot import Snapshot

Floats = NDArray[np.float64]


def full_rows(snapshot: Snapshot) -> Wiring:
    """The wires as if every car used all lines it has."""
    return Wiring.of(snapshot.network)


def budget(snapshot: Snapshot, wiring: Wiring, reserved_a: Mapping[str, float]) -> Budget:
    """The budget of now; `reserved_a` (A by EVSE) is kept free on all lines the EVSE has."""
    other, margin = load_on_wires(wiring.rows, _estimates(snapshot))
    return Budget.of(wiring.rows, other, margin, on_rows(Wiring.of(wiring.network), reserved_a))


def on_rows(wiring: Wiring, amps: Mapping[str, float]) -> Floats:
    """What currents by EVSE put on every row."""
    return wiring.rows.load(outlet_amps(wiring, amps))


def outlet_amps(wiring: Wiring, amps: Mapping[str, float]) -> Floats:
    """Currents by EVSE in the order of the network's outlets, 0 for those left out."""
    return np.array([amps.get(name, 0.0) for name in wiring.index], dtype=float)


def worst_load(snapshot: Snapshot, wiring: Wiring) -> Floats:
    """The most the building ever puts on every row: beside it the fail-safe limits have to fit."""
    return wiring.rows.load_of_lines({snapshot.root: snapshot.policy.building_worst_a})


def _estimates(snapshot: Snapshot) -> dict[str, Estimate]:
    """The load at each metered circuit; the worst case at the root where it has no meter."""
    worst = _amps(snapshot.policy.building_worst_a)
    found = {snapshot.root: Estimate(worst, NOTHING, Freshness.LOST, None)}
    loads = building_load(snapshot.site, snapshot.now)
    return found | {load.circuit or snapshot.root: _estimate(load, snapshot, worst) for load in loads}


def _estimate(load: BuildingLoad, snapshot: Snapshot, worst: Amps) -> Estimate:
    """With a margin of the policy's width where the meters speak; what they are replaced by is margin enough."""
    if not load.points:
        return Estimate(load.amps, NOTHING, Freshness.LOST, load.age_s)
    taken_s = tuple(point.at.timestamp() for point in load.points)
    trace = Trace(taken_s, tuple(point.amps for point in load.points))
    rules = MarginRules(k=snapshot.policy.margin_sigmas, fewest=1)
    return estimated(trace, snapshot.now.timestamp(), worst, rules=rules)


def _amps(values: Sequence[float]) -> Amps:
    first, second, third = values
    return first, second, third
