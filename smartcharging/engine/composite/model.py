"""What a charging profile is made of, and what a composite schedule is asked of and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

ALL_PHASES = 3
PHASE_VOLTAGE_V = Fraction(230)
DAY_S = 86_400
LONGEST_REQUEST_S = 366 * DAY_S


class Edition(StrEnum):
    """The edition of OCPP whose rules a station follows."""

    OCPP_1_6 = "1.6"
    OCPP_2_0_1 = "2.0.1"
    OCPP_2_1 = "2.1"


class Unit(StrEnum):
    """chargingRateUnit: ampere per phase, or watt over all phases."""

    AMPERE = "A"
    WATT = "W"


class Purpose(StrEnum):
    """chargingProfilePurpose; 1.6 spells the station's maximum ChargePointMaxProfile."""

    STATION_MAX = "ChargingStationMaxProfile"
    EXTERNAL_CONSTRAINTS = "ChargingStationExternalConstraints"
    TX_DEFAULT = "TxDefaultProfile"
    TX = "TxProfile"
    PRIORITY_CHARGING = "PriorityCharging"
    LOCAL_GENERATION = "LocalGeneration"


class Kind(StrEnum):
    """chargingProfileKind: what a schedule's seconds are counted from."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"
    DYNAMIC = "Dynamic"


class Recurrency(StrEnum):
    """recurrencyKind: fixed spans of UTC seconds, blind to daylight saving."""

    DAILY = "Daily"
    WEEKLY = "Weekly"

    @property
    def seconds(self) -> int:
        """The length of one repetition."""
        return DAY_S if self is Recurrency.DAILY else 7 * DAY_S


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate in one unit on so many phases."""

    value: Fraction
    unit: Unit
    phases: int = ALL_PHASES

    def current_a(self, phases: int, voltage_v: Fraction) -> Fraction:
        """The current per phase when the load hangs on `phases` phases."""
        return self.value if self.unit is Unit.AMPERE else self.value / (phases * voltage_v)

    def power_w(self, phases: int, voltage_v: Fraction) -> Fraction:
        """The power over all phases when the load hangs on `phases` phases."""
        return self.value if self.unit is Unit.WATT else self.value * phases * voltage_v


@dataclass(frozen=True, slots=True)
class Period:
    """One chargingSchedulePeriod: a limit from `start_s` seconds after the base; None: three phases are meant."""

    start_s: int
    limit: Fraction
    number_phases: int | None = None
    phase_to_use: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """One chargingSchedule; times in seconds, None where the field is absent.

    minChargingRate is left out: it is advice to whoever plans, and changes no limit.
    """

    unit: Unit
    periods: tuple[Period, ...]
    schedule_id: int | None = None
    start_s: int | None = None
    duration_s: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One ChargingProfile; `schedules` are the one of 1.6 or the alternatives of 2.x."""

    profile_id: int
    stack_level: int
    purpose: Purpose
    kind: Kind
    schedules: tuple[Schedule, ...]
    recurrency: Recurrency | None = None
    valid_from_s: int | None = None
    valid_to_s: int | None = None
    transaction_id: str | None = None
    max_offline_s: int | None = None


@dataclass(frozen=True, slots=True)
class Installed:
    """A profile on a connector (1.6) or EVSE (2.x); 0 is the whole station."""

    connector: int
    profile: Profile


@dataclass(frozen=True, slots=True)
class Transaction:
    """A running transaction: its id on the wire, its start, and whether a PriorityCharging profile may lead."""

    transaction_id: str
    start_s: int
    priority_charging: bool = True


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a station says it takes; None: it names no maximum."""

    units: frozenset[Unit] = frozenset(Unit)
    max_stack_level: int | None = None
    max_periods: int | None = None
    max_profiles: int | None = None
    phase_switching: bool = False


@dataclass(frozen=True)
class Context:
    """The station around the profiles.

    `hardware` holds the limit of each connector by number, `transactions` what runs on them. `offline_since_s`
    is when the station lost us (2.1 maxOfflineDuration counts from there). `chosen_schedules` maps a profile id
    to the id of the schedule the vehicle chose (2.x, ISO 15118); without a choice the first one holds.
    """

    hardware: Mapping[int, Limit]
    transactions: Mapping[int, Transaction] = field(default_factory=dict)
    edition: Edition = Edition.OCPP_1_6
    voltage_v: Fraction = PHASE_VOLTAGE_V
    capabilities: Capabilities = Capabilities()
    offline_since_s: int | None = None
    chosen_schedules: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what no arithmetic can follow from: ValueError."""
        if self.voltage_v <= 0:
            raise ValueError(f"the voltage must be positive, not {self.voltage_v}")
        if not self.hardware or min(self.hardware) < 1:
            raise ValueError("a station has connectors, numbered from 1")


@dataclass(frozen=True, slots=True)
class Request:
    """A window on one connector; 0 asks for the whole station."""

    connector: int
    start_s: int
    duration_s: int

    def __post_init__(self) -> None:
        """Refuses an empty window and one longer than a leap year: ValueError."""
        if not 1 <= self.duration_s <= LONGEST_REQUEST_S:
            raise ValueError(f"the duration must be 1 to {LONGEST_REQUEST_S} s, not {self.duration_s}")

    @property
    def end_s(self) -> int:
        """The first second after the window."""
        return self.start_s + self.duration_s


@dataclass(frozen=True, slots=True)
class CompositePeriod:
    """From `start_s` seconds into the window: ampere per phase, watt over all phases, and the phases counted on."""

    start_s: int
    current_a: Fraction
    power_w: Fraction
    phases: int

    @property
    def rate(self) -> tuple[Fraction, Fraction, int]:
        """What must differ for a new period to begin."""
        return self.current_a, self.power_w, self.phases

    def value(self, unit: Unit) -> Fraction:
        """The limit in a unit."""
        return self.current_a if unit is Unit.AMPERE else self.power_w


@dataclass(frozen=True, slots=True)
class CompositeSchedule:
    """The answer to a Request: periods in order, the first at 0, neighbours never equal."""

    connector: int
    start_s: int
    duration_s: int
    periods: tuple[CompositePeriod, ...]

    def at(self, time_s: int) -> CompositePeriod:
        """The period that holds at a second of the window: ValueError outside of it."""
        offset = time_s - self.start_s
        if not 0 <= offset < self.duration_s:
            raise ValueError(f"{time_s} lies outside the window of {self.duration_s} s from {self.start_s}")
        return next(period for period in reversed(self.periods) if period.start_s <= offset)
