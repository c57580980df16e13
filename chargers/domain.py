"""What can be said between stations and us, whatever the protocol version.

Reports come in (adapter -> service), requests go out (service -> adapter). Frozen values, no behaviour.
Energy is integer Wh, power W, current A, voltage V, times aware UTC. A time of None means the station sent none
that can be read; the receipt time is used then. `notes` are quirk codes the normaliser left.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .choices import (
    AuthorizationStatus,
    Availability,
    ConnectorStatus,
    Registration,
    TokenType,
    TransactionEventKind,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where at a station. `evse_no` 0 is the station itself; `connector_no` None is the whole EVSE."""

    evse_no: int
    connector_no: int | None = 1


@dataclass(frozen=True, slots=True)
class Token:
    """What a driver held up."""

    uid: str
    type: TokenType = TokenType.ISO14443


@dataclass(frozen=True, slots=True)
class Reading:
    """One instant of a meter; `samples` holds every sampled value, normalised, as JSON values.

    A sample is `{"measurand", "value", "unit", "phase"?, "location"?, "context"?, "format"?}`, the value a
    number, or the text as sent when it is signed or unreadable; 2.x puts signed data beside it in "signed".
    Energy and power are in Wh and W whatever the station counts in. `digest` is 63 bits over the samples, so
    that a repeat is recognised.
    """

    at: datetime | None
    energy_wh: int | None = None
    power_w: float | None = None
    current_a: float | None = None
    voltage_v: float | None = None
    soc_percent: float | None = None
    context: str = ""
    samples: list[dict[str, Any]] = field(default_factory=list)
    digest: int = 0


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
    meter, exactly as sent). `message_id` is the wire's, never used as the only key.
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


@dataclass(frozen=True, slots=True)
class MeterReported(Report):
    """MeterValues (OCPP 1.6 §4.7, 2.0.1 J). `reference` as in `TransactionReported`, None outside one."""

    place: Place
    reference: str | None
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class DataReceived(Report):
    """DataTransfer (OCPP 1.6 §4.3, 2.0.1 P02)."""

    vendor_id: str
    message_id: str = ""
    data: Any = None


@dataclass(frozen=True, slots=True)
class FirmwareProgress(Report):
    """FirmwareStatusNotification (OCPP 1.6 §4.5)."""

    status: str


@dataclass(frozen=True, slots=True)
class DiagnosticsProgress(Report):
    """DiagnosticsStatusNotification (OCPP 1.6 §4.4)."""

    status: str


@dataclass(frozen=True, slots=True)
class Acknowledged(Report):
    """A message we take note of and need not understand further (e.g. NotifyEvent)."""

    action: str


# What we answer.


@dataclass(frozen=True, slots=True)
class Answer:
    """Base of every answer; a plain one is an empty acknowledgement."""


@dataclass(frozen=True, slots=True)
class BootAnswer(Answer):
    """Registration with our time and the heartbeat interval in seconds."""

    registration: Registration
    now: datetime
    interval_s: int


@dataclass(frozen=True, slots=True)
class BeatAnswer(Answer):
    """Our time."""

    now: datetime


@dataclass(frozen=True, slots=True)
class TokenAnswer(Answer):
    """What we decided about a token."""

    status: AuthorizationStatus
    expires_at: datetime | None = None
    parent_uid: str = ""


@dataclass(frozen=True, slots=True)
class TransactionAnswer(Answer):
    """`token` is None when no token was sent; `reference` is the id the station shall use."""

    reference: str
    token: TokenAnswer | None = None


@dataclass(frozen=True, slots=True)
class DataAnswer(Answer):
    """DataTransfer: `Accepted`, `Rejected`, `UnknownVendorId` or `UnknownMessageId`."""

    status: str
    data: Any = None


# What we ask of a station.


@dataclass(frozen=True, slots=True)
class Request:
    """Base of every version-neutral wish; an adapter's `outbound` puts it into the station's words."""


@dataclass(frozen=True, slots=True)
class RemoteStart(Request):
    """Start charging for a token. `remote_start_id` comes back in the transaction (2.x only)."""

    token: Token
    evse_no: int | None = None
    remote_start_id: int = 0


@dataclass(frozen=True, slots=True)
class RemoteStop(Request):
    """Stop the transaction with this wire reference."""

    reference: str


@dataclass(frozen=True, slots=True)
class Reset(Request):
    """Restart; a soft one ends transactions first (1.6 Soft/Hard, 2.x OnIdle/Immediate)."""

    hard: bool = False


@dataclass(frozen=True, slots=True)
class Unlock(Request):
    """Release the cable."""

    place: Place


@dataclass(frozen=True, slots=True)
class SetAvailability(Request):
    """Put a place into or out of service; `Place(0, None)` is the station."""

    place: Place
    availability: Availability


@dataclass(frozen=True, slots=True)
class Trigger(Request):
    """Ask for a message: "BootNotification", "StatusNotification", "Heartbeat", "MeterValues"."""

    message: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ReadSettings(Request):
    """Read configuration keys (1.6) or variables (2.x, written `Component.Variable`); empty reads all in 1.6."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteSetting(Request):
    """Change one configuration key or variable."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a station's answer to one of our CALLs means: whether it agreed, and its own word for it."""

    accepted: bool
    status: str = ""
    # "Scheduled", "RebootRequired": agreed, and more will follow.
    pending: bool = False
