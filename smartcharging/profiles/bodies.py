"""A profile as it is kept: what was said on the wire, and what a car can draw by it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from chargers.domain import ChargingProfile, Period, ProfileKind, ProfilePurpose, RateUnit, Schedule


@dataclass(frozen=True, slots=True)
class Step:
    """From `start_s` on at most `limit` in the unit of the profile, which are at most `amps` on each line."""

    start_s: int
    limit: float
    amps: float


@dataclass(frozen=True, slots=True)
class Body:
    """One profile. Without `starts_at` it holds from the start of charging on, and its first step for ever."""

    number: int
    purpose: ProfilePurpose
    level: int
    unit: RateUnit
    steps: tuple[Step, ...]
    starts_at: datetime | None = None
    duration_s: int | None = None
    reference: str = ""

    @property
    def ends_at(self) -> datetime | None:
        """When its last step begins, or it ends: from then on it says nothing new."""
        if self.starts_at is None:
            return None
        return self.starts_at + timedelta(seconds=self.duration_s or self.steps[-1].start_s)

    def highest_a(self, at: datetime, within_s: float = 0.0) -> float | None:
        """The most it allows on a line between `at` and so many seconds later; None where it says nothing."""
        end = at + timedelta(seconds=within_s)
        allowed = [
            amps for begin, until, amps in self._spans() if begin <= end and (until is None or at < until)
        ]
        return max(allowed, default=None)

    def _spans(self) -> Iterator[tuple[datetime, datetime | None, float]]:
        """Each step with its begin and end."""
        if self.starts_at is None:
            longest = max(self.steps, key=lambda step: step.amps)
            yield datetime.min.replace(tzinfo=UTC), None, longest.amps
            return
        base = self.starts_at
        for one, following in pairwise((*self.steps, None)):
            assert one is not None
            end_s = following.start_s if following else self.duration_s
            until = None if end_s is None else base + timedelta(seconds=end_s)
            yield base + timedelta(seconds=one.start_s), until, one.amps

    def says_the_same(self, other: "Body | None") -> bool:
        """Whether it differs from another in its times alone."""
        if other is None:
            return False
        mine = (self.purpose, self.level, self.unit, self.reference, [step.limit for step in self.steps])
        return mine == (
            other.purpose, other.level, other.unit, other.reference, [step.limit for step in other.steps],
        )  # fmt: skip

    @property
    def profile(self) -> ChargingProfile:
        """The version-neutral profile that is sent."""
        kind = ProfileKind.RELATIVE if self.starts_at is None else ProfileKind.ABSOLUTE
        periods = tuple(Period(step.start_s, step.limit) for step in self.steps)
        schedule = Schedule(self.unit, periods, self.starts_at, self.duration_s)
        return ChargingProfile(
            self.number, self.purpose, kind, schedule, self.level, reference=self.reference
        )

    @property
    def written(self) -> dict[str, Any]:
        """As JSON values; `read_body` is the way back."""
        return {
            "number": self.number,
            "purpose": str(self.purpose),
            "level": self.level,
            "unit": str(self.unit),
            "steps": [[step.start_s, step.limit, step.amps] for step in self.steps],
            "starts_at": self.starts_at and self.starts_at.isoformat(),
            "duration_s": self.duration_s,
            "reference": self.reference,
        }


def read_body(written: Mapping[str, Any]) -> Body:
    """A profile as `Body.written` wrote it."""
    starts_at = written["starts_at"]
    return Body(
        number=written["number"],
        purpose=ProfilePurpose(written["purpose"]),
        level=written["level"],
        unit=RateUnit(written["unit"]),
        steps=tuple(Step(*step) for step in written["steps"]),
        starts_at=datetime.fromisoformat(starts_at) if starts_at else None,
        duration_s=written["duration_s"],
        reference=written["reference"],
    )
