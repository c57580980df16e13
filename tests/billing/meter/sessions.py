"""Sessions of a meter for tests: 22 kW from 08:00 to 09:00 unless told."""

import os
from pathlib import Path
from typing import Any

import pytest

from billing.pricing.meter import CleanMeter, Flag, MeterSession, RawReading, RawRegister, clean
from cpms.ops.local import ROOT

SHARED = ROOT.parent / "shared" / "data"
# Where everything must be there, its absence is a failure.
needs_shared = pytest.mark.skipif(not SHARED.exists() and not os.environ.get("CI"), reason="no shared data")

EIGHT = 1_772_438_400
HOUR = 3600
QUARTER = 900


def minute(minutes: float) -> int:
    """Seconds since 1970 of this many minutes after eight."""
    return EIGHT + int(minutes * 60)


def reading(minutes: float | None, value: Any, **fields: Any) -> RawReading:
    return RawReading(at=None if minutes is None else minute(minutes), value=value, **fields)


def session(
    *readings: RawReading,
    start: Any = 1000,
    stop: Any = 12000,
    stopped: int | None = minute(60),
    **fields: Any,
) -> MeterSession:
    facts = {"started_at": EIGHT, "max_power_w": 22000, **fields}
    return MeterSession(
        readings=readings,
        start=None if start is None else RawRegister(start),
        stop=None if stop is None else RawRegister(stop),
        stopped_at=stopped,
        **facts,
    )


def cleaned(*readings: RawReading, **fields: Any) -> CleanMeter:
    return clean(session(*readings, **fields))


def told(found: CleanMeter) -> tuple[Any, set[Flag], bool]:
    """Energy, flags and hold."""
    return found.billable_wh, set(found.flags), found.hold


def shared_lines(name: str) -> list[str]:
    path: Path = SHARED / name
    return path.read_text().splitlines()
