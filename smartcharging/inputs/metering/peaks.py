"""The highest power a site took from the grid this month, as its meters at the grid connection say."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, DateTimeField, F, Func, Q, QuerySet, Sum, Value

from chargers.models import Site
from smartcharging.models import LoadMinute, SiteMeter

from ..choices import Measures

# Grid operators bill the highest mean of a quarter of an hour.
QUARTER: Final = timedelta(minutes=15)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
# Of fewer minutes a mean is no quarter's.
_LEAST_MINUTES: Final = 8


def month_peak_w(site: Site, now: datetime) -> float | None:
    """The highest mean import of a whole quarter of an hour since the month began, W, by the site's own clock.

    0 where none is over yet, or none was told of half; None where no meter sees everything at the grid connection.
    """
    meters = _whole(site)
    if not meters.exists():
        return None
    until = _EPOCH + (now - _EPOCH) // QUARTER * QUARTER
    minutes = LoadMinute.objects.filter(
        meter__in=meters, minute__gte=_month_begin(site, now), minute__lt=until, power_count__gt=0
    )
    totals: dict[datetime, float] = defaultdict(float)
    for quarter, watts in _means(minutes):
        totals[quarter] += watts
    return max(0.0, *totals.values()) if totals else 0.0


def _whole(site: Site) -> QuerySet[SiteMeter]:
    at_root = Q(circuit=None) | Q(circuit__parent=None)
    return SiteMeter.objects.filter(at_root, site=site, active=True, measures=Measures.WHOLE)


def _month_begin(site: Site, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(site.time_zone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _means(minutes: QuerySet[LoadMinute]) -> QuerySet[LoadMinute, tuple[datetime, float]]:
    """Each meter's mean of each quarter of which enough was told."""
    quarter = Func(
        Value(QUARTER), F("minute"), Value(_EPOCH), function="date_bin", output_field=DateTimeField()
    )
    by_quarter = minutes.order_by().annotate(quarter=quarter).values("meter", "quarter")
    told = by_quarter.annotate(mean=Sum("power_sum_w") / Sum("power_count"), minutes=Count("pk"))
    return told.filter(minutes__gte=_LEAST_MINUTES).values_list("quarter", "mean")
