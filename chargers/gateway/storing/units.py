"""Messages into units of rows for the writer, in the column order of `statement`."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chargers.choices import OPEN_STATES, ConnectorStatus, TransactionState
from chargers.domain import Booted, MeterReported, Reading, StatusReported
from chargers.events import ConnectorStatusChanged, StationBooted, TransactionUpdated
from chargers.ocpp.rpc import Call, CallReceived, Violation
from chargers.services.transactions.times import instant, past_instant
from cpms.core.events import Event

from ..admission.facts import KnownConnector, OpenTransaction
from .unit import Row, Unit

if TYPE_CHECKING:
    from ..conversation.session import Session

# So much of a frame that is no message is kept.
MAX_REFUSED = 1000
# What a status says of the transaction that runs there.
_STATES = {
    ConnectorStatus.CHARGING: TransactionState.CHARGING,
    ConnectorStatus.SUSPENDED_EV: TransactionState.SUSPENDED,
    ConnectorStatus.SUSPENDED_EVSE: TransactionState.SUSPENDED,
}


@dataclass(frozen=True, slots=True)
class Log:
    """One CALL of a station on its way into the message log."""

    session: "Session"
    call: CallReceived
    text: str
    at: datetime
    notes: tuple[str, ...]

    def row(self, answer: str, outcome: str = "result") -> dict[str, Any]:
        """The exchange's fields."""
        session, call = self.session, self.call
        return {
            "station_id": session.station.station_id,
            "epoch": session.epoch,
            "received_at": self.at,
            "direction": "in",
            "action": call.action[:60],
            "message_id": str(call.message_id)[:255],
            "request": self._redacted(),
            "reply": answer,
            "outcome": outcome,
            "notes": ",".join(self.notes)[:255],
        }

    def _redacted(self) -> str:
        """The text as it came, unless it carries a secret."""
        call = self.call
        clean = self.session.adapter.redact(call.action, call.payload)
        return _held(self.text) if clean is call.payload or clean == call.payload else _frame(call, clean)


def _held(text: str) -> str:
    """A text the database can hold and that reads the same: NUL written as JSON has it."""
    return text.rstrip("\0").replace("\0", "\\u0000") if "\0" in text else text


def _frame(call: CallReceived, payload: dict[str, Any]) -> str:
    return Call(call.message_id, call.action, payload).encode()


def plain(log: Log, answer: str, outcome: str = "result") -> Unit:
    """Nothing but the exchange."""
    session = log.session
    row = tuple(log.row(answer, outcome).values())
    return Unit(session.station.station_id, session.epoch, exchanges=[row])


def refused(session: "Session", violation: Violation, text: str, at: datetime) -> Unit:
    """A frame that was no message: its beginning, what was wrong with it, and what we answered."""
    key = (session.station.station_id, session.epoch)
    reply = violation.answer or f"ignored: {violation.reason}"
    said = (violation.action or "", str(violation.message_id or "")[:255], text[:MAX_REFUSED])
    return Unit(*key, exchanges=[harmless((*key, at, "in", *said, reply, "refused", ""))])


def harmless(row: Row) -> Row:
    """An exchange whose texts the database can hold: without NUL."""
    return tuple(value.replace("\0", "�") if isinstance(value, str) else value for value in row)


def boot(log: Log, answer: str, report: Booted) -> Unit:
    """A BootNotification: vendor facts and the event."""
    unit, station = plain(log, answer), log.session.station
    unit.boot = (
        *unit.key, log.at, report.reason, report.vendor, report.model, report.serial_number,
        report.firmware_version, report.iccid, report.imsi, report.meter_type, report.meter_serial_number,
    )  # fmt: skip
    event = StationBooted(
        organisation_id=station.organisation_id, subject=station.public_id, occurred_at=log.at,
        station=station.public_id, reason=report.reason,
    )  # fmt: skip
    unit.events.append(_event(unit, event))
    return unit


def status(log: Log, answer: str, report: StatusReported, connector: KnownConnector) -> Unit:
    """A StatusNotification: the connector's state, the event when it changed, the transaction's state."""
    unit = plain(log, answer)
    unit.status = (
        *unit.key, connector.pk, report.status.value, past_instant(report.at, log.at), log.at,
        report.error_code[:120], report.info[:255], report.vendor_error_code[:255],
    )  # fmt: skip
    if connector.status != report.status:
        connector.status = report.status
        unit.events.append(_event(unit, _status_changed(log, report)))
    _move_transaction(log, unit, report)
    return unit


def _status_changed(log: Log, report: StatusReported) -> ConnectorStatusChanged:
    station = log.session.station
    return ConnectorStatusChanged(
        organisation_id=station.organisation_id, subject=station.public_id, occurred_at=log.at,
        station=station.public_id, evse_no=report.place.evse_no, connector_no=report.place.connector_no or 1,
        status=report.status.value, error_code=report.error_code,
    )  # fmt: skip


def _move_transaction(log: Log, unit: Unit, report: StatusReported) -> None:
    station, state = log.session.station, _STATES.get(report.status)
    here = [
        t
        for t in station.transactions.values()
        if t.evse_no == report.place.evse_no and t.state in OPEN_STATES
    ]
    if state is None or len(here) != 1 or here[0].state == state:
        return
    here[0].state = state
    unit.state = (*unit.key, here[0].pk, state.value)
    event = TransactionUpdated(
        organisation_id=station.organisation_id, subject=here[0].public_id, occurred_at=log.at,
        station=station.public_id, state=state.value,
    )  # fmt: skip
    unit.events.append(_event(unit, event))


def meter(log: Log, answer: str, report: MeterReported, running: OpenTransaction | None) -> Unit:
    """MeterValues: one row a reading."""
    unit = plain(log, answer)
    unit.readings = [_reading(unit, log, report, reading, running) for reading in report.readings]
    return unit


def _reading(
    unit: Unit, log: Log, report: MeterReported, reading: Reading, running: OpenTransaction | None
) -> Row:
    return (
        *unit.key, running.pk if running else None, report.place.evse_no, report.place.connector_no or 1,
        instant(reading.at, log.at), log.at, reading.context[:40], reading.energy_wh, reading.power_w,
        reading.current_a, reading.voltage_v, reading.soc_percent, reading.samples, reading.digest,
    )  # fmt: skip


def _event(unit: Unit, event: Event) -> Row:
    return (*unit.key, event.organisation_id, event.type, event.subject, event.payload(), event.occurred_at)
