"""What the sun of a site leaves beside the building, as its meters say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chargers.models import Site
from smartcharging.models import SiteMeter

from ..choices import LoadSource, Measures
from ..metering.combining import BuildingLoad
from ..metering.load import building_load
from ..metering.volts import line_volts

# Over so long what is left is looked at; a meter that speaks for less than most of it says too little to begin.
SPAN: Final = timedelta(minutes=5)
_MOST_OF_IT: Final = timedelta(minutes=4)


@dataclass(frozen=True, slots=True)
class Surplus:
    """W that flow out while no car charges: the least of the last minutes, and their mean."""

    least_w: float = 0.0
    mean_w: float = 0.0


def has_sun(site: Site) -> bool:
    """Whether a solar meter is read there."""
    return SiteMeter.objects.filter(site=site, active=True, measures=Measures.PV).exists()


def surplus_of(site: Site, now: datetime) -> Surplus:
    """What is left now. Nothing where the grid connection has no meter, or any meter of the load is silent."""
    loads = building_load(site, now)
    told = [load for load in loads if load.source == LoadSource.METER and load.points]
    if len(told) < len(loads) or not any(load.circuit is None for load in loads):
        return Surplus()
    volts = line_volts(site)
    each = [_of(load, volts, now) for load in loads]
    return Surplus(sum(least for least, _ in each), sum(mean for _, mean in each))


def _of(load: BuildingLoad, volts: float, now: datetime) -> tuple[float, float]:
    """What flows out at one circuit; negative where it is used up."""
    recent = [point for point in load.points if point.at > now - SPAN]
    watts = [_out_w(point.amps, volts) for point in recent] or [_out_w(load.amps, volts)]
    is_long = load.points[0].at <= now - _MOST_OF_IT
    return (min(watts) if is_long else min(0.0, *watts)), sum(watts) / len(watts)


def _out_w(amps: Sequence[float], volts: float) -> float:
    return -sum(amps) * volts
