"""What everything but the chargers draws, and how sure that is: what budgets begin with."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final

from django.db.models import Max, QuerySet

from chargers.models import Site
from smartcharging.models import LoadMinute, LoadReading, MeterStanding, SiteMeter
from smartcharging.selectors import policy_of

from ..choices import LoadSource, Measures, MeterHealth
from .combining import BuildingLoad, MeterLoad, combined
from .health import Heard, Verdict, verdict
from .judging import AHEAD
from .lines import STAR_VOLTS, Lines

# Raw readings that a margin is worked out from.
HISTORY: Final = timedelta(minutes=10)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
Three = tuple[float, float, float]
_DARK: Final[Three] = (0.0, 0.0, 0.0)
_OTHERS: Final = ("other_l1_a", "other_l2_a", "other_l3_a")


def building_load(site: Site, now: datetime) -> list[BuildingLoad]:
    """The load at each metered circuit of a site at `now`; empty where no meter is.

    A reading older than 30 s is replaced by the highest of the last hour, one older than 5 minutes or a meter that
    repeats itself by the worst case: the most the policy says, or the highest of the last day if that was more.
    Less than nothing is believed as far as solar power was measured, else as nothing: what a meter forgets to count
    would otherwise be given away twice.
    """
    meters = list(_active(site).exclude(measures=Measures.PV))
    if not meters:
        return []
    worst, sun = policy_of(site).building_worst_a, _sun(site, now)
    by_circuit: dict[str | None, list[MeterLoad]] = defaultdict(list)
    for meter in meters:
        by_circuit[_place(meter)].append(_load(meter, now, worst, sun))
    return [combined(circuit, loads, worst) for circuit, loads in by_circuit.items()]


def meter_verdict(meter: SiteMeter, now: datetime) -> Verdict:
    """How a meter does at `now`."""
    standing = getattr(meter, "standing", None) or MeterStanding(meter=meter)
    heard = Heard(
        meter.active, standing.read_at, standing.same_since, standing.doubted, standing.refusal, standing.error,
        meter.measures == Measures.PV,
    )  # fmt: skip
    return verdict(heard, now)


def _active(site: Site) -> QuerySet[SiteMeter]:
    return SiteMeter.objects.filter(site=site, active=True).select_related("circuit", "standing")


def _place(meter: SiteMeter) -> str | None:
    return None if meter.circuit is None or meter.circuit.parent_id is None else meter.circuit.public_id


def _load(meter: SiteMeter, now: datetime, worst: Sequence[float], sun: Three) -> MeterLoad:
    seen = meter_verdict(meter, now)
    history = _history(meter, now, sun) if seen.health == MeterHealth.LIVE else ()
    source, amps = _reckoned(meter, now, seen, history, worst)
    return MeterLoad(meter.public_id, meter.measures, amps, source, seen.age_s, seen.reason, history)


def _reckoned(
    meter: SiteMeter, now: datetime, seen: Verdict, history: tuple[tuple[datetime, Lines], ...],
    worst: Sequence[float],
) -> tuple[LoadSource, Lines]:  # fmt: skip
    if history:
        return LoadSource.METER, history[-1][1]
    is_stuck = seen.health == MeterHealth.DOUBTED and not meter.standing.doubted
    if seen.health in (MeterHealth.LATE, MeterHealth.DOUBTED, MeterHealth.LIVE) and not is_stuck:
        highest = _highest(meter, now - HOUR, now)
        if highest is not None:
            return LoadSource.LAST_HOUR, highest
    return _worst(meter, _highest(meter, now - DAY, now), worst)


def _worst(meter: SiteMeter, highest: Lines | None, worst: Sequence[float]) -> tuple[LoadSource, Lines]:
    if highest is None and not any(worst):
        return LoadSource.UNKNOWN, _seen(meter, (inf, inf, inf))
    both = [max(told or 0.0, most) for told, most in zip(highest or _DARK, worst, strict=True)]
    return LoadSource.WORST_CASE, _seen(meter, both)


def _seen(meter: SiteMeter, amps: Sequence[float]) -> Lines:
    """The currents on the lines the meter sees."""
    seen = [amps[line] if str(line + 1) in meter.line_order else None for line in range(3)]
    return seen[0], seen[1], seen[2]


def _history(meter: SiteMeter, now: datetime, sun: Three) -> tuple[tuple[datetime, Lines], ...]:
    rows = LoadReading.objects.filter(meter=meter, read_at__gt=now - HISTORY, read_at__lte=now + AHEAD)
    told = rows.order_by("read_at").values_list("read_at", *_OTHERS)
    return tuple((at, _floored(amps, sun)) for at, *amps in told)


def _highest(meter: SiteMeter, start: datetime, end: datetime) -> Lines | None:
    """The highest of the minutes of a span, by line; None when nothing was said."""
    minutes = LoadMinute.objects.filter(
        meter=meter, minute__gt=start - timedelta(minutes=1), minute__lte=end + AHEAD
    )
    found: dict[str, Any] = minutes.aggregate(*(Max(name) for name in _OTHERS))
    amps = [found[f"{name}__max"] for name in _OTHERS]
    return None if amps == [None, None, None] else _floored(amps, _DARK)


def _floored(amps: Sequence[float | None], sun: Three) -> Lines:
    floored = [None if told is None else max(-own, told) for told, own in zip(amps, sun, strict=True)]
    return floored[0], floored[1], floored[2]


def _sun(site: Site, now: datetime) -> Three:
    """What live meters of solar power say now, A by line; a total is spread evenly."""
    total = list(_DARK)
    for meter in _active(site).filter(measures=Measures.PV):
        if meter_verdict(meter, now).health == MeterHealth.LIVE:
            total = [sum(pair) for pair in zip(total, _sun_of(meter.standing), strict=True)]
    return total[0], total[1], total[2]


def _sun_of(standing: MeterStanding) -> list[float]:
    if any(one is not None for one in standing.amps):
        return [max(0.0, one or 0.0) for one in standing.amps]
    return [max(0.0, standing.power_w or 0.0) / STAR_VOLTS / 3] * 3
