"""Firmware and logs in the words of OCPP 2.0.1 (L01, N01)."""

from typing import Final

from chargers.choices import LogKind
from chargers.domain import RequestLog, UpdateFirmware
from chargers.ocpp.adapter import Payload
from chargers.ocpp.values import format_time

_LOG_TYPES: Final = {
    LogKind.DIAGNOSTICS: "DiagnosticsLog",
    LogKind.DIAGNOSTICS_LOG: "DiagnosticsLog",
    LogKind.SECURITY_LOG: "SecurityLog",
}


def update_firmware(wish: UpdateFirmware) -> tuple[str, Payload]:
    """UpdateFirmware (OCPP 2.0.1 L01); signature and certificate are left out of an unsigned one (L02)."""
    firmware: Payload = {"location": wish.location, "retrieveDateTime": format_time(wish.retrieve_at)}
    if wish.install_at is not None:
        firmware["installDateTime"] = format_time(wish.install_at)
    if wish.signature:
        firmware |= {"signingCertificate": wish.certificate, "signature": wish.signature}
    return "UpdateFirmware", {"requestId": wish.request_id, "firmware": firmware}


def request_log(wish: RequestLog) -> tuple[str, Payload]:
    """GetLog (OCPP 2.0.1 N01)."""
    ends = {"oldestTimestamp": wish.oldest_at, "latestTimestamp": wish.latest_at}
    window = {name: format_time(moment) for name, moment in ends.items() if moment is not None}
    log = {"remoteLocation": wish.location, **window}
    return "GetLog", {"log": log, "logType": _LOG_TYPES[wish.kind], "requestId": wish.request_id}
