"""Time inside the simulation: real, or so many times faster."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Runs at `speed` times real time from `starts_at` on (default: now).

    An accelerated clock should start in the past, so that it does not overtake the server's: a charger whose
    time lies in the future is not believed.
    """

    def __init__(self, speed: float = 1.0, starts_at: datetime | None = None) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.speed = speed
        self._starts_at = starts_at or datetime.now(UTC)
        self._origin_s = time.monotonic()

    @classmethod
    def ending_now(cls, speed: float, duration_s: float) -> "Clock":
        """A clock that has caught up with real time after `duration_s` real seconds."""
        return cls(speed, datetime.now(UTC) - timedelta(seconds=duration_s * max(speed - 1, 0)))

    def now(self) -> datetime:
        elapsed_s = (time.monotonic() - self._origin_s) * self.speed
        return self._starts_at + timedelta(seconds=elapsed_s)

    async def sleep(self, seconds: float) -> None:
        """Wait so many simulated seconds."""
        await asyncio.sleep(max(seconds, 0) / self.speed)

    async def sleep_until(self, moment: datetime) -> None:
        await self.sleep((moment - self.now()).total_seconds())


class StoppedClock(Clock):
    """Shows `moment` until somebody sets it."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self.moment = moment

    def now(self) -> datetime:
        return self.moment
