"""Charging profiles from forms, and the schedule that holds as a table."""

import re
from typing import Any

import pytest
from django.test import Client

from chargers.choices import CommandState
from chargers.models import Command
from chargers.ocpp.rpc import Version
from chargers.ocpp.schemas import validate
from cpms.core import clock
from tests.worlds import World

BASE = {"evse": "0", "unit": "A", "kind": "Absolute", "stack_level": "0", "number": "7", "limit_0": "16"}


def url(world: World, action: str) -> str:
    return f"/stations/{world.station.public_id}/commands/new/{action}/"


def posted(owner: Client, world: World, action: str, data: dict[str, Any]) -> str:
    """The page of an answer that was refused."""
    Command.objects.all().delete()
    response = owner.post(url(world, action), data | {"confirm": "OURS-1"})
    return response.content.decode() if response.status_code == 422 else ""


def payload(action: str) -> dict[str, Any]:
    """What was sent; it fits the schema."""
    command = Command.objects.get(action=action)
    validate(Version.V16, action, "request", command.payload)
    return command.payload


def test_a_default_limit_is_made_of_rows(owner: Client, world: World) -> None:
    """TC_056."""
    more = {
        "purpose": "tx_default",
        "limit_1": "10.5",
        "from_1": "60",
        "phases_1": "3",
        "duration_min": "120",
    }
    assert not posted(owner, world, "SetChargingProfile", BASE | more)
    assert payload("SetChargingProfile") == {
        "connectorId": 0,
        "csChargingProfiles": {
            "chargingProfileId": 7,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "duration": 7200,
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": 16.0},
                    {"startPeriod": 3600, "limit": 10.5, "numberPhases": 3},
                ],
            },
        },
    }


def test_a_limit_of_a_session_carries_its_number_and_place(owner: Client, world: World) -> None:
    """TC_057."""
    more = {"purpose": "tx", "kind": "Relative", "transaction": world.transaction.public_id}
    assert not posted(owner, world, "SetChargingProfile", BASE | more)
    sent = payload("SetChargingProfile")
    assert sent["connectorId"] == 1
    assert sent["csChargingProfiles"]["transactionId"] == int(world.transaction.reference)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"purpose": "tx"}, "Choose the session it is for"),
        ({"purpose": "station_max", "evse": "1"}, "belongs to the whole station"),
        ({"purpose": "station_max", "kind": "Relative"}, "cannot count from the start of a transaction"),
        ({"purpose": "tx_default", "kind": "Recurring"}, "recurring profiles, and they need it"),
        ({"purpose": "tx_default", "recurrency": "Daily"}, "recurring profiles, and they need it"),
        ({"purpose": "tx_default", "kind": "Recurring", "recurrency": "Daily"}, "the moment it first starts"),
        ({"purpose": "tx_default", "from_0": "5"}, "first period must start at 0"),
        ({"purpose": "tx_default", "limit_1": "8"}, "from which minute on"),
        ({"purpose": "tx_default", "limit_1": "8", "from_1": "0"}, "after the one before it"),
        (
            {"purpose": "tx_default", "limit_1": "8", "from_1": "9", "duration_min": "9"},
            "Ends before the last",
        ),
        ({"purpose": "tx_default", "limit_0": "-1"}, "greater than or equal to 0"),
        ({"purpose": "tx_default", "limit_0": "6.55"}, "1 decimal place"),
        (
            {"purpose": "tx_default", "valid_from": "2027-01-02T00:00", "valid_to": "2027-01-01T00:00"},
            "after the begin of validity",
        ),
    ],
)
def test_what_no_station_should_be_given_is_refused(
    owner: Client, world: World, more: dict[str, str], message: str
) -> None:
    page = posted(owner, world, "SetChargingProfile", BASE | more)
    assert message in page
    assert not Command.objects.exists()


def test_profiles_are_cleared_by_number_or_by_what_fits(owner: Client, world: World) -> None:
    """TC_067."""
    posted(owner, world, "ClearChargingProfile", {"number": "7"})
    assert payload("ClearChargingProfile") == {"id": 7}
    posted(owner, world, "ClearChargingProfile", {"evse": "1", "purpose": "tx_default", "stack_level": "2"})
    words = {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 2}
    assert payload("ClearChargingProfile") == words
    posted(owner, world, "ClearChargingProfile", {})
    assert payload("ClearChargingProfile") == {}


def test_the_limit_that_holds_is_a_table_with_a_line(owner: Client, world: World) -> None:
    """TC_066."""
    posted(owner, world, "GetCompositeSchedule", {"evse": "1", "hours": "2", "unit": "A"})
    wanted = {"connectorId": 1, "duration": 7200, "chargingRateUnit": "A"}
    assert payload("GetCompositeSchedule") == wanted
    periods = [{"startPeriod": 0, "limit": 16}, {"startPeriod": 3600, "limit": 6.5, "numberPhases": 1}]
    schedule = {"duration": 7200, "chargingRateUnit": "A", "chargingSchedulePeriod": periods}
    result = {"status": "Accepted", "connectorId": 1, "scheduleStart": "2026-11-21T08:00:00Z"}
    Command.objects.update(
        state=CommandState.ACCEPTED, finished_at=clock.now(), result=result | {"chargingSchedule": schedule}
    )
    page = owner.get(f"/commands/{Command.objects.get().public_id}/").content.decode()
    for text in ("at most 16 A", "21 Nov 08:00", "21 Nov 09:00", "6.5", 'd="M0.00 2.0L50.00 2.0L50.00 18.62'):
        assert text in page


@pytest.mark.parametrize(
    "schedule",
    [
        None,
        {},
        [],
        {"chargingRateUnit": "A", "chargingSchedulePeriod": []},
        {"chargingRateUnit": "V", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 1}]},
        {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": "x", "limit": {}}]},
    ],
)
def test_a_strange_schedule_does_not_break_the_page(owner: Client, world: World, schedule: Any) -> None:
    result = {"status": "Accepted", "chargingSchedule": schedule, "scheduleStart": 5}
    command = world.command
    Command.objects.filter(pk=command.pk).update(
        state=CommandState.ACCEPTED, finished_at=clock.now(), action="GetCompositeSchedule", result=result
    )
    assert owner.get(f"/commands/{command.public_id}/").status_code == 200


def test_a_remote_start_may_carry_a_limit_but_no_number(owner: Client, world: World) -> None:
    """TC_059; OCPP 1.6 §5.16."""
    Command.objects.all().delete()
    data = {"tag": world.tag.uid, "evse": "1", "limit": "10", "unit": "A"}
    owner.post(f"/stations/{world.station.public_id}/start/", data)
    profile = payload("RemoteStartTransaction")["chargingProfile"]
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in profile


def test_a_profile_is_previewed_beside_what_the_station_holds(owner: Client, world: World) -> None:
    """Nothing is sent. Seen failing with the candidate left out."""
    earlier = {"purpose": "tx_default", "stack_level": "0", "number": "3"}
    posted(owner, world, "SetChargingProfile", BASE | earlier)
    Command.objects.update(state=CommandState.ACCEPTED)
    more = {"purpose": "tx_default", "stack_level": "1", "limit_0": "20", "duration_min": "60"}
    response = owner.post(url(world, "SetChargingProfile"), BASE | more | {"preview": "1"})
    page = " ".join(response.content.decode().split())
    assert response.status_code == 200
    assert "Should be accepted" in page
    assert "beside the 1 profile it confirmed" in page
    cells = re.findall(r'<td class="num">([^<]*)</td>', page)
    assert cells == ["16 A", "20 A", "16 A", "16 A"]
    assert Command.objects.count() == 1


def test_a_preview_names_the_field_that_is_wrong(owner: Client, world: World) -> None:
    wrong = {"purpose": "station_max", "kind": "Relative", "preview": "1"}
    response = owner.post(url(world, "SetChargingProfile"), BASE | wrong)
    assert response.status_code == 422
    assert "cannot count from the start of a transaction" in response.content.decode()
