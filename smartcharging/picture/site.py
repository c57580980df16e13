"""The tree of a site: every circuit with its lines, every charger with its grant, its draw and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chargers.models import Evse, Site

from ..balancing.budgets import budget, on_rows
from ..balancing.failsafe import Proof, proof
from ..balancing.snapshot import Place, Snapshot, read
from ..engine.fill import Wiring
from ..models import Circuit, SiteLease
from .words import LINES, why

_FULL: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Share:
    """What one limit is used for, in `unit` ("A", or "W" for the three lines together).

    `building` is infinite where nobody knows it. `cars` flows, `may` is the most the chargers can take now.
    """

    line: int | None
    unit: str
    limit: float
    building: float
    margin: float
    cars: float
    may: float

    @property
    def label(self) -> str:
        """Which line, for people."""
        return "Power" if self.line is None else LINES[self.line]

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


@dataclass(frozen=True, slots=True)
class Spot:
    """One charger on a circuit. `granted_a` and `drawn_a` are per line used; None without a transaction or reading."""

    place: Place
    why: str
    may_a: float

    @property
    def evse(self) -> Evse:
        """Which place to charge."""
        return self.place.evse

    @property
    def label(self) -> str:
        """How pages call it."""
        return f"{self.place.station.label} · {self.place.evse.number}"

    @property
    def granted_a(self) -> float | None:
        """What its car was granted."""
        grant = self.place.grant
        return grant.amps if grant is not None and self.place.transaction is not None else None

    @property
    def drawn_a(self) -> float | None:
        """What its car draws by the newest reading."""
        return self.place.drawn_a if self.place.transaction is not None else None

    @property
    def state(self) -> tuple[str, str]:
        """Tone and words of what happens here."""
        if self.place.is_uncontrolled:
            return "fault", "Not controlled"
        if not self.place.is_online:
            return "offline", "Offline"
        if self.place.transaction is None:
            return "available", "No car"
        if not self.granted_a and self.place.is_trusted:
            return "waiting", "Waits"
        return "charging", "Charges"


@dataclass(frozen=True, slots=True)
class Branch:
    """A circuit with what hangs on it."""

    circuit: Circuit
    shares: Sequence[Share]
    branches: Sequence["Branch"]
    spots: Sequence[Spot]


@dataclass(frozen=True)
class Picture:
    """A site at an instant. `lease` says who balances it; None where nobody ever did."""

    snapshot: Snapshot
    root: Branch
    proof: Proof
    lease: SiteLease | None

    @property
    def at(self) -> datetime:
        """When it was so."""
        return self.snapshot.now

    @property
    def is_balanced(self) -> bool:
        """Whether a process looks after the site now."""
        return self.lease is not None and self.lease.until > self.at

    @cached_property
    def spots(self) -> list[Spot]:
        """All chargers, in the order of the tree."""
        return _spots_below(self.root)

    @property
    def waiting(self) -> list[Spot]:
        """Cars that get nothing now."""
        return [spot for spot in self.spots if spot.state[1] == "Waits"]


def picture(site: Site, now: datetime) -> Picture:
    """How a site stands. Raises NetworkError when its wires cannot be calculated, as when it has none."""
    snapshot = read(site.pk, now)
    circuits = list(Circuit.objects.filter(site=site).select_related("parent").order_by("name"))
    shares = _shares(snapshot)
    names = {one.public_id: one.name for one in circuits}
    spots = [_spot(place, snapshot, names) for place in snapshot.places]
    root = next(one for one in circuits if one.parent_id is None)
    lease = SiteLease.objects.filter(site=site).first()
    return Picture(snapshot, _branch(root, circuits, shares, spots), proof(snapshot), lease)


def _spots_below(branch: Branch) -> list[Spot]:
    return [*branch.spots, *(spot for below in branch.branches for spot in _spots_below(below))]


def _spot(place: Place, snapshot: Snapshot, names: Mapping[str, str]) -> Spot:
    reason = place.grant.reason if place.grant is not None and place.transaction is not None else {}
    return Spot(place, why(reason, names), place.held_a(snapshot.now))


def _branch(
    circuit: Circuit, circuits: Sequence[Circuit], shares: Mapping[str, list[Share]], spots: Sequence[Spot]
) -> Branch:
    below = [one for one in circuits if one.parent_id == circuit.pk]
    here = [spot for spot in spots if spot.place.outlet.circuit_id == circuit.pk]
    return Branch(
        circuit,
        shares[circuit.public_id],
        [_branch(one, circuits, shares, spots) for one in below],
        here,
    )


def _shares(snapshot: Snapshot) -> dict[str, list[Share]]:
    """By circuit: its three lines, and its power where that is limited. Of several chords the fullest one."""
    wiring = Wiring.of(snapshot.network, snapshot.phases)
    room = budget(snapshot, wiring, {})
    may = on_rows(wiring, {place.id: place.held_a(snapshot.now) for place in snapshot.places})
    cars = on_rows(wiring, {place.id: _drawn(place) for place in snapshot.places})
    found: dict[str, dict[int | None, Share]] = {one.id: {} for one in snapshot.network.circuits}
    for index, row in enumerate(wiring.rows.rows):
        values = _values(index, row.share, room.other, room.margin, cars, may)
        share = Share(row.line, "A" if row.kind == "line" else "W", room.limit[index] / row.share, *values)
        known = found[row.circuit].setdefault(row.line, share)
        if share.free < known.free:
            found[row.circuit][row.line] = share
    return {circuit: list(lines.values()) for circuit, lines in found.items()}


def _values(index: int, share: float, *rows: NDArray[np.float64]) -> list[float]:
    return [max(0.0, float(row[index])) / share for row in rows]


def _drawn(place: Place) -> float:
    return (place.drawn_a or 0.0) if place.transaction is not None else 0.0
