"""A composite schedule as steps: rows of a table and the line of a chart."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chargers.domain import Schedule


@dataclass(frozen=True, slots=True)
class Row:
    """One step. Times are None when the station did not say when its schedule begins."""

    start_s: int
    starts_at: datetime | None
    limit: float
    phases: int | None


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """What the page of a GetCompositeSchedule shows. `line` and `area` are SVG paths in a box of 100 by 31."""

    unit: str
    rows: list[Row]
    line: str
    area: str
    highest: float


def view(schedule: Schedule | None) -> ScheduleView | None:
    """The schedule for a page; None for one without periods."""
    if schedule is None or not schedule.periods:
        return None
    rows = [
        Row(one.start_s, _moment(schedule.starts_at, one.start_s), one.limit, one.phases)
        for one in schedule.periods
    ]
    highest = max(row.limit for row in rows)
    line = _line(rows, _length_s(schedule), highest)
    return ScheduleView(str(schedule.unit), rows, f"M{line}", f"M{line}L100 31L0 31Z", highest)


def _moment(starts_at: datetime | None, seconds: int) -> datetime | None:
    try:
        return None if starts_at is None else starts_at + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _length_s(schedule: Schedule) -> int:
    """A schedule without an end is drawn a quarter longer than its last step."""
    last = schedule.periods[-1].start_s
    return max(schedule.duration_s or 0, last + 1 if schedule.duration_s else last * 5 // 4 + 3600)


def _line(rows: list[Row], length_s: int, highest: float) -> str:
    points = []
    for row, ends_s in zip(rows, [*(row.start_s for row in rows[1:]), length_s], strict=True):
        height = round(30 - 28 * max(0.0, row.limit) / (highest or 1), 2)
        points += [f"{100 * row.start_s / length_s:.2f} {height}", f"{100 * ends_s / length_s:.2f} {height}"]
    return "L".join(points)
