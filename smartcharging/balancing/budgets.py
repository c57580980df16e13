"""What the cars of a site may take together: limits without the building, without a margin, without reservations."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..engine.fill import Budget, Wiring
from ..inputs.combining import BuildingLoad
from ..inputs.load import building_load
from .snapshot import Snapshot

Floats = NDArray[np.float64]
# The building counts with the highest of the last readings: what was drawn a moment ago may be drawn again.
RECENT: Final = timedelta(minutes=2)


def full_rows(snapshot: Snapshot) -> Wiring:
    """The wires as if every car used all lines it has."""
    return Wiring.of(snapshot.network)


def budget(snapshot: Snapshot, wiring: Wiring, reserved_a: Mapping[str, float]) -> Budget:
    """The budget of now; `reserved_a` (A by EVSE) is kept free on all lines the EVSE has."""
    loads = building_load(snapshot.site, snapshot.now)
    return Budget.of(
        wiring.rows,
        other=wiring.rows.load_of_lines(_building(snapshot, loads)),
        margin=wiring.rows.load_of_lines(_margins(snapshot, loads)),
        reserved=on_rows(Wiring.of(wiring.network), reserved_a),
    )


def on_rows(wiring: Wiring, amps: Mapping[str, float]) -> Floats:
    """What currents by EVSE put on every row."""
    return wiring.rows.load(np.array([amps.get(name, 0.0) for name in wiring.index], dtype=float))


def worst_budget(snapshot: Snapshot, wiring: Wiring, reserved_a: Mapping[str, float]) -> Budget:
    """The budget when the building draws the most it ever may: what the fail-safe limits have to keep."""
    worst = {snapshot.root: snapshot.policy.building_worst_a}
    return Budget.of(
        wiring.rows, other=wiring.rows.load_of_lines(worst), reserved=on_rows(wiring, reserved_a)
    )


def _building(snapshot: Snapshot, loads: Sequence[BuildingLoad]) -> dict[str, Sequence[float]]:
    """A by line at each metered circuit; the worst case at the root where it has no meter."""
    found: dict[str, Sequence[float]] = {snapshot.root: snapshot.policy.building_worst_a}
    return found | {load.circuit or snapshot.root: _recent(load, snapshot.now) for load in loads}


def _recent(load: BuildingLoad, now: datetime) -> list[float]:
    recent = [point.amps for point in load.points if point.at >= now - RECENT]
    return [max(line) for line in zip(load.amps, *recent, strict=True)]


def _margins(snapshot: Snapshot, loads: Sequence[BuildingLoad]) -> dict[str, Sequence[float]]:
    """The policy's number of deviations of what a metered load changes by from one reading to the next."""
    sigmas = snapshot.policy.margin_sigmas
    return {
        load.circuit or snapshot.root: [sigmas * deviation for deviation in _deviations(load)]
        for load in loads
        if len(load.points) > 2
    }


def _deviations(load: BuildingLoad) -> list[float]:
    steps = np.diff(np.array([point.amps for point in load.points], dtype=float), axis=0)
    return [float(one) for one in np.sqrt(np.mean(steps**2, axis=0))]
