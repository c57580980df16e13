"""A plan as a chart: places in percent, to fit any width; time to the right, power and prices upwards; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

# Room above what is highest.
_HEADROOM: Final = 1.04
# A limit so many times above everything else would press it flat: it is told in words.
_FAR: Final = 3.0
_ROUND: Final = (1.0, 2.0, 5.0, 10.0)
_MOST_TICKS: Final = 5
# Hours between two ticks, by the hours that are shown.
_HOURS: Final = ((8, 1), (16, 2), (49, 3))
_DIGITS: Final = 3
# An axis of prices spans at least so much.
_LEAST_PRICES: Final = 0.001


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of the plan, powers in W: all cars together, the most the plan lets them take (None: nothing bounds).

    `price` is per kWh in the series' currency, `sun_w` what a solar roof is expected to give, `building_w` what all
    else draws, `limit_w` what the site may take from the grid; None where nobody knows it.
    """

    begins_at: datetime
    ends_at: datetime
    cars_w: float
    ceiling_w: float | None
    price: float | None = None
    sun_w: float | None = None
    building_w: float | None = None
    limit_w: float | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, percent from the left and from above."""

    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line, percent."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A round value of an axis and where it stands, percent from above."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Hour:
    """A full hour and where it stands, percent from the left; `is_major`: is still told where there is little room."""

    at: float
    begins_at: datetime
    is_major: bool

    @property
    def anchor(self) -> str:
        """How its words stand at it, so that they stay in the picture."""
        return "start" if self.at < 5 else "end" if self.at > 95 else "middle"


@dataclass(frozen=True, slots=True)
class PowerChart:
    """Building and cars on each other, sun and limit as lines; `ticks` in kW.

    `far_limit_w`: the lowest limit, where it is too far above everything else to be drawn.
    """

    building: Sequence[Box]
    cars: Sequence[Box]
    sun: Sequence[Stroke]
    limit: Sequence[Stroke]
    ticks: Sequence[Tick]
    far_limit_w: float | None


@dataclass(frozen=True, slots=True)
class PriceBars:
    """Prices from the line of zero up or down; the least, the greatest, and whether every slot has one."""

    bars: Sequence[Box]
    ticks: Sequence[Tick]
    lowest: float
    highest: float
    is_whole: bool

    @property
    def digits(self) -> int:
        """How many the ticks need to differ."""
        steps = [abs(later.value - earlier.value) for earlier, later in pairwise(self.ticks)]
        return max(0, -floor(log10(min(steps)) + 1e-9)) if steps else 2


@dataclass(frozen=True, slots=True)
class Axis:
    """Time from the first slot to the end of the last."""

    begin: datetime
    whole: timedelta

    def at(self, moment: datetime) -> float:
        """Where a moment stands, percent."""
        return round(100 * ((moment - self.begin) / self.whole), _DIGITS)

    def holds(self, moment: datetime) -> bool:
        """Whether it is in the picture."""
        return self.begin <= moment <= self.begin + self.whole

    def hours(self, local: datetime) -> list[Hour]:
        """Full hours of the clock of `local`, the first moment there; every second one is a major one."""
        step = next((step for most, step in _HOURS if self.whole <= timedelta(hours=most)), 6)
        first = local.replace(minute=0, second=0, microsecond=0)
        clocks = (first + timedelta(hours=hour) for hour in range(ceil(self.whole / timedelta(hours=1)) + 2))
        told = [one for one in clocks if one.hour % step == 0 and self.holds(one)]
        return [Hour(self.at(one), one, one.hour % (2 * step) == 0) for one in told]


def axis(slots: Sequence[Slot]) -> Axis:
    """The time of a plan's slots; at least one."""
    return Axis(slots[0].begins_at, slots[-1].ends_at - slots[0].begins_at)


def columns(slots: Sequence[Slot], along: Axis) -> list[tuple[Box, Slot]]:
    """Every slot over the whole height, to point at."""
    return [(Box(*_span(slot, along), 0.0, 100.0), slot) for slot in slots]


def power_chart(slots: Sequence[Slot], along: Axis) -> PowerChart:
    """What flows in each slot, under the limit of the site."""
    highest_w = max(max(_stack(slot), slot.sun_w or 0.0) for slot in slots)
    limits = [slot.limit_w for slot in slots if slot.limit_w is not None]
    is_far = bool(limits) and min(limits) > _FAR * max(highest_w, 1.0)
    # A limit that is low only for a while is shown; its higher rest may leave the picture.
    shown = [one for one in limits if one <= _FAR * max(highest_w, 1.0)]
    top_kw = _HEADROOM * max(highest_w, *shown, 1000.0) / 1000
    ticks = _ticks(0.0, top_kw)
    top_w = 1000 * max(top_kw, ticks[-1].value)
    return PowerChart(
        _boxes(slots, along, [0.0] * len(slots), [slot.building_w or 0.0 for slot in slots], top_w),
        _boxes(slots, along, [slot.building_w or 0.0 for slot in slots], [slot.cars_w for slot in slots], top_w),
        _steps(slots, along, _by_day([slot.sun_w for slot in slots]), top_w),
        [] if is_far else _steps(slots, along, [slot.limit_w for slot in slots], top_w),
        _ticks(0.0, top_w / 1000),
        min(limits) if is_far else None,
    )  # fmt: skip


def price_bars(slots: Sequence[Slot], along: Axis) -> PriceBars | None:
    """Prices of the slots that have one; None where none has."""
    known = [(slot, slot.price) for slot in slots if slot.price is not None]
    if not known:
        return None
    prices = [price for _, price in known]
    high, low = max(*prices, 0.0), min(*prices, 0.0)
    ticks = _ticks(low, max(high, low + _LEAST_PRICES))
    top, bottom = max(high, ticks[-1].value), min(low, ticks[0].value)
    scale = 100 / (top - bottom)
    bars = [
        Box(
            *_span(slot, along),
            round((top - max(price, 0.0)) * scale, _DIGITS),
            max(round(abs(price) * scale, _DIGITS), 0.5),
        )
        for slot, price in known
    ]
    told = [Tick(round((top - tick.value) * scale, _DIGITS), tick.value) for tick in ticks]
    return PriceBars(bars, told, min(prices), max(prices), len(known) == len(slots))


def _by_day(watts: Sequence[float | None]) -> list[float | None]:
    """Without the night, whose line would lie on that of zero; the slots beside the day stay."""
    around = zip([None, *watts[:-1]], watts, [*watts[1:], None], strict=True)
    return [now if before or now or after else None for before, now, after in around]


def _stack(slot: Slot) -> float:
    return slot.cars_w + (slot.building_w or 0.0)


def _span(slot: Slot, along: Axis) -> tuple[float, float]:
    x = along.at(slot.begins_at)
    return x, round(along.at(slot.ends_at) - x, _DIGITS)


def _boxes(
    slots: Sequence[Slot], along: Axis, below: Iterable[float], watts: Iterable[float], top_w: float
) -> list[Box]:
    found = []
    for slot, base, power in zip(slots, below, watts, strict=True):
        if power > 0:
            height = 100 * power / top_w
            y = 100 - 100 * base / top_w - height
            found.append(Box(*_span(slot, along), round(y, _DIGITS), round(height, _DIGITS)))
    return found


def _steps(slots: Sequence[Slot], along: Axis, watts: Sequence[float | None], top_w: float) -> list[Stroke]:
    """A line that is flat in each slot and goes straight up or down between two."""
    flat = [None if power is None else round(100 - 100 * min(power / top_w, 1.0), _DIGITS) for power in watts]
    found = []
    last: float | None = None
    for slot, y in zip(slots, flat, strict=True):
        x, width = _span(slot, along)
        if y is not None and last is not None and y != last:
            found.append(Stroke(x, last, x, y))
        if y is not None:
            # One stroke as long as it is flat: dashes of short ones would run together.
            begin = found.pop().x1 if y == last else x
            found.append(Stroke(begin, y, round(x + width, _DIGITS), y))
        last = y
    return found


def _ticks(low: float, high: float) -> list[Tick]:
    """Round values from the one at or under `low` to the one at or above `high`, at most five or six."""
    raw = (high - low) / (_MOST_TICKS - 1)
    tens = 10.0 ** floor(log10(raw))
    step = next(tens * one for one in _ROUND if tens * one >= raw * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    values = [round(step * number, 10) for number in range(first, last + 1)]
    whole = (values[-1] - values[0]) or 1.0
    return [Tick(round(100 * (values[-1] - value) / whole, _DIGITS), value) for value in values]
