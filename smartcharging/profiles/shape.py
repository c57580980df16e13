"""How a limit is said to a station: in its unit, in as many steps as it takes, on a level it knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Final

from chargers.domain import ProfilePurpose, RateUnit

from ..engine.network import Outlet
from .bodies import Body, Step
from .numbers import default_number, transaction_number

# A station whose clock is so much late still finds the limit in force.
EARLY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a station takes: the unit, steps in a schedule, and the highest level.

    `direct_current`: watts are those delivered, over all lines.
    """

    unit: RateUnit = RateUnit.AMPERES
    most_steps: int = 24
    highest_level: int = 1
    direct_current: bool = False


def wired(outlet: Outlet, shape: Shape, amps: float, start_s: int = 0) -> Step:
    """A current at the grid as a step in the station's unit, rounded down to what can be said.

    In watts the lines a car uses are unknown, so an AC limit counts for one: on more lines a car gets less, never more.
    """
    if shape.unit is RateUnit.AMPERES:
        said = floor(amps * 10 + 1e-6) / 10
        return Step(start_s, said, said)
    watts_per_a = outlet.watts_per_a() / outlet.loss if shape.direct_current else outlet.volts
    watts = floor(amps * watts_per_a + 1e-6)
    return Step(start_s, float(watts), amps)


def failsafe_body(evse_no: int, outlet: Outlet, shape: Shape, amps: float) -> Body:
    """The permanent default: what an EVSE gives a car nobody speaks of. It has no end."""
    return Body(
        default_number(evse_no), ProfilePurpose.TX_DEFAULT, 0, shape.unit, (wired(outlet, shape, amps),)
    )


def control_body(
    evse_no: int,
    outlet: Outlet,
    shape: Shape,
    reference: str,
    now: datetime,
    currents: Sequence[tuple[int, float]],
) -> Body:
    """The profile of a running transaction: `currents` are (seconds from now, ampere), the last for good.

    The last is the fail-safe value. A station that takes a single step gets the first with an end instead, after
    which its default holds.
    """
    starts_at = (now - EARLY).replace(microsecond=0)
    offset_s = int((now - starts_at).total_seconds())
    steps = [wired(outlet, shape, amps, start_s and start_s + offset_s) for start_s, amps in currents]
    duration_s = None
    if len(steps) > shape.most_steps:
        duration_s = steps[-1].start_s
        steps = steps[: shape.most_steps]
    return Body(
        transaction_number(evse_no), ProfilePurpose.TX, shape.highest_level, shape.unit, _merged(steps),
        starts_at, duration_s, reference,
    )  # fmt: skip


def _merged(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Neighbours that say the same are one."""
    return tuple(one for index, one in enumerate(steps) if not index or steps[index - 1].limit != one.limit)
