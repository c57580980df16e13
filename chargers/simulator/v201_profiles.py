"""Charging profiles of OCPP 2.0.1 (K01, K08, K09, K10), carried out."""

from typing import TYPE_CHECKING, Any, Final

from chargers.ocpp.rpc import Payload

from . import charging
from .dialect import Order, Reply, wire_time

if TYPE_CHECKING:
    from .station import SimulatedStation


def _set(station: "SimulatedStation", payload: Payload) -> Reply:
    profile, place = payload["chargingProfile"], payload["evseId"]
    schedule = profile["chargingSchedule"][0]
    status = charging.install(station, place, profile["id"], profile, schedule)
    return Reply({"status": status}, station.report_all)


def _clear(station: "SimulatedStation", payload: Payload) -> Reply:
    words: dict[str, Any] = payload.get("chargingProfileCriteria", {})
    status = charging.remove(
        station, payload.get("chargingProfileId"), words.get("evseId"), words.get("chargingProfilePurpose"),
        words.get("stackLevel"),
    )  # fmt: skip
    return Reply({"status": status}, station.report_all)


def _composite(station: "SimulatedStation", payload: Payload) -> Reply:
    place, unit = payload["evseId"], payload.get("chargingRateUnit", "A")
    if place and place not in station.outlets:
        return Reply({"status": "Rejected"})
    schedule = {
        "evseId": place,
        "duration": payload["duration"],
        "scheduleStart": wire_time(station.now()),
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": charging.schedule(station, place, payload["duration"], unit),
    }
    return Reply({"status": "Accepted", "schedule": schedule})


ORDERS: Final[dict[str, Order]] = {
    "ClearChargingProfile": _clear,
    "GetCompositeSchedule": _composite,
    "SetChargingProfile": _set,
}
