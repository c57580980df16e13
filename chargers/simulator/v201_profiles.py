"""Charging profiles of OCPP 2.0.1 (K01, K08, K09, K10), carried out."""

from collections.abc import Awaitable, Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from chargers.ocpp.rpc import Payload

from . import charging
from .dialect import Order, Reply, wire_time
from .limits import LAYERS, Kept

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


def _profiles(station: "SimulatedStation", payload: Payload) -> Reply:
    """K09: one report for each EVSE and source, all but the last with more to come."""
    words = payload["chargingProfile"]
    fit = [one for one in station.limits.kept.values() if _is_asked(one, payload.get("evseId"), words)]
    if not fit:
        return Reply({"status": "NoProfiles"})
    return Reply({"status": "Accepted"}, _reporting(station, payload["requestId"], fit))


def _is_asked(kept: Kept, place: int | None, words: dict[str, Any]) -> bool:
    layer = LAYERS.get(words.get("chargingProfilePurpose", ""))
    asked = (place in (None, kept.place), layer in (None, kept.layer))
    numbers, sources = words.get("chargingProfileId"), words.get("chargingLimitSource")
    fits = (not numbers or kept.number in numbers, not sources or kept.source in sources)
    return all((*asked, *fits, words.get("stackLevel") in (None, kept.level)))


def _reporting(
    station: "SimulatedStation", request_id: int, fit: list[Kept]
) -> Callable[[], Awaitable[object]]:
    """What sends the reports one after the other."""

    def place(one: Kept) -> tuple[int, str]:
        return one.place, one.source

    parts = [(key, list(group)) for key, group in groupby(sorted(fit, key=place), key=place)]

    async def report() -> None:
        for index, ((evse, source), group) in enumerate(parts):
            told = {
                "requestId": request_id, "evseId": evse, "chargingLimitSource": source,
                "tbc": index < len(parts) - 1, "chargingProfile": [dict(one.profile) for one in group],
            }  # fmt: skip
            await station.call("ReportChargingProfiles", told)

    return report


ORDERS: Final[dict[str, Order]] = {
    "ClearChargingProfile": _clear,
    "GetChargingProfiles": _profiles,
    "GetCompositeSchedule": _composite,
    "SetChargingProfile": _set,
}
