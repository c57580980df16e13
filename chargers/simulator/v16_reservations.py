"""Reservations and charging profiles of OCPP 1.6, carried out."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from chargers.ocpp.rpc import Payload

from . import charging
from .dialect import Order, Reply, wire_time
from .held import Held, hold, release

if TYPE_CHECKING:
    from .station import SimulatedStation


def _reserve(station: "SimulatedStation", payload: Payload) -> Reply:
    until = datetime.fromisoformat(payload["expiryDate"])
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    held = Held(payload["reservationId"], payload["idTag"], payload.get("parentIdTag", ""), until)
    return Reply({"status": hold(station, payload["connectorId"], held)}, station.report_all)


def _cancel(station: "SimulatedStation", payload: Payload) -> Reply:
    known = release(station, payload["reservationId"])
    return Reply({"status": "Accepted" if known else "Rejected"}, station.report_all)


def _set_profile(station: "SimulatedStation", payload: Payload) -> Reply:
    profile, place = payload["csChargingProfiles"], payload["connectorId"]
    number, schedule = profile["chargingProfileId"], profile["chargingSchedule"]
    status = charging.install(station, place, number, profile, schedule)
    return Reply({"status": status}, station.report_all)


def _clear_profile(station: "SimulatedStation", payload: Payload) -> Reply:
    """An id stands alone, the other words filter together (§5.5)."""
    words = {} if "id" in payload else payload
    status = charging.remove(
        station, payload.get("id"), words.get("connectorId"), words.get("chargingProfilePurpose"),
        words.get("stackLevel"),
    )  # fmt: skip
    return Reply({"status": status}, station.report_all)


def _composite(station: "SimulatedStation", payload: Payload) -> Reply:
    connector_id, unit = payload["connectorId"], payload.get("chargingRateUnit", "A")
    if connector_id and connector_id not in station.outlets:
        return Reply({"status": "Rejected"})
    schedule = {
        "duration": payload["duration"],
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": charging.schedule(station, connector_id, payload["duration"], unit),
    }
    answer: Payload = {
        "status": "Accepted",
        "connectorId": connector_id,
        "scheduleStart": wire_time(station.now()),
    }
    return Reply(answer | {"chargingSchedule": schedule})


ORDERS: Final[dict[str, Order]] = {
    "CancelReservation": _cancel,
    "ClearChargingProfile": _clear_profile,
    "GetCompositeSchedule": _composite,
    "ReserveNow": _reserve,
    "SetChargingProfile": _set_profile,
}
