"""What is measured, by the number of the goal it serves.

A measurement begins its work in the lab and answers with a function that waits for its figures, so that all rows
keep both processes busy.
"""

from collections.abc import Callable, Iterable

from ..figures import Figure
from . import apartments, closed, garage, planning, silence, speed, vectors
from .lab import Lab

Measure = Callable[[Lab], Callable[[], list[Figure]]]

MEASURES: tuple[tuple[frozenset[int], Measure], ...] = (
    (frozenset({1}), garage.energy),
    (frozenset({2}), garage.stepped_energy),
    (frozenset({3}), garage.bill),
    (frozenset({4}), garage.peak),
    (frozenset({5}), garage.above_laxity),
    (frozenset({6}), garage.fairness),
    (frozenset({7}), garage.calm),
    (frozenset({8}), garage.unsaid),
    (frozenset({9}), closed.fresh),
    (frozenset({10}), closed.faulty),
    (frozenset({11}), speed.fills),
    (frozenset({12}), planning.speeds),
    (frozenset({13}), silence.invariant),
    (frozenset({14}), vectors.composite),
    (frozenset({15}), apartments.savings),
)
ROWS = frozenset().union(*(rows for rows, _ in MEASURES))


def measures(only: Iterable[int] = ()) -> list[Measure]:
    """The measurements that serve the rows asked for, or all."""
    wanted = frozenset(only) or ROWS
    return [measure for rows, measure in MEASURES if wanted & rows]
