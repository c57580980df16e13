"""Reservations and charging profiles of OCPP 1.6, carried out."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from chargers.ocpp.rpc import Payload

from .dialect import Order, Reply, wire_time
from .held import Held, hold, release

if TYPE_CHECKING:
    from .station import SimulatedStation

MOST_LEVELS: Final = 10
OUTLET_A, OUTLET_W = 32.0, 22_000.0


def _reserve(station: "SimulatedStation", payload: Payload) -> Reply:
    until = datetime.fromisoformat(payload["expiryDate"])
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    held = Held(payload["reservationId"], payload["idTag"], payload.get("parentIdTag", ""), until)
    return Reply({"status": hold(station, payload["connectorId"], held)}, station.report_all)


def _cancel(station: "SimulatedStation", payload: Payload) -> Reply:
    known = release(station, payload["reservationId"])
    return Reply({"status": "Accepted" if known else "Rejected"}, station.report_all)


def _set_profile(station: "SimulatedStation", payload: Payload) -> Reply:
    profile, connector_id = payload["csChargingProfiles"], payload["connectorId"]
    needs_session = profile["chargingProfilePurpose"] == "TxProfile"
    outlet = station.outlets.get(connector_id)
    refused = profile["stackLevel"] > MOST_LEVELS or (connector_id and outlet is None)
    if refused or (needs_session and (outlet is None or outlet.session is None)):
        return Reply({"status": "Rejected"})
    station.profiles[profile["chargingProfileId"]] = {"connectorId": connector_id, **profile}
    return Reply({"status": "Accepted"})


def _clear_profile(station: "SimulatedStation", payload: Payload) -> Reply:
    wanted = {"chargingProfileId" if name == "id" else name: value for name, value in payload.items()}
    fit = [
        number
        for number, profile in station.profiles.items()
        if all(profile.get(name) == value for name, value in wanted.items())
    ]
    for number in fit:
        del station.profiles[number]
    return Reply({"status": "Accepted" if fit else "Unknown"})


def _composite(station: "SimulatedStation", payload: Payload) -> Reply:
    connector_id, unit = payload["connectorId"], payload.get("chargingRateUnit", "A")
    if connector_id and connector_id not in station.outlets:
        return Reply({"status": "Rejected"})
    schedule = {
        "duration": payload["duration"],
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": _periods(station, connector_id, unit, payload["duration"]),
    }
    answer: Payload = {
        "status": "Accepted",
        "connectorId": connector_id,
        "scheduleStart": wire_time(station.now()),
    }
    return Reply(answer | {"chargingSchedule": schedule})


def _periods(
    station: "SimulatedStation", connector_id: int, unit: str, duration_s: int
) -> list[dict[str, Any]]:
    """The lowest of all profiles of this unit at every step; what the outlet can do where there is none."""
    schedules = [
        profile["chargingSchedule"]["chargingSchedulePeriod"]
        for profile in station.profiles.values()
        if profile["connectorId"] in (0, connector_id)
        and profile["chargingSchedule"]["chargingRateUnit"] == unit
    ]
    starts = sorted({0, *(p["startPeriod"] for periods in schedules for p in periods)})
    most = OUTLET_A if unit == "A" else OUTLET_W
    return [
        {"startPeriod": start, "limit": min([most, *(_limit_at(periods, start) for periods in schedules)])}
        for start in starts
        if start < duration_s or start == 0
    ]


def _limit_at(periods: list[dict[str, Any]], second: int) -> float:
    return float([period["limit"] for period in periods if period["startPeriod"] <= second][-1])


ORDERS: Final[dict[str, Order]] = {
    "CancelReservation": _cancel,
    "ClearChargingProfile": _clear_profile,
    "GetCompositeSchedule": _composite,
    "ReserveNow": _reserve,
    "SetChargingProfile": _set_profile,
}
