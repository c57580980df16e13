"""Reading the message log for people: what a logged message meant, in words no version owns."""

from dataclasses import dataclass
from typing import Any, Final

from chargers.domain import Report

from .adapter import Adapter
from .adapters import ADAPTERS, DEFAULT
from .fields import text
from .normalise import TRANSACTION_ACTIONS, accept
from .rpc import Version
from .rpc.rereading import read_call
from .schemas import SchemaViolation, is_valid

OF_TRANSACTIONS: Final = sorted(TRANSACTION_ACTIONS - {"MeterValues"})
"""Actions that start, change or end a transaction."""
STATUS: Final = "StatusNotification"
"""The action that tells a connector's state."""

_ENDED_BY: Final = {
    "Local": "the driver at the station",
    "EVDisconnected": "the driver unplugging",
    "StoppedByEV": "the car",
    "SOCLimitReached": "the car, its battery being full",
    "Remote": "a remote stop",
    "DeAuthorized": "the station, because the card was not accepted",
    "MasterPass": "a service card",
    "EmergencyStop": "the emergency stop button",
    "PowerLoss": "a power cut",
    "PowerQuality": "the station, because of bad supply voltage",
    "Reboot": "a restart of the station",
    "HardReset": "a hard restart of the station",
    "SoftReset": "a restart of the station",
    "ImmediateReset": "an immediate restart of the station",
    "UnlockCommand": "unlocking the cable",
    "GroundFault": "the station's ground fault protection",
    "OvercurrentFault": "the station's overcurrent protection",
    "EnergyLimitReached": "the energy limit",
    "TimeLimitReached": "the time limit",
    "LocalOutOfCredit": "the station, because the credit was used up",
    "CostLimitReached": "the cost limit",
    "Timeout": "the station, because no car was plugged in in time",
}
_SETTINGS: Final[dict[Version, dict[str, str]]] = {
    Version.V16: {
        "password": "AuthorizationKey",
        "heartbeat": "HeartbeatInterval",
        "ping": "WebSocketPingInterval",
        "clock": "BootNotification and Heartbeat carry our time",
    },
    Version.V201: {
        "password": "SecurityCtrlr.BasicAuthPassword",
        "heartbeat": "OCPPCommCtrlr.HeartbeatInterval",
        "ping": "OCPPCommCtrlr.WebSocketPingInterval",
        "clock": "ClockCtrlr.TimeSource",
    },
}


# CALLs whose answer only promises: what becomes of them is told in messages of their own.
_TOLD_IN: Final = {
    "UpdateFirmware": "FirmwareStatusNotification",
    "SignedUpdateFirmware": "SignedFirmwareStatusNotification",
    "PublishFirmware": "PublishFirmwareStatusNotification",
    "GetDiagnostics": "DiagnosticsStatusNotification",
    "GetLog": "LogStatusNotification",
    "GetBaseReport": "NotifyReport",
    "GetReport": "NotifyReport",
    "GetMonitoringReport": "NotifyMonitoringReport",
    "CustomerInformation": "NotifyCustomerInformation",
    "GetChargingProfiles": "ReportChargingProfiles",
    "GetDisplayMessages": "NotifyDisplayMessages",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What we said to a start or stop: the verdict about the card and the transaction id, "" when not said."""

    status: str = ""
    reference: str = ""


def report_of(action: str, request: str, message_id: str) -> Report | None:
    """What a logged request of a station said; None when it cannot be read as a message any more."""
    payload = _payload(request, 3)
    knowing = [adapter for adapter in ADAPTERS.values() if action in adapter.inbound_actions]
    if payload is None or not knowing:
        return None
    try:
        adapter = _speaker(knowing, action, payload)
        mended, _ = accept(adapter.version, action, payload)
        return adapter.inbound(action, mended, message_id)
    except (SchemaViolation, ValueError, TypeError, KeyError, RecursionError):
        return None


def _speaker(knowing: list[Adapter], action: str, payload: dict[str, Any]) -> Adapter:
    """Whose words these are: two versions share names of actions, not their payloads."""
    return next((a for a in knowing if is_valid(a.version, action, "request", payload)), knowing[-1])


def answered(reply: str) -> Answered:
    """Verdict and id in one of our answers to a transaction message."""
    payload = _payload(reply, 2) or {}
    verdicts = [payload.get(name) for name in ("idTagInfo", "idTokenInfo")]
    info: dict[str, Any] = next((verdict for verdict in verdicts if isinstance(verdict, dict)), {})
    return Answered(text(info.get("status"), 40), text(payload.get("transactionId"), 40))


def _payload(frame: str, place: int) -> dict[str, Any] | None:
    try:
        elements = read_call(frame)
    except (ValueError, RecursionError):
        return None
    found = elements[place] if isinstance(elements, list) and len(elements) > place else None
    return found if isinstance(found, dict) else None


def ended_by(reason: str) -> str:
    """Who or what ended a transaction, for "ended by ..."; reasons nobody standardised are quoted."""
    return _ENDED_BY.get(
        reason, f'the station, which gives the reason "{reason[:40]}"' if reason else "the station"
    )


def setting(subprotocol: str, what: str) -> str:
    """How a version calls a setting: "password", "heartbeat", "ping" or "clock"."""
    adapter = ADAPTERS.get(subprotocol, DEFAULT)
    return _SETTINGS.get(adapter.version, _SETTINGS[DEFAULT.version])[what]


def command_label(subprotocol: str, action: str) -> str:
    """What a command does, as its menu entry says."""
    specs = ADAPTERS.get(subprotocol, DEFAULT).commands
    return next((spec.label for spec in specs if spec.action == action), action)


def told_later(action: str) -> str:
    """For a CALL whose effect comes after its answer: what tells of it; "" when the answer is all there is."""
    if action in _TOLD_IN:
        return f"what becomes of it is told by {_TOLD_IN[action]}"
    if action == "Reset":
        return "that it has restarted is told by its next status"
    if action == "CertificateSigned":
        return "whether it uses the certificate shows at its next connection"
    if action in ("ChangeConfiguration", "SetVariables"):
        return "the new value was not read back"
    return ""


def versions() -> list[str]:
    """The subprotocols we speak, newest first."""
    return list(ADAPTERS)
