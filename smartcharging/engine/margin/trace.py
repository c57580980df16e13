"""Readings as they were taken, so that only what was measured at the same time is subtracted."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

Amps = tuple[float, float, float]
NOTHING: Amps = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Trace:
    """Readings of one meter, the newest last: when each was taken (s), and its lines (A)."""

    taken_s: tuple[float, ...] = ()
    amps: tuple[Amps, ...] = ()

    @property
    def newest_s(self) -> float | None:
        """When the newest reading was taken."""
        return self.taken_s[-1] if self.taken_s else None

    def after(self, taken_s: float, amps: Amps, keep_s: float = 3900.0) -> "Trace":
        """With one reading more. What is no number, or older than what is known, is as good as no reading."""
        if not all(map(isfinite, (taken_s, *amps))) or (self.taken_s and taken_s <= self.taken_s[-1]):
            return self
        first = bisect_left(self.taken_s, taken_s - keep_s)
        return Trace((*self.taken_s[first:], taken_s), (*self.amps[first:], amps))

    def at(self, time_s: float) -> Amps | None:
        """The reading that held at a time: the newest that is not later; None before the first."""
        index = bisect_right(self.taken_s, time_s) - 1
        return self.amps[index] if index >= 0 else None

    def since(self, time_s: float) -> tuple[Amps, ...]:
        """The readings from a time on."""
        return self.amps[bisect_left(self.taken_s, time_s) :]


def other_load(
    meter: Trace, cars: Iterable[Trace], known: Trace = Trace(), patience_s: float = 90.0
) -> Trace:
    """`known` with the load that is not ours, at the newest time of which both meter and cars tell.

    Cars that told nothing for `patience_s` before the meter's newest reading are not subtracted, and nobody
    waits for them: their draw is load that is not ours. A load below zero is kept: a meter may count what flows back.
    """
    if meter.newest_s is None:
        return known
    telling = [car for car in cars if car.newest_s is not None and car.newest_s > meter.newest_s - patience_s]
    told_s = min([meter.newest_s, *(car.taken_s[-1] for car in telling)])
    index = bisect_right(meter.taken_s, told_s) - 1
    if index < 0:
        return known
    time_s, measured = meter.taken_s[index], meter.amps[index]
    ours = [car.at(time_s) or NOTHING for car in telling]
    first, second, third = (measured[line] - sum(amps[line] for amps in ours) for line in range(3))
    return known.after(time_s, (first, second, third))
