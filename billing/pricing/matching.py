"""Which price applies: the first element, in the tariff's order, that has the dimension and whose restrictions hold.

Restrictions are judged at the start of a period (OCPI 2.2.1 §11.4.6).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from .exact import Rational
from .period import Period, Phase
from .tariff import Dimension, PriceComponent, Reservation, Restrictions, Tariff
from .wall_clock import LocalTime

# What is measured, the components that price it, and the phase it belongs to.
PRICED_AS = (
    (Dimension.ENERGY, Dimension.ENERGY, Phase.CHARGING),
    (Dimension.TIME, Dimension.TIME, Phase.CHARGING),
    (Dimension.PARKING_TIME, Dimension.PARKING_TIME, Phase.CHARGING),
    (Dimension.RESERVATION_TIME, Dimension.TIME, Phase.RESERVATION),
)


@dataclass(frozen=True, slots=True)
class Situation:
    """What restrictions are judged by: local time, energy and time since the first period, the period itself.

    `expired` says that no session followed the reservation.
    """

    local: LocalTime
    energy_wh: Rational
    elapsed_s: Rational
    period: Period
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """The component that was found, and where it stands in the tariff."""

    component: PriceComponent
    element_index: int
    component_index: int
    restrictions: Restrictions


def match(tariff: Tariff, dimension: Dimension, phase: Phase, situation: Situation) -> Match | None:
    """The price of a dimension; None means that it is free."""
    for index, element in enumerate(tariff.elements):
        component = element.by_dimension.get(dimension)
        if component is not None and _holds(element.restrictions, phase, situation):
            return Match(element.components[component], index, component, element.restrictions)
    return None


def _holds(restrictions: Restrictions, phase: Phase, situation: Situation) -> bool:
    if not _in_phase(restrictions.reservation, phase, situation.expired):
        return False
    return all(check(restrictions, situation) for check in _checks(restrictions.given))


def _in_phase(reservation: Reservation | None, phase: Phase, expired: bool) -> bool:
    if phase is Phase.CHARGING:
        return reservation is None
    return reservation is Reservation.RESERVATION or (
        reservation is Reservation.RESERVATION_EXPIRES and expired
    )


Value = Callable[[Situation], Rational | None]
Check = Callable[[Restrictions, Situation], bool]


def _time(restrictions: Restrictions, situation: Situation) -> bool:
    """00:00 as the end is the end of the day; equal times are the whole day."""
    start, end = restrictions.start_time or 0, restrictions.end_time
    second = situation.local.second
    if not end:
        return second >= start
    if start < end:
        return start <= second < end
    return second >= start or second < end


def _days(restrictions: Restrictions, situation: Situation) -> bool:
    return situation.local.weekday in (restrictions.days or ())


def _at_least(bound: str, value: Value) -> Check:
    """An unknown value counts as true."""

    def check(restrictions: Restrictions, situation: Situation) -> bool:
        known = value(situation)
        return known is None or known >= getattr(restrictions, bound)

    return check


def _below(bound: str, value: Value) -> Check:
    """An unknown value counts as true."""

    def check(restrictions: Restrictions, situation: Situation) -> bool:
        known = value(situation)
        return known is None or known < getattr(restrictions, bound)

    return check


_CHECKS: dict[str, Check] = {
    "start_time": _time,
    "end_time": _time,
    "start_date": _at_least("start_date", lambda now: now.local.day),
    "end_date": _below("end_date", lambda now: now.local.day),
    "days": _days,
    "min_wh": _at_least("min_wh", lambda now: now.energy_wh),
    "max_wh": _below("max_wh", lambda now: now.energy_wh),
    "min_duration_s": _at_least("min_duration_s", lambda now: now.elapsed_s),
    "max_duration_s": _below("max_duration_s", lambda now: now.elapsed_s),
    "min_power_w": _at_least("min_power_w", lambda now: now.period.min_power_w),
    "max_power_w": _below("max_power_w", lambda now: now.period.max_power_w),
    "min_current_a": _at_least("min_current_a", lambda now: now.period.min_current_a),
    "max_current_a": _below("max_current_a", lambda now: now.period.max_current_a),
}


@lru_cache(maxsize=1024)
def _checks(given: tuple[str, ...]) -> tuple[Check, ...]:
    """One check per restriction, each once (start and end time are judged together)."""
    return tuple(dict.fromkeys(_CHECKS[name] for name in given if name in _CHECKS))
