"""The tree of a site: every circuit with its lines, every charger with its grant, its draw and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from chargers.models import Evse, Site
from chargers.selectors.connections import gateways_alive_at

from ..balancing.failsafe import Proof, proof
from ..balancing.place import Place
from ..balancing.snapshot import Snapshot, read
from ..inputs.limits.limiting import Limit, place_of
from ..models import Circuit, SiteLease
from .shares import Share, shares
from .until import Until, Waiting
from .words import why

# A gateway beats every second.
GATEWAY_SILENT: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Spot:
    """One charger on a circuit. `granted_a` and `drawn_a` are per line used; None without a transaction or reading."""

    place: Place
    why: str
    may_a: float
    until: Until | None = None

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
    """A site at an instant. `lease` says who balances it; None where nobody ever did.

    `names`: of circuits, by the ids reasons and sums speak of. `gateway_at`: when a gateway was last alive.
    """

    snapshot: Snapshot
    root: Branch
    proof: Proof
    lease: SiteLease | None
    names: Mapping[str, str]
    gateway_at: datetime | None

    @property
    def is_out_of_reach(self) -> bool:
        """Whether nobody can speak with the chargers now."""
        return self.gateway_at is None or self.at - self.gateway_at > GATEWAY_SILENT

    @property
    def limits(self) -> Sequence[Limit]:
        """The limits from outside that are in force."""
        return self.snapshot.limits

    @property
    def at(self) -> datetime:
        """When it was so."""
        return self.snapshot.now

    @property
    def decided_s(self) -> int | None:
        """How long ago the last round came to its end."""
        beat_at = self.lease.beat_at if self.lease is not None else None
        return None if beat_at is None else max(0, int((self.at - beat_at).total_seconds()))

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
    names = _names(circuits, snapshot)
    waiting = Waiting(snapshot)
    spots = [_spot(place, waiting, names) for place in snapshot.places]
    root = next(one for one in circuits if one.parent_id is None)
    lease = SiteLease.objects.filter(site=site).first()
    tree = _branch(root, circuits, shares(snapshot), spots)
    return Picture(snapshot, tree, proof(snapshot), lease, names, gateways_alive_at())


def _names(circuits: Sequence[Circuit], snapshot: Snapshot) -> dict[str, str]:
    """By the ids of the narrowed wires: those of a limit for chargers alone, too."""
    names = {one.public_id: one.name for one in circuits}
    for limit in snapshot.limits:
        place = place_of(snapshot.network, limit)
        names[f"{place}/{limit.id}"] = f"chargers of {names[place]}"
    return names


def _spots_below(branch: Branch) -> list[Spot]:
    return [*branch.spots, *(spot for below in branch.branches for spot in _spots_below(below))]


def _spot(place: Place, waiting: Waiting, names: Mapping[str, str]) -> Spot:
    reason = place.grant.reason if place.grant is not None and place.transaction is not None else {}
    now = waiting.snapshot.now
    return Spot(place, why(reason, names), place.held_a(now), waiting.until(place))


def _branch(
    circuit: Circuit, circuits: Sequence[Circuit], bars: Mapping[str, list[Share]], spots: Sequence[Spot]
) -> Branch:
    below = [one for one in circuits if one.parent_id == circuit.pk]
    here = [spot for spot in spots if spot.place.outlet.circuit_id == circuit.pk]
    return Branch(
        circuit,
        bars[circuit.public_id],
        [_branch(one, circuits, bars, spots) for one in below],
        here,
    )
