"""A profile as a station told it: kept as JSON, and beside one of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from chargers.domain import ChargingProfile, Period, ProfileKind, ProfilePurpose, RateUnit, Schedule

from ..engine.composite import (
    CompositeSchedule,
    Context,
    Installed,
    Limit,
    Request,
    Transaction,
    Unit,
    composite,
)
from ..engine.network import Outlet
from .bodies import Body, Step
from .exact import exact, exact_profile

WINDOW_S: Final = 3600
TOLERANCE: Final = 0.1
# Clocks and roundings of whole seconds may differ by so much.
TOLERANCE_S: Final = 2


def written_told(told: ChargingProfile) -> dict[str, Any]:
    """As JSON values; `read_told` is the way back."""
    schedule = told.schedule
    moments = {"starts_at": schedule.starts_at, "valid_from": told.valid_from, "valid_to": told.valid_to}
    return {
        "number": told.number,
        "purpose": str(told.purpose),
        "kind": str(told.kind),
        "level": told.stack_level,
        "recurrency": told.recurrency,
        "reference": told.reference,
        "unit": str(schedule.unit),
        "steps": [[one.start_s, one.limit, one.phases] for one in schedule.periods],
        "duration_s": schedule.duration_s,
        **{name: at and at.isoformat() for name, at in moments.items()},
    }


def read_told(written: Mapping[str, Any]) -> ChargingProfile:
    """A profile as `written_told` wrote it."""
    starts_at, valid_from, valid_to = (
        datetime.fromisoformat(written[name]) if written[name] else None
        for name in ("starts_at", "valid_from", "valid_to")
    )
    periods = tuple(Period(*step) for step in written["steps"])
    return ChargingProfile(
        written["number"], ProfilePurpose(written["purpose"]), ProfileKind(written["kind"]),
        Schedule(RateUnit(written["unit"]), periods, starts_at, written["duration_s"]), written["level"],
        written["recurrency"], valid_from, valid_to, written["reference"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drift:
    """The first moment at which a station holds something else than wanted; `reported` None: no such profile.

    `exceeds`: it allows more at any moment of the next hour, or nobody knows what it allows.
    """

    wanted: float
    reported: float | None
    unit: RateUnit
    exceeds: bool


def drift(wanted: Body, told: ChargingProfile | None, outlet: Outlet, now: datetime) -> Drift | None:
    """How what a station told differs from what is wanted there, during the next hour; None: it does not."""
    mine = _alone(wanted.profile, wanted, outlet, now)
    unit = Unit(str(wanted.unit))
    if told is None:
        return Drift(_value(mine, 0, unit), None, wanted.unit, exceeds=True)
    theirs = _alone(told, wanted, outlet, now)
    edges = sorted({0, WINDOW_S, *(one.start_s for one in (*mine.periods, *theirs.periods))})
    middles = [(begin + end) // 2 for begin, end in pairwise(edges) if end - begin > TOLERANCE_S]
    pairs = [(_value(mine, at, unit), _value(theirs, at, unit)) for at in middles]
    off = [pair for pair in pairs if abs(pair[0] - pair[1]) > TOLERANCE]
    if not off:
        return None
    return Drift(*off[0], wanted.unit, exceeds=any(is_ > should for should, is_ in off))


def _alone(profile: ChargingProfile, wanted: Body, outlet: Outlet, now: datetime) -> CompositeSchedule:
    """What follows from one profile while the transaction of ours runs."""
    start_s = int(now.timestamp())
    context = Context(
        hardware={1: Limit(exact(outlet.maximum_a), Unit.AMPERE)},
        transactions={1: Transaction(wanted.reference, start_s)},
    )
    return composite([Installed(1, exact_profile(profile))], Request(1, start_s, WINDOW_S), context)


def _value(schedule: CompositeSchedule, at_s: int, unit: Unit) -> float:
    return round(float(schedule.at(schedule.start_s + at_s).value(unit)), 1)


def told_body(
    told: ChargingProfile, outlet: Outlet, direct_current: bool = False, reference: str = ""
) -> Body:
    """The same in the words of what we install; what ours never say is the hardware's most.

    `reference`: the transaction it is for where it names none.
    """
    schedule = told.schedule
    steps: tuple[Step, ...] = (Step(0, outlet.maximum_a, outlet.maximum_a),)
    unit, starts_at, duration_s = RateUnit.AMPERES, None, None
    if _is_plain(told):
        unit, starts_at, duration_s = schedule.unit, schedule.starts_at, schedule.duration_s
        per_a = 1.0 if unit == RateUnit.AMPERES else _watts_per_a(outlet, direct_current)
        steps = tuple(Step(one.start_s, one.limit, one.limit / per_a) for one in schedule.periods)
    return Body(
        told.number, told.purpose, told.stack_level, unit, steps, starts_at, duration_s,
        told.reference or reference,
    )  # fmt: skip


def _is_plain(told: ChargingProfile) -> bool:
    kinds = (ProfileKind.RELATIVE, ProfileKind.ABSOLUTE)
    has_begin = told.schedule.starts_at is not None
    is_valid_always = told.valid_from is None and told.valid_to is None
    is_ours = told.kind in kinds and has_begin == (told.kind == ProfileKind.ABSOLUTE)
    return is_ours and is_valid_always and bool(told.schedule.periods)


def _watts_per_a(outlet: Outlet, direct_current: bool) -> float:
    """The least watts that can flow for an ampere: a car at AC may draw all of them on one line."""
    return outlet.watts_per_a() / outlet.loss if direct_current else outlet.volts
