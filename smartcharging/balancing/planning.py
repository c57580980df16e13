"""Plans of sites: from what is known now to watts by car and slot. The control loop fills by the newest plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cpms.core import clock

from ..choices import PlanState
from ..engine.fill import Wiring
from ..engine.network import Network
from ..engine.plan import Demand, Grid, NoPlan, Outlook, Plan, Planner, Problem, Weights, growing_grid
from ..inputs.limits.limiting import Limit
from ..inputs.metering.building_ahead import building_forecast
from ..inputs.metering.peaks import month_peak_w
from ..inputs.needs.saying import needs_for
from ..inputs.prices import Ahead, prices_ahead
from ..inputs.sun.ahead import building_ahead, sun_ahead
from ..models import Need, SitePlan
from ..selectors import policy_of
from .budgets import budget
from .limits_ahead import limits_ahead, narrowing, opened, site_limits_w
from .place import Place
from .prospects import Prospects, needs_kept
from .snapshot import Snapshot, read

Floats = NDArray[np.float64]
PLAN_EVERY: Final = timedelta(minutes=5)
HORIZON: Final = timedelta(hours=24)
KEEP: Final = timedelta(days=2)
# Running cars are worth keeping on: chargers are not switches.
WEIGHTS: Final = Weights(continuity=0.02)
# A kW more for the shortest slot brings a twelfth of a kWh; what a car needs is worth that peak, and a little more.
_NEED_PER_PEAK: Final = 12 * 1.1
# A building nobody knows is taken to draw so much: whatever cars do, no peak can be kept beside it.
_UNKNOWN_W: Final = 1e8
# One site's planner keeps what it learned from its last plan; tasks of one process follow each other.
_planners: dict[int, Planner] = {}


def plan_is_due(site_id: int, now: datetime) -> bool:
    """Whether the newest plan is old, cars have come, gone or become ours to lead, or somebody said something else."""
    newest = SitePlan.objects.filter(site_id=site_id).order_by("-made_at").first()
    if newest is None or newest.made_at < now - PLAN_EVERY:
        return True
    snapshot = read(site_id, now)
    known = (newest.inputs.get(name) for name in ("transactions", "said", "led"))
    return tuple(known) != (_transactions(snapshot), _said(snapshot), _led(snapshot))


def site_plan(site_id: int, now: datetime | None = None) -> SitePlan:
    """Plan a site and keep the plan; one without an answer is kept with its reason, and the fill does without."""
    now = now or clock.now()
    snapshot = read(site_id, now)
    grid = growing_grid(HORIZON.total_seconds())
    ahead = prices_ahead(policy_of(snapshot.site).price_series, grid, now)
    needs = {need.transaction.pk: need.wanted for need in needs_for(snapshot.site, now)}
    sun, demand = sun_ahead(snapshot.site, grid, now), _demand(snapshot, ahead)
    building, limits = _building(snapshot, grid, sun), limits_ahead(snapshot, grid)
    prospects = Prospects.of(snapshot, needs, grid)
    problem = _problem(snapshot, _wires(snapshot, limits, grid), ahead, prospects, building, sun, demand)
    answer = _planners.setdefault(site_id, Planner()).plan(problem) if problem.cars else None
    row = SitePlan(
        site=snapshot.site, made_at=now, starts_at=now, slots_s=_edges(problem),
        inputs={
            "transactions": _transactions(snapshot), "said": _said(snapshot), "led": _led(snapshot),
            "prices": ahead.as_json,
            "needs": needs_kept(snapshot, needs),
            "sun_w": None if sun is None else _rounded(sun),
            "building_w": _rounded(building) if building.max() < _UNKNOWN_W else None,
            "limit_w": site_limits_w(snapshot, limits, grid),
            "peak": _peak_kept(snapshot, problem.outlook.demand),
        },
    )  # fmt: skip
    if isinstance(answer, NoPlan):
        row.state, row.solver = PlanState.FALLBACK, {"reason": answer.reason, "seconds": answer.seconds}
    elif answer is not None:
        _take(row, answer)
    row.save()
    SitePlan.objects.filter(site_id=site_id, made_at__lt=now - KEEP).delete()
    return row


def planned_w(snapshot: Snapshot, place: Place) -> float | None:
    """What the newest plan gives a car now; None when it knows nothing of it, or is too old."""
    plan, now = snapshot.plan, snapshot.now
    if plan is None or plan.state != PlanState.OPTIMAL or place.transaction is None:
        return None
    if now - plan.made_at > 3 * PLAN_EVERY or place.id not in plan.powers_w:
        return None
    if plan.inputs.get("transactions", {}).get(place.id) != place.transaction.public_id:
        return None
    return float(plan.powers_w[place.id][_slot(plan, now)])


def ceiling_w(snapshot: Snapshot) -> float | None:
    """How high the plan lets all cars go together now; None where nothing bounds them."""
    plan = snapshot.plan
    if plan is None or not plan.ceiling_w or snapshot.now - plan.made_at > 3 * PLAN_EVERY:
        return None
    bound = plan.ceiling_w[_slot(plan, snapshot.now)]
    return None if bound is None else float(bound)


def _slot(plan: SitePlan, now: datetime) -> int:
    elapsed_s = (now - plan.starts_at).total_seconds()
    begun = sum(1 for start_s in plan.slots_s[:-1] if start_s <= elapsed_s)
    return max(begun - 1, 0)


def _transactions(snapshot: Snapshot) -> dict[str, str]:
    """The cars that are there, by EVSE."""
    return {place.id: place.transaction.public_id for place in snapshot.places if place.transaction}


def _led(snapshot: Snapshot) -> list[str]:
    """The EVSEs with cars that keep to what they are told: a plan leaves the others out."""
    return sorted(place.id for place in snapshot.places if place.transaction and place.is_candidate)


def _said(snapshot: Snapshot) -> list[Any]:
    """What changes whenever somebody says something else of a car that is there."""
    running = [place.transaction for place in snapshot.places if place.transaction]
    said = Need.objects.filter(transaction__in=running).order_by("said_at").values_list("said_at", flat=True)
    return [len(said), said[len(said) - 1].isoformat()] if said else []


def _wires(snapshot: Snapshot, limits: Sequence[Limit], grid: Grid) -> tuple[Network, Floats]:
    """The wires, and what load, reservations and limits in their hours take of their rows in each slot.

    Where limits of single hours cannot be told apart, those of now hold all day.
    """
    narrowed = narrowing(snapshot, limits, grid, snapshot.phases)
    wires = snapshot.narrowed if narrowed is None else opened(snapshot.network, limits)
    held = {place.id: place.held_a(snapshot.now) for place in snapshot.places if not place.is_candidate}
    taken = _finite(budget(snapshot, Wiring.of(wires, snapshot.phases), held).taken)
    return wires, taken if narrowed is None else taken[:, None] + narrowed


def _problem(
    snapshot: Snapshot,
    wires: tuple[Network, Floats],
    ahead: Ahead,
    prospects: Prospects,
    building: Floats,
    sun: Floats | None,
    demand: Demand | None,
) -> Problem:
    network, taken = wires
    outlook = Outlook(price=ahead.weights, taken=taken)
    if sun is not None or demand is not None:
        shining = np.zeros(len(outlook.price)) if sun is None else sun
        earned = np.full(len(shining), snapshot.policy.feed_in_price * ahead.scale)
        demand = demand if building.max() < _UNKNOWN_W else None
        outlook = replace(outlook, building_w=building, pv_w=shining, feed_in=earned, demand=demand)
    weights = _weights(outlook.demand)
    return Problem(network, prospects.grid, prospects.cars(), outlook, weights)


def _building(snapshot: Snapshot, grid: Grid, sun: Floats | None) -> Floats:
    """W by slot of all but chargers and sun; very much where nobody knows."""
    shining = np.zeros(len(grid.lengths_s)) if sun is None else sun
    flat = building_ahead(snapshot.site, shining, snapshot.now)
    if flat.max() >= _UNKNOWN_W:
        return flat
    return building_forecast(snapshot.site, float(flat[0]), grid, snapshot.now)


def _rounded(watts: Floats) -> list[float]:
    return [round(one, 1) for one in watts.tolist()]


def _demand(snapshot: Snapshot, ahead: Ahead) -> Demand | None:
    """The price of a new peak, above the month's so far; None without a price, or where no meter tells the peak.

    After midnight of the last day the same peak is taken to be free still: a plan is made anew before.
    """
    price = snapshot.policy.peak_price
    so_far_w = month_peak_w(snapshot.site, snapshot.now) if price > 0 else None
    return None if so_far_w is None else Demand(price * ahead.scale, so_far_w)


def _weights(demand: Demand | None) -> Weights:
    """Needs are dearer than the peak it takes to serve them."""
    if demand is None:
        return WEIGHTS
    factor = max(1.0, demand.price_per_kw * _NEED_PER_PEAK / min(WEIGHTS.unserved))
    unserved = tuple(price * factor for price in WEIGHTS.unserved)
    return replace(WEIGHTS, unserved=unserved, soon=WEIGHTS.soon * factor)


def _peak_kept(snapshot: Snapshot, demand: Demand | None) -> dict[str, float | None]:
    """What a plan reckoned with; `so_far_w` None: with no peak, because nobody knows how high it was."""
    price = snapshot.policy.peak_price
    if price <= 0:
        return {}
    return {"price_per_kw": price, "so_far_w": None if demand is None else round(demand.so_far_w, 1)}


def _finite(taken: Floats) -> Floats:
    """Where nothing is known of a load, nothing is left."""
    return np.nan_to_num(taken, nan=1e9, posinf=1e9)


def _edges(problem: Problem) -> list[float]:
    return [*problem.grid.starts_s.tolist(), problem.grid.end_s]


def _take(row: SitePlan, plan: Plan) -> None:
    row.powers_w = {
        car: [round(one, 1) for one in watts]
        for car, watts in zip(plan.cars, plan.watts.tolist(), strict=True)
    }
    row.ceiling_w = [None if bound == inf else round(bound, 1) for bound in plan.ceiling_w.tolist()]
    row.solver = {
        "seconds": plan.facts.seconds, "columns": plan.facts.columns, "rows": plan.facts.rows,
        "warm": plan.facts.warm, "peak_w": plan.peak_w,
        "unmet": [{"evse": one.car, "energy_wh": one.energy_wh, "reason": one.reason.value} for one in plan.unmet],
    }  # fmt: skip
