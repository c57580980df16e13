"""A grant that is not used is offered to others, and tried again after a while."""

from dataclasses import dataclass
from math import inf

from smartcharging.engine.network import Outlet


@dataclass(frozen=True, slots=True)
class UnusedRules:
    """A draw this much under the grant (A) for so long (s) is unused; it is probed again after `probe_s`."""

    gap_a: float = 2.0
    hold_s: float = 75.0
    probe_s: float = 900.0
    near_a: float = 0.5


@dataclass(frozen=True, slots=True)
class Unused:
    """What is remembered of one car: `cap_a` is its `Car.offered_a`."""

    low_since_s: float | None = None
    capped_at_s: float | None = None
    cap_a: float = inf


def unused_after(
    memory: Unused,
    outlet: Outlet,
    grant_a: float,
    draw_a: float,
    now_s: float,
    rules: UnusedRules | None = None,
) -> Unused:
    """The memory after a reading of the draw (A on its fullest phase) under a grant; never a cap below the minimum.

    A draw that is no number changes nothing.
    """
    rules = rules or UnusedRules()
    if not draw_a >= 0:
        return memory
    if _released(memory, outlet, grant_a, draw_a, now_s, rules):
        return Unused()
    if draw_a >= grant_a - rules.gap_a:
        return Unused(None, memory.capped_at_s, memory.cap_a)
    since = now_s if memory.low_since_s is None else memory.low_since_s
    if now_s - since < rules.hold_s:
        return Unused(since, memory.capped_at_s, memory.cap_a)
    return Unused(None, now_s, max(draw_a + rules.gap_a, outlet.minimum_a))


def _released(
    memory: Unused, outlet: Outlet, grant_a: float, draw_a: float, now_s: float, rules: UnusedRules
) -> bool:
    """The car rises into its cap, or it is time to ask it again."""
    if memory.capped_at_s is None:
        return False
    at_cap = grant_a + outlet.step_a > memory.cap_a
    risen = at_cap and draw_a >= grant_a - rules.near_a
    return risen or now_s - memory.capped_at_s >= rules.probe_s
