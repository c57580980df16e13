"""Stations over the API."""

import pytest

from chargers.models import ChargingStation, StationConnection
from cpms.accounts.roles import Role
from cpms.core import clock
from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db


def test_a_station_is_registered_and_its_password_shown_once(api: Api) -> None:
    made = api.post("stations", {"identity": "GARAGE-07", "name": "Garage 7"})
    assert made.status_code == 201
    body = made.json()
    assert len(body["password"]) >= 16
    assert body["ocpp_url"].endswith("/ocpp/GARAGE-07")
    assert made["Location"].endswith(f"/api/v1/stations/{body['id']}")
    again = api.get("stations/GARAGE-07").json()
    assert again["id"] == body["id"]
    assert "password" not in again


def test_a_given_password_is_taken_and_a_short_one_refused(api: Api) -> None:
    password = "correct horse battery"
    assert api.post("stations", {"identity": "A1", "password": password}).json()["password"] == password
    refused(api.post("stations", {"identity": "A2", "password": "short"}), 422, "password")


@pytest.mark.parametrize(
    "identity", ["", "with space", "ümlaut", "a" * 49, "a/b", "nul\0", None, 7, ["x"], "trailing\n x"]
)
def test_an_unusable_identity_is_refused_by_name(api: Api, identity: object) -> None:
    response = api.post("stations", {"identity": identity})
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == "application/problem+json"


def test_an_identity_exists_once(api: Api, beta: World) -> None:
    assert beta.station.identity == "BETA-1"
    refused(api.post("stations", {"identity": "BETA-1"}), 422, "identity")


def test_a_field_that_does_not_exist_is_refused(api: Api) -> None:
    refused(api.post("stations", {"identity": "A1", "organisation_id": 1}), 422, "organisation_id")
    assert not ChargingStation.objects.exists()


def test_a_site_of_somebody_else_is_as_unknown_as_a_made_up_one(api: Api, beta: World) -> None:
    theirs = refused(api.post("stations", {"identity": "A1", "site": beta.site.public_id}), 404, "site")
    made_up = refused(api.post("stations", {"identity": "A1", "site": "sit_" + "0" * 26}), 404, "site")
    assert {k: v for k, v in theirs.items() if k not in ("detail", "errors")} == {
        k: v for k, v in made_up.items() if k not in ("detail", "errors")
    }


def test_the_list_narrows_by_connection_site_state_and_words(api: Api, alpha: World) -> None:
    alpha.connected_station("NORTH-1")
    away = alpha.connected_station("SOUTH-1")
    StationConnection.objects.filter(station=away).update(closed_at=clock.now())

    def identities(query: str) -> list[str]:
        return [row["identity"] for row in api.get(f"stations?{query}").json()["results"]]

    assert identities("connected=true") == ["NORTH-1"]
    assert identities("connected=false") == ["SOUTH-1"]
    assert identities("search=nor") == ["NORTH-1"]
    assert identities(f"site={alpha.site.public_id}&status=Available") == ["NORTH-1", "SOUTH-1"]
    assert identities("status=Faulted") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("connected=perhaps", "connected"),
        ("status=available__in", "status"),
        ("organisation=1", "organisation"),
        ("site__organisation=1", "site__organisation"),
        ("order_by=key_hash", "order_by"),
        ("search=%00", "search"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=WyJhIiwiYiJd", "cursor"),
    ],
)
def test_an_unknown_or_unreadable_parameter_is_named(api: Api, query: str, field: str) -> None:
    refused(api.get(f"stations?{query}"), 400, field)


def test_a_station_shows_what_is_wanted_and_what_is_reported(api: Api, alpha: World) -> None:
    body = api.get(f"stations/{alpha.station.public_id}").json()
    assert body["connected"] is True
    assert body["connection"]["subprotocol"] == "ocpp1.6"
    assert body["desired"] == {"availability": "Operative"}
    assert body["reported"]["status"] == "Unknown"
    assert body["evses"][0]["connectors"][0]["status"] == "Available"
    assert body["evses"][0]["connectors"][0]["connector_id"] == 1
    assert api.get("stations/ALPHA-1/connectors").json() == body["evses"]


def test_a_station_that_never_connected_has_no_connection(api: Api) -> None:
    api.post("stations", {"identity": "NEW-1"})
    body = api.get("stations/NEW-1").json()
    assert (body["connected"], body["connection"]) == (False, None)


def test_what_a_person_may_change_is_changed_and_the_rest_is_not(api: Api, alpha: World) -> None:
    path = f"stations/{alpha.station.public_id}"
    changed = api.patch(path, {"name": "Front", "site": None, "strict": True, "notes": "left of the door"})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["site"], changed.json()["strict"]) == ("Front", None, True)
    for field in ("identity", "organisation", "key_hash", "registration"):
        refused(api.patch(path, {field: "x"}), 422, field)


def test_a_new_password_replaces_the_old_one(api: Api, alpha: World) -> None:
    before = alpha.station.key_hash
    answer = api.post("stations/ALPHA-1/rekey").json()
    alpha.station.refresh_from_db()
    assert answer["identity"] == "ALPHA-1"
    assert alpha.station.key_hash != before


def test_a_station_with_history_is_not_removed(api: Api, alpha: World) -> None:
    assert alpha.transaction.station == alpha.station
    refused(api.delete("stations/ALPHA-1"), 409)
    api.post("stations", {"identity": "MISTAKE"})
    assert api.delete("stations/MISTAKE").status_code == 204
    refused(api.get("stations/MISTAKE"), 404)


def test_watching_a_station_has_an_end(api: Api, alpha: World) -> None:
    assert api.post(f"stations/{alpha.station.identity}/watch", {"minutes": 10}).json()["watched_until"]
    refused(api.post("stations/ALPHA-1/watch", {"minutes": 10**9}), 422, "minutes")


def test_another_organisations_station_is_not_there(api: Api, beta: World) -> None:
    for ref in (beta.station.public_id, beta.station.identity):
        for path in ("", "/connectors", "/commands", "/messages", "/authorizations", "/actions"):
            refused(api.get(f"stations/{ref}{path}"), 404)
        refused(api.post(f"stations/{ref}/commands", {"action": "Reset", "payload": {"type": "Soft"}}), 404)
        refused(api.post(f"stations/{ref}/rekey"), 404)
        refused(api.patch(f"stations/{ref}", {"name": "mine"}), 404)
        refused(api.delete(f"stations/{ref}"), 404)


def test_someone_in_two_organisations_acts_only_where_their_role_allows(alpha: World, beta: World) -> None:
    from cpms.accounts.services.organisations import member_add
    from cpms.core.actors import SYSTEM

    member_add(beta.organisation, alpha.owner, Role.VIEWER, SYSTEM)
    session = Api(None)
    session.client.force_login(alpha.owner)
    assert session.get(f"stations/{beta.station.identity}").status_code == 200
    refused(session.patch(f"stations/{beta.station.identity}", {"name": "mine"}), 403)
    refused(session.post("stations", {"identity": "X", "organisation": beta.organisation.public_id}), 403)
    assert session.patch(f"stations/{alpha.station.identity}", {"name": "mine"}).status_code == 200


def test_the_list_costs_the_same_for_one_and_for_twenty(
    api: Api, alpha: World, django_assert_max_num_queries
) -> None:
    for number in range(20):
        alpha.connected_station(f"ROW-{number}")
    with django_assert_max_num_queries(8):
        assert len(api.get("stations").json()["results"]) == 20


def test_the_pages_join_without_gap_or_repeat(api: Api, alpha: World) -> None:
    for number in range(7):
        alpha.connected_station(f"ROW-{number}")
    seen, url = [], "stations?limit=3"
    while url:
        page = api.get(url).json()
        seen += [row["identity"] for row in page["results"]]
        url = page["next"]
        if len(seen) == 3:
            alpha.connected_station("ROW-00")  # sorts before the cursor: not seen, and nothing moves
    assert seen == [f"ROW-{n}" for n in range(7)]


def test_the_page_size_is_capped(api: Api, alpha: World) -> None:
    from rest_framework.request import Request
    from rest_framework.test import APIRequestFactory

    from cpms.api.pagination import read_limit

    assert read_limit(Request(APIRequestFactory().get("/", {"limit": "99999999999"}))) == 500
