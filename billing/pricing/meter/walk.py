"""The walk along a register: what fits is taken, what does not is a spike, a gap, a dip, a rollover or a reset."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..exact import Rational
from .limits import Reach
from .values import Flag, Sample

# Where registers of 31 and 32 bits and of seven to nine digits begin again, in Wh.
_WRAPS_WH = (2**31, 2**32, 10**7, 10**8, 10**9)
_NEAR_PERCENT = 1
# How many of the following values speak for or against one, beside the very last: a wild meter must not cost minutes.
_HORIZON = 200


@dataclass(slots=True)
class Path:
    """What was taken: instants (None where the time was lost) with the energy since the start."""

    points: list[tuple[Rational | None, Rational]] = field(default_factory=list)
    flags: set[Flag] = field(default_factory=set)
    hold: bool = False

    @property
    def energy_wh(self) -> Rational:
        return self.points[-1][1] if self.points else 0


class Walk:
    """Goes once from the first of the samples, the start, to the last; `has_stop` says whether that is a stop.

    `opened` is the register at which the current run began, lowered by what a rollover took away, so that the
    energy of a run is always the last good value minus it.
    """

    def __init__(
        self, samples: Sequence[Sample], max_power_w: Rational | None, *, has_stop: bool, is_signed: bool
    ) -> None:
        self._samples = samples
        self._values = [sample.value for sample in samples]
        self._reach = Reach(samples, max_power_w)
        self._has_stop = has_stop
        self._is_signed = is_signed
        self._path = Path()
        self._closed_wh: Rational = 0
        self._opened = self._values[0] if self._values else 0
        self._last = 0

    def path(self) -> Path:
        """The whole way; empty if there are no samples."""
        if not self._samples:
            return self._path
        self._take(0)
        end = len(self._samples) - 1
        for index in range(1, end + 1):
            if index == end and self._has_stop:
                self._stop(index)
            else:
                self._reading(index)
        return self._path

    @property
    def _energy_wh(self) -> Rational:
        return self._closed_wh + self._values[self._last] - self._opened

    def _take(self, index: int) -> None:
        self._last = index
        self._path.points.append((self._samples[index].at, self._energy_wh))

    def _reopen(self, index: int) -> None:
        """Ends the run at the last good value and begins another; what lies between them is nobody's."""
        self._closed_wh = self._energy_wh
        self._opened = self._values[index]
        self._take(index)

    def _reading(self, index: int) -> None:
        if self._fits(self._last, index):
            self._take(index)
        elif self._values[index] > self._values[self._last]:
            self._high(index)
        else:
            self._low(index)

    def _high(self, index: int) -> None:
        self._path.flags.add(Flag.IMPLAUSIBLE_JUMP)
        if self._is_confirmed(index):
            self._path.hold = True
            self._reopen(index)

    def _low(self, index: int) -> None:
        if self._comes_back(index):
            self._path.flags.add(Flag.DIP)
        elif not self._roll(index):
            self._path.flags.add(Flag.REGISTER_RESET)
            self._path.hold = self._path.hold or not self._is_signed
            self._reopen(index)

    def _stop(self, index: int) -> None:
        """A stop has nothing after it that could speak for it: it counts downwards only."""
        value = self._values[index]
        if self._fits(self._last, index):
            self._take(index)
        elif value > self._values[self._last]:
            self._path.flags |= {Flag.IMPLAUSIBLE_JUMP, Flag.MISSING_STOP}
        elif not self._roll(index):
            is_above_start = value >= self._opened
            self._path.flags.add(Flag.STOP_BEFORE_LAST_READING if is_above_start else Flag.NEGATIVE)
            self._path.hold = True
            self._opened = min(self._opened, value)
            self._take(index)

    def _roll(self, index: int) -> bool:
        """Whether the register began again from zero at a wrap point; the energy across it counts."""
        last, value = self._values[self._last], self._values[index]
        for wrap in _WRAPS_WH:
            is_near = 0 < (wrap - last) * 100 <= wrap * _NEAR_PERCENT and value * 100 < wrap * _NEAR_PERCENT
            if is_near and self._reach.holds(wrap - last + value, self._last, index):
                self._path.flags.add(Flag.ROLLOVER)
                self._opened -= wrap
                self._take(index)
                return True
        return False

    def _fits(self, first: int, last: int) -> bool:
        return self._reach.holds(self._values[last] - self._values[first], first, last)

    def _after(self, index: int) -> list[int]:
        rest = range(index + 1, len(self._values))
        return [*rest[:_HORIZON], *rest[-1:]]

    def _is_confirmed(self, index: int) -> bool:
        """Whether a later value continues from this one, and none returns below it to where the last good one led."""
        value, confirmed = self._values[index], False
        for later in self._after(index):
            if self._values[later] < value and self._fits(self._last, later):
                return False
            confirmed = confirmed or self._fits(index, later)
        return confirmed

    def _comes_back(self, index: int) -> bool:
        """Whether a later value is at least the last good one; a spike is no such value."""
        higher = [later for later in self._after(index) if self._values[later] >= self._values[self._last]]
        return any(self._fits(self._last, later) for later in higher) or (
            bool(higher) and self._is_confirmed(higher[0])
        )
