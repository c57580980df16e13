"""Which deviations a handshake, an event or a report shows. Pure: what is done about them is decided elsewhere."""

from typing import Any, Final

from chargers import domain
from chargers.choices import OPEN_STATES, ConnectorStatus, Quirk
from chargers.ocpp import adapters, quirks
from chargers.ocpp.rpc import (
    AnswerRefused,
    CallReceived,
    ErrorKind,
    ErrorReceived,
    LateAnswer,
    Refusal,
    Unsolicited,
    Violation,
)

from ..admission.address import is_plain
from ..admission.facts import OpenTransaction, StationFacts
from ..admission.handshake import Admission

# OCPP 1.6J §4.1.4: a message id has at most 36 characters.
MAX_MESSAGE_ID: Final = 36
_FLOWING = frozenset({ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED_EV, ConnectorStatus.SUSPENDED_EVSE})
_CLOSES: Final = {
    1002: Quirk.BROKEN_FRAMES,
    1003: Quirk.BINARY_FRAME,
    1007: Quirk.BROKEN_FRAMES,
    1008: Quirk.FLOODS,
    1009: Quirk.OVERSIZED_FRAME,
    4003: Quirk.HALF_DEAD,
}
_FORGIVEN: Final = {
    Refusal.CHARACTER: Quirk.CONTROL_CHARACTERS,
    Refusal.DUPLICATE_KEY: Quirk.DUPLICATE_FIELD,
    Refusal.NUMBER: Quirk.NUMBER_INVALID,
}
_UNREADABLE = frozenset(
    {ErrorKind.UNREADABLE, ErrorKind.MESSAGE_TYPE, ErrorKind.FORMAT, ErrorKind.INCOMPLETE}
)


def of_handshake(scope: dict[str, Any], admission: Admission) -> list[Quirk]:
    """What is odd about the way in."""
    station, adapter = admission.station, admission.adapter
    found = _of_versions(list(scope.get("subprotocols") or []), admission)
    if adapter and station.last_subprotocol not in ("", adapter.subprotocol):
        found.append(Quirk.VERSION_CHANGED)
    if not is_plain(scope["raw_path"], station.identity):
        found.append(Quirk.URL_SPELLING)
    if admission.key_form:
        found.append(Quirk.KEY_FORM)
    return found


def _of_versions(offered: list[str], admission: Admission) -> list[Quirk]:
    if not offered:
        return [Quirk.NO_SUBPROTOCOL]
    if admission.adapter is None:
        return [Quirk.NO_COMMON_VERSION]
    return [] if all(adapters.is_known(name) for name in offered) else [Quirk.ODD_SUBPROTOCOL]


def of_mended(call: CallReceived) -> tuple[Quirk, ...]:
    """What was forgiven in the frame itself."""
    return tuple(_FORGIVEN[refusal] for refusal in call.forgiven)


def of_close(code: int) -> list[Quirk]:
    """What the end of a socket shows."""
    return [_CLOSES[code]] if code in _CLOSES else []


def of_event(event: object) -> Quirk | None:
    """What is odd about a frame, apart from its content."""
    if isinstance(event, CallReceived):
        return _of_call(event)
    if isinstance(event, Violation):
        return Quirk.UNREADABLE_FRAME if event.kind in _UNREADABLE else Quirk.REFUSED
    if isinstance(event, Unsolicited):
        return Quirk.UNSOLICITED_ANSWER
    if isinstance(event, LateAnswer):
        return Quirk.LATE_ANSWER
    if isinstance(event, AnswerRefused):
        return Quirk.UNUSABLE_ANSWER
    return Quirk.ODD_ERROR if isinstance(event, ErrorReceived) and event.odd else None


def _of_call(call: CallReceived) -> Quirk | None:
    if call.reused:
        return Quirk.MESSAGE_ID_REUSED
    if type(call.message_id) is not str:
        return Quirk.MESSAGE_ID_NUMBER
    return Quirk.MESSAGE_ID_LONG if len(call.message_id) > MAX_MESSAGE_ID else None


def of_report(station: StationFacts, report: domain.Report) -> tuple[str, ...]:
    """What is odd about what a station tells, given what is known of it."""
    notes: tuple[str, ...] = getattr(report, "notes", ())
    if isinstance(report, domain.StatusReported):
        return _of_status(station, report)
    if isinstance(report, domain.DataReceived) and isinstance(quirks.find(report), str):
        return (Quirk.VENDOR_MESSAGES,)
    return notes


def _of_status(station: StationFacts, report: domain.StatusReported) -> tuple[str, ...]:
    running = {t.evse_no for t in station.transactions.values()}
    if report.status in _FLOWING and report.place.evse_no and report.place.evse_no not in running:
        return (Quirk.CHARGING_WITHOUT_START,)
    return ()


def of_boot(station: StationFacts, booted: bool, served: bool) -> list[Quirk]:
    """What is odd about a boot: `booted` before on this socket, or `served` other messages before it."""
    if booted:
        return [Quirk.REPEATED_BOOT]
    found = [Quirk.BEFORE_BOOT] if served else []
    return [*found, Quirk.REBOOT_WHILE_CHARGING] if station.transactions else found


def of_readings(running: OpenTransaction | None) -> list[Quirk]:
    """What is odd about readings for this transaction."""
    return [Quirk.LATE_READINGS] if running is not None and running.state not in OPEN_STATES else []
