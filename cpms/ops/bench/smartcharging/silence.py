"""How often a site that loses every connection takes more than it was proven to."""

from collections import Counter
from collections.abc import Callable

from smartcharging.sim.silence import silence

from ..figures import Figure, Goal
from .lab import Lab

_CHUNK = 500


def invariant(lab: Lab) -> Callable[[], list[Figure]]:
    """Generated sites, their connections lost at any moment."""
    states = lab.size.states
    begun = [lab.begin(_broken, first, min(first + _CHUNK, states)) for first in range(0, states, _CHUNK)]
    return lambda: [_figure(states, sum((one.result() for one in begun), Counter[str]()))]


def _broken(first: int, end: int) -> Counter[str]:
    return Counter(fault for seed in range(first, end) for fault in silence(seed).faults)


def _figure(states: int, broken: Counter[str]) -> Figure:
    return Figure(13, f"{states} fail-safe states, broken", Goal(0, "states"), broken.total(), broken)
