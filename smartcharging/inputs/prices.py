"""What energy will cost a site: the prices of the series it buys by, over the slots of a plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from billing.models import PriceSeries
from billing.services.tariffs.market import prices_newest

from ..engine.plan import Grid

Floats = NDArray[np.float64]

# Without any price all hours cost the same; what counts is only that energy is cheaper than leaving it out.
FLAT_PRICE: Final = 0.3
# The plan weighs energy that is left out in money of about a euro: prices are scaled so that none is above this.
HIGHEST: Final = 0.5
_STEP_S: Final = 60
_KNOWN: Final = 0.999


@dataclass(frozen=True, slots=True)
class Ahead:
    """Prices per kWh by slot: `weights` as the plan takes them, `told` in the series' currency (None: not known).

    `scale`: what a price of that currency is multiplied by to be a weight.
    """

    weights: Floats
    told: tuple[float | None, ...]
    series: PriceSeries | None
    scale: float = 1.0

    @property
    def as_json(self) -> dict[str, Any]:
        """As a plan keeps it; empty for a site without a series."""
        if self.series is None:
            return {}
        return {"series": self.series.name, "currency": self.series.currency, "per_kwh": list(self.told)}


def prices_ahead(series: PriceSeries | None, grid: Grid, now: datetime) -> Ahead:
    """Prices of a plan that begins now. A slot without one costs what the others cost on the average."""
    slots = len(grid.lengths_s)
    if series is None:
        return Ahead(np.full(slots, FLAT_PRICE), (None,) * slots, None)
    minutes = _by_minute(series, now, grid.end_s)
    known = np.isfinite(minutes)
    is_known = grid.mean_of(known.astype(np.float64), _STEP_S) > _KNOWN
    if not is_known.any():
        return Ahead(np.full(slots, FLAT_PRICE), (None,) * slots, series)
    prices = grid.mean_of(np.where(known, minutes, 0.0), _STEP_S)
    filled = np.where(is_known, prices, np.average(prices[is_known], weights=grid.lengths_s[is_known]))
    told = tuple(
        round(price, 6) if found else None for price, found in zip(filled.tolist(), is_known, strict=True)
    )
    scale = 1 / max(1.0, float(np.abs(filled).max()) / HIGHEST)
    return Ahead(filled * scale, told, series, scale)


def _by_minute(series: PriceSeries, now: datetime, until_s: float) -> Floats:
    """The price of each minute from now on, NaN where there is none."""
    steps = int(until_s // _STEP_S)
    found = np.full(steps, np.nan)
    for point in prices_newest(series, now, now + timedelta(seconds=until_s)):
        first = (point.starts_at - now).total_seconds() / _STEP_S
        last = first + series.length_s / _STEP_S
        found[max(0, round(first)) : max(0, round(last))] = float(point.price)
    return found
