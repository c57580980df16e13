"""The local wall clock of a place over a span of time, in whole seconds.

Between two jumps of the UTC offset local time is UTC plus a constant, so the repeated hour of autumn and the
missing one of spring need no care elsewhere: a local time is met twice, or never.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import floor
from zoneinfo import ZoneInfo

from .errors import Refused
from .exact import Rational

DAY_S = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# 1970-01-01 was a Thursday.
_THURSDAY = 3


@dataclass(frozen=True, slots=True)
class LocalTime:
    """`day` counts from 1970-01-01, `second` from local midnight, `weekday` from Monday (0)."""

    day: int
    second: Rational

    @property
    def weekday(self) -> int:
        return (self.day + _THURSDAY) % 7


@dataclass(frozen=True, slots=True)
class WallClock:
    """From `starts[i]` on, until `starts[i + 1]`, local time is UTC + `offsets[i]` seconds."""

    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def at(self, instant: Rational) -> LocalTime:
        local = instant + self.offsets[max(0, bisect_right(self.starts, instant) - 1)]
        day, second = divmod(local, DAY_S)
        return LocalTime(int(day), second)

    def jumps(self, start: Rational, end: Rational) -> Iterator[int]:
        """The instants strictly inside at which the offset changes."""
        return (jump for jump in self.starts[1:] if start < jump < end)

    def meets(self, seconds_of_day: Iterable[int], start: Rational, end: Rational) -> Iterator[int]:
        """The instants strictly inside at which the wall clock shows one of the times."""
        times = tuple(seconds_of_day)
        bounds = (*self.starts[1:], end)
        for begin, stop, offset in zip(self.starts, bounds, self.offsets, strict=True):
            first, last = max(floor(start) + 1, begin), min(stop, end)
            for time in times:
                instant = first + (time - offset - first) % DAY_S
                while instant < last:
                    yield instant
                    instant += DAY_S

    def borders(
        self, times: frozenset[int], midnights: bool, start: Rational, end: Rational
    ) -> Iterator[int]:
        """The instants strictly inside at which a local time or date matters: the times, midnight, and jumps."""
        if times or midnights:
            yield from self.meets(times | {0} if midnights else times, start, end)
            yield from self.jumps(start, end)


def wall_clock(zone: str, start: Rational, end: Rational) -> WallClock:
    """The wall clock of an IANA zone from the day of `start` to that of `end`. Raises `Refused`."""
    return _of_days(zone, floor(start) // DAY_S, floor(end) // DAY_S + 1)


@lru_cache(maxsize=2048)
def _of_days(zone: str, first_day: int, last_day: int) -> WallClock:
    place = zone_named(zone)
    starts, offsets = [first_day * DAY_S], [_offset(place, first_day * DAY_S)]
    for day in range(first_day, last_day):
        after = _offset(place, (day + 1) * DAY_S)
        if after != offsets[-1]:
            starts.append(_jump(place, day * DAY_S, (day + 1) * DAY_S))
            offsets.append(after)
    return WallClock(tuple(starts), tuple(offsets))


def zone_named(name: str) -> ZoneInfo:
    """Raises `Refused` for a name that is not in the IANA data base."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Refused("time_zone", f'"{name}" is not a time zone') from None


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = (_EPOCH + timedelta(seconds=instant)).astimezone(zone).utcoffset()
    assert offset is not None
    return offset.days * DAY_S + offset.seconds


def _jump(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second of the new offset, between two instants of which one has the old and one the new."""
    old = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after
