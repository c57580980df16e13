"""What the meters of the demo's sites say at any time, also before it began: a working day, a roof, a market."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import exp, pi, sin
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from billing.models import PriceSeries
from billing.services.tariffs.market import prices_put, series_create
from chargers.models import Site
from cpms.core.actors import SYSTEM

from .inputs.choices import Measures
from .inputs.sun.forecast import clear_sky_w
from .meters import Sample
from .models import LoadMinute, SiteMeter

HISTORY: Final = timedelta(days=8)
STEP: Final = timedelta(minutes=5)
SWING_S: Final = 600.0
SERIES: Final = "Day ahead"
DAYS_OF_PRICES: Final = 8
_SUNDAY: Final = 5
# A roof's peak power is told for so much light.
_PEAK_LIGHT: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Wired:
    """A site of the demo: its supply, its feeders, and the most its building draws, in ampere on each line.

    `volts` between a line and neutral, `roof_w` the peak power of its solar roof.
    """

    site: str
    grid_a: float
    feeders: tuple[tuple[str, float], ...]
    building_a: float
    volts: float = 230.0
    roof_w: float = 0.0


def samples(wired: Wired, site: Site, at: datetime) -> dict[str, Sample]:
    """What the meters tell, by what they measure: the building with the roof behind it, and the roof."""
    sun = sun_w(wired, site, at)
    fed_a = sun / 3 / wired.volts
    lines = {f"l{line + 1}_a": round(_load_a(wired, site, at, line) - fed_a, 1) for line in range(3)}
    found: dict[str, Sample] = {Measures.BUILDING: Sample(lines, at)}
    return found | ({Measures.PV: Sample({"power_w": sun}, at)} if wired.roof_w else {})


def _load_a(wired: Wired, site: Site, at: datetime, line: int) -> float:
    """A working day, a slow swing, a part of it apart from line to line, and something that switches on and off."""
    local = at.astimezone(ZoneInfo(site.time_zone))
    hour = local.hour + local.minute / 60
    busy = _rise(hour - 7.5) * _rise(18.5 - hour) * (0.35 if local.weekday() >= _SUNDAY else 1.0)
    swing = sin(2 * pi * (at.timestamp() / SWING_S + line / 3))
    noise = Random(f"{wired.site} {line} {at.timestamp():.0f}").uniform(-0.03, 0.03)  # noqa: S311 - it swings a needle
    return wired.building_a * (0.28 + 0.42 * busy + 0.07 * swing + noise)


def _rise(hours: float) -> float:
    """From nothing to all within about two hours."""
    return 1 / (1 + exp(-2.5 * hours))


def sun_w(wired: Wired, site: Site, at: datetime) -> float:
    """What the roof gives: some days are cloudy."""
    if not wired.roof_w or site.latitude is None or site.longitude is None:
        return 0.0
    clear = Random(f"{wired.site} {at:%F}").uniform(0.55, 1.0)  # noqa: S311 - it is weather
    return round(
        wired.roof_w * clear * clear_sky_w(at, float(site.latitude), float(site.longitude)) / _PEAK_LIGHT, 1
    )


def past(wired: Wired, site: Site, meters: dict[str, SiteMeter], now: datetime) -> None:
    """What the meters would have told in the last days, as minutes: forecasts begin with it."""
    until = now.replace(second=0, microsecond=0)
    steps = [until - STEP * (number + 1) for number in range(HISTORY // STEP)]
    rows = [
        _minute(meters[measures], sample, at, wired)
        for at in steps
        for measures, sample in samples(wired, site, at).items()
    ]
    LoadMinute.objects.bulk_create(rows, ignore_conflicts=True)


def _minute(meter: SiteMeter, sample: Sample, at: datetime, wired: Wired) -> LoadMinute:
    amps = [sample.values.get(f"l{line}_a") for line in (1, 2, 3)]
    watts = sample.values.get("power_w", sum(one or 0.0 for one in amps) * wired.volts)
    row = LoadMinute(meter=meter, minute=at, power_sum_w=watts, power_count=1)
    row.l1_a, row.l2_a, row.l3_a = amps
    row.other_l1_a, row.other_l2_a, row.other_l3_a = amps
    return row


def market(site: Site, now: datetime) -> PriceSeries:
    """The prices a site of the demo buys by, for the days to come."""
    series = PriceSeries.objects.filter(organisation=site.organisation, name=SERIES).first() or series_create(
        site.organisation,
        SYSTEM,
        name=SERIES,
        currency="USD",
        resolution_minutes=60,
        time_zone=site.time_zone,
    )
    zone = ZoneInfo(site.time_zone)
    first = now.replace(minute=0, second=0, microsecond=0) - HISTORY
    hours = [first + timedelta(hours=hour) for hour in range(24 * (HISTORY.days + DAYS_OF_PRICES))]
    prices_put(series, [(at, _price(at.astimezone(zone))) for at in hours], SYSTEM)
    return series


def _price(local: datetime) -> Decimal:
    """Dear in the evening, next to nothing while the sun shines, below it at noon of a weekend."""
    hour = local.hour
    dollars = 0.105 + 0.13 * exp(-(((hour - 19) / 2.2) ** 2)) - 0.085 * exp(-(((hour - 12.5) / 2.6) ** 2))
    dollars += Random(f"{local:%F %H}").uniform(-0.012, 0.012)  # noqa: S311 - it is a market
    weekend = 0.03 if local.weekday() >= _SUNDAY else 0.0
    return Decimal(f"{dollars - weekend:.4f}")
