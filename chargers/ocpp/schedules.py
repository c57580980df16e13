"""What charging schedules look like in every version."""

from typing import Any

from chargers.domain import Period

from .fields import elements, whole

HIGHEST_LIMIT = 1e9


def said(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload without what was left open."""
    return {name: value for name, value in payload.items() if value is not None}


def wired_periods(periods: tuple[Period, ...]) -> list[dict[str, Any]]:
    """ChargingSchedulePeriod, as a list."""
    return [
        said({"startPeriod": one.start_s, "limit": one.limit, "numberPhases": one.phases}) for one in periods
    ]


def read_periods(schedule: dict[str, Any]) -> tuple[Period, ...]:
    """The readable periods of a schedule, in order of their start."""
    found = [
        Period(start, float(one["limit"]), whole(one.get("numberPhases"), 1, 3))
        for one in elements(schedule.get("chargingSchedulePeriod"))
        if (start := whole(one.get("startPeriod"))) is not None and _is_limit(one.get("limit"))
    ]
    return tuple(sorted(found, key=lambda period: period.start_s))


def _is_limit(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < HIGHEST_LIMIT
