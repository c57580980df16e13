"""What may be handed out: measured load with a margin for what changes, and reservations for who cannot be told.

    building = building.after(taken_s, amps)                       # a Trace per meter and per car
    rises = rises.after(load, reaction_s=30)                       # what machines did before
    estimate = estimated(load := other_load(building, cars, load), now_s, worst_case_a, rises)
    other, margin = wires(rows, {"site": estimate})
    budget = Budget.of(rows, other, margin, reserved(wiring, claims))

Times are seconds of any clock that never jumps, currents ampere on the site's three lines.
"""

from smartcharging.engine.margin.estimate import Estimate, Freshness, MarginRules, estimated, wires
from smartcharging.engine.margin.reservation import Claim, Trust, reserved
from smartcharging.engine.margin.rises import Rises
from smartcharging.engine.margin.trace import Amps, Trace, other_load

__all__ = [
    "Amps",
    "Claim",
    "Estimate",
    "Freshness",
    "MarginRules",
    "Rises",
    "Trace",
    "Trust",
    "estimated",
    "other_load",
    "reserved",
    "wires",
]
