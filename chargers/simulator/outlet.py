"""One place to charge (a 2.x EVSE, a 1.6 connector): plug, car, meter and the session that runs. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from .car import THREE_PHASES, Car, Wire
from .limits import Offer
from .meter import Meter

if TYPE_CHECKING:
    from .held import Held
    from .signing import SigningMeter

LONGEST_STEP_S = 30.0
# Below this a car on alternating current does not charge (IEC 61851-1).
MINIMUM_A = 6.0


class Status(StrEnum):
    """What an outlet is doing, in the words of OCPP 1.6 §4.9."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    RESERVED = "Reserved"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


@dataclass(slots=True)
class Session:
    """One physical charge. `reference` is the transaction's id on the wire, None until it is known."""

    key: str
    evse_no: int
    uid: str
    started_at: datetime
    meter_start_wh: int
    reference: str | None = None
    remote_start_id: int | None = None
    reservation_id: int | None = None
    next_seq_no: int = 0
    token_status: str = ""
    stop_reason: str = ""
    charging_state: str = "EVConnected"
    # In 1.6 the start has no room for it: it goes with the stop.
    signed_begin: str = ""

    def take_seq_no(self) -> int:
        """The number of the next 2.x event of this transaction."""
        self.next_seq_no += 1
        return self.next_seq_no - 1


@dataclass(frozen=True, slots=True)
class Sample:
    """What the meter and the car say at one instant."""

    at: datetime
    energy_wh: int
    power_w: float
    wires: tuple[Wire, ...]
    voltage_v: int
    soc_percent: float | None
    context: str = "Sample.Periodic"
    # What the car may take on each wire; None where nothing limits it.
    offered_a: float | None = None
    # What the meter signed, "" if nothing.
    signed: str = ""
    signed_by: str = ""

    @property
    def current_a(self) -> float:
        """Current on each wire used."""
        return self.power_w / self.voltage_v / len(self.wires)


@dataclass(slots=True)
class Outlet:
    """`max_power_w` is what the outlet offers; `fault` an error code of OCPP 1.6 §7.6, empty when healthy."""

    number: int
    max_power_w: int = 22_000
    meter: Meter = field(default_factory=Meter)
    car: Car | None = None
    session: Session | None = None
    fault: str = ""
    is_operative: bool = True
    was_charged: bool = False
    # Who may charge once a car is in: the token, and the id of the remote start if it was one.
    granted: tuple[str, int | None] | None = None
    # Whom it is kept for.
    held: "Held | None" = None
    # What charging profiles allow now, all of it at once; `is_unbound` forgets them.
    offers: tuple[Offer, ...] = ()
    is_unbound: bool = False
    signer: "SigningMeter | None" = None

    @property
    def power_w(self) -> float:
        """What flows now."""
        if self.session is None or self.car is None or self.fault:
            return 0.0
        return self.car.power_w(self.offered_w)

    @property
    def offered_w(self) -> float:
        """What the car may take: nothing where the profiles leave less than a car can charge with."""
        limit_w = self._limit_w
        if limit_w is None:
            return self.max_power_w
        return 0.0 if self.is_paused else min(self.max_power_w, limit_w)

    @property
    def is_paused(self) -> bool:
        """Whether profiles leave a car too little to charge with."""
        limit_w, (lines, volts) = self._limit_w, self._wiring
        return limit_w is not None and limit_w < MINIMUM_A * lines * volts

    @property
    def offered_a(self) -> float:
        """The same as a current on each line."""
        lines, volts = self._wiring
        return self.offered_w / (lines * volts)

    @property
    def _wiring(self) -> tuple[int, float]:
        return (len(self.car.wires), self.car.voltage_v) if self.car else (len(THREE_PHASES), 230)

    @property
    def _limit_w(self) -> float | None:
        if self.is_unbound or not self.offers:
            return None
        lines, volts = self._wiring
        return min(offer.watts(lines, volts) for offer in self.offers)

    @property
    def is_free(self) -> bool:
        """Whether a charge may begin here."""
        return self.is_operative and not self.fault and self.session is None

    @property
    def status(self) -> Status:
        if self.fault:
            return Status.FAULTED
        if self.session is not None:
            if self.power_w > 0:
                return Status.CHARGING
            return Status.SUSPENDED_EVSE if self.is_paused else Status.SUSPENDED_EV
        if not self.is_operative:
            return Status.UNAVAILABLE
        if self.car is None:
            return Status.RESERVED if self.held else Status.AVAILABLE
        return Status.FINISHING if self.was_charged else Status.PREPARING

    def is_kept_from(self, uid: str) -> bool:
        """Whether it is reserved for somebody else."""
        return self.held is not None and self.held.uid.upper() != uid.upper()

    def plug(self, car: Car) -> None:
        """A cable is put in. Raises ValueError when there is one already."""
        if self.car is not None:
            raise ValueError(f"outlet {self.number} is taken")
        self.car = car
        self.was_charged = False

    def unplug(self) -> None:
        self.car = None
        self.was_charged = False

    def flow(self, seconds: float) -> None:
        """Let so much time pass."""
        while seconds > 0:
            step_s = min(seconds, LONGEST_STEP_S)
            self.pour(self.power_w * step_s / 3600)
            seconds -= step_s

    def pour(self, energy_wh: float) -> None:
        """Energy goes through the meter into the car, no more than the car takes."""
        if self.session is None or self.car is None:
            return
        energy_wh = max(0.0, min(energy_wh, self.car.room_wh))
        self.meter.count(energy_wh)
        self.car.take(energy_wh)

    def sample(self, at: datetime, context: str = "Sample.Periodic") -> Sample:
        """What is measured now, signed where the meter signs such a value."""
        car = self.car
        register_wh, power_w = self.meter.register_wh, self.power_w
        signed = self.signer.record(context, at, register_wh) if self.signer else ""
        signed_by = self.signer.public_key if self.signer and signed else ""
        if car is None:
            return Sample(
                at, register_wh, power_w, THREE_PHASES, 230, None, context, signed=signed, signed_by=signed_by
            )
        offered_a = self.offered_a if self.offers else None
        told = (car.wires, car.voltage_v, car.soc_percent, context, offered_a)
        return Sample(at, register_wh, power_w, *told, signed, signed_by)
