"""How far a meter can be relied on, and in a sentence why; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..choices import MeterHealth

# Design: older than this, the highest of the last hour counts; older than the next, the worst case.
LATE: Final = timedelta(seconds=30)
SILENT: Final = timedelta(minutes=5)
# A load that has not moved by a digit for so long is a meter that repeats itself.
STUCK: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a meter. `doubted`, `same_since`, `refusal`, `error` as in `MeterStanding`."""

    active: bool = True
    read_at: datetime | None = None
    same_since: datetime | None = None
    doubted: bool = False
    refusal: str = ""
    error: str = ""
    is_solar: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Health, age of the newest believed reading in seconds (None: there is none), and the reason."""

    health: MeterHealth
    age_s: float | None
    reason: str


def verdict(heard: Heard, now: datetime) -> Verdict:
    """How a meter does at `now`. Doubt comes before age: a meter that lies often lies punctually."""
    age = None if heard.read_at is None else max(0.0, (now - heard.read_at).total_seconds())
    health, reason = _judge(heard, now, age)
    return Verdict(health, age, reason)


def _judge(heard: Heard, now: datetime, age: float | None) -> tuple[MeterHealth, str]:
    if not heard.active:
        return MeterHealth.OFF, "It is switched off and counts for nothing."
    if age is None:
        return MeterHealth.NEVER, heard.error or heard.refusal or "Nothing has come in yet."
    if age > SILENT.total_seconds():
        return MeterHealth.SILENT, _because(f"No reading for {_span(age)}.", heard)
    doubt = _doubt(heard, now)
    if doubt:
        return MeterHealth.DOUBTED, doubt
    if age > LATE.total_seconds():
        return MeterHealth.LATE, _because(f"No reading for {age:.0f} s.", heard)
    return MeterHealth.LIVE, ""


def _doubt(heard: Heard, now: datetime) -> str:
    if heard.doubted:
        return f"Its newest reading was not believed: {heard.refusal}"
    if heard.same_since is not None and not heard.is_solar and now - heard.same_since > STUCK:
        return f"It has said exactly the same for {_span((now - heard.same_since).total_seconds())}: it may be stuck."
    return ""


def _because(sentence: str, heard: Heard) -> str:
    why = heard.error or heard.refusal
    return f"{sentence} {why[:1].upper()}{why[1:]}" if why else sentence


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
