"""The figures of overview and board: counted by the database, never by walking rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, FloatField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from chargers import choices
from chargers.choices import OPEN_STATES
from chargers.models import MeterValue
from chargers.selectors.stations import connectors_for, stations_for
from chargers.selectors.transactions import transactions_for
from cpms.accounts.viewer import Viewer
from cpms.core import clock

from .board import DELIVERED_WH, ONLINE, statuses_of


@dataclass(frozen=True, slots=True)
class Counts:
    """Stations and connectors by what they are doing, and the power that flows now (W)."""

    stations: int
    online: int
    offline: int
    # Registered, but never connected: there is nothing to repair yet.
    never: int
    connectors: int
    charging: int
    available: int
    waiting: int
    faulted: int
    power_w: float


def counts(viewer: Viewer) -> Counts:
    """Three queries; connectors of stations that are away count as neither charging nor available."""
    is_open = Q(connection__opened_at__isnull=False, connection__closed_at=None)
    is_away = Q(connection__opened_at__isnull=False, connection__closed_at__isnull=False)
    stations = stations_for(viewer).aggregate(
        every=Count("pk"), online=Count("pk", filter=is_open), offline=Count("pk", filter=is_away)
    )
    by_tone = {tone: Count("pk", filter=ONLINE & Q(status__in=statuses_of(tone))) for tone in choices.TONES}
    tones = connectors_for(viewer).aggregate(connectors=Count("pk"), **by_tone)
    return Counts(
        stations=stations["every"],
        online=stations["online"],
        offline=stations["offline"],
        never=stations["every"] - stations["online"] - stations["offline"],
        connectors=tones["connectors"],
        charging=tones[choices.CHARGING],
        available=tones[choices.AVAILABLE],
        waiting=tones[choices.WAITING],
        faulted=tones[choices.FAULT],
        power_w=power_now(viewer),
    )


def latest(column: str) -> Subquery:
    """The newest known value of a meter column of the outer transaction."""
    values = MeterValue.objects.filter(
        transaction_id=OuterRef("pk"), taken_at__gte=OuterRef("started_at"), **{f"{column}__isnull": False}
    )
    return Subquery(values.order_by("-taken_at").values(column)[:1])


def power_now(viewer: Viewer) -> float:
    """The sum of the newest power readings of open transactions on connected stations (W)."""
    running = transactions_for(viewer).filter(
        state__in=OPEN_STATES,
        station__connection__opened_at__isnull=False,
        station__connection__closed_at=None,
    )
    newest = running.annotate(power=Coalesce(latest("power_w"), 0.0, output_field=FloatField()))
    return newest.aggregate(total=Sum("power"))["total"] or 0.0


def running_energy_wh(viewer: Viewer) -> int:
    """What the open transactions have delivered so far (Wh)."""
    running = transactions_for(viewer).filter(state__in=OPEN_STATES, meter_start_wh__isnull=False)
    grown = running.annotate(register=latest("energy_wh")).annotate(grown=F("register") - F("meter_start_wh"))
    return grown.filter(grown__gt=0).aggregate(total=Sum("grown"))["total"] or 0


@dataclass(frozen=True, slots=True)
class Day:
    """Energy of transactions that ended on one local day, and their number."""

    date: datetime
    energy_wh: int
    transactions: int


def days(viewer: Viewer, number: int = 14) -> list[Day]:
    """The last `number` local days, today last, days without transactions included."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=number - 1)
    ended = transactions_for(viewer).filter(ended_at__gte=first).order_by()
    found = {
        row["day"]: row
        for row in ended.annotate(day=TruncDate("ended_at"))
        .values("day")
        .annotate(energy=Sum("energy_wh"), count=Count("pk"))
    }
    every = [first + timedelta(days=n) for n in range(number)]
    return [_day(moment, found.get(moment.date())) for moment in every]


def _day(moment: datetime, row: Mapping[str, Any] | None) -> Day:
    return Day(moment, (row or {}).get("energy") or 0, (row or {}).get("count") or 0)


def delivered_share(viewer: Viewer, days_back: int = 7) -> tuple[int, int]:
    """Of the transactions that ended in the last days: how many delivered energy, and how many there were."""
    ended = transactions_for(viewer).filter(ended_at__gte=clock.now() - timedelta(days=days_back))
    found = ended.aggregate(every=Count("pk"), good=Count("pk", filter=Q(energy_wh__gte=DELIVERED_WH)))
    return found["good"], found["every"]


def has_stations(viewer: Viewer) -> bool:
    """Whether there is anything to show at all."""
    return stations_for(viewer).exists()
