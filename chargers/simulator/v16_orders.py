"""The commands of OCPP 1.6 §5, carried out."""

from typing import TYPE_CHECKING, Final

from chargers.ocpp.rpc import Payload

from . import orders, v16_configuration, v16_files, v16_local_list, v16_reservations, v16_security
from .dialect import Order, Reply

if TYPE_CHECKING:
    from .station import SimulatedStation

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
    **v16_configuration.ORDERS,
    **v16_files.ORDERS,
    **v16_local_list.ORDERS,
    **v16_reservations.ORDERS,
    **v16_security.ORDERS,
    "ChangeAvailability": _availability,
    "ClearCache": _clear_cache,
    "DataTransfer": _data_transfer,
    "RemoteStartTransaction": _remote_start,
    "RemoteStopTransaction": _remote_stop,
    "Reset": _reset,
    "TriggerMessage": _trigger,
    "UnlockConnector": _unlock,
}
