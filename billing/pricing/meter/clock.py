"""Which times of a station are believed, and the order its readings have."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from ..exact import Rational
from .values import Flag, Sample

# 2015-01-01: older times are those of clocks that were never set.
_EPOCH_OF_CHARGING = 1_420_070_400
_TOLERANCE_S = 5 * 60
# A station that was silent for longer has no session to report on any more.
_AFTERGLOW_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Bounds:
    """The believed times of a session, None where there is none, and its stop register."""

    start: Rational | None
    stop: Rational | None
    now: Rational | None
    stop_wh: Rational | None

    def holds(self, at: Rational) -> bool:
        """From five minutes before the start to five minutes after the stop, since 2015, not in the future."""
        after = self.start is None or at >= self.start - _TOLERANCE_S
        before = self.stop is None or at <= self.stop + _TOLERANCE_S
        return _is_set(at, self.now) and after and before

    def is_past(self, at: Rational | None) -> bool:
        return at is not None and self.stop is not None and at > self.stop


def bounds(
    started_at: Rational | None, stopped_at: Rational | None, now: Rational | None, stop_wh: Rational | None
) -> tuple[Bounds, set[Flag]]:
    """What can be believed of the times of start and stop. A stop before its start has the wrong time."""
    if now is not None and started_at is not None and now < started_at:
        now = None
    start = started_at if started_at is not None and _is_set(started_at, now) else None
    stop = stopped_at if stopped_at is not None and _is_set(stopped_at, now) else None
    if stop is not None and start is not None and stop < start:
        stop = None
    wrong = (started_at is not None and start is None) or (stopped_at is not None and stop is None)
    return Bounds(start, stop, now, stop_wh), {Flag.CLOCK_ERROR} if wrong else set()


def _is_set(at: Rational, now: Rational | None) -> bool:
    return at >= _EPOCH_OF_CHARGING and (now is None or at <= now)


def arrange(samples: Iterable[Sample], bounds: Bounds) -> tuple[list[Sample], set[Flag]]:
    """Samples in the order they were taken, once each, up to the stop; given in order of receipt.

    What is dropped goes before ranks are counted: a reading without a time keeps its place among those that
    remain, so that a repeat cannot move it.
    """
    flags: set[Flag] = set()
    timed = _believed(list(samples), bounds)
    if _falls([sample.at for sample in timed if sample.at is not None]):
        flags.add(Flag.OUT_OF_ORDER)
    for drop in (_repeats, _conflicts, _late(bounds)):
        flag, timed = drop(timed)
        flags |= flag
    if any(sample.at is None for sample in timed):
        flags.add(Flag.CLOCK_ERROR)
    return _ranked(timed), flags


def _believed(samples: list[Sample], bounds: Bounds) -> list[Sample]:
    """The samples with the times that can be believed; also those that say they were taken after the stop."""
    believed: list[Sample] = []
    in_session = False
    for sample in reversed(samples):
        at = sample.claimed
        if at is None or not (bounds.holds(at) or (not in_session and _is_afterglow(sample, bounds))):
            at = None
        in_session = in_session or (at is not None and not bounds.is_past(at))
        believed.append(replace(sample, at=at))
    return believed[::-1]


def _is_afterglow(sample: Sample, bounds: Bounds) -> bool:
    """Whether a reading of later than five minutes after the stop really was taken then.

    It counts at least what the stop counted and lies within a day; that it came last is for the caller to see.
    """
    at, stop = sample.claimed, bounds.stop
    if at is None or stop is None or not stop < at <= stop + _AFTERGLOW_S:
        return False
    return _is_set(at, bounds.now) and (bounds.stop_wh is None or sample.value >= bounds.stop_wh)


def _falls(instants: list[Rational]) -> bool:
    return any(later < earlier for earlier, later in pairwise(instants))


Dropped = tuple[set[Flag], list[Sample]]


def _repeats(samples: list[Sample]) -> Dropped:
    """Told apart by the time as sent: a repeat under a broken clock is a repeat, too."""
    return _firsts(
        samples, lambda sample: sample.claimed is not None and (sample.claimed, sample.value), Flag.DUPLICATE
    )


def _conflicts(samples: list[Sample]) -> Dropped:
    """Only a believed time can be that of two values: a stuck clock says the same of all."""
    return _firsts(samples, lambda sample: sample.at is not None and (sample.at,), Flag.CONFLICTING_DUPLICATE)


def _firsts(samples: list[Sample], key: Callable[[Sample], object], flag: Flag) -> Dropped:
    seen: set[object] = set()
    kept = []
    for sample in samples:
        name = key(sample)
        if name is False or name not in seen:
            kept.append(sample)
        seen.add(name)
    return {flag} if len(kept) < len(samples) else set(), kept


def _late(bounds: Bounds) -> Callable[[list[Sample]], Dropped]:
    def drop(samples: list[Sample]) -> Dropped:
        kept = [sample for sample in samples if not bounds.is_past(sample.at)]
        return {Flag.READING_AFTER_STOP} if len(kept) < len(samples) else set(), kept

    return drop


def _ranked(samples: list[Sample]) -> list[Sample]:
    """Timed samples by time, ties by receipt, around the others, which keep their rank."""
    timed = iter(sorted((s for s in samples if s.at is not None), key=lambda s: s.at or 0))
    return [sample if sample.at is None else next(timed) for sample in samples]
