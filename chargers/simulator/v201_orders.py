"""The commands of OCPP 2.0.1 that the simulated station understands, carried out."""

from typing import TYPE_CHECKING, Any, Final

from chargers.ocpp.rpc import Payload

from . import orders, v201_local_list, v201_profiles
from .dialect import Order, Reply

if TYPE_CHECKING:
    from .station import SimulatedStation

SETTINGS: Final[dict[str, str]] = {
    "AlignedDataCtrlr.Interval": "0",
    "AuthCtrlr.Enabled": "true",
    "ChargingStation.AvailabilityState": "Available",
    "OCPPCommCtrlr.HeartbeatInterval": "300",
    "OCPPCommCtrlr.MessageAttemptInterval": "30",
    "OCPPCommCtrlr.MessageAttempts": "10",
    "OCPPCommCtrlr.WebSocketPingInterval": "60",
    "SampledDataCtrlr.TxUpdatedInterval": "60",
    "SmartChargingCtrlr.PeriodsPerSchedule": "24",
    "SmartChargingCtrlr.ProfileStackLevel": "10",
    "SmartChargingCtrlr.RateUnit": "A,W",
    "TxCtrlr.EVConnectionTimeOut": "60",
    "TxCtrlr.StopTxOnInvalidId": "true",
    "TxCtrlr.TxStartPoint": "PowerPathClosed",
    "TxCtrlr.TxStopPoint": "PowerPathClosed",
}
READ_ONLY: Final = {
    "ChargingStation.AvailabilityState",
    "SmartChargingCtrlr.PeriodsPerSchedule",
    "SmartChargingCtrlr.ProfileStackLevel",
    "SmartChargingCtrlr.RateUnit",
    "TxCtrlr.TxStartPoint",
    "TxCtrlr.TxStopPoint",
}
NUMBERS: Final = {name for name, value in SETTINGS.items() if value.isdigit()}
KEY_SETTING: Final = "SecurityCtrlr.BasicAuthPassword"
SHORTEST_KEY, LONGEST_KEY = 16, 40
COMPONENTS: Final = {name.partition(".")[0] for name in (*SETTINGS, KEY_SETTING)}
TRIGGERED: Final = {
    "BootNotification": "BootNotification",
    "Heartbeat": "Heartbeat",
    "MeterValues": "MeterValues",
    "StatusNotification": "StatusNotification",
    "TransactionEvent": "MeterValues",
}


def _request_start(station: "SimulatedStation", payload: Payload) -> Reply:
    """F01, F02: by the server while the cable is in, or before."""
    uid = payload["idToken"]["idToken"]
    begin = orders.remote_start(station, uid, payload.get("evseId"), payload["remoteStartId"])
    return Reply({"status": "Accepted" if begin else "Rejected"}, begin)


def _request_stop(station: "SimulatedStation", payload: Payload) -> Reply:
    end = orders.remote_stop(station, payload["transactionId"])
    return Reply({"status": "Accepted" if end else "Rejected"}, end)


def _reset(station: "SimulatedStation", payload: Payload) -> Reply:
    """B11, B12. An EVSE alone cannot be reset here."""
    if "evseId" in payload:
        return Reply({"status": "Rejected"})
    if payload["type"] == "OnIdle" and any(outlet.session for outlet in station.outlets.values()):
        station.reboots_when_idle = True
        return Reply({"status": "Scheduled"})
    return Reply({"status": "Accepted"}, lambda: orders.reboot(station, "ImmediateReset"))


def _unlock(station: "SimulatedStation", payload: Payload) -> Reply:
    outlet = station.outlets.get(payload["evseId"])
    if outlet is None or payload["connectorId"] != 1:
        return Reply({"status": "UnknownConnector"})
    if outlet.session is not None:
        return Reply({"status": "OngoingAuthorizedTransaction"})
    return Reply({"status": "Unlocked"}, orders.unlock(station, outlet.number))


def _availability(station: "SimulatedStation", payload: Payload) -> Reply:
    evse_no = payload.get("evse", {}).get("id", 0)
    status, then = orders.set_availability(station, evse_no, payload["operationalStatus"] == "Operative")
    return Reply({"status": status}, then)


def _name(item: dict[str, Any]) -> str:
    return f"{item['component']['name']}.{item['variable']['name']}"


def _place(item: dict[str, Any]) -> dict[str, Any]:
    return {"component": item["component"], "variable": item["variable"]}


def _set_variables(station: "SimulatedStation", payload: Payload) -> Reply:
    results = [
        {"attributeStatus": _write(station, _name(item), item["attributeValue"]), **_place(item)}
        for item in payload["setVariableData"]
    ]
    return Reply({"setVariableResult": results})


def _write(station: "SimulatedStation", name: str, value: str) -> str:
    if name == KEY_SETTING:
        if not SHORTEST_KEY <= len(value) <= LONGEST_KEY:
            return "Rejected"
        station.rekey(value)
        return "Accepted"
    if name not in station.settings:
        return _unknown(name)
    if name in READ_ONLY or (name in NUMBERS and not value.isdigit()):
        return "Rejected"
    station.settings[name] = value
    return "Accepted"


def _get_variables(station: "SimulatedStation", payload: Payload) -> Reply:
    return Reply({"getVariableResult": [_read(station, item) for item in payload["getVariableData"]]})


def _read(station: "SimulatedStation", item: dict[str, Any]) -> dict[str, Any]:
    """B06; a password can be written only."""
    name = _name(item)
    if name == KEY_SETTING:
        return {"attributeStatus": "Rejected", **_place(item)}
    if name not in station.settings:
        return {"attributeStatus": _unknown(name), **_place(item)}
    return {"attributeStatus": "Accepted", "attributeValue": station.settings[name], **_place(item)}


def _unknown(name: str) -> str:
    return "UnknownVariable" if name.partition(".")[0] in COMPONENTS else "UnknownComponent"


def _clear_cache(station: "SimulatedStation", payload: Payload) -> Reply:
    return Reply({"status": "Accepted"})


def _data_transfer(station: "SimulatedStation", payload: Payload) -> Reply:
    known = payload["vendorId"] == station.facts.vendor
    return Reply({"status": "Accepted" if known else "UnknownVendorId"})


def _trigger(station: "SimulatedStation", payload: Payload) -> Reply:
    wanted = TRIGGERED.get(payload["requestedMessage"])
    if wanted is None:
        return Reply({"status": "NotImplemented"})
    then = orders.trigger(station, wanted, payload.get("evse", {}).get("id"))
    return Reply({"status": "Accepted" if then else "Rejected"}, then)


ORDERS: Final[dict[str, Order]] = {
    **v201_local_list.ORDERS,
    **v201_profiles.ORDERS,
    "ChangeAvailability": _availability,
    "ClearCache": _clear_cache,
    "DataTransfer": _data_transfer,
    "GetVariables": _get_variables,
    "RequestStartTransaction": _request_start,
    "RequestStopTransaction": _request_stop,
    "Reset": _reset,
    "SetVariables": _set_variables,
    "TriggerMessage": _trigger,
    "UnlockConnector": _unlock,
}
