"""How far a station's clock is off, from messages that are never queued."""

from collections import deque
from datetime import datetime

SAMPLES = 3
WINDOW = 5
# A smaller change is the way the message took.
NEWS_S = 10


class Skew:
    """Estimates the offset of one station's clock.

    A message arrives after what it tells, never before, so the largest of the last few differences is nearest to
    the truth. Only status notifications are used: they are sent at once or not at all (OCPP 1.6 §4.9).
    """

    def __init__(self) -> None:
        self._differences: deque[float] = deque(maxlen=WINDOW)
        self._told: int | None = None

    def take(self, at: datetime | None, received_at: datetime) -> int | None:
        """Seconds the clock is ahead (negative: behind), when that is news; None otherwise."""
        if at is None:
            return None
        self._differences.append((at - received_at).total_seconds())
        if len(self._differences) < SAMPLES:
            return None
        offset_s = round(max(self._differences))
        if self._told is not None and abs(offset_s - self._told) < NEWS_S:
            return None
        self._told = offset_s
        return offset_s
