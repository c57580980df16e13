"""When each car should charge, and how high the site may go: a linear programme, solved by HiGHS.

Times are seconds from the first slot, powers W, energies Wh, prices money per kWh. Nothing here looks at a clock, a
database or a network.
"""

from smartcharging.engine.plan.grid import Grid, even_grid, growing_grid
from smartcharging.engine.plan.model import (
    Car,
    Demand,
    Discharge,
    Facts,
    NoPlan,
    Outlook,
    Plan,
    Problem,
    Reason,
    Unmet,
    Weights,
)
from smartcharging.engine.plan.planner import Planner

__all__ = [
    "Car",
    "Demand",
    "Discharge",
    "Facts",
    "Grid",
    "NoPlan",
    "Outlook",
    "Plan",
    "Planner",
    "Problem",
    "Reason",
    "Unmet",
    "Weights",
    "even_grid",
    "growing_grid",
]
