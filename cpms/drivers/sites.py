"""Sites where a driver has an account, with what is free there and how sure that is; a page of them in few queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from billing.services.ratings.quotes import Asked, Refused, quote
from billing.tariffs.numbers import money_text
from chargers.choices import OPEN_STATES, CommandEffect
from chargers.models import Command, Connector, Evse, Site, Transaction
from cpms.accounts.models import User
from cpms.core import clock

from .choices import OPEN_PLACES, Confidence, PlaceState
from .models import Driver
from .places import state_of
from .selectors import drivers_of

# The price that a list tells is that of so much energy, at this power where nobody said another one.
EXAMPLE_WH: Final = 20_000
_USUAL_POWER_W: Final = 11_000
_EARTH_KM: Final = 6371
_FRESH, _RECENT = timedelta(days=1), timedelta(days=7)
# So many failed starts in a row are no accident.
_TOO_MANY: Final = 2


@dataclass(frozen=True, slots=True)
class Spot:
    """One EVSE: its state, when somebody last got energy there, and starts that failed since, at most a week ago."""

    evse: Evse
    state: PlaceState
    worked_at: datetime | None
    failures: int

    @property
    def is_open(self) -> bool:
        """Whether charging can be asked for now."""
        return self.state in OPEN_PLACES

    @property
    def confidence(self) -> Confidence:
        """How sure it is that charging works."""
        if self.failures >= _TOO_MANY:
            return Confidence.BAD
        age = clock.now() - self.worked_at if self.worked_at else None
        if age is None or age > _RECENT:
            return Confidence.LOW
        return Confidence.HIGH if age <= _FRESH else Confidence.FAIR


@dataclass(frozen=True, slots=True)
class Found:
    """A site with its spots, and how far it is where somebody said where he is."""

    site: Site
    spots: tuple[Spot, ...]
    km: float | None

    @property
    def free(self) -> int:
        """How many can be charged at now."""
        return sum(spot.is_open for spot in self.spots)

    @property
    def worked_at(self) -> datetime | None:
        """When somebody last got energy anywhere here."""
        return max((spot.worked_at for spot in self.spots if spot.worked_at), default=None)

    @property
    def confidence(self) -> Confidence:
        """That of the best spot: the one a driver will take."""
        order = list(Confidence)
        return min((spot.confidence for spot in self.spots), key=order.index, default=Confidence.LOW)


def sites_of(user: User) -> QuerySet[Site]:
    """Sites with chargers of the operators where the person has an account, by name."""
    rows = Site.objects.filter(organisation__drivers__user=user).select_related("organisation")
    return rows.annotate(chargers=Count("stations")).filter(chargers__gt=0).order_by("name", "id")


def search(rows: QuerySet[Site], text: str) -> QuerySet[Site]:
    """Those with the text in name, address or city."""
    return (
        rows.filter(Q(name__icontains=text) | Q(address__icontains=text) | Q(city__icontains=text))
        if text
        else rows
    )


def strong(rows: QuerySet[Site], power_w: int) -> QuerySet[Site]:
    """Those with a connector that gives so many watts; all of them for 0."""
    if power_w <= 0:
        return rows
    able = Connector.objects.filter(evse__station__site=OuterRef("pk"), max_power_w__gte=power_w)
    return rows.filter(Exists(able))


def found(sites: Sequence[Site], near: tuple[float, float] | None = None) -> list[Found]:
    """The sites as they stand now, in their order."""
    spots = _spots(sites)
    return [Found(site, tuple(spots[site.pk]), _km(site, near)) for site in sites]


def nearest(sites: Iterable[Site], near: tuple[float, float]) -> list[Site]:
    """The nearest first; those without a position last."""
    return sorted(sites, key=lambda site: (_km(site, near) is None, _km(site, near) or 0, site.name))


def example_price(evse: Evse, driver: Driver | None) -> str:
    """What `EXAMPLE_WH` cost the driver there now, "" without a price."""
    tag = driver.app_tag if driver else None
    power_w = max((one.max_power_w or 0 for one in evse.connectors.all()), default=0) or _USUAL_POWER_W
    asked = Asked(
        evse.station, evse.number, tag.group if tag else None, clock.now(), EXAMPLE_WH, power_w=power_w,
        account=driver.account if driver else None,
    )  # fmt: skip
    try:
        price = quote(asked)
    except Refused:
        return ""
    return money_text(price.gross_minor, price.currency) if price.gross_minor is not None else ""


def driver_for(user: User, site: Site) -> Driver | None:
    """The person at the site's operator."""
    return drivers_of(user).filter(organisation_id=site.organisation_id).first()


def _spots(sites: Sequence[Site]) -> dict[int, list[Spot]]:
    evses = Evse.objects.filter(station__site__in=sites).select_related(
        "station__site", "station__connection", "station__organisation"
    )
    rows = list(evses.prefetch_related("connectors").order_by("station__identity", "number"))
    stations = [row.station_id for row in rows]
    running, worked, failed = _running(stations), _worked(stations), _failed(stations)
    spots: dict[int, list[Spot]] = defaultdict(list)
    for row in rows:
        key, site_id = (row.station_id, row.number), row.station.site_id
        assert site_id is not None
        worked_at = worked.get(key)
        failures = sum(worked_at is None or at > worked_at for at in failed.get(key, ()))
        state = state_of(row, list(row.connectors.all()), running.get(key))
        spots[site_id].append(Spot(row, state, worked_at, failures))
    return spots


def _running(stations: Sequence[int]) -> dict[tuple[int, int], Transaction]:
    rows = Transaction.objects.filter(station_id__in=stations, state__in=OPEN_STATES, evse_no__isnull=False)
    return {(row.station_id, row.evse_no or 0): row for row in rows}


def _worked(stations: Sequence[int]) -> dict[tuple[int, int], datetime]:
    rows = Transaction.objects.filter(station_id__in=stations, ended_at__isnull=False, energy_wh__gt=0)
    latest = rows.values("station_id", "evse_no").annotate(at=Max("ended_at"))
    return {(row["station_id"], row["evse_no"] or 0): row["at"] for row in latest}


def _failed(stations: Sequence[int]) -> dict[tuple[int, int], list[datetime]]:
    """When starts failed that a charger had accepted, within the last week."""
    since = clock.now() - _RECENT
    rows = Command.objects.filter(
        station_id__in=stations, effect=CommandEffect.NOT_SEEN, created_at__gte=since
    )
    times: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    for row in rows.filter(expectation__has_key="evse_no").only("station_id", "expectation", "created_at"):
        times[(row.station_id, row.expectation["evse_no"] or 0)].append(row.created_at)
    return times


def _km(site: Site, near: tuple[float, float] | None) -> float | None:
    """Great-circle distance."""
    if near is None or site.latitude is None or site.longitude is None:
        return None
    lat, lon = radians(float(site.latitude)), radians(float(site.longitude))
    here_lat, here_lon = radians(near[0]), radians(near[1])
    half = sin((lat - here_lat) / 2) ** 2 + cos(lat) * cos(here_lat) * sin((lon - here_lon) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1, sqrt(half)))
