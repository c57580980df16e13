"""A simulated station obeys its charging profiles, unless it is told to misbehave."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chargers.ocpp.schemas import validate
from chargers.simulator import Car, Options

from .csms import Csms
from .test_orders import obey
from .test_station import WIRE, station

THREE_LINES_V = 690


def profile(
    version: str, number: int, limit: float, purpose: str = "TxProfile", level: int = 0, **more: Any
) -> tuple[str, dict[str, Any]]:
    """A profile with one period from now on, or the periods given."""
    periods = more.pop("periods", [{"startPeriod": 0, "limit": limit}])
    start = (datetime.now(UTC) + timedelta(seconds=more.pop("starts_in_s", -1))).isoformat()
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": periods, "startSchedule": start} | more
    body = {
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
    }
    place = 0 if "Max" in purpose else 1
    if version == "1.6":
        wired = {"chargingProfileId": number, "chargingSchedule": schedule, **body}
        return "SetChargingProfile", {"connectorId": place, "csChargingProfiles": wired}
    wired = {"id": number, "chargingSchedule": [{"id": 1, **schedule}], **body}
    return "SetChargingProfile", {"evseId": place, "chargingProfile": wired}


async def charging(charger: Any) -> None:
    await charger.plug(car=Car(max_power_w=22_000))
    await charger.swipe("CARD-1")


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_transaction_profile_leads_the_default_and_goes_with_the_transaction(
    csms: Csms, version: str
) -> None:
    async with station(csms, version) as charger:
        await obey(csms, version, profile(version, 1, 6, "TxDefaultProfile"))
        await charging(charger)
        assert charger.outlets[1].power_w == 6 * THREE_LINES_V
        await obey(csms, version, profile(version, 2, 16))
        assert charger.outlets[1].power_w == 16 * THREE_LINES_V
        await charger.unplug()
        await charging(charger)
        assert charger.outlets[1].power_w == 6 * THREE_LINES_V


async def test_the_maximum_of_the_station_caps_what_a_transaction_may(csms: Csms) -> None:
    async with station(csms, "1.6") as charger:
        await charging(charger)
        await obey(csms, "1.6", profile("1.6", 1, 16))
        await obey(csms, "1.6", profile("1.6", 2, 10, "ChargePointMaxProfile"))
        assert charger.outlets[1].power_w == 10 * THREE_LINES_V


async def test_less_than_six_ampere_is_a_pause(csms: Csms) -> None:
    async with station(csms, "1.6") as charger:
        await charging(charger)
        await obey(csms, "1.6", profile("1.6", 1, 5))
        assert charger.outlets[1].power_w == 0
        assert charger.outlets[1].status == "SuspendedEVSE"


async def test_a_profile_that_is_over_leaves_the_default(csms: Csms) -> None:
    async with station(csms, "1.6") as charger:
        await obey(csms, "1.6", profile("1.6", 1, 8, "TxDefaultProfile"))
        await charging(charger)
        await obey(csms, "1.6", profile("1.6", 2, 16, duration=30, starts_in_s=-60))
        assert charger.outlets[1].power_w == 8 * THREE_LINES_V


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_the_composite_schedule_shows_every_step(csms: Csms, version: str) -> None:
    async with station(csms, version) as charger:
        await charging(charger)
        steps = [{"startPeriod": 0, "limit": 20}, {"startPeriod": 61, "limit": 10}]
        await obey(csms, version, profile(version, 1, 0, periods=steps, duration=121))
        await obey(csms, version, profile(version, 2, 6, "TxDefaultProfile"))
        place = {"connectorId": 1} if version == "1.6" else {"evseId": 1}
        wish = ("GetCompositeSchedule", {**place, "duration": 600, "chargingRateUnit": "A"})
        answer = await obey(csms, version, wish)
        periods = answer["chargingSchedule" if version == "1.6" else "schedule"]["chargingSchedulePeriod"]
        assert [one["limit"] for one in periods] == [20, 10, 6]
        assert [one["startPeriod"] for one in periods] == [
            0,
            pytest.approx(60, abs=1),
            pytest.approx(120, abs=1),
        ]


@pytest.mark.parametrize(
    ("habit", "status", "amperes"),
    [("ignores_limits", "Accepted", 31.9), ("refuses_profiles", "Rejected", 31.9), ("", "Accepted", 8)],
)
async def test_stations_misbehave_as_they_are_told(
    csms: Csms, habit: str, status: str, amperes: float
) -> None:
    async with station(csms, "1.6", options=Options(**({habit: True} if habit else {}))) as charger:
        await charging(charger)
        answer = await obey(csms, "1.6", profile("1.6", 1, 8))
        assert answer["status"] == status
        assert charger.outlets[1].power_w / THREE_LINES_V == pytest.approx(amperes, abs=0.1)


async def test_one_that_resumes_unlimited_does_so_until_it_hears_the_next_profile(csms: Csms) -> None:
    async with station(csms, "1.6", options=Options(resumes_unlimited=True)) as charger:
        await charging(charger)
        drawn = []
        for limit in (8, 0, 8, 8):
            await obey(csms, "1.6", profile("1.6", 1, limit))
            drawn.append(round(charger.outlets[1].power_w / THREE_LINES_V))
        assert drawn == [8, 0, 32, 8]


async def test_a_station_reports_all_profiles_it_holds_by_place_and_source(csms: Csms) -> None:
    async with station(csms, "2.0.1") as charger:
        ask = ("GetChargingProfiles", {"requestId": 7, "chargingProfile": {}})
        assert await obey(csms, "2.0.1", ask) == {"status": "NoProfiles"}
        await obey(csms, "2.0.1", profile("2.0.1", 1, 8, "TxDefaultProfile"))
        await obey(csms, "2.0.1", profile("2.0.1", 2, 40, "ChargingStationMaxProfile"))
        set_outside(charger, 12)
        assert await obey(csms, "2.0.1", ask) == {"status": "Accepted"}
        await csms.heard("ReportChargingProfiles", 3)
        reports = csms.payloads("ReportChargingProfiles")
        for one in reports:
            validate(WIRE["2.0.1"], "ReportChargingProfiles", "request", one)
        said = [(one["evseId"], one["chargingLimitSource"], one["tbc"]) for one in reports]
        assert said == [(0, "CSO", True), (0, "EMS", True), (1, "CSO", False)]
        assert [one["id"] for one in reports[2]["chargingProfile"]] == [1]
        narrow = ("GetChargingProfiles", {**ask[1], "chargingProfile": {"stackLevel": 3}})
        assert await obey(csms, "2.0.1", narrow) == {"status": "NoProfiles"}


def set_outside(charger: Any, limit: float) -> None:
    """An energy manager at the site sets a limit."""
    schedule = {
        "id": 9,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }
    body = {
        "id": 9, "stackLevel": 0, "chargingProfilePurpose": "ChargingStationExternalConstraints",
        "chargingProfileKind": "Absolute", "chargingSchedule": [schedule],
    }  # fmt: skip
    charger.limits.set(9, 0, body, schedule, "EMS")


async def test_what_was_set_at_the_station_holds_and_cannot_be_cleared_by_a_back_office(csms: Csms) -> None:
    async with station(csms, "2.0.1") as charger:
        set_outside(charger, 10)
        await charging(charger)
        await obey(csms, "2.0.1", profile("2.0.1", 1, 16))
        assert charger.outlets[1].power_w == 10 * THREE_LINES_V
        cleared = await obey(csms, "2.0.1", ("ClearChargingProfile", {"chargingProfileId": 9}))
        assert cleared == {"status": "Unknown"}
        wish = profile("2.0.1", 9, 32, "ChargingStationExternalConstraints")
        assert await obey(csms, "2.0.1", wish) == {"status": "Rejected"}
        assert charger.outlets[1].power_w == 10 * THREE_LINES_V
