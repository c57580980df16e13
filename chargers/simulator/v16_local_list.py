"""The local authorisation list of OCPP 1.6 (§5.10, §5.15)."""

from typing import TYPE_CHECKING, Final

from chargers.ocpp.rpc import Payload

from .dialect import Order, Reply

if TYPE_CHECKING:
    from .station import SimulatedStation


def _send(station: "SimulatedStation", payload: Payload) -> Reply:
    listed = payload.get("localAuthorizationList", [])
    if len(listed) > int(station.settings["SendLocalListMaxLength"]):
        return Reply({"status": "Failed"})
    entries = {entry["idTag"]: entry.get("idTagInfo") for entry in listed}
    is_full = payload["updateType"] == "Full"
    return Reply({"status": station.local_list.take(payload["listVersion"], entries, is_full)})


def _version(station: "SimulatedStation", payload: Payload) -> Reply:
    return Reply({"listVersion": station.local_list.version})


ORDERS: Final[dict[str, Order]] = {"GetLocalListVersion": _version, "SendLocalList": _send}
