"""Reservations and charging profiles, as a simulated station carries them out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .csms import Csms
from .test_orders import obey
from .test_station import station


def reserve(
    connector_id: int = 1, number: int = 7, seconds: float = 60, uid: str = "CARD-1"
) -> tuple[str, dict[str, Any]]:
    until = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    payload = {"connectorId": connector_id, "expiryDate": until, "idTag": uid, "reservationId": number}
    return "ReserveNow", payload


async def word(csms: Csms, order: tuple[str, dict[str, Any]]) -> str:
    return str((await obey(csms, "1.6", order))["status"])


async def test_a_kept_place_serves_the_one_it_is_kept_for(csms: Csms) -> None:
    async with station(csms, "1.6") as charger:
        assert await word(csms, reserve()) == "Accepted"
        assert charger.outlets[1].status == "Reserved"
        await charger.plug()
        assert await charger.swipe("STRANGER") == "Blocked"
        assert charger.outlets[1].session is None
        await charger.swipe("card-1")
        started = await csms.heard("StartTransaction")
    assert started["reservationId"] == 7
    assert charger.outlets[1].held is None


async def test_a_place_that_is_not_free_is_not_kept(csms: Csms) -> None:
    async with station(csms, "1.6") as charger:
        assert await word(csms, reserve(9)) == "Rejected"
        await charger.fault()
        assert await word(csms, reserve()) == "Faulted"
        await charger.recover()
        await charger.plug()
        assert await word(csms, reserve()) == "Occupied"
        await charger.unplug()
        charger.outlets[1].is_operative = False
        assert await word(csms, reserve()) == "Unavailable"


async def test_the_same_number_replaces_and_another_does_not(csms: Csms) -> None:
    async with station(csms, "1.6") as charger:
        assert await word(csms, reserve(0)) == "Accepted"
        assert await word(csms, reserve(number=8)) == "Occupied"
        assert await word(csms, reserve(uid="CARD-2")) == "Accepted"
        held = charger.outlets[1].held
        assert held is not None
        assert held.uid == "CARD-2"
        assert await word(csms, ("CancelReservation", {"reservationId": 8})) == "Rejected"
        assert await word(csms, ("CancelReservation", {"reservationId": 7})) == "Accepted"
        assert charger.outlets[1].status == "Available"


async def test_its_time_frees_the_place(csms: Csms) -> None:
    async with station(csms, "1.6") as charger:
        before = len(csms.payloads("StatusNotification"))
        assert await word(csms, reserve(seconds=0.3)) == "Accepted"
        told = [(await csms.heard("StatusNotification", before + more))["status"] for more in (1, 2)]
        assert told == ["Reserved", "Available"]
        assert charger.outlets[1].status == "Available"


async def test_a_remote_start_for_a_stranger_is_refused_there(csms: Csms) -> None:
    async with station(csms, "1.6"):
        await word(csms, reserve())
        start = {"connectorId": 1, "idTag": "STRANGER"}
        assert await word(csms, ("RemoteStartTransaction", start)) == "Rejected"
        assert await word(csms, ("RemoteStartTransaction", start | {"idTag": "CARD-1"})) == "Accepted"


def profile(
    number: int, limit: float, purpose: str = "TxDefaultProfile", level: int = 0
) -> tuple[str, dict[str, Any]]:
    periods = [{"startPeriod": 0, "limit": limit}, {"startPeriod": 600, "limit": limit / 2}]
    return "SetChargingProfile", {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": number,
            "stackLevel": level,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": periods},
        },
    }


async def test_the_highest_level_leads_until_it_is_cleared(csms: Csms) -> None:
    async with station(csms, "1.6"):
        assert await word(csms, profile(1, 16)) == "Accepted"
        assert await word(csms, profile(2, 10, level=1)) == "Accepted"
        read = ("GetCompositeSchedule", {"connectorId": 1, "duration": 3600, "chargingRateUnit": "A"})
        schedule = (await obey(csms, "1.6", read))["chargingSchedule"]
        assert [p["limit"] for p in schedule["chargingSchedulePeriod"]] == [10, 5]
        assert await word(csms, ("ClearChargingProfile", {"id": 2})) == "Accepted"
        assert await word(csms, ("ClearChargingProfile", {"id": 2})) == "Unknown"
        schedule = (await obey(csms, "1.6", read))["chargingSchedule"]
        assert [p["limit"] for p in schedule["chargingSchedulePeriod"]] == [16, 8]


@pytest.mark.parametrize(("purpose", "level"), [("TxProfile", 0), ("TxDefaultProfile", 11)])
async def test_a_profile_that_cannot_hold_is_refused(csms: Csms, purpose: str, level: int) -> None:
    async with station(csms, "1.6"):
        assert await word(csms, profile(1, 16, purpose, level)) == "Rejected"
