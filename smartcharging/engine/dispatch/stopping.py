"""The last resort: a station that cannot be limited is stopped where its circuit would be over."""

from collections.abc import Collection

import numpy as np

from smartcharging.engine.fill.budget import Budget
from smartcharging.engine.fill.model import TOLERANCE, Wiring


def to_stop(wiring: Wiring, budget: Budget, uncontrolled: Collection[str]) -> tuple[str, ...]:
    """Outlets whose transactions must be stopped remotely, so that what is kept free fits the limits again.

    `uncontrolled` are outlets with a car whose hardware maximum is reserved in the budget. Those that relieve the
    fullest rows most are stopped first, and no more than needed. Raises FillError naming an unknown outlet.
    """
    left = {name: wiring.place(name) for name in sorted(uncontrolled)}
    over = budget.taken - budget.limit
    stopped: list[str] = []
    while left:
        relief = {name: _relief(wiring, place, over) for name, place in left.items()}
        best = max(relief, key=lambda name: relief[name])
        if relief[best] <= TOLERANCE:
            break
        over = over - _load(wiring, left.pop(best))
        stopped.append(best)
    return tuple(stopped)


def _load(wiring: Wiring, place: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    amps = np.zeros(len(wiring.maximum_a))
    amps[place] = wiring.maximum_a[place]
    return wiring.rows.load(amps)


def _relief(wiring: Wiring, place: int, over: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """How much of what is over goes away with an outlet, as a share of the limits."""
    limit = np.maximum(wiring.rows.limit, 1.0)
    return float(np.sum(np.clip(np.minimum(_load(wiring, place), over), 0.0, None) / limit))
