"""Limits from outside over the slots of a plan: each holds in its own hours, whether it has begun or not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..engine.fill import Wiring
from ..engine.network import Network
from ..engine.plan import Grid
from ..inputs.limits.limiting import Limit, limited, place_of
from ..inputs.limits.taking import limits_between
from ..inputs.metering.volts import line_volts
from .snapshot import Snapshot

Floats = NDArray[np.float64]
# More than any site has: a limit that does not hold yet.
_OPEN_W: Final = 1e8


def limits_ahead(snapshot: Snapshot, grid: Grid) -> list[Limit]:
    """Those that hold at some time of the plan."""
    return limits_between(snapshot.site, snapshot.now, snapshot.now + timedelta(seconds=grid.end_s))


def opened(network: Network, limits: Sequence[Limit]) -> Network:
    """The wires with a place for every limit and none in force."""
    return limited(network, [_open(limit) for limit in limits])


def narrowing(
    snapshot: Snapshot, limits: Sequence[Limit], grid: Grid, phases: dict[str, int]
) -> Floats | None:
    """What limits take of each row of the `opened` wires in each slot: shape (rows, slots), in the row's unit.

    A slot that a limit holds in for a part is under it as a whole. None where a limit gives the wires another shape.
    """
    wide = Wiring.of(opened(snapshot.network, limits), phases).rows
    taken = np.zeros((len(wide.rows), len(grid.lengths_s)))
    for held, slots in _spans(limits, grid, snapshot.now).items():
        told = [one if one.id in held else _open(one) for one in limits]
        rows = Wiring.of(limited(snapshot.network, told), phases).rows
        if rows.rows != wide.rows:
            return None
        taken[:, slots] = (wide.limit - rows.limit)[:, None]
    return taken


def site_limits_w(snapshot: Snapshot, limits: Sequence[Limit], grid: Grid) -> list[float]:
    """The most the site may take from the grid in each slot, W: its connection, and limits for everything there."""
    volts, root = line_volts(snapshot.site), snapshot.network.by_id[snapshot.root]
    own = min(sum(root.limit_a) * volts, root.limit_w or _OPEN_W)
    whole = [one for one in limits if not one.for_chargers and place_of(snapshot.network, one) == root.id]
    found = np.full(len(grid.lengths_s), own)
    for limit in whole:
        told = sum(limit.lines_a) * volts if limit.lines_a is not None else limit.watts
        held = _held(limit, grid, snapshot.now)
        found[held] = np.minimum(found[held], own if told is None else told)
    return [round(one, 1) for one in found.tolist()]


def _open(limit: Limit) -> Limit:
    return replace(limit, lines_a=None, watts=None if limit.watts is None else _OPEN_W)


def _held(limit: Limit, grid: Grid, now: datetime) -> NDArray[np.bool_]:
    """The slots a limit holds in, if only for a part of them."""
    begin, end = (limit.starts_at - now).total_seconds(), (limit.ends_at - now).total_seconds()
    held: NDArray[np.bool_] = (grid.starts_s < end) & (grid.starts_s + grid.lengths_s > begin)
    return held


def _spans(limits: Sequence[Limit], grid: Grid, now: datetime) -> dict[frozenset[str], list[int]]:
    """The slots in which the same limits hold."""
    held = {limit.id: _held(limit, grid, now) for limit in limits}
    found: dict[frozenset[str], list[int]] = {}
    for slot in range(len(grid.lengths_s)):
        found.setdefault(frozenset(one for one, slots in held.items() if slots[slot]), []).append(slot)
    return found
