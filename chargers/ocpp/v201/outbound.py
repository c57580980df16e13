"""Wishes in the words of OCPP 2.0.1, and what would show that they came true."""

from functools import singledispatch
from typing import Any, Final

from chargers.domain import (
    CancelReservation,
    ClearCache,
    ClearProfiles,
    Place,
    ReadListVersion,
    ReadProfiles,
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
    SetProfile,
    Token,
    Trigger,
    Unlock,
    UpdateFirmware,
    WriteSetting,
)
from chargers.ocpp.adapter import Payload, Unsupported
from chargers.ocpp.fields import elements, part, text
from chargers.ocpp.redact import is_secret

from . import files, local_lists, profiles, reservations

TRIGGERS: Final = frozenset(
    {
        "BootNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "PublishFirmwareStatusNotification",
        "SignChargingStationCertificate",
        "SignCombinedCertificate",
        "SignV2GCertificate",
        "StatusNotification",
        "TransactionEvent",
    }
)


@singledispatch
def call(request: Request) -> tuple[str, Payload]:
    """Action and payload for a wish. Raises Unsupported."""
    raise Unsupported(f"OCPP 2.0.1 has no {type(request).__name__}")


@call.register
def _(request: UpdateFirmware) -> tuple[str, Payload]:
    return files.update_firmware(request)


@call.register
def _(request: RequestLog) -> tuple[str, Payload]:
    return files.request_log(request)


@call.register
def _(request: RemoteStart) -> tuple[str, Payload]:
    where = {} if request.evse_no is None else {"evseId": request.evse_no}
    profile = {} if request.profile is None else {"chargingProfile": profiles.profile(request.profile)}
    token, number = _token(request.token), request.remote_start_id
    return "RequestStartTransaction", {**where, "idToken": token, "remoteStartId": number, **profile}


def _token(token: Token) -> Payload:
    return {"idToken": token.uid, "type": str(token.type)}


@call.register
def _(request: RemoteStop) -> tuple[str, Payload]:
    return "RequestStopTransaction", {"transactionId": request.reference}


@call.register
def _(request: Reset) -> tuple[str, Payload]:
    return "Reset", {"type": "Immediate" if request.hard else "OnIdle"}


@call.register
def _(request: Unlock) -> tuple[str, Payload]:
    where = request.place
    if not where.evse_no:
        raise Unsupported("only a connector can be unlocked, not the whole station")
    return "UnlockConnector", {"evseId": where.evse_no, "connectorId": where.connector_no or 1}


@call.register
def _(request: SetAvailability) -> tuple[str, Payload]:
    """Without an EVSE it is the whole station (OCPP 2.0.1 G04.FR.02)."""
    return "ChangeAvailability", {**_evse(request.place), "operationalStatus": str(request.availability)}


@call.register
def _(request: Trigger) -> tuple[str, Payload]:
    if request.message not in TRIGGERS:
        raise Unsupported(f"OCPP 2.0.1 cannot ask for {request.message}")
    evse = {} if request.place is None else _evse(_triggered(request.message, request.place))
    return "TriggerMessage", {**evse, "requestedMessage": request.message}


def _triggered(message: str, place: Place) -> Place:
    """A status belongs to a connector, never to an EVSE as a whole (OCPP 2.0.1 F06.FR.12)."""
    whole_evse = place.evse_no and place.connector_no is None
    return Place(place.evse_no, 1) if message == "StatusNotification" and whole_evse else place


def _evse(place: Place) -> Payload:
    if not place.evse_no:
        return {}
    connector = {} if place.connector_no is None else {"connectorId": place.connector_no}
    return {"evse": {"id": place.evse_no, **connector}}


@call.register
def _(request: ReadSettings) -> tuple[str, Payload]:
    if not request.names:
        raise Unsupported("OCPP 2.0.1 reads named variables; GetBaseReport tells of all")
    return "GetVariables", {"getVariableData": [_variable(name) for name in request.names]}


@call.register
def _(request: WriteSetting) -> tuple[str, Payload]:
    return "SetVariables", {"setVariableData": [{"attributeValue": request.value, **_variable(request.name)}]}


def _variable(name: str) -> Payload:
    component, dot, variable = name.partition(".")
    if not (component and dot and variable):
        raise Unsupported(f"a variable is written Component.Variable, not {name!r}")
    return {"component": {"name": component}, "variable": {"name": variable}}


@call.register
def _(request: ClearCache) -> tuple[str, Payload]:
    return "ClearCache", {}


call.register(ReserveNow, reservations.reserve)
call.register(CancelReservation, reservations.cancel)
call.register(SetProfile, profiles.install)
call.register(ClearProfiles, profiles.clear)
call.register(ReadSchedule, profiles.read)
call.register(ReadProfiles, profiles.ask)


call.register(SendList, local_lists.send)
call.register(ReadListVersion, local_lists.ask_version)


def expectation(action: str, payload: Payload) -> dict[str, Any]:
    """What would show that an accepted CALL took effect; kinds as in `chargers.ocpp.adapter.Adapter`."""
    match action, payload:
        case "RequestStartTransaction", {"idToken": {"idToken": uid}, "remoteStartId": start_id}:
            evse_no = payload.get("evseId")
            return {
                "kind": "transaction_started",
                "uid": uid,
                "evse_no": evse_no,
                "remote_start_id": start_id,
            }
        case "RequestStopTransaction", {"transactionId": reference}:
            return {"kind": "transaction_ended", "reference": reference}
        case "Reset", _ if "evseId" not in payload:
            return {"kind": "booted"}
        case "ChangeAvailability", {"operationalStatus": availability}:
            return {"kind": "availability", **_where(payload), "availability": availability}
        case "SetVariables", {"setVariableData": [only]}:
            return _setting(only)
        case "TriggerMessage", {"requestedMessage": message}:
            return {"kind": "message", "message": message, "evse_no": _where(payload)["evse_no"] or None}
    return {}


def _where(payload: Payload) -> dict[str, int | None]:
    evse = part(payload, "evse")
    return {"evse_no": evse.get("id", 0), "connector_no": evse.get("connectorId")}


def _setting(data: Payload) -> dict[str, Any]:
    """Only what `ReadSettings` can read back: an actual value of the station itself, and no secret."""
    name = _plain_name(data)
    if name is None or is_secret(name):
        return {}
    return {"kind": "setting", "name": name, "value": data["attributeValue"]}


def _plain_name(data: Payload) -> str | None:
    component, variable = part(data, "component"), part(data, "variable")
    if {"instance", "evse"} & (component.keys() | variable.keys()) or data.get(
        "attributeType", "Actual"
    ) != "Actual":
        return None
    return f"{text(component.get('name'))}.{text(variable.get('name'))}"


def setting_value(name: str, result: Payload) -> str | None:
    """The value of a variable in a GetVariables answer; names ignore case."""
    for entry in elements(result.get("getVariableResult")):
        plain = _plain_name(entry)
        if plain is not None and plain.lower() == name.lower() and entry.get("attributeStatus") == "Accepted":
            return text(entry.get("attributeValue"), 2_500)
    return None
