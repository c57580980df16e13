"""A plan as a chart and a table: what the cars take together in each slot, and when each car gets its energy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from chargers.models import Evse

from ..inputs.choices import WORKED_OUT
from ..models import SitePlan

_FLOWS_W = 1.0
_SAME_W = 50.0
# x, width, y, height.
Bar = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of the plan: all cars together (W), the most the plan lets them take (None: nothing bounds), the price.

    The price is per kWh in the series' currency, `sun_w` what a solar roof is expected to give; None where nobody
    knows it.
    """

    begins_at: datetime
    ends_at: datetime
    cars_w: float
    ceiling_w: float | None
    price: float | None = None
    sun_w: float | None = None


@dataclass(frozen=True, slots=True)
class PlannedCar:
    """One car of a plan. `begins_at`, `ends_at`: its first and last slot with current; None where it gets nothing.

    `leaves_at` is what the plan reckoned with; `is_estimated`: nobody said when it leaves, or how much it needs.
    """

    evse: str
    label: str
    energy_wh: float
    begins_at: datetime | None
    ends_at: datetime | None
    unmet_wh: float
    unmet_why: str
    leaves_at: datetime | None = None
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class PriceBars:
    """Prices in a picture of 100 by 20, as bars are; the least, the greatest, and whether every slot has one."""

    bars: Sequence[Bar]
    lowest: float
    highest: float
    is_whole: bool


@dataclass(frozen=True, slots=True)
class SunBars:
    """What a solar roof is expected to give, in a picture of 100 by 20, and the most of it (W)."""

    bars: Sequence[Bar]
    highest_w: float


@dataclass(frozen=True, slots=True)
class Peak:
    """The month's peak as a plan keeps or raises it, W; `so_far_w` None: nobody knows how high it was."""

    so_far_w: float | None
    planned_w: float = 0.0

    @property
    def is_raised(self) -> bool:
        """By so much that it can be told from a rounding."""
        return self.so_far_w is not None and self.planned_w > self.so_far_w + _SAME_W


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan to look at. `bars`: x, width, y, height in a picture of 100 by 40, time to the right, power upwards.

    `sun` is None where no solar meter was reckoned with, `peak` where the month's peak costs nothing.
    """

    plan: SitePlan
    slots: Sequence[Slot]
    cars: Sequence[PlannedCar]
    highest_w: float
    bars: Sequence[Bar]
    series: str = ""
    currency: str = ""
    prices: PriceBars | None = None
    sun: SunBars | None = None
    peak: Peak | None = None


def drawn(plan: SitePlan) -> Drawn:
    """A plan as slots, cars and bars."""
    slots = _slots(plan)
    highest = max((slot.cars_w for slot in slots), default=0.0)
    told = plan.inputs.get("prices") or {}
    return Drawn(
        plan, slots, _cars(plan), highest, _bars(slots, [slot.cars_w for slot in slots], 40), told.get("series", ""),
        told.get("currency", ""), _price_bars(slots), _sun_bars(slots), _peak(plan),
    )  # fmt: skip


def _edges(plan: SitePlan) -> list[datetime]:
    return [plan.starts_at + timedelta(seconds=second) for second in plan.slots_s]


def _slots(plan: SitePlan) -> list[Slot]:
    totals = [sum(watts) for watts in zip(*plan.powers_w.values(), strict=True)]
    ceilings = plan.ceiling_w or [None] * len(totals)
    prices = (plan.inputs.get("prices") or {}).get("per_kwh") or [None] * len(totals)
    sun = plan.inputs.get("sun_w") or [None] * len(totals)
    told = zip(pairwise(_edges(plan)), totals, ceilings, prices, sun, strict=False)
    # A mean over a slot has more digits than anybody pays.
    return [
        Slot(*span, cars_w, bound, None if price is None else round(price, 4), sun_w)
        for span, cars_w, bound, price, sun_w in told
    ]


def _bars(slots: Sequence[Slot], watts: Sequence[float], top: int) -> list[Bar]:
    highest_w = max(watts, default=0.0)
    if not highest_w:
        return []
    begin, whole_s = slots[0].begins_at, (slots[-1].ends_at - slots[0].begins_at).total_seconds()
    bars = []
    for slot, power_w in zip(slots, watts, strict=True):
        left = 100 * (slot.begins_at - begin).total_seconds() / whole_s
        width = 100 * (slot.ends_at - slot.begins_at).total_seconds() / whole_s
        height = 0.95 * top * power_w / highest_w
        bars.append((round(left, 3), round(width, 3), round(top - height, 3), round(height, 3)))
    return bars


def _peak(plan: SitePlan) -> Peak | None:
    told = plan.inputs.get("peak")
    return Peak(told["so_far_w"], float(plan.solver.get("peak_w", 0.0))) if told else None


def _sun_bars(slots: Sequence[Slot]) -> SunBars | None:
    watts = [slot.sun_w for slot in slots if slot.sun_w is not None]
    if not slots or len(watts) < len(slots):
        return None
    return SunBars(_bars(slots, watts, 20), max(watts))


def _price_bars(slots: Sequence[Slot]) -> PriceBars | None:
    """Prices from the line of zero up or down; None where none is known."""
    known = [slot for slot in slots if slot.price is not None]
    prices = [slot.price for slot in known if slot.price is not None]
    if not prices:
        return None
    begin, whole_s = slots[0].begins_at, (slots[-1].ends_at - slots[0].begins_at).total_seconds()
    top, bottom = max(*prices, 0.0), min(*prices, 0.0)
    scale = 20 / ((top - bottom) or 1)
    bars = [
        (
            round(100 * (slot.begins_at - begin).total_seconds() / whole_s, 3),
            round(100 * (slot.ends_at - slot.begins_at).total_seconds() / whole_s, 3),
            round((top - max(price, 0.0)) * scale, 3),
            round(max(abs(price) * scale, 0.2), 3),
        )
        for slot, price in zip(known, prices, strict=True)
    ]
    return PriceBars(bars, min(prices), max(prices), len(known) == len(slots))


def _cars(plan: SitePlan) -> list[PlannedCar]:
    names = _labels(plan)
    unmet = {one["evse"]: one for one in plan.solver.get("unmet", ())}
    spans = list(pairwise(_edges(plan)))
    cars = []
    for evse, watts in plan.powers_w.items():
        flowing = [span for span, power in zip(spans, watts, strict=True) if power > _FLOWS_W]
        energy = sum(
            power * (end - begin).total_seconds() / 3600
            for (begin, end), power in zip(spans, watts, strict=True)
        )
        short = unmet.get(evse, {})
        cars.append(
            PlannedCar(
                evse,
                names.get(evse, evse),
                energy,
                flowing[0][0] if flowing else None,
                flowing[-1][1] if flowing else None,
                float(short.get("energy_wh", 0.0)),
                str(short.get("reason", "")).replace("_", " "),
                *_reckoned(plan, evse),
            )
        )
    return sorted(cars, key=lambda car: car.label)


def _reckoned(plan: SitePlan, evse: str) -> tuple[datetime | None, bool]:
    """When the car leaves, and whether that or its energy is an estimate."""
    known = plan.inputs.get("needs", {}).get(evse, {})
    leaves_at = datetime.fromisoformat(known["departs_at"]) if known.get("departs_at") else None
    sources = known.get("sources", {})
    return leaves_at, any(sources.get(name) in WORKED_OUT for name in ("departs_at", "energy_wh"))


def _labels(plan: SitePlan) -> dict[str, str]:
    evses = Evse.objects.filter(public_id__in=list(plan.powers_w)).select_related("station")
    return {evse.public_id: f"{evse.station.label} · {evse.number}" for evse in evses}
