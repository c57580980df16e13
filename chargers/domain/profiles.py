"""Charging profiles and schedules (OCPP 1.6 §3.13, 2.0.1 K01), and what makes one well-formed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final


class ProfilePurpose(StrEnum):
    """Whom a profile limits; each purpose is a layer, the lowest of the layers holds."""

    STATION_MAX = "station_max"
    TX_DEFAULT = "tx_default"
    TX = "tx"
    # What is set at the station itself, as by an energy manager (OCPP 2.0.1 K12): it can only be read.
    EXTERNAL = "external"


SETTABLE: Final = (ProfilePurpose.STATION_MAX, ProfilePurpose.TX_DEFAULT, ProfilePurpose.TX)
"""The purposes of profiles that can be sent to a station."""


class ProfileKind(StrEnum):
    """From when the periods count: a fixed moment, every day or week, or the start of charging."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"


class RateUnit(StrEnum):
    """Amperes per phase, or watts over all phases."""

    AMPERES = "A"
    WATTS = "W"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start_s` seconds into the schedule at most `limit` (A or W, one decimal digit)."""

    start_s: int
    limit: float
    phases: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Periods in order; without a duration the last one goes on."""

    unit: RateUnit
    periods: tuple[Period, ...]
    starts_at: datetime | None = None
    duration_s: int | None = None
    min_rate: float | None = None


@dataclass(frozen=True, slots=True)
class ChargingProfile:
    """One profile. `reference` is the wire id of the transaction a TX profile is for, "" in a remote start."""

    number: int
    purpose: ProfilePurpose
    kind: ProfileKind
    schedule: Schedule
    stack_level: int = 0
    recurrency: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    reference: str = ""


def session_limit(limit: float, unit: RateUnit) -> ChargingProfile:
    """A profile that goes with a remote start: from the beginning at most so much (OCPP 1.6 §5.16)."""
    schedule = Schedule(unit, (Period(0, limit),))
    return ChargingProfile(1, ProfilePurpose.TX, ProfileKind.RELATIVE, schedule)


class IllFormed(ValueError):
    """A profile no station should be given; `field` names the place."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def check_profile(profile: ChargingProfile, evse_no: int) -> None:
    """Refuse what the specification does not allow or stations cannot make sense of. Raises IllFormed.

    Sources: OCPP 1.6 §3.13, §5.16 and §7.8 to §7.13; 2.0.1 K01.FR.
    """
    for field, message in _faults(profile, evse_no):
        raise IllFormed(field, message)


def _faults(profile: ChargingProfile, evse_no: int) -> Iterator[tuple[str, str]]:
    purpose, kind, schedule = profile.purpose, profile.kind, profile.schedule
    if purpose not in SETTABLE:
        yield "purpose", "is set at the station itself and cannot be sent to it"
    if purpose == ProfilePurpose.STATION_MAX and evse_no:
        yield "evse", "a limit of the station belongs to the whole station, not to a connector"
    if purpose == ProfilePurpose.STATION_MAX and kind == ProfileKind.RELATIVE:
        yield "kind", "a limit of the station cannot count from the start of a transaction"
    if purpose == ProfilePurpose.TX and not evse_no:
        yield "evse", "a profile for one transaction needs the connector where it runs"
    if (kind == ProfileKind.RECURRING) != bool(profile.recurrency):
        yield "recurrency", "is for recurring profiles, and they need it"
    if kind == ProfileKind.RELATIVE and schedule.starts_at:
        yield "starts_at", "a relative profile counts from the start of charging and has no moment of its own"
    if kind == ProfileKind.RECURRING and not schedule.starts_at:
        yield "starts_at", "a recurring profile needs the moment it first starts"
    if profile.valid_from and profile.valid_to and profile.valid_from >= profile.valid_to:
        yield "valid_to", "must be after the begin of validity"
    yield from _schedule_faults(schedule)


def _schedule_faults(schedule: Schedule) -> Iterator[tuple[str, str]]:
    periods = schedule.periods
    if not periods or periods[0].start_s != 0:
        yield "periods", "the first period must start at 0"
    if any(later.start_s <= earlier.start_s for earlier, later in pairwise(periods)):
        yield "periods", "each period must start after the one before it"
    if any(period.limit < 0 or round(period.limit, 1) != period.limit for period in periods):
        yield "periods", "a limit is 0 or more, with one decimal digit at most"
    if any(period.phases not in (None, 1, 2, 3) for period in periods):
        yield "periods", "phases are 1, 2 or 3"
    if schedule.duration_s is not None and periods and periods[-1].start_s >= schedule.duration_s:
        yield "duration_s", "ends before the last period starts"
