"""Where lines may differ by no more than so much: those on the fullest line give way until they do not."""

import numpy as np

from smartcharging.engine.fill.model import TOLERANCE, Floats
from smartcharging.engine.fill.packing import Indexes, Packing
from smartcharging.engine.network import Network, Rows


def balanced(
    network: Network,
    rows: Rows,
    packing: Packing,
    amps: Floats,
    minimum: Floats,
    step: Floats,
    order: Indexes,
) -> Floats:
    """Currents (A) that keep every unbalance limit; the last of the order give way first.

    Only the cars' own currents are compared. Every round takes current away, and nothing is balanced.
    """
    limits = [
        (rows.lines_of(one.id), one.unbalance_a) for one in network.circuits if one.unbalance_a is not None
    ]
    changed = bool(limits)
    while changed:
        changed = False
        for lines, limit in limits:
            weights = np.stack([_weight(packing, line) for line in lines])
            load = weights @ amps
            high, low = int(np.argmax(load)), int(np.argmin(load))
            excess = load[high] - load[low] - limit
            if excess > TOLERANCE:
                amps = _give_way(amps, minimum, step, weights[high] - weights[low], excess, order[::-1])
                changed = True
    return amps


def _weight(packing: Packing, row: int) -> Floats:
    return np.where(packing.touched == row, packing.weight, 0.0).sum(axis=1)


def _give_way(
    amps: Floats, minimum: Floats, step: Floats, gain: Floats, excess: float, order: Indexes
) -> Floats:
    """Steps above the minimum first, then whole cars, until the lines are closer by `excess` or nobody is left."""
    amps = amps.copy()
    for floor in (minimum, 0.0 * minimum):
        helpful = order[(gain[order] > TOLERANCE) & (amps[order] > floor[order])]
        spare, worth = (amps - floor)[helpful], gain[helpful]
        missing = excess - (np.cumsum(spare * worth) - spare * worth)
        whole = (
            spare
            if floor is not minimum
            else np.ceil(missing / worth / step[helpful] - TOLERANCE) * step[helpful]
        )
        cut = np.where(missing > TOLERANCE, np.minimum(whole, spare), 0.0)
        amps[helpful] -= cut
        excess -= float(cut @ worth)
    return np.where(amps < minimum - TOLERANCE, 0.0, amps)
