"""A plan as a chart and a table: what the cars take together in each slot, and when each car gets its energy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone

from chargers.models import Evse
from cpms.core import clock

from ..inputs.choices import WORKED_OUT
from ..models import SitePlan
from .chart import Box, Hour, PowerChart, PriceBars, Slot, axis, columns, power_chart, price_bars

_FLOWS_W = 1.0
_SAME_W = 50.0


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
    """A plan to look at. `power` is None where nothing is known of any slot.

    `now_at`: where now stands, percent from the left; None outside. `columns`: every slot with its place.
    `sun_w`: the most a solar roof is expected to give; None where no solar meter was reckoned with. `peak` is None
    where the month's peak costs nothing.
    """

    plan: SitePlan
    slots: Sequence[Slot]
    cars: Sequence[PlannedCar]
    highest_w: float
    series: str = ""
    currency: str = ""
    power: PowerChart | None = None
    prices: PriceBars | None = None
    hours: Sequence[Hour] = ()
    now_at: float | None = None
    columns: Sequence[tuple[Box, Slot]] = ()
    sun_w: float | None = None
    peak: Peak | None = None


def drawn(plan: SitePlan, now: datetime | None = None) -> Drawn:
    """A plan as slots, cars and a chart, hours by the clock of whoever looks."""
    slots = _slots(plan)
    told = plan.inputs.get("prices") or {}
    bare = Drawn(
        plan, slots, _cars(plan), max((slot.cars_w for slot in slots), default=0.0), told.get("series", ""),
        told.get("currency", ""), peak=_peak(plan),
    )  # fmt: skip
    return _charted(bare, now or clock.now()) if slots else bare


def _charted(bare: Drawn, now: datetime) -> Drawn:
    slots, along = bare.slots, axis(bare.slots)
    sun = [slot.sun_w for slot in slots if slot.sun_w is not None]
    return replace(
        bare,
        power=power_chart(slots, along),
        prices=price_bars(slots, along),
        hours=along.hours(timezone.localtime(along.begin)),
        now_at=along.at(now) if along.holds(now) else None,
        columns=columns(slots, along),
        sun_w=max(sun) if len(sun) == len(slots) else None,
    )


def _edges(plan: SitePlan) -> list[datetime]:
    return [plan.starts_at + timedelta(seconds=second) for second in plan.slots_s]


def _slots(plan: SitePlan) -> list[Slot]:
    spans = list(pairwise(_edges(plan)))
    totals = [sum(watts) for watts in zip(*plan.powers_w.values(), strict=True)] or [0.0] * len(spans)
    nothing: list[float | None] = [None] * len(totals)
    prices = (plan.inputs.get("prices") or {}).get("per_kwh") or nothing
    sun, building, limits = (plan.inputs.get(name) or nothing for name in ("sun_w", "building_w", "limit_w"))
    told = zip(spans, totals, plan.ceiling_w or nothing, prices, sun, building, limits, strict=False)
    # A mean over a slot has more digits than anybody pays.
    return [
        Slot(
            span[0],
            span[1],
            cars_w,
            bound,
            None if price is None else round(price, 4),
            sun_w,
            building_w,
            limit_w,
        )
        for span, cars_w, bound, price, sun_w, building_w, limit_w in told
    ]


def _peak(plan: SitePlan) -> Peak | None:
    told = plan.inputs.get("peak")
    return Peak(told["so_far_w"], float(plan.solver.get("peak_w", 0.0))) if told else None


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
