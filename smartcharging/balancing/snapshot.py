"""What is known of a site at one moment, in a handful of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from chargers.choices import OPEN_STATES
from chargers.domain import ProfilePurpose
from chargers.models import Site, Transaction
from chargers.selectors.transactions import latest_readings

from ..engine import network as wires
from ..inputs.limits.limiting import Limit, limited
from ..inputs.limits.taking import limits_at
from ..inputs.needs.resolving import Wanted, resolve
from ..inputs.needs.saying import needs_said
from ..inputs.sun.surplus import has_sun
from ..models import (
    Circuit,
    ForeignProfile,
    InstalledProfile,
    Outlet,
    SitePlan,
    SitePolicy,
)
from ..selectors import network, policy_of
from .leading import is_over
from .place import Place


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

    @cached_property
    def has_sun(self) -> bool:
        """Whether a solar meter is read here: without, nobody can charge by the sun alone."""
        return has_sun(self.site)

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
    places = _places(outlets, _transactions(stations), _profiles(stations), _foreign(stations, now))
    plan = SitePlan.objects.filter(site=site).order_by("-made_at").first()
    limits = tuple(limits_at(site, now))
    return Snapshot(site, policy_of(site), now, network(circuits, outlets), tuple(places), plan, limits)


def _places(
    outlets: Iterable[Outlet],
    transactions: Mapping[tuple[int, int], Transaction],
    profiles: Mapping[tuple[int, int, str], InstalledProfile],
    foreign: Mapping[int, Sequence[ForeignProfile]],
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
                foreign=tuple(one for one in foreign.get(station.pk, ()) if one.evse_no in (0, number)),
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


def _foreign(stations: set[int], now: datetime) -> dict[int, list[ForeignProfile]]:
    """Those of others that may still say something, by station."""
    found: dict[int, list[ForeignProfile]] = defaultdict(list)
    for row in ForeignProfile.objects.filter(station_id__in=stations):
        if not is_over(row, now):
            found[row.station_id].append(row)
    return found
