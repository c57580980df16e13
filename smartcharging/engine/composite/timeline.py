"""When a profile defines a limit, and which."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from smartcharging.engine.composite.model import (
    ALL_PHASES,
    Context,
    Kind,
    Limit,
    Period,
    Profile,
    Request,
    Schedule,
    Transaction,
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A profile whose schedule is tied to the clock; `repeat_s` is None when it runs once."""

    profile: Profile
    schedule: Schedule
    periods: tuple[Period, ...]
    base_s: int | None
    repeat_s: int | None
    valid_to_s: int | None

    def limit_at(self, time_s: int) -> Limit | None:
        """The limit this profile defines at a second; None in a gap, outside its validity and before its start."""
        if not self._valid_at(time_s):
            return None
        elapsed = self._elapsed(time_s)
        index = bisect_right(self.periods, elapsed, key=lambda period: period.start_s) - 1
        if index < 0 or self._over(elapsed):
            return None
        period = self.periods[index]
        return Limit(period.limit, self.schedule.unit, period.number_phases or ALL_PHASES)

    def changes(self, start_s: int, end_s: int) -> Iterator[int]:
        """All seconds of a window at which the limit may change, in no order, some outside the window."""
        yield from (at for at in (self.profile.valid_from_s, self.valid_to_s) if at is not None)
        offsets = [0, *(period.start_s for period in self.periods)]
        if self.schedule.duration_s is not None:
            offsets.append(self.schedule.duration_s)
        for base_s in self._bases(start_s, end_s):
            yield from (base_s + offset for offset in offsets)

    def _valid_at(self, time_s: int) -> bool:
        begun = self.profile.valid_from_s is None or self.profile.valid_from_s <= time_s
        return begun and (self.valid_to_s is None or time_s < self.valid_to_s)

    def _elapsed(self, time_s: int) -> int:
        if self.base_s is None:
            return 0
        elapsed = time_s - self.base_s
        return elapsed % self.repeat_s if self.repeat_s and elapsed >= 0 else elapsed

    def _over(self, elapsed: int) -> bool:
        return elapsed < 0 or (self.schedule.duration_s is not None and elapsed >= self.schedule.duration_s)

    def _bases(self, start_s: int, end_s: int) -> range:
        if self.base_s is None:
            return range(0)
        if self.repeat_s is None:
            return range(self.base_s, self.base_s + 1)
        passed = max(0, (start_s - self.base_s) // self.repeat_s)
        return range(self.base_s + passed * self.repeat_s, end_s, self.repeat_s)


def timeline(
    profile: Profile, transaction: Transaction | None, request: Request, context: Context
) -> Timeline:
    """A profile as it counts for a connector with this transaction.

    Without a transaction the report pretends that one starts with the window.
    """
    schedule = _chosen(profile, context)
    return Timeline(
        profile=profile,
        schedule=schedule,
        periods=tuple(sorted(schedule.periods, key=lambda period: period.start_s)),
        base_s=_base(profile, schedule, transaction.start_s if transaction else request.start_s),
        repeat_s=_repeat(profile),
        valid_to_s=_valid_to(profile, context.offline_since_s),
    )


def _chosen(profile: Profile, context: Context) -> Schedule:
    wanted = context.chosen_schedules.get(profile.profile_id)
    chosen = (one for one in profile.schedules if wanted is not None and one.schedule_id == wanted)
    return next(chosen, profile.schedules[0])


def _base(profile: Profile, schedule: Schedule, charging_since_s: int) -> int | None:
    """OCPP 1.6 §7.13: without startSchedule, seconds count from the start of charging."""
    if profile.kind is Kind.DYNAMIC:
        return None
    if profile.kind is Kind.RELATIVE or schedule.start_s is None:
        return charging_since_s
    return schedule.start_s


def _repeat(profile: Profile) -> int | None:
    return profile.recurrency.seconds if profile.kind is Kind.RECURRING and profile.recurrency else None


def _valid_to(profile: Profile, offline_since_s: int | None) -> int | None:
    """OCPP 2.1: a profile that may not outlive the connection ends so long after it was lost."""
    ends = [profile.valid_to_s]
    if offline_since_s is not None and profile.max_offline_s is not None:
        ends.append(offline_since_s + profile.max_offline_s)
    return min((end for end in ends if end is not None), default=None)
