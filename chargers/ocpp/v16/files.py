"""Firmware, diagnostics and logs in the words of OCPP 1.6 and its security whitepaper."""

from typing import Final

from chargers.choices import LogKind
from chargers.domain import LogAnnounced, LogProgress, Report, RequestLog, UpdateFirmware
from chargers.ocpp.adapter import CommandSpec, Payload
from chargers.ocpp.fields import text
from chargers.ocpp.reports import Handler, firmware, log_status
from chargers.ocpp.values import format_time

_LOG_TYPES: Final = {LogKind.DIAGNOSTICS_LOG: "DiagnosticsLog", LogKind.SECURITY_LOG: "SecurityLog"}


def update_firmware(wish: UpdateFirmware) -> tuple[str, Payload]:
    """UpdateFirmware (OCPP 1.6 §5.19), or SignedUpdateFirmware when it comes with a signature."""
    if wish.signature:
        return "SignedUpdateFirmware", {"requestId": wish.request_id, "firmware": _firmware(wish)}
    return "UpdateFirmware", {"location": wish.location, "retrieveDate": format_time(wish.retrieve_at)}


def _firmware(wish: UpdateFirmware) -> Payload:
    install = {} if wish.install_at is None else {"installDateTime": format_time(wish.install_at)}
    return {
        "location": wish.location,
        "retrieveDateTime": format_time(wish.retrieve_at),
        **install,
        "signingCertificate": wish.certificate,
        "signature": wish.signature,
    }


def request_log(wish: RequestLog) -> tuple[str, Payload]:
    """GetDiagnostics (OCPP 1.6 §5.9), or GetLog of the security extension."""
    if wish.kind == LogKind.DIAGNOSTICS:
        return "GetDiagnostics", {"location": wish.location, **_window(wish, "startTime", "stopTime")}
    log = {"remoteLocation": wish.location, **_window(wish, "oldestTimestamp", "latestTimestamp")}
    return "GetLog", {"log": log, "logType": _LOG_TYPES[wish.kind], "requestId": wish.request_id}


def _window(wish: RequestLog, oldest: str, latest: str) -> Payload:
    ends = {oldest: wish.oldest_at, latest: wish.latest_at}
    return {name: format_time(moment) for name, moment in ends.items() if moment is not None}


def announced(payload: Payload, result: Payload) -> Report:
    """The file name in the answer to GetDiagnostics (OCPP 1.6 §6.22) or GetLog."""
    name = text(result.get("fileName") or result.get("filename"))
    return LogAnnounced(name, payload.get("requestId"))


def _diagnostics(payload: Payload, message_id: str) -> Report:
    return LogProgress(text(payload.get("status"), 40))


HANDLERS: Final[dict[str, Handler]] = {
    "DiagnosticsStatusNotification": _diagnostics,
    "FirmwareStatusNotification": firmware,
    "LogStatusNotification": log_status,
    "SignedFirmwareStatusNotification": firmware,
}

COMMANDS: Final = (
    CommandSpec(
        "UpdateFirmware",
        "Update firmware by hand",
        "Names an address of your own from which the station fetches firmware. Use the Firmware & logs tab instead.",
        danger="Unsigned firmware from an address we do not watch; a wrong one can put the station out of use.",
    ),
    CommandSpec(
        "SignedUpdateFirmware",
        "Update signed firmware by hand",
        "Names an address, signature and certificate of your own. Use the Firmware & logs tab instead.",
        danger="The signature is not checked by us here; a wrong firmware can put the station out of use.",
    ),
    CommandSpec(
        "GetDiagnostics",
        "Have diagnostics sent elsewhere",
        "Has the station bring its diagnostics to an address of your own. The Firmware & logs tab keeps them here.",
        danger="The file can hold card numbers and network details; it goes wherever the address leads.",
    ),
    CommandSpec(
        "GetLog",
        "Have a log sent elsewhere",
        "Has the station bring a log to an address of your own. The Firmware & logs tab keeps it here.",
        danger="The file can hold card numbers and network details; it goes wherever the address leads.",
    ),
)
