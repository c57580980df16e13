"""What the solar meters of a site will give in the slots of a plan, and what the building takes of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

import numpy as np
from django.db.models import DateTimeField, F, Func, Sum, Value
from numpy.typing import NDArray

from chargers.models import Site
from smartcharging.engine.plan import Grid
from smartcharging.models import LoadMinute, SiteMeter
from smartcharging.selectors import policy_of

from ..choices import LoadSource, Measures, MeterHealth
from ..metering.load import building_load, meter_verdict
from ..metering.volts import line_volts
from .forecast import DAYS, forecast

Floats = NDArray[np.float64]
_QUARTER: Final = timedelta(minutes=15)
_MINUTES: Final = 15
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
# Where nothing is known of the building, nothing is left of the sun.
_UNKNOWN_W: Final = 1e9


def sun_ahead(site: Site, grid: Grid, now: datetime) -> Floats | None:
    """W by slot, of all solar meters together; None without one, or where nobody knows where the site is."""
    if site.latitude is None or site.longitude is None:
        return None
    place = float(site.latitude), float(site.longitude)
    each = [_of_meter(meter, place, grid, now) for meter in _meters(site)]
    return np.sum(each, axis=0) if each else None


def building_ahead(site: Site, sun: Floats, now: datetime) -> Floats:
    """W by slot of all but chargers and sun, `sun` being what `sun_ahead` said: as much as now.

    Loads are those that budgets reckon with: of each metered circuit, the worst case at a root without a meter.
    """
    loads = building_load(site, now)
    amps: dict[str | None, Sequence[float]] = {None: policy_of(site).building_worst_a}
    amps |= {load.circuit: load.amps for load in loads}
    watts = sum(sum(lines) for lines in amps.values()) * line_volts(site)
    if any(load.source == LoadSource.METER for load in loads):
        # Such a meter sees what the sun leaves of the building, and what of the sun flows out.
        watts += max(float(sun[0]), _live_w(site, now))
    return np.full(len(sun), min(max(watts, 0.0), _UNKNOWN_W))


def _meters(site: Site) -> list[SiteMeter]:
    meters = SiteMeter.objects.filter(site=site, active=True, measures=Measures.PV)
    return list(meters.select_related("standing"))


def _live_w(site: Site, now: datetime) -> float:
    return sum(watts for meter in _meters(site) if (watts := _live(meter, now)) is not None)


def _of_meter(meter: SiteMeter, place: tuple[float, float], grid: Grid, now: datetime) -> Floats:
    """By quarters of an hour from the one that has begun, as the days before gave it."""
    begun = now.replace(minute=now.minute // _MINUTES * _MINUTES, second=0, microsecond=0)
    quarters = ceil((grid.end_s + _QUARTER.total_seconds()) / _QUARTER.total_seconds())
    times = [begun + step * _QUARTER for step in range(quarters)]
    live = _live(meter, now)
    watts = forecast(_given(meter, now), times, *place, None if live is None else (now, live))
    minutes = np.repeat(np.array(watts), _MINUTES)[int((now - begun).total_seconds() // 60) :]
    return grid.mean_of(minutes, 60)


def _given(meter: SiteMeter, now: datetime) -> Mapping[datetime, float]:
    """Mean W of each quarter of an hour of the last days."""
    since = now - timedelta(days=DAYS) - _QUARTER
    rows = LoadMinute.objects.filter(meter=meter, minute__gte=since, power_count__gt=0)
    quarter = Func(
        Value(_QUARTER), F("minute"), Value(_EPOCH), function="date_bin", output_field=DateTimeField()
    )
    means = rows.order_by().annotate(quarter=quarter).values("quarter")
    told = means.annotate(mean=Sum("power_sum_w") / Sum("power_count"))
    return dict(told.values_list("quarter", "mean"))


def _live(meter: SiteMeter, now: datetime) -> float | None:
    """W now; None where the meter does not speak."""
    standing = getattr(meter, "standing", None)
    if standing is None or standing.power_w is None or meter_verdict(meter, now).health != MeterHealth.LIVE:
        return None
    return max(0.0, float(standing.power_w))
