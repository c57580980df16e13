"""Rules about the schedules and periods of a profile."""

import itertools
from collections.abc import Iterator

from smartcharging.engine.composite.case import Case
from smartcharging.engine.composite.model import Edition, Kind, Period, Schedule


def _schedules(case: Case) -> Iterator[tuple[str, Schedule]]:
    """The schedules with their places, spelled as the edition spells them."""
    for index, schedule in enumerate(case.profile.schedules):
        alone = case.context.edition is Edition.OCPP_1_6
        yield "chargingSchedule" if alone else f"chargingSchedule[{index}]", schedule


def _periods(case: Case) -> Iterator[tuple[str, Period]]:
    for place, schedule in _schedules(case):
        for index, period in enumerate(schedule.periods):
            yield f"{place}.chargingSchedulePeriod[{index}]", period


def unit_is_allowed(case: Case) -> Iterator[str]:
    """1.6 ChargingScheduleAllowedChargingRateUnit; 2.0.1 K01.FR.26."""
    for place, schedule in _schedules(case):
        if schedule.unit not in case.context.capabilities.units:
            yield f"{place}.chargingRateUnit: the station does not take {schedule.unit}"


def periods_are_neither_none_nor_too_many(case: Case) -> Iterator[str]:
    """1.6 ChargingScheduleMaxPeriods; 2.x PeriodsPerSchedule."""
    most = case.context.capabilities.max_periods
    for place, schedule in _schedules(case):
        if not schedule.periods:
            yield f"{place}.chargingSchedulePeriod: holds no period"
        if most is not None and len(schedule.periods) > most:
            yield f"{place}.chargingSchedulePeriod: {len(schedule.periods)} periods are more than {most}"


def durations_are_positive(case: Case) -> Iterator[str]:
    """A schedule of no length defines nothing."""
    for place, schedule in _schedules(case):
        if schedule.duration_s is not None and schedule.duration_s <= 0:
            yield f"{place}.duration: must be above 0, not {schedule.duration_s}"


def periods_are_not_negative(case: Case) -> Iterator[str]:
    """2.1 has dischargeLimit for what flows back; a limit is never below zero."""
    for place, period in _periods(case):
        if period.start_s < 0:
            yield f"{place}.startPeriod: {period.start_s} is below 0"
        if period.limit < 0:
            yield f"{place}.limit: {float(period.limit):g} is below 0"


def first_period_starts_at_once(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.31. In 1.6 nothing is defined before the first period."""
    for place, schedule in _schedules(case):
        if schedule.periods and schedule.periods[0].start_s != 0:
            start_s = schedule.periods[0].start_s
            yield f"{place}.chargingSchedulePeriod[0].startPeriod: the first must be 0, not {start_s}"


def periods_are_in_order(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.35."""
    for place, schedule in _schedules(case):
        starts = [period.start_s for period in schedule.periods]
        for index, (before, start_s) in enumerate(itertools.pairwise(starts), 1):
            if start_s <= before:
                where = f"{place}.chargingSchedulePeriod[{index}].startPeriod"
                yield f"{where}: {start_s} does not come after {before}"


def phase_can_be_chosen(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.20 and FR.48."""
    for place, period in _periods(case):
        if period.phase_to_use is not None and period.number_phases != 1:
            yield f"{place}.phaseToUse: needs numberPhases 1"
        if period.phase_to_use is not None and not case.context.capabilities.phase_switching:
            yield f"{place}.phaseToUse: the station cannot choose the phase"


def start_fits_the_kind(case: Case) -> Iterator[str]:
    """2.0.1 K01.FR.40 and FR.41. In 1.6 a missing start is that of charging."""
    kind = case.profile.kind
    for place, schedule in _schedules(case):
        if kind in (Kind.ABSOLUTE, Kind.RECURRING) and schedule.start_s is None:
            yield f"{place}.startSchedule: is missing, and the profile is {kind}"
        if kind is Kind.RELATIVE and schedule.start_s is not None:
            yield f"{place}.startSchedule: a Relative profile must not carry one"


def dynamic_has_one_period(case: Case) -> Iterator[str]:
    """2.1 K28: one limit, changed by updates."""
    periods = [period for schedule in case.profile.schedules for period in schedule.periods]
    if case.profile.kind is Kind.DYNAMIC and len(periods) != 1:
        yield f"chargingSchedule: a Dynamic profile has one period, not {len(periods)}"
