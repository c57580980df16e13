"""Hierarchical water-filling: the amperes of every outlet now, by numpy alone. Pure: no solver, no clock.

    wiring = Wiring.of(network, phases)               # once per site, and when a car shows its phases
    budget = Budget.of(wiring.rows, other, margin, reserved)
    grants = fill(wiring, budget, cars, ceiling_w=plan.ceiling_w)
    grants.of("evse-7"), grants.reason("evse-7")

Currents are ampere on each phase a car uses. Every budget is kept after rounding, whatever is asked.
"""

from smartcharging.engine.fill.budget import Budget
from smartcharging.engine.fill.filling import fill, shed
from smartcharging.engine.fill.grants import Grants, Reason, Why
from smartcharging.engine.fill.model import Car, FillError, Policy, Stage, Wiring
from smartcharging.engine.fill.sun import SunCar, sun_shares
from smartcharging.engine.fill.unused import Unused, UnusedRules, unused_after

__all__ = [
    "Budget",
    "Car",
    "FillError",
    "Grants",
    "Policy",
    "Reason",
    "Stage",
    "SunCar",
    "Unused",
    "UnusedRules",
    "Why",
    "Wiring",
    "fill",
    "shed",
    "sun_shares",
    "unused_after",
]
