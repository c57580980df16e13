"""From currents to what a station can be told: floored to its steps, what is left over handed out again."""

import numpy as np

from smartcharging.engine.fill.model import TOLERANCE, Floats
from smartcharging.engine.fill.packing import Packing, admit


def floor_to_step(amps: Floats, minimum: Floats, step: Floats) -> Floats:
    """The highest value a station knows that is not above; steps count from its minimum, below it is 0."""
    steps = np.floor((amps - minimum) / step + TOLERANCE)
    return np.where(steps < 0, 0.0, minimum + np.maximum(steps, 0.0) * step)


def leftovers(
    packing: Packing, amps: Floats, wanted: Floats, top: Floats, step: Floats, room: Floats
) -> Floats:
    """Currents (A) raised by single steps, the largest deficit first, until no further step fits anywhere."""
    amps = amps.copy()
    while True:
        rising = (wanted > 0) & (amps + step <= top + TOLERANCE)
        order = np.flatnonzero(rising)
        order = order[np.argsort(amps[order] - wanted[order], kind="stable")]
        given = admit(packing, order, step, room - packing.load(amps))
        if not given.any():
            return amps
        amps += np.where(given, step, 0.0)
