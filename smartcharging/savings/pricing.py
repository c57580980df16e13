"""What energy cost a site: the prices of the series it buys by, in the steps of a comparison."""

from datetime import timedelta

import numpy as np

from billing.models import PriceSeries
from billing.services.tariffs.market import prices_newest

from ..sim.sessions import STEP_S
from .comparing import Floats
from .recorded import Recorded


def series_prices(series: PriceSeries, found: Recorded) -> Floats:
    """The newest price of a kWh in each step of what was recorded; not a number where the series has none."""
    steps = found.watts.shape[1]
    prices = np.full(steps, np.nan)
    until = found.begins_at + timedelta(seconds=steps * STEP_S)
    for point in prices_newest(series, found.begins_at, until):
        first = (point.starts_at - found.begins_at).total_seconds() / STEP_S
        last = first + series.length_s / STEP_S
        prices[max(0, round(first)) : max(0, round(last))] = float(point.price)
    return prices
