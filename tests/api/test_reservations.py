"""Reservations, bulk commands, scheduled commands and charging profiles over the API."""

from datetime import timedelta
from typing import Any

import pytest

from chargers.models import BulkCommand, Command, Reservation, ScheduledCommand, StationConnection
from cpms.core import clock
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db


def later(**span: float) -> str:
    return (clock.now() + timedelta(**span or {"hours": 1})).isoformat()


def asked(api: Api, world: World, **more: Any) -> dict[str, Any]:
    body = {"station": world.station.identity, "uid": world.tag.uid, "evse_no": 1, "expires_at": later()}
    response = api.post("reservations", body | more)
    assert response.status_code == 202, response.content
    made: dict[str, Any] = response.json()
    assert response["Location"].endswith(made["id"])
    return made


def test_a_reservation_is_asked_for_listed_and_read(api: Api, alpha: World) -> None:
    made = asked(api, alpha)
    assert (made["status"], made["evse_no"], made["transaction"]) == ("requested", 1, None)
    assert made["connector_id"] == 1
    assert api.get(f"reservations/{made['id']}").json() == made
    for query in (
        f"station={alpha.station.identity}",
        f"station={alpha.station.public_id}",
        "status=requested",
    ):
        assert [row["id"] for row in api.get(f"reservations?{query}").json()["results"]] == [made["id"]]
    for query in ("status=active", "station=NOWHERE", "open=false"):
        assert api.get(f"reservations?{query}").json()["results"] == []
    refused(api.get("reservations?status=nonsense"), 400, "status")


def test_a_reservation_is_made_once_for_one_key(api: Api, alpha: World) -> None:
    body = {"station": alpha.station.identity, "uid": alpha.tag.uid, "expires_at": later()}
    first = api.post("reservations", body, Idempotency_Key="k1").json()
    assert api.post("reservations", body, Idempotency_Key="k1").json()["id"] == first["id"]
    assert Reservation.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"uid": "NOBODY"}, "uid"),
        ({"expires_at": "yesterday"}, "expires_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"evse_no": 9}, "evse_no"),
        ({"evse_no": -1}, "evse_no"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_reservation_that_cannot_be_is_refused_at_its_field(
    api: Api, alpha: World, change: dict[str, Any], field: str
) -> None:
    body = {"station": alpha.station.identity, "uid": alpha.tag.uid, "expires_at": later()}
    refused(api.post("reservations", body | change), 422, field)


def test_nobody_reserves_at_somebody_elses(api: Api, alpha: World, beta: World) -> None:
    body = {"station": beta.station.identity, "uid": alpha.tag.uid, "expires_at": later()}
    refused(api.post("reservations", body), 404)
    assert api.get(f"reservations/{beta.reservation.public_id}").status_code == 404
    assert api.post(f"reservations/{beta.reservation.public_id}/cancel").status_code == 404


def test_cancelling_and_moving_say_what_the_state_allows(api: Api, alpha: World) -> None:
    made = asked(api, alpha)
    path = f"reservations/{made['id']}"
    refused(api.patch(path, {"expires_at": later(hours=3)}), 409)
    assert api.post(f"{path}/cancel").json()["status"] == "cancelled"
    refused(api.post(f"{path}/cancel"), 409)
    second = asked(api, alpha)
    Reservation.objects.filter(public_id=second["id"]).update(state="active")
    Command.objects.all().delete()
    assert api.patch(f"reservations/{second['id']}", {"expires_at": later(hours=3)}).status_code == 200
    assert Command.objects.get().payload["reservationId"] == second["number"]
    refused(api.post(f"reservations/{second['id']}/cancel"), 409)


def test_a_key_that_may_only_look_reserves_and_sends_nothing(alpha: World) -> None:
    api = Api(alpha.key("stations.view", "commands.view"))
    assert api.get("reservations").status_code == 200
    assert api.get("bulk-commands").status_code == 200
    body = {"station": alpha.station.identity, "uid": alpha.tag.uid, "expires_at": later()}
    refused(api.post("reservations", body), 403)
    refused(api.post("bulk-commands", {"filter": {}, "request": "heartbeat"}), 403)
    refused(api.post(f"stations/{alpha.station.public_id}/scheduled-commands", {"action": "Reset"}), 403)


def three(alpha: World) -> None:
    _ = alpha.transaction
    away = alpha.connected_station("ALPHA-2")
    StationConnection.objects.filter(station=away).update(closed_at=clock.now())
    stranger = alpha.connected_station("ALPHA-3")
    StationConnection.objects.filter(station=stranger).update(opened_at=None)


def test_a_dry_run_tells_and_sends_nothing(api: Api, alpha: World) -> None:
    three(alpha)
    seen = api.post("bulk-commands", {"filter": {}, "request": "restart", "dry_run": True}).json()
    figures = ("total", "sendable", "offline", "charging", "left_out")
    assert [seen[name] for name in figures] == [3, 2, 1, 1, 1]
    assert seen["danger"]
    assert [row["left_out"] for row in seen["stations"]][:2] == ["", ""]
    assert "never connected" in seen["stations"][2]["left_out"]
    assert not Command.objects.exists()
    assert not BulkCommand.objects.exists()


def test_a_dangerous_bulk_command_needs_the_number_it_was_seen_with(api: Api, alpha: World) -> None:
    three(alpha)
    body: dict[str, Any] = {"filter": {"search": "ALPHA"}, "request": "restart"}
    for confirm in ({}, {"confirm": 3}):
        refused(api.post("bulk-commands", body | confirm), 422, "confirm")
    assert not Command.objects.exists()
    response = api.post("bulk-commands", body | {"confirm": 2})
    assert response.status_code == 202
    made = response.json()
    assert (made["state"], made["counts"]["open"], made["counts"]["left_out"]) == ("done", 2, 1)
    rows = api.get(f"bulk-commands/{made['id']}/stations").json()["results"]
    shown = {row["station_identity"]: (row["state"], row["command_state"]) for row in rows}
    assert shown["ALPHA-1"] == shown["ALPHA-2"] == ("sent", "queued")
    assert shown["ALPHA-3"] == ("skipped", None)
    assert api.get(f"bulk-commands/{made['id']}").json()["counts"] == made["counts"]
    assert api.get("bulk-commands").json()["results"][0]["id"] == made["id"]
    refused(api.post(f"bulk-commands/{made['id']}/stop"), 409)


def test_chosen_stations_get_any_action_of_their_version(api: Api, alpha: World) -> None:
    three(alpha)
    body = {"stations": ["ALPHA-1", alpha.station.public_id], "action": "ClearCache", "confirm": 1}
    made = api.post("bulk-commands", body).json()
    assert made["total"] == 1
    assert Command.objects.get().action == "ClearCache"


def test_a_bulk_command_can_be_stopped(api: Api, alpha: World) -> None:
    for number in range(4):
        alpha.connected_station(f"MORE-{number}")
    made = api.post("bulk-commands", {"filter": {}, "request": "heartbeat", "per_minute": 1}).json()
    assert (made["state"], made["counts"]["waiting"]) == ("running", 3)
    stopped = api.post(f"bulk-commands/{made['id']}/stop").json()
    assert (stopped["state"], stopped["counts"]["never"]) == ("cancelled", 3)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"request": "heartbeat"}, "stations"),
        ({"stations": ["ALPHA-1"], "filter": {}, "request": "heartbeat"}, "stations"),
        ({"filter": {}}, "request"),
        ({"filter": {}, "request": "heartbeat", "action": "Reset"}, "request"),
        ({"filter": {}, "request": "explode"}, "request"),
        ({"filter": {}, "action": "Reset", "payload": []}, "payload"),
        ({"filter": {"colour": "red"}, "request": "heartbeat"}, "filter.colour"),
        ({"filter": {"status": "nonsense"}, "request": "heartbeat"}, "filter.status"),
        ({"stations": [], "request": "heartbeat"}, "stations"),
        ({"filter": {}, "request": "heartbeat", "per_minute": 0}, "per_minute"),
    ],
)
def test_a_bulk_command_that_is_not_clear_is_refused(
    api: Api, alpha: World, body: dict[str, Any], field: str
) -> None:
    _ = alpha.station
    refused(api.post("bulk-commands", body), 422, field)


def test_a_station_of_somebody_else_spoils_the_whole(api: Api, alpha: World, beta: World) -> None:
    body = {"stations": [alpha.station.identity, beta.station.identity], "request": "heartbeat"}
    refused(api.post("bulk-commands", body), 404, "stations")
    assert not Command.objects.exists()


def test_a_command_is_kept_for_later_and_cancelled(api: Api, alpha: World) -> None:
    path = f"stations/{alpha.station.public_id}/scheduled-commands"
    response = api.post(path, {"action": "Reset", "payload": {"type": "Soft"}, "when_idle": True})
    assert response.status_code == 201
    made = response.json()
    assert (made["state"], made["when_idle"], made["command"]) == ("waiting", True, None)
    assert api.get(path).json()["results"] == [made]
    assert api.get(f"scheduled-commands/{made['id']}").json() == made
    assert api.delete(f"scheduled-commands/{made['id']}").json()["state"] == "cancelled"
    refused(api.delete(f"scheduled-commands/{made['id']}"), 409)
    refused(api.post(path, {"action": "Reset", "payload": {"type": "x"}}), 422, "payload.type")
    refused(
        api.post(
            path, {"action": "Reset", "payload": {"type": "Soft"}, "not_before": "2020-01-01T00:00:00Z"}
        ),
        422,
    )
    assert ScheduledCommand.objects.count() == 1


def test_a_profile_is_checked_before_it_is_sent(api: Api, alpha: World) -> None:
    path = f"stations/{alpha.station.public_id}/charging-profiles"
    schedule = {"unit": "A", "periods": [{"start_s": 0, "limit": 16.1}]}
    body = {"number": 3, "purpose": "tx_default", "schedule": schedule}
    assert api.post(path, body).status_code == 202
    assert Command.objects.get().payload["csChargingProfiles"]["chargingProfileId"] == 3
    late = {"unit": "A", "periods": [{"start_s": 60, "limit": 16}]}
    refused(api.post(path, body | {"schedule": late}), 422, "schedule.periods")
    refused(api.post(path, body | {"purpose": "tx"}), 422, "transaction")
    refused(api.post(path, body | {"purpose": "station_max", "evse_no": 1}), 422, "evse_no")
    Command.objects.all().delete()
    running = alpha.transaction
    assert api.post(path, body | {"purpose": "tx", "transaction": running.public_id}).status_code == 202
    sent = Command.objects.get().payload
    assert (sent["connectorId"], sent["csChargingProfiles"]["transactionId"]) == (1, int(running.reference))


@pytest.mark.parametrize("subprotocol", ["ocpp1.6", "ocpp2.0.1"])
def test_a_profile_is_previewed_and_not_sent(api: Api, alpha: World, subprotocol: str) -> None:
    station = alpha.connected_station("ALPHA-8", subprotocol)
    path = f"stations/{station.public_id}/charging-profiles"
    schedule = {"unit": "A", "periods": [{"start_s": 0, "limit": 16}, {"start_s": 3600, "limit": 10}]}
    body = {"number": 3, "purpose": "tx_default", "kind": "Relative", "evse_no": 1, "schedule": schedule}
    told = api.post(f"{path}/preview", body).json()
    assert (told["accepted"], told["reason"], told["beside"]) == (True, "", 0)
    assert [(one["before_a"], one["after_a"]) for one in told["steps"]] == [(32, 16), (32, 10)]
    refused(api.post(f"{path}/preview", body | {"kind": "Recurring"}), 422, "recurrency")
    assert not Command.objects.exists()


@pytest.mark.parametrize("subprotocol", ["ocpp1.6", "ocpp2.0.1"])
def test_a_start_may_carry_a_limit(api: Api, alpha: World, subprotocol: str) -> None:
    """TC_059."""
    station = alpha.connected_station("ALPHA-9", subprotocol)
    schedule = {"unit": "W", "periods": [{"start_s": 0, "limit": 7400}]}
    body = {"uid": alpha.tag.uid, "evse_no": 1, "charging_profile": {"schedule": schedule}}
    response = api.post(f"stations/{station.public_id}/start", body)
    assert response.status_code == 202, response.content
    profile = Command.objects.get().payload["chargingProfile"]
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in profile


def test_a_command_tells_its_story(api: Api, alpha: World) -> None:
    made = api.get(f"commands/{alpha.command.public_id}").json()
    assert made["story"]["sentence"] == "On its way to the station."
    assert [(step["label"], step["reached"]) for step in made["progress"]] == [
        ("Queued", True),
        ("Sent", False),
        ("Answered", False),
        ("Happened", False),
    ]
    Command.objects.update(state="unknown", finished_at=clock.now())
    lost = api.get(f"commands/{alpha.command.public_id}").json()
    assert "connection was lost" in lost["story"]["sentence"]
    assert "may have acted" in lost["story"]["advice"]


def test_a_table_without_a_usable_row_is_no_success(api: Api, alpha: World) -> None:
    problem = refused(
        api.post("stations/bulk", [{"identity": "no good"}, {"identity": "A2", "site": "?"}]), 422
    )
    assert {error["field"] for error in problem["errors"]} == {"[0].identity", "[1].site"}
