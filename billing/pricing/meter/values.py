"""What goes into the meter clean-up and what comes out. Instants are seconds since 1970, energies Wh, powers W."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ..exact import Rational

RawValue = int | Decimal | str | None


class Measurand(StrEnum):
    """What is counted, in the words of OCPP (1.6 §7.31, 2.0.1 §3.50). All others are of no use for billing."""

    IMPORT_REGISTER = "Energy.Active.Import.Register"
    IMPORT_INTERVAL = "Energy.Active.Import.Interval"
    IMPORT_POWER = "Power.Active.Import"
    EXPORT_REGISTER = "Energy.Active.Export.Register"


class Source(StrEnum):
    """Where the energy of a session is taken from, best first. One a session, never two."""

    SIGNED = "signed"
    SESSION = "session"
    REGISTER = "register"
    PHASES = "phases"
    INTERVAL = "interval"
    POWER = "power"
    NONE = "none"


class Flag(StrEnum):
    """What was odd about a meter."""

    ABOVE_MAXIMUM = "above_maximum"
    CLOCK_ERROR = "clock_error"
    CONFLICTING_DUPLICATE = "conflicting_duplicate"
    DIP = "dip"
    DUPLICATE = "duplicate"
    DURATION_UNKNOWN = "duration_unknown"
    ESTIMATED = "estimated"
    IMPLAUSIBLE_JUMP = "implausible_jump"
    MISSING_START = "missing_start"
    MISSING_STOP = "missing_stop"
    NEGATIVE = "negative"
    OUT_OF_ORDER = "out_of_order"
    READING_AFTER_STOP = "reading_after_stop"
    REGISTER_RESET = "register_reset"
    ROLLOVER = "rollover"
    STOP_BEFORE_LAST_READING = "stop_before_last_reading"
    UNIT_CONVERTED = "unit_converted"
    UNREADABLE_VALUE = "unreadable_value"
    ZERO_ENERGY = "zero_energy"


@dataclass(frozen=True, slots=True)
class RawRegister:
    """A register as a station sent it; no unit means Wh."""

    value: RawValue
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RawReading:
    """One sampled value as a station sent it. `at` is the station's time, None where it sent none to be read.

    `signed` says that its signature was verified with a trusted key; `context` is OCPP's ReadingContext.
    """

    at: Rational | None
    value: RawValue
    unit: str | None = None
    measurand: str = Measurand.IMPORT_REGISTER
    phase: str = ""
    location: str = "Outlet"
    context: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class MeterSession:
    """What is known of the meter of one session. `readings` are in order of receipt.

    `started_at` and `stopped_at` are the station's times. Without `max_power_w` nothing is too much, without
    `now` no time is in the future.
    """

    readings: tuple[RawReading, ...]
    start: RawRegister | None
    stop: RawRegister | None
    started_at: Rational | None
    stopped_at: Rational | None
    max_power_w: Rational | None = None
    now: Rational | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A readable value: Wh, or W for power. `claimed` is the time the station gave, `at` the same if believed."""

    value: Rational
    claimed: Rational | None
    at: Rational | None = None


@dataclass(frozen=True, slots=True)
class EnergyPoint:
    """Energy to bill from the start of the session until an instant."""

    at: Rational
    energy_wh: Rational


@dataclass(frozen=True, slots=True)
class CleanMeter:
    """The outcome. `curve` rises from 0 to `billable_wh`, and its instants are in order.

    `ended_at` is where charges for time end: the stop, else the last evidence; None where there is none.
    `exported_wh` is what the vehicle gave back: a quantity of its own, never taken off `billable_wh`.
    """

    billable_wh: Rational
    flags: tuple[Flag, ...]
    hold: bool
    source: Source
    curve: tuple[EnergyPoint, ...]
    ended_at: Rational | None
    exported_wh: Rational = 0
    export_curve: tuple[EnergyPoint, ...] = ()
