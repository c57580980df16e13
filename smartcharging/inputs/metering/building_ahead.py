"""What a building will draw in the slots of a plan: as on the days before, bent to what it draws now."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil, exp
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Avg, DateTimeField, F, Func, Sum, Value
from numpy.typing import NDArray

from chargers.models import Site
from smartcharging.engine.plan import Grid
from smartcharging.models import LoadMinute, SiteMeter
from smartcharging.selectors import policy_of

from ..choices import LoadSource, Measures
from .combining import together
from .lines import Lines
from .load import building_load
from .volts import line_volts

Floats = NDArray[np.float64]
QUARTER: Final = timedelta(minutes=15)
DAYS: Final = 7
_MINUTES: Final = 15
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
# What counts of the days before, the newest first; a Sunday says little of a Monday.
_FADES: Final = 0.7
_OTHER_KIND: Final = 0.1
_WEEKEND: Final = 5
# What a building draws now says more of the next hours than the days before do.
_LIVE_FADES: Final = timedelta(hours=3)
_OTHERS: Final = ("other_l1_a", "other_l2_a", "other_l3_a")


def building_forecast(site: Site, flat_w: float, grid: Grid, now: datetime) -> Floats:
    """W by slot of all but chargers and sun, `flat_w` being what is reckoned with now.

    Beside a meter that does not speak now, or hours nobody saw on any of the last seven days: `flat_w`.
    """
    if not any(load.source == LoadSource.METER for load in building_load(site, now)):
        return np.full(len(grid.lengths_s), flat_w)
    begun = now.replace(minute=now.minute // _MINUTES * _MINUTES, second=0, microsecond=0)
    times = [begun + step * QUARTER for step in range(ceil(grid.end_s / QUARTER.total_seconds()) + 1)]
    given, zone = building_given(site, now), ZoneInfo(site.time_zone)
    usual = [_usual(given, at, zone) for at in times]
    watts = [bent(told, usual[0], flat_w, at - now) for told, at in zip(usual, times, strict=True)]
    minutes = np.repeat(np.array(watts), _MINUTES)[int((now - begun).total_seconds() // 60) :]
    return grid.mean_of(minutes, 60)


def bent(usual: float | None, usual_now: float | None, now_w: float, ahead: timedelta) -> float:
    """What is usual then, moved by what is unusual now; the farther ahead, the less."""
    if usual is None or usual_now is None:
        return now_w
    share = exp(-max(timedelta(0), ahead) / _LIVE_FADES)
    return max(0.0, usual + (now_w - usual_now) * share)


def _usual(given: Mapping[datetime, float], at: datetime, zone: ZoneInfo) -> float | None:
    """The mean of the same time of the last days, W; None where nobody saw it."""
    total = weights = 0.0
    for day in range(1, DAYS + 1):
        then = at - timedelta(days=day)
        if then in given:
            weight = _FADES**day * (1.0 if _is_free(then, zone) == _is_free(at, zone) else _OTHER_KIND)
            total, weights = total + weight * given[then], weights + weight
    return total / weights if weights else None


def _is_free(at: datetime, zone: ZoneInfo) -> bool:
    return at.astimezone(zone).weekday() >= _WEEKEND


def building_given(site: Site, now: datetime) -> dict[datetime, float]:
    """W of building and sun by quarter of an hour of the last days, where all load meters spoke.

    A quarter's current is the mean of its minutes' highest, a little more than what flowed.
    """
    worst, volts = policy_of(site).building_worst_a, line_volts(site)
    meters = {
        one.pk: one for one in SiteMeter.objects.filter(site=site, active=True).select_related("circuit")
    }
    loads = {pk for pk, one in meters.items() if one.measures != Measures.PV}
    sun: dict[datetime, float] = defaultdict(float)
    told: dict[datetime, dict[int, Lines]] = defaultdict(dict)
    for pk, quarter, lines, watts in _quarters(list(meters), now):
        if pk in loads:
            told[quarter][pk] = lines
        else:
            sun[quarter] += max(0.0, watts)
    return {
        quarter: max(0.0, _amps(found, meters, worst) * volts + sun.get(quarter, 0.0))
        for quarter, found in told.items()
        if found.keys() == loads
    }


def _amps(found: Mapping[int, Lines], meters: Mapping[int, SiteMeter], worst: Sequence[float]) -> float:
    """On all lines of all metered circuits, and the worst case at a root without a meter."""
    by_circuit: dict[int | None, list[tuple[str, Lines]]] = defaultdict(list)
    for pk, lines in found.items():
        circuit = meters[pk].circuit
        at = None if circuit is None or circuit.parent_id is None else circuit.pk
        by_circuit[at].append((meters[pk].measures, lines))
    unmetered = 0.0 if None in by_circuit else sum(worst)
    return unmetered + sum(sum(together(told, worst)) for told in by_circuit.values())


def _quarters(meters: list[int], now: datetime) -> Iterator[tuple[int, datetime, Lines, float]]:
    """What each meter told of each quarter: the means of its lines (A) and of its power (W)."""
    quarter = Func(
        Value(QUARTER), F("minute"), Value(_EPOCH), function="date_bin", output_field=DateTimeField()
    )
    recent = LoadMinute.objects.filter(
        meter__in=meters, minute__gte=now - timedelta(days=DAYS) - QUARTER, minute__lt=now
    )
    lines = {f"l{line}": Avg(name) for line, name in enumerate(_OTHERS, 1)}
    by_quarter = recent.order_by().annotate(quarter=quarter).values("meter", "quarter")
    means = by_quarter.annotate(watts=Sum("power_sum_w"), count=Sum("power_count"), **lines)
    for row in cast("Iterator[dict[str, Any]]", means.iterator()):
        watts = row["watts"] / row["count"] if row["count"] else 0.0
        yield row["meter"], row["quarter"], (row["l1"], row["l2"], row["l3"]), watts
