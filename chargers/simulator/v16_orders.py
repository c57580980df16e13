"""The commands of OCPP 1.6 §5, carried out."""

from typing import TYPE_CHECKING, Final

from chargers.ocpp.rpc import Payload

from . import orders
from .dialect import Order, Reply

if TYPE_CHECKING:
    from .station import SimulatedStation

SETTINGS: Final[dict[str, str]] = {
    "AuthorizeRemoteTxRequests": "false",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "60",
    "GetConfigurationMaxKeys": "50",
    "HeartbeatInterval": "300",
    "LocalAuthorizeOffline": "true",
    "MeterValueSampleInterval": "60",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC",
    "NumberOfConnectors": "1",
    "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "true",
    "SupportedFeatureProfiles": "Core,RemoteTrigger",
    "TransactionMessageAttempts": "10",
    "TransactionMessageRetryInterval": "30",
    "UnlockConnectorOnEVSideDisconnect": "true",
    "WebSocketPingInterval": "60",
}
READ_ONLY: Final = {"GetConfigurationMaxKeys", "NumberOfConnectors", "SupportedFeatureProfiles"}
NUMBERS: Final = {name for name, value in SETTINGS.items() if value.isdigit()}
KEY_SETTING: Final = "AuthorizationKey"
SHORTEST_KEY, LONGEST_KEY = 16, 40
TRIGGERED: Final = {"BootNotification", "Heartbeat", "MeterValues", "StatusNotification"}


def _remote_start(station: "SimulatedStation", payload: Payload) -> Reply:
    begin = orders.remote_start(station, payload["idTag"], payload.get("connectorId"), None)
    return Reply({"status": "Accepted" if begin else "Rejected"}, begin)


def _remote_stop(station: "SimulatedStation", payload: Payload) -> Reply:
    end = orders.remote_stop(station, str(payload["transactionId"]))
    return Reply({"status": "Accepted" if end else "Rejected"}, end)


def _reset(station: "SimulatedStation", payload: Payload) -> Reply:
    reason = "HardReset" if payload["type"] == "Hard" else "SoftReset"
    return Reply({"status": "Accepted"}, lambda: orders.reboot(station, reason))


def _unlock(station: "SimulatedStation", payload: Payload) -> Reply:
    unlock = orders.unlock(station, payload["connectorId"])
    return Reply({"status": "Unlocked" if unlock else "NotSupported"}, unlock)


def _availability(station: "SimulatedStation", payload: Payload) -> Reply:
    status, then = orders.set_availability(station, payload["connectorId"], payload["type"] == "Operative")
    return Reply({"status": status}, then)


def _change_configuration(station: "SimulatedStation", payload: Payload) -> Reply:
    name, value = payload["key"], payload["value"]
    return Reply({"status": _write(station, name, value)})


def _write(station: "SimulatedStation", name: str, value: str) -> str:
    if name == KEY_SETTING:
        if not SHORTEST_KEY <= len(value) <= LONGEST_KEY:
            return "Rejected"
        station.rekey(value)
        return "Accepted"
    if name not in station.settings:
        return "NotSupported"
    if name in READ_ONLY or (name in NUMBERS and not value.isdigit()):
        return "Rejected"
    station.settings[name] = value
    return "Accepted"


def _get_configuration(station: "SimulatedStation", payload: Payload) -> Reply:
    wanted = payload.get("key") or list(station.settings)
    known = [
        {"key": name, "readonly": name in READ_ONLY, "value": station.settings[name]}
        for name in wanted
        if name in station.settings
    ]
    unknown = [name for name in wanted if name not in station.settings]
    return Reply({"configurationKey": known} | ({"unknownKey": unknown} if unknown else {}))


def _clear_cache(station: "SimulatedStation", payload: Payload) -> Reply:
    return Reply({"status": "Accepted"})


def _data_transfer(station: "SimulatedStation", payload: Payload) -> Reply:
    if payload["vendorId"] != station.facts.vendor:
        return Reply({"status": "UnknownVendorId"})
    return Reply({"status": "Accepted", "data": payload.get("data", "")})


def _trigger(station: "SimulatedStation", payload: Payload) -> Reply:
    wanted = payload["requestedMessage"]
    if wanted not in TRIGGERED:
        return Reply({"status": "NotImplemented"})
    then = orders.trigger(station, wanted, payload.get("connectorId"))
    return Reply({"status": "Accepted" if then else "Rejected"}, then)


ORDERS: Final[dict[str, Order]] = {
    "ChangeAvailability": _availability,
    "ChangeConfiguration": _change_configuration,
    "ClearCache": _clear_cache,
    "DataTransfer": _data_transfer,
    "GetConfiguration": _get_configuration,
    "RemoteStartTransaction": _remote_start,
    "RemoteStopTransaction": _remote_stop,
    "Reset": _reset,
    "TriggerMessage": _trigger,
    "UnlockConnector": _unlock,
}
