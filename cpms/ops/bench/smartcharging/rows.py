"""What is measured, by the number of the goal it serves.

A measurement begins its work in the lab and answers with a function that waits for its figures, so that all rows
keep both processes busy.
"""

from collections.abc import Callable, Iterable

from ..figures import Figure
from . import closed, silence, speed, vectors
from .lab import Lab

Measure = Callable[[Lab], Callable[[], list[Figure]]]

MEASURES: tuple[tuple[frozenset[int], Measure], ...] = (
    (frozenset({9}), closed.fresh),
    (frozenset({10}), closed.faulty),
    (frozenset({11}), speed.fills),
    (frozenset({13}), silence.invariant),
    (frozenset({14}), vectors.composite),
)
ROWS = frozenset().union(*(rows for rows, _ in MEASURES))


def measures(only: Iterable[int] = ()) -> list[Measure]:
    """The measurements that serve the rows asked for, or all."""
    wanted = frozenset(only) or ROWS
    return [measure for rows, measure in MEASURES if wanted & rows]
