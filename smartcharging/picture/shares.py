"""What the limits of a site are used for: the narrowed ones that are in force now, with what narrows them."""

from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..balancing.budgets import budget, on_rows
from ..balancing.place import Place
from ..balancing.snapshot import Snapshot
from ..engine.fill import Budget, Wiring
from ..engine.network import Circuit, Row
from ..inputs.limits.limiting import Limit, place_of
from .words import LINES

_FULL: Final = 1e-6
Floats = NDArray[np.float64]
Key = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Share:
    """What one limit is used for, in `unit` ("A", or "W" for the three lines together).

    `building` is infinite where nobody knows it. `cars` flows, `may` is the most the chargers can take now. Under a
    limit from outside `cause` names it; `wires` is what the circuit itself carries (None: nothing bounds it).
    """

    line: int | None
    unit: str
    limit: float
    building: float
    margin: float
    cars: float
    may: float
    cause: Limit | None = None
    wires: float | None = None

    @property
    def label(self) -> str:
        """Which line, for people."""
        whole = "Power" if self.line is None else LINES[self.line]
        return f"{whole}, chargers alone" if self.cause is not None and self.cause.for_chargers else whole

    @property
    def flows(self) -> float:
        """What flows now, as far as it is measured."""
        return self.building + self.cars

    @property
    def reserved(self) -> float:
        """What chargers could take and do not."""
        return max(0.0, self.may - self.cars)

    @property
    def free(self) -> float:
        """What could still be handed out."""
        return max(0.0, self.limit - self.building - self.margin - max(self.may, self.cars))

    @property
    def is_over(self) -> bool:
        """Whether more flows than may."""
        return self.flows > self.limit + _FULL

    @property
    def bar(self) -> list[tuple[str, float, float]]:
        """The parts of the bar as (kind, start, width) in percent of the limit, at most 100 together."""
        parts = (("building", self.building), ("cars", self.cars), ("reserved", self.reserved))
        at, bar = 0.0, []
        for kind, value in (*parts, ("margin", self.margin)):
            full = not (self.limit and isfinite(value))
            width = 100 - at if full and value else min(100 - at, 100 * value / self.limit) if value else 0.0
            bar.append((kind, round(at, 2), round(width, 2)))
            at += width
        return bar


def shares(snapshot: Snapshot) -> dict[str, list[Share]]:
    """By circuit: its three lines, its power where that is limited, then what is for chargers alone."""
    wiring = Wiring.of(snapshot.narrowed, snapshot.phases)
    room = budget(snapshot, wiring, {})
    may = on_rows(wiring, {place.id: place.held_a(snapshot.now) for place in snapshot.places})
    cars = on_rows(wiring, {place.id: _drawn(place) for place in snapshot.places})
    found: dict[Key, Share] = {}
    for index, row in enumerate(wiring.rows.rows):
        share = _share(snapshot, row, _values(index, row.share, room, cars, may))
        # Of several chords the fullest one.
        known = found.setdefault((row.circuit, row.line), share)
        if share.free < known.free:
            found[row.circuit, row.line] = share
    return _by_circuit(snapshot, found)


def _share(snapshot: Snapshot, row: Row, values: list[float]) -> Share:
    own = snapshot.network.by_id.get(row.circuit)
    limit, building, margin, cars, may = values
    return Share(
        row.line,
        "A" if row.kind == "line" else "W",
        limit,
        building,
        margin,
        cars,
        may,
        _cause(snapshot, row),
        None if own is None else _bound(own, row.line),
    )


def _values(index: int, share: float, room: Budget, cars: Floats, may: Floats) -> list[float]:
    """Limit, building, margin, cars and what they may take."""
    rows = (room.limit, room.other, room.margin, cars, may)
    return [max(0.0, float(row[index])) / share for row in rows]


def _bound(circuit: Circuit, line: int | None) -> float | None:
    return circuit.limit_w if line is None else circuit.limit_a[line]


def _cause(snapshot: Snapshot, row: Row) -> Limit | None:
    """The tightest limit from outside that bounds a row; None where the wires do."""
    own = snapshot.network.by_id.get(row.circuit)
    if own is None:
        return next(limit for limit in snapshot.limits if row.circuit.endswith(f"/{limit.id}"))
    here = [
        limit
        for limit in snapshot.limits
        if not limit.for_chargers and place_of(snapshot.network, limit) == own.id
    ]
    told = [(value, limit) for limit in here if (value := _told(limit, row.line)) is not None]
    value, cause = min(told, key=lambda one: one[0], default=(np.inf, None))
    bound = _bound(own, row.line)
    return cause if bound is None or value < bound else None


def _told(limit: Limit, line: int | None) -> float | None:
    if line is None:
        return limit.watts
    return None if limit.lines_a is None else limit.lines_a[line]


def _by_circuit(snapshot: Snapshot, found: dict[Key, Share]) -> dict[str, list[Share]]:
    told: dict[str, list[Share]] = {one.id: [] for one in snapshot.network.circuits}
    for (circuit, line), share in found.items():
        # What a limit for chargers does not speak of is the circuit's own, and shown there.
        if circuit in told:
            told[circuit].append(share)
        elif share.cause is not None and _told(share.cause, line) is not None:
            told[circuit.partition("/")[0]].append(share)
    return told


def _drawn(place: Place) -> float:
    return (place.drawn_a or 0.0) if place.transaction is not None else 0.0
