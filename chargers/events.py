"""What can happen, as events of the outbox. `subject` is the public id of the first word."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from cpms.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StationEvent(Event):
    """Something about a station; `station` is its public id."""

    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationConnected(StationEvent):
    type: ClassVar[str] = "station.connected"
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StationDisconnected(StationEvent):
    type: ClassVar[str] = "station.disconnected"
    epoch: int
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationContested(StationEvent):
    """A newcomer without credentials was refused the place of a live socket: a matter of security."""

    type: ClassVar[str] = "station.contested"
    remote_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationBooted(StationEvent):
    type: ClassVar[str] = "station.booted"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorStatusChanged(StationEvent):
    type: ClassVar[str] = "connector.status_changed"
    evse_no: int
    connector_no: int
    status: str
    error_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionStarted(StationEvent):
    type: ClassVar[str] = "transaction.started"
    evse_no: int | None
    connector_no: int | None
    started_at: datetime
    offline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionUpdated(StationEvent):
    type: ClassVar[str] = "transaction.updated"
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionEnded(StationEvent):
    """The end is known, or `inferred`; a later real stop publishes `TransactionCorrected`."""

    type: ClassVar[str] = "transaction.ended"
    ended_at: datetime
    energy_wh: int | None
    reason: str = ""
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionCorrected(StationEvent):
    type: ClassVar[str] = "transaction.corrected"
    energy_wh: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityAlert(StationEvent):
    """Something that touches security and that somebody has to look at. `text` is the station's own."""

    type: ClassVar[str] = "security.alert"
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFinished(StationEvent):
    type: ClassVar[str] = "command.finished"
    action: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEffectKnown(StationEvent):
    type: ClassVar[str] = "command.effect"
    action: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(StationEvent):
    """Something came in that no rule can decide for certain; `transaction` is "" when it has none."""

    type: ClassVar[str] = "case.opened"
    kind: str
    transaction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResolved(StationEvent):
    """A case was accepted, dismissed, or settled by later evidence; `fix` is "" unless one was applied."""

    type: ClassVar[str] = "case.resolved"
    kind: str
    state: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareUpdateEnded(StationEvent):
    """An update was proven, failed, was refused, cancelled or given up; `version` is the one that was wanted."""

    type: ClassVar[str] = "firmware.update_ended"
    state: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReceived(StationEvent):
    type: ClassVar[str] = "log.received"
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationChanged(StationEvent):
    type: ClassVar[str] = "reservation.changed"
    evse_no: int
    state: str
