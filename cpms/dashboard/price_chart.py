"""Prices as bars: time to the right, prices up from the line of zero, those below it downwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.models import PricePoint

WIDTH, HEIGHT = 100.0, 40.0


@dataclass(frozen=True, slots=True)
class PriceBar:
    """A rectangle in a picture of 100 by 40; `is_now`: the price that holds now."""

    x: float
    width: float
    y: float
    height: float
    is_now: bool


@dataclass(frozen=True, slots=True)
class PriceChart:
    """Prices of a span: bars, the height of the line of zero, and the least and greatest price."""

    bars: Sequence[PriceBar]
    zero_y: float
    lowest: Decimal
    highest: Decimal
    current: PricePoint | None


def price_chart(
    points: Sequence[PricePoint], length_s: int, since: datetime, until: datetime, now: datetime
) -> PriceChart | None:
    """A chart of prices in order of time; None where there are none."""
    if not points:
        return None
    lowest, highest = min(point.price for point in points), max(point.price for point in points)
    top, bottom = max(float(highest), 0.0), min(float(lowest), 0.0)
    scale = HEIGHT / ((top - bottom) or 1)
    whole_s = (until - since).total_seconds()
    current = next((one for one in points if 0 <= (now - one.starts_at).total_seconds() < length_s), None)
    bars = [
        PriceBar(
            round(WIDTH * (point.starts_at - since).total_seconds() / whole_s, 3),
            round(WIDTH * length_s / whole_s, 3),
            round((top - max(float(point.price), 0)) * scale, 3),
            round(max(abs(float(point.price)) * scale, 0.2), 3),
            point is current,
        )
        for point in points
    ]
    return PriceChart(bars, round(top * scale, 3), lowest, highest, current)
