"""An event of OpenADR 2.0b as a signal of ours (EiEvent service, Profile Specification B §8.1 and §9)."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final

from ..driver import Signal, Span

# An event without a duration lasts until it is cancelled: as long as a limit can.
OPEN_END: Final = timedelta(days=31)
CANCELLED: Final = "cancelled"
_SCALES: Final = {"none": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


def signal_of(event: Mapping[str, Any], levels: Mapping[int, float]) -> Signal | None:
    """What an event asks for; None where it holds nothing that limits power, such as prices alone.

    Of several signals the first that limits counts: SIMPLE levels, LOAD_DISPATCH set-points in watts, LOAD_CONTROL
    capacities as a share. Raises KeyError, TypeError or ValueError for an event that cannot be read.
    """
    about = event["event_descriptor"]
    reference, version = str(about["event_id"]), int(about["modification_number"])
    if about["event_status"] == CANCELLED:
        return Signal(reference, version)
    begin = event["active_period"]["dtstart"]
    for one in event["event_signals"]:
        read = _READERS.get((one["signal_name"].upper(), one["signal_type"]))
        if read is not None:
            spans = _spans(one, begin, lambda value, one=one, read=read: read(value, one, levels))
            return Signal(reference, version, tuple(spans))
    return None


def _spans(one: Mapping[str, Any], begin: datetime, read: Any) -> Iterator[Span]:
    """Intervals follow one another; one without a duration has no end."""
    at = begin
    for interval in one["intervals"]:
        lasts = interval["duration"] or OPEN_END
        value = float(interval["signal_payload"])
        if not isfinite(value):
            raise ValueError("a signal is a number")
        limit = read(value)
        if limit is not None:
            yield Span(at, at + lasts, **limit)
        at += lasts


def _level(value: float, one: Mapping[str, Any], levels: Mapping[int, float]) -> dict[str, float] | None:
    """0 is normal operation."""
    return None if value < 1 else {"limit_percent": levels[int(value)]}


def _watts(value: float, one: Mapping[str, Any], levels: Mapping[int, float]) -> dict[str, float] | None:
    measurement = one.get("measurement") or {}
    scale = _SCALES[measurement.get("scale") or "none"]
    return {"limit_w": max(value * scale, 0.0)}


def _share(value: float, one: Mapping[str, Any], levels: Mapping[int, float]) -> dict[str, float] | None:
    """x-loadControlCapacity: 1.0 is all that may be used."""
    return None if value >= 1 else {"limit_percent": max(value, 0.0) * 100}


_READERS: Final = {
    ("SIMPLE", "level"): _level,
    ("LOAD_DISPATCH", "setpoint"): _watts,
    ("LOAD_CONTROL", "x-loadControlCapacity"): _share,
}
