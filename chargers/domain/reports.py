"""What stations tell. `notes` are quirk codes the normaliser left."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chargers.choices import ConnectorStatus, TransactionEventKind

from .profiles import ChargingProfile
from .values import Place, Reading, Token


@dataclass(frozen=True, slots=True)
class Report:
    """Base of everything a station tells."""


@dataclass(frozen=True, slots=True)
class Booted(Report):
    """BootNotification (OCPP 1.6 §4.2, 2.0.1 B01)."""

    vendor: str = ""
    model: str = ""
    serial_number: str = ""
    firmware_version: str = ""
    iccid: str = ""
    imsi: str = ""
    meter_type: str = ""
    meter_serial_number: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Beat(Report):
    """Heartbeat (OCPP 1.6 §4.6, 2.0.1 G02)."""


@dataclass(frozen=True, slots=True)
class StatusReported(Report):
    """StatusNotification (OCPP 1.6 §4.9, 2.0.1 G01)."""

    place: Place
    status: ConnectorStatus
    at: datetime | None
    error_code: str = ""
    info: str = ""
    vendor_error_code: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizeAsked(Report):
    """Authorize (OCPP 1.6 §4.1, 2.0.1 C01)."""

    token: Token


@dataclass(frozen=True, slots=True)
class TransactionReported(Report):
    """StartTransaction, StopTransaction (OCPP 1.6 §4.8, §4.10) and TransactionEvent (2.0.1 E).

    `reference` is the transaction id on the wire; None in a start whose id we give out. `fingerprint` is a
    text that makes the *start* unique on its station when there is no reference (1.6: connector, tag, time,
    meter, exactly as sent). `message_id` is the wire's, never used as the only key. `issued` is the id we gave
    out for a start, known when it is played again from the message log.
    """

    kind: TransactionEventKind
    reference: str | None
    at: datetime | None
    message_id: str
    place: Place | None = None
    token: Token | None = None
    meter_wh: int | None = None
    fingerprint: str = ""
    seq_no: int | None = None
    trigger: str = ""
    charging_state: str = ""
    stop_reason: str = ""
    offline: bool = False
    remote_start_id: int | None = None
    reservation_id: int | None = None
    readings: tuple[Reading, ...] = ()
    notes: tuple[str, ...] = ()
    issued: str = ""


@dataclass(frozen=True, slots=True)
class MeterReported(Report):
    """MeterValues (OCPP 1.6 §4.7, 2.0.1 J). `reference` as in `TransactionReported`, None outside one."""

    place: Place
    reference: str | None
    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataReceived(Report):
    """DataTransfer (OCPP 1.6 §4.3, 2.0.1 P02)."""

    vendor_id: str
    message_id: str = ""
    data: Any = None


@dataclass(frozen=True, slots=True)
class FirmwareProgress(Report):
    """FirmwareStatusNotification (OCPP 1.6 §4.5) and SignedFirmwareStatusNotification (1.6 security).

    `request_id` is None where the message carries none; statuses are the station's own words.
    """

    status: str
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class CarNeedsReported(Report):
    """NotifyEVChargingNeeds (OCPP 2.0.1 K15): what a car says over ISO 15118.

    `energy_wh` is what it wants from now on; None where it says none, as `departs_at`.
    """

    place: Place
    energy_wh: int | None = None
    departs_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProfilesReported(Report):
    """ReportChargingProfiles (OCPP 2.0.1 K09): some of the profiles asked for as `request_id`; `more` are to come.

    `source` is who installed them: "CSO" (a back office), "EMS" (an energy manager), "SO" (the grid) or "Other".
    """

    request_id: int
    evse_no: int
    source: str
    profiles: tuple[ChargingProfile, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledged(Report):
    """A message we take note of and need not understand further (e.g. NotifyEvent)."""

    action: str


@dataclass(frozen=True, slots=True)
class ReservationMade(Report):
    """The station agreed to ReserveNow (OCPP 1.6 §5.13, 2.0.1 H01); `place.evse_no` 0 is any place."""

    number: int
    place: Place
    token: Token
    expires_at: datetime | None
    parent_uid: str = ""


@dataclass(frozen=True, slots=True)
class ReservationGone(Report):
    """The station agreed to CancelReservation (OCPP 1.6 §5.2, 2.0.1 H02)."""

    number: int
