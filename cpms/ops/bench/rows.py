"""What is measured: the goals of `docs/performance.md` by number, and the measurement that serves each."""

from collections.abc import Callable, Iterable

from . import codec, commanding, faults, soak, steady, storms
from .effort import Effort
from .figures import Figure
from .ground import Ground

Measure = Callable[[Ground, Effort], list[Figure]]

MEASURES: tuple[tuple[frozenset[int], Measure], ...] = (
    (frozenset({12}), codec.costs),
    (frozenset({1, 3, 4}), steady.on_uvicorn),
    (frozenset({2}), steady.on_daphne),
    (frozenset({5}), steady.at_fixed_rate),
    (frozenset({7}), storms.idle),
    (frozenset({8}), storms.reconnects),
    (frozenset({9}), faults.stalled_charger),
    (frozenset({10}), faults.kills),
    (frozenset({11}), commanding.over_the_api),
    (frozenset({13}), soak.in_sessions),
)
# Only when asked for: it takes half an hour.
LONG = frozenset({13})
ROWS = frozenset().union(*(rows for rows, _ in MEASURES))


def measures(only: Iterable[int] = ()) -> list[Measure]:
    """The measurements that serve the rows asked for, or all but the long ones."""
    wanted = frozenset(only) or ROWS - LONG
    return [measure for rows, measure in MEASURES if wanted & rows]
