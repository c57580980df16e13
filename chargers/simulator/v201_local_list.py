"""The local authorisation list of OCPP 2.0.1 (D01, D02)."""

from typing import TYPE_CHECKING, Final

from chargers.ocpp.rpc import Payload

from .dialect import Order, Reply

if TYPE_CHECKING:
    from .station import SimulatedStation


def _send(station: "SimulatedStation", payload: Payload) -> Reply:
    listed = payload.get("localAuthorizationList", [])
    entries = {entry["idToken"]["idToken"]: entry.get("idTokenInfo") for entry in listed}
    is_full = payload["updateType"] == "Full"
    return Reply({"status": station.local_list.take(payload["versionNumber"], entries, is_full)})


def _version(station: "SimulatedStation", payload: Payload) -> Reply:
    return Reply({"versionNumber": station.local_list.version})


ORDERS: Final[dict[str, Order]] = {"GetLocalListVersion": _version, "SendLocalList": _send}
