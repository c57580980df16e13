"""Wishes in the words of OCPP 1.6, and what would show that they came true."""

from functools import singledispatch
from typing import Any, Final

from chargers.domain import (
    CancelReservation,
    ClearCache,
    ClearProfiles,
    DeleteRoot,
    DeliverCertificate,
    InstallRoot,
    Place,
    ReadListVersion,
    ReadRoots,
    ReadSchedule,
    ReadSettings,
    RemoteStart,
    RemoteStop,
    Request,
    RequestLog,
    ReserveNow,
    Reset,
    SendList,
    SetAvailability,
    SetKey,
    SetProfile,
    SetSecurityProfile,
    Trigger,
    Unlock,
    UpdateFirmware,
    WriteSetting,
)
from chargers.ocpp.adapter import Payload, Unsupported
from chargers.ocpp.fields import elements, text
from chargers.ocpp.redact import is_secret

from . import files, local_lists, profiles, reservations, security

TRIGGERS: Final = frozenset(
    {
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
    }
)
# What only an ExtendedTriggerMessage can ask for (security whitepaper §4.1), by the message that then comes.
EXTENDED_TRIGGERS: Final = {
    "LogStatusNotification": "LogStatusNotification",
    "SignCertificate": "SignChargePointCertificate",
    "SignedFirmwareStatusNotification": "FirmwareStatusNotification",
}


@singledispatch
def call(request: Request) -> tuple[str, Payload]:
    """Action and payload for a wish. Raises Unsupported."""
    raise Unsupported(f"OCPP 1.6 has no {type(request).__name__}")


@call.register
def _(request: UpdateFirmware) -> tuple[str, Payload]:
    return files.update_firmware(request)


@call.register
def _(request: RequestLog) -> tuple[str, Payload]:
    return files.request_log(request)


@call.register
def _(request: RemoteStart) -> tuple[str, Payload]:
    where = {} if request.evse_no is None else {"connectorId": request.evse_no}
    profile = {} if request.profile is None else {"chargingProfile": profiles.profile(request.profile)}
    return "RemoteStartTransaction", {**where, "idTag": request.token.uid, **profile}


@call.register
def _(request: RemoteStop) -> tuple[str, Payload]:
    if not request.reference.isdecimal():
        raise Unsupported("OCPP 1.6 stops transactions by number, and this one never got a number")
    return "RemoteStopTransaction", {"transactionId": int(request.reference)}


@call.register
def _(request: Reset) -> tuple[str, Payload]:
    return "Reset", {"type": "Hard" if request.hard else "Soft"}


@call.register
def _(request: Unlock) -> tuple[str, Payload]:
    if not request.place.evse_no:
        raise Unsupported("only a connector can be unlocked, not the whole station")
    return "UnlockConnector", {"connectorId": request.place.evse_no}


@call.register
def _(request: SetAvailability) -> tuple[str, Payload]:
    payload = {"connectorId": request.place.evse_no, "type": str(request.availability)}
    return "ChangeAvailability", payload


@call.register
def _(request: Trigger) -> tuple[str, Payload]:
    extended = EXTENDED_TRIGGERS.get(request.message)
    if extended is None and request.message not in TRIGGERS:
        raise Unsupported(f"OCPP 1.6 cannot ask for {request.message}")
    payload: Payload = {"requestedMessage": extended or request.message}
    # A connector of a TriggerMessage must be above 0 (OCPP 1.6 §6.51).
    if request.place is not None and request.place.evse_no:
        payload["connectorId"] = request.place.evse_no
    return "ExtendedTriggerMessage" if extended else "TriggerMessage", payload


@call.register
def _(request: ReadSettings) -> tuple[str, Payload]:
    return "GetConfiguration", {"key": list(request.names)} if request.names else {}


@call.register
def _(request: WriteSetting) -> tuple[str, Payload]:
    return "ChangeConfiguration", {"key": request.name, "value": request.value}


call.register(SendList, local_lists.send)
call.register(ReadListVersion, local_lists.ask_version)
call.register(ReserveNow, reservations.reserve)
call.register(CancelReservation, reservations.cancel)
call.register(SetProfile, profiles.install)
call.register(ClearProfiles, profiles.clear)
call.register(ReadSchedule, profiles.read)
call.register(SetKey, security.set_key)
call.register(SetSecurityProfile, security.set_profile)
call.register(DeliverCertificate, security.deliver)
call.register(InstallRoot, security.install)
call.register(DeleteRoot, security.delete)
call.register(ReadRoots, security.read)


@call.register
def _(request: ClearCache) -> tuple[str, Payload]:
    return "ClearCache", {}


def expectation(action: str, payload: Payload) -> dict[str, Any]:
    """What would show that an accepted CALL took effect; kinds as in `chargers.ocpp.adapter.Adapter`."""
    match action, payload:
        case "RemoteStartTransaction", {"idTag": uid}:
            evse_no = payload.get("connectorId")
            return {"kind": "transaction_started", "uid": uid, "evse_no": evse_no, "remote_start_id": None}
        case "RemoteStopTransaction", {"transactionId": transaction_id}:
            return {"kind": "transaction_ended", "reference": str(transaction_id)}
        case "Reset", _:
            return {"kind": "booted"}
        case "ChangeAvailability", {"connectorId": connector_id, "type": availability}:
            return {"kind": "availability", **_place(connector_id), "availability": availability}
        # A secret can be written but never read back.
        case "ChangeConfiguration", {"key": key, "value": value} if not is_secret(key):
            return {"kind": "setting", "name": key, "value": value}
        case "TriggerMessage" | "ExtendedTriggerMessage", {"requestedMessage": message}:
            return _message(action, message, payload.get("connectorId"))
    return {}


def _message(action: str, message: str, connector_id: int | None) -> dict[str, Any]:
    """The message that was asked for, under the name it comes with; firmware is reported in one of two ways."""
    wanted = {"kind": "message", "message": message, "evse_no": connector_id}
    if action == "TriggerMessage":
        return wanted
    names = {asked: comes for comes, asked in EXTENDED_TRIGGERS.items()}
    also = {"also": message} if message == "FirmwareStatusNotification" else {}
    return wanted | {"message": names.get(message, message)} | also


def _place(connector_id: int) -> dict[str, int | None]:
    where = Place(connector_id, 1 if connector_id else None)
    return {"evse_no": where.evse_no, "connector_no": where.connector_no}


def setting_value(name: str, result: Payload) -> str | None:
    """The value of a key in a GetConfiguration answer, "" for a known key without one; keys ignore case."""
    for entry in elements(result.get("configurationKey")):
        if text(entry.get("key")).lower() == name.lower():
            return text(entry.get("value"), 2_500)
    return None
