"""What is known of a site at one moment, in a handful of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from chargers.choices import OPEN_STATES
from chargers.domain import ProfilePurpose
from chargers.models import ChargingStation, Evse, MeterValue, Site, StationConnection, Transaction
from chargers.selectors import latest_readings

from ..choices import StandingState
from ..engine import network as wires
from ..inputs.limiting import Limit, limited
from ..inputs.limits import limits_at
from ..inputs.needs import needs_said
from ..inputs.resolving import Wanted, resolve
from ..models import Circuit, Grant, InstalledProfile, Outlet, SitePlan, SitePolicy, StationStanding
from ..selectors import network, policy_of
from ..services.installing import highest_a, still_possible

# Less flows on a line that is not used.
FLOWS_A = 0.5


@dataclass(frozen=True)
class Place:
    """One EVSE that hangs on a circuit, with all that is known of it."""

    outlet: Outlet
    wired: wires.Outlet
    link: StationConnection | None
    standing: StationStanding | None
    grant: Grant | None
    transaction: Transaction | None = None
    reading: MeterValue | None = None
    default: InstalledProfile | None = None
    control: InstalledProfile | None = None

    @property
    def id(self) -> str:
        """The EVSE's public id."""
        return self.wired.id

    @property
    def evse(self) -> Evse:
        return self.outlet.evse

    @property
    def station(self) -> ChargingStation:
        return self.evse.station

    @property
    def is_online(self) -> bool:
        return self.link is not None and self.link.is_open

    @property
    def is_uncontrolled(self) -> bool:
        return self.standing is not None and self.standing.state == StandingState.UNCONTROLLED

    @property
    def is_trusted(self) -> bool:
        """Whether the station confirmed its fail-safe limits over the socket that is open now."""
        return (
            self.is_online
            and self.standing is not None
            and self.standing.state == StandingState.TRUSTED
            and self.link is not None
            and self.standing.epoch == self.link.epoch
        )

    @property
    def is_candidate(self) -> bool:
        """Whether a car charges here that we can tell something."""
        return self.transaction is not None and self.is_trusted

    @cached_property
    def phases(self) -> int | None:
        """How many lines the car draws on, as the newest reading shows it; None when it does not."""
        if self.reading is None or self.transaction is None or self.wired.between:
            return None
        used = {
            sample.get("phase")
            for sample in self.reading.samples
            if sample.get("measurand") == "Current.Import" and _flows(sample.get("value"))
        }
        return len(used & {"L1", "L2", "L3"}) or None

    @property
    def drawn_a(self) -> float | None:
        """The current on its highest line by the newest reading of the transaction."""
        return None if self.reading is None else self.reading.current_a

    @property
    def used_a(self) -> float | None:
        """What the car draws of its grant, A on each line it uses; None where that cannot be told for certain.

        At direct current the current is not that of the lines, and the power says more.
        """
        if not self.outlet.direct_current or self.reading is None or self.reading.power_w is None:
            return None if self.outlet.direct_current else self.drawn_a
        return self.reading.power_w * self.wired.loss / self.wired.watts_per_a()

    def is_failsafe_unknown(self, now: datetime) -> bool:
        """Whether nobody knows what a car may take here when nobody speaks of it."""
        return self.default is None or highest_a(_lasting(self.default), now) is None

    def failsafe_a(self, now: datetime) -> float:
        """The most a car may take here when nobody speaks of it, as soon as what was before has settled."""
        if self.is_uncontrolled or self.default is None:
            return self.wired.maximum_a
        return self._known(highest_a(_lasting(self.default), now))

    def _known(self, allowed: float | None) -> float:
        """What is not known is the hardware's maximum."""
        return self.wired.maximum_a if allowed is None else min(allowed, self.wired.maximum_a)

    def held_a(self, now: datetime, within_s: float = 0.0) -> float:
        """The most a car may take here from now on for so many seconds, whatever has arrived of what was sent."""
        failsafe = self.failsafe_a(now)
        if self.default is not None and not self.is_uncontrolled:
            failsafe = self._known(highest_a(self.default.possible, now))
        if self.is_uncontrolled or self.control is None:
            return failsafe
        of_now = self.of_transaction(still_possible(self.control.possible, now))
        if not of_now:
            return failsafe
        allowed = highest_a(of_now, now, within_s)
        if allowed is None or not self.is_online:
            # It may hold none of them, or the transaction may be over without our knowing.
            known = [one for one in of_now if one["body"]]
            allowed = max(failsafe, highest_a(known, now, within_s) or 0.0)
        return min(allowed, self.wired.maximum_a)

    def of_transaction(self, possible: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of the transaction that runs: bodies of another one went with it."""
        if not self.is_online:
            return possible
        reference = self.transaction.reference if self.transaction else None
        bodies = [one for one in possible if not one["body"] or one["body"]["reference"] == reference]
        return bodies if any(one["body"] for one in bodies) else []


@dataclass(frozen=True)
class Snapshot:
    """A site at `now`. `places` are in the order of the network's outlets."""

    site: Site
    policy: SitePolicy
    now: datetime
    network: wires.Network
    places: tuple[Place, ...]
    plan: SitePlan | None
    limits: tuple[Limit, ...] = ()

    @cached_property
    def narrowed(self) -> wires.Network:
        """The wires under the limits that are in force now. What lasts in silence is worked out without them."""
        return limited(self.network, self.limits)

    @cached_property
    def said(self) -> Mapping[int, Wanted]:
        """What somebody said of each session that runs, by its key."""
        running = [place.transaction for place in self.places if place.transaction is not None]
        return needs_said(running, self.now)

    def wanted_at(self, place: Place) -> Wanted:
        """What somebody said of the car at a place; nothing without a session."""
        return self.said[place.transaction.pk] if place.transaction else resolve([], self.now)

    def guess_at(self, place: Place) -> Mapping[str, Any]:
        """What the newest plan reckoned with for the session there; empty where it knows nothing of it."""
        known: Mapping[str, Any] = (
            {} if self.plan is None else self.plan.inputs.get("needs", {}).get(place.id, {})
        )
        reference = place.transaction.public_id if place.transaction else None
        return known if known.get("transaction") == reference else {}

    @property
    def stations(self) -> dict[int, list[Place]]:
        """The places of each station, by its key."""
        found: dict[int, list[Place]] = defaultdict(list)
        for place in self.places:
            found[place.station.pk].append(place)
        return found

    @property
    def phases(self) -> dict[str, int]:
        """The lines cars were seen to use, by EVSE; nothing where outlets between lines are among them."""
        if any(outlet.between for outlet in self.network.outlets):
            return {}
        return {place.id: place.phases for place in self.places if place.is_candidate and place.phases}

    @property
    def root(self) -> str:
        """The id of the circuit without parent."""
        return next(circuit.id for circuit in self.network.circuits if circuit.parent is None)


def read(site_id: int, now: datetime) -> Snapshot:
    """The site as the database knows it. Raises NetworkError when its wires cannot be calculated."""
    site = Site.objects.select_related("organisation", "policy").get(pk=site_id)
    circuits = list(Circuit.objects.filter(site=site).select_related("parent"))
    outlets = list(
        Outlet.objects.filter(circuit__site=site)
        .select_related("circuit", "evse__grant", "evse__station__connection", "evse__station__standing")
        .order_by("evse__station_id", "evse__number")
    )
    stations = {outlet.evse.station_id for outlet in outlets}
    places = _places(outlets, _transactions(stations), _profiles(stations))
    plan = SitePlan.objects.filter(site=site).order_by("-made_at").first()
    limits = tuple(limits_at(site, now))
    return Snapshot(site, policy_of(site), now, network(circuits, outlets), tuple(places), plan, limits)


def _places(
    outlets: Iterable[Outlet],
    transactions: Mapping[tuple[int, int], Transaction],
    profiles: Mapping[tuple[int, int, str], InstalledProfile],
) -> list[Place]:
    readings = latest_readings(transactions.values())
    places = []
    for outlet in outlets:
        station, number = outlet.evse.station, outlet.evse.number
        running = transactions.get((station.pk, number))
        places.append(
            Place(
                outlet=outlet,
                wired=outlet.wired,
                link=getattr(station, "connection", None),
                standing=getattr(station, "standing", None),
                grant=getattr(outlet.evse, "grant", None),
                transaction=running,
                reading=readings.get(running.pk) if running else None,
                default=profiles.get((station.pk, number, ProfilePurpose.TX_DEFAULT)),
                control=profiles.get((station.pk, number, ProfilePurpose.TX)),
            )
        )
    return places


def _transactions(stations: set[int]) -> dict[tuple[int, int], Transaction]:
    """The newest open transaction at every EVSE."""
    running = Transaction.objects.filter(
        station_id__in=stations, state__in=OPEN_STATES, evse_no__isnull=False
    )
    rows = running.select_related("id_tag", "station__site").order_by("started_at", "id")
    return {(one.station_id, one.evse_no or 0): one for one in rows}


def _profiles(stations: set[int]) -> dict[tuple[int, int, str], InstalledProfile]:
    """Ours, by station, EVSE and purpose."""
    rows = InstalledProfile.objects.filter(station_id__in=stations).select_related("station")
    return {(one.station_id, one.evse_no, one.purpose): one for one in rows}


def _lasting(row: InstalledProfile) -> list[dict[str, Any]]:
    """Without what only settles."""
    return [entry for entry in row.possible if not entry["until"]]


def _flows(value: object) -> bool:
    return isinstance(value, int | float) and value > FLOWS_A
