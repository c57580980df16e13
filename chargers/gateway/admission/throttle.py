"""Bounds on rates: token buckets, and a count of failed passwords."""

from collections import OrderedDict
from dataclasses import dataclass
from math import inf


@dataclass(slots=True)
class TokenBucket:
    """`rate` tokens a second, at most `burst` of them. Times are seconds of any monotonic clock."""

    rate: float
    burst: float
    spent: float = 0.0
    at: float = 0.0

    def take(self, now: float, patience_s: float = inf) -> float:
        """Take one token; returns how many seconds to wait until it would have been there (0 when it was).

        Whoever would have to wait longer than `patience_s` takes none: turned away, he costs nobody else anything.
        """
        self.spent = max(0.0, self.spent - (now - self.at) * self.rate)
        self.at = now
        wait = max(0.0, self.spent + 1 - self.burst) / self.rate
        if wait <= patience_s:
            self.spent += 1
        return wait


class Flapping:
    """Counts how often a station's live socket was replaced: a few times is a bad network, more is a contest (F29).

    Whoever has used up his replacements waits until the one who holds the station has been silent, or the count is old.
    """

    LIMIT = 5
    WINDOW_S = 600.0
    REMEMBERED = 10_000

    def __init__(self) -> None:
        self._replaced: OrderedDict[int, list[float]] = OrderedDict()

    def is_cooling_down(self, station_id: int, now: float) -> bool:
        """Whether its socket was replaced too often lately."""
        return len(self._recent(station_id, now)) >= self.LIMIT

    def replaced(self, station_id: int, now: float) -> None:
        """Count one replacement."""
        self._replaced[station_id] = [*self._recent(station_id, now), now][-self.LIMIT :]
        self._replaced.move_to_end(station_id)
        while len(self._replaced) > self.REMEMBERED:
            self._replaced.popitem(last=False)

    def _recent(self, station_id: int, now: float) -> list[float]:
        return [at for at in self._replaced.get(station_id, ()) if now - at < self.WINDOW_S]


class FailedPasswords:
    """Counts wrong passwords per identity and source: guessing is slow, and nobody else is held off by it."""

    LIMIT = 10
    WINDOW_S = 60.0
    REMEMBERED = 10_000

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def held_off(self, identity: str, source: str, now: float) -> bool:
        """Whether this pair has failed too often lately."""
        return len(self._recent(identity, source, now)) >= self.LIMIT

    def failed(self, identity: str, source: str, now: float) -> None:
        """Count one failure."""
        self._failures[(identity, source)] = [*self._recent(identity, source, now), now][-self.LIMIT :]
        self._failures.move_to_end((identity, source))
        while len(self._failures) > self.REMEMBERED:
            self._failures.popitem(last=False)

    def _recent(self, identity: str, source: str, now: float) -> list[float]:
        return [at for at in self._failures.get((identity, source), ()) if now - at < self.WINDOW_S]
