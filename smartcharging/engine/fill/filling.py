"""The fill: who may charge now, and with how many amperes. Always an answer, no row ever over its budget."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import numpy as np

from smartcharging.engine.fill.asking import Asking, asking
from smartcharging.engine.fill.budget import Budget
from smartcharging.engine.fill.grants import Grants
from smartcharging.engine.fill.model import Car, FillError, Floats, Policy, Stage, Wiring
from smartcharging.engine.fill.packing import Packing, admit
from smartcharging.engine.fill.steps import floor_to_step, leftovers
from smartcharging.engine.fill.unbalance import balanced
from smartcharging.engine.fill.water import water_fill

_LIGHTEST = 1e-3


def fill(
    wiring: Wiring,
    budget: Budget,
    cars: Sequence[Car],
    *,
    ceiling_w: float | None = None,
    policy: Policy | None = None,
) -> Grants:
    """Grants for the cars: design of smart charging 3.3.

    Must-run cars are admitted first and raised to their planned value, then minimum currents in the order of
    stages, then all rise above by weight. `ceiling_w` is the planned maximum of all cars together, which only
    must-run cars may pass. Raises FillError naming the outlet or the ceiling.
    """
    if ceiling_w is not None and not 0 <= ceiling_w < inf:
        raise FillError("ceiling", "is not a power of zero or more")
    return _filled(wiring, budget, asking(wiring, cars, policy or Policy()), ceiling_w)


def shed(wiring: Wiring, budget: Budget, cars: Sequence[Car], amps: Floats) -> Grants:
    """The emergency path: nobody starts, nobody gets more than `amps` (A by outlet of the network).

    All decrease by the same share of what they have above their minimum; where the minimum currents do not fit,
    cars pause, the lowest priority first. Raises FillError naming the outlet, or the currents.
    """
    if amps.shape != wiring.minimum_a.shape or not np.all(np.isfinite(amps) & (amps >= 0)):
        raise FillError("amps", "are not a current of zero or more for each outlet")
    charging = [
        replace(car, planned_a=None, must_run=False, running=True, since_s=inf, offered_a=inf) for car in cars
    ]
    asked = asking(wiring, charging, Policy())
    now = np.minimum(amps[asked.place], asked.top_a)
    asked = replace(
        asked,
        top_a=np.maximum(floor_to_step(now, asked.minimum_a, asked.step_a), asked.minimum_a),
        weight=np.maximum(now - asked.minimum_a, _LIGHTEST),
        admissible=asked.admissible & (now >= asked.minimum_a) & (now > 0),
    )
    return _filled(wiring, budget, asked, None)


def _filled(wiring: Wiring, budget: Budget, asked: Asking, ceiling_w: float | None) -> Grants:
    packing, room = _packing(wiring, asked, budget, ceiling_w)
    hard = room.copy()
    hard[len(wiring.rows.rows) :] = inf
    wanted = _staged(packing, room, hard, asked)
    stepped = np.where(wanted > 0, floor_to_step(wanted, asked.minimum_a, asked.step_a), 0.0)
    full = leftovers(packing, stepped, wanted, asked.top_a, asked.step_a, room)
    kept = balanced(wiring.network, wiring.rows, packing, full, asked.minimum_a, asked.step_a, asked.order)
    amps = np.zeros(len(wiring.minimum_a))
    amps[asked.place] = kept
    return Grants(wiring, budget, amps, asked, packing, room)


def _packing(
    wiring: Wiring, asked: Asking, budget: Budget, ceiling_w: float | None
) -> tuple[Packing, Floats]:
    """The rows the cars touch and their room; the planned ceiling is one row more, the last."""
    rows, place = wiring.rows, asked.place
    touched, weight = rows.touched[place], rows.weight[place]
    if ceiling_w is None:
        return Packing(touched, weight, len(rows.rows)), budget.available
    touched = np.column_stack([touched, np.full(len(place), len(rows.rows))])
    weight = np.column_stack([weight, wiring.watts_per_a[place]])
    return Packing(touched, weight, len(rows.rows) + 1), np.append(budget.available, ceiling_w)


def _staged(packing: Packing, room: Floats, hard: Floats, asked: Asking) -> Floats:
    """Currents (A) before steps: must-run cars at their target in the hard room, others at their minimum, then
    all above.
    """
    must = asked.stage == Stage.MUST_RUN
    first = admit(packing, asked.admitted_in(must), asked.minimum_a, hard)
    base = np.where(first, asked.minimum_a, 0.0)
    target = np.where(first, asked.target_a, 0.0)
    base = _raised(packing, hard, base, target, np.maximum(target - asked.minimum_a, _LIGHTEST))
    others = admit(packing, asked.admitted_in(~must), asked.minimum_a, _left(packing, room, base))
    base = np.where(others, asked.minimum_a, base)
    return _raised(packing, room, base, np.where(first | others, asked.top_a, 0.0), asked.weight)


def _left(packing: Packing, room: Floats, amps: Floats) -> Floats:
    return np.maximum(room - packing.load(amps), 0.0)


def _raised(packing: Packing, room: Floats, base: Floats, top: Floats, weight: Floats) -> Floats:
    return water_fill(packing, base, top, weight, _left(packing, room, base))
