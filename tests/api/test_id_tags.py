"""ID tags and groups over the API."""

import pytest

from tests.api.conftest import Api, refused
from tests.worlds import World

pytestmark = pytest.mark.django_db


def test_a_tag_is_made_changed_blocked_unblocked_expired_and_removed(api: Api, alpha: World) -> None:
    made = api.post("id-tags", {"uid": "04A2B3C4", "label": "Pool car", "group": alpha.group.public_id})
    assert made.status_code == 201
    path = f"id-tags/{made.json()['id']}"
    assert made.json()["group"] == alpha.group.public_id
    assert api.patch(path, {"max_energy_wh": 20_000, "group": None}).json()["group"] is None
    assert api.post(f"{path}/block").json()["status"] == "blocked"
    assert api.post(f"{path}/unblock").json()["status"] == "active"
    assert api.post(f"{path}/expire").json()["expires_at"]
    moved = api.post(f"{path}/expire", {"at": "2030-01-01T00:00:00Z"}).json()["expires_at"]
    assert moved == "2030-01-01T00:00:00Z"
    assert api.delete(path).status_code == 204
    refused(api.get(path), 404)


def test_case_does_not_make_another_tag(api: Api) -> None:
    api.post("id-tags", {"uid": "abc"})
    refused(api.post("id-tags", {"uid": "ABC"}), 422, "uid")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"uid": ""}, "uid"),
        ({"uid": "x" * 256}, "uid"),
        ({"uid": 4711}, "uid"),
        ({"uid": "A", "type": "Badge"}, "type"),
        ({"uid": "A", "status": "lost"}, "status"),
        ({"uid": "A", "expires_at": "soon"}, "expires_at"),
        ({"uid": "A", "max_concurrent": -1}, "max_concurrent"),
        ({"uid": "A", "max_energy_wh": 1.5}, "max_energy_wh"),
        ({"uid": "A", "max_minutes": 10**12}, "max_minutes"),
        ({"uid": "A", "id": "tag_x"}, "id"),
        ({}, "uid"),
    ],
)
def test_bad_content_is_refused_by_field(api: Api, body: object, field: str) -> None:
    refused(api.post("id-tags", body), 422, field)


def test_a_group_of_somebody_else_is_not_there(api: Api, beta: World) -> None:
    refused(api.post("id-tags", {"uid": "A", "group": beta.group.public_id}), 404, "group")
    refused(api.get(f"id-tag-groups/{beta.group.public_id}"), 404)


def test_groups_are_made_and_listed(api: Api) -> None:
    made = api.post("id-tag-groups", {"name": "Fleet"})
    assert made.status_code == 201
    assert [g["name"] for g in api.get("id-tag-groups").json()["results"]] == ["Fleet"]
    assert api.get(made["Location"]).json() == made.json()
    refused(api.post("id-tag-groups", {"name": "Fleet"}), 422)
    refused(api.post("id-tag-groups", {"name": "x" * 21}), 422, "name")


def test_the_list_narrows(api: Api, alpha: World) -> None:
    api.post("id-tags", {"uid": "FREE-1", "label": "visitor", "status": "blocked"})
    assert alpha.tag.uid == "ALPHA-CARD"

    def uids(query: str) -> list[str]:
        return [row["uid"] for row in api.get(f"id-tags?{query}").json()["results"]]

    assert uids("status=blocked") == uids("search=visi") == uids("uid=free-1") == ["FREE-1"]
    assert uids(f"group={alpha.group.public_id}") == uids("group=ALPHA group") == ["ALPHA-CARD"]
    assert len(uids("type=ISO14443")) == 2


def test_tags_are_hidden_from_those_who_may_not_see_them(alpha: World) -> None:
    viewer = Api(alpha.key("stations.view", "transactions.view", "messages.view"))
    refused(viewer.get("id-tags"), 403)
    refused(viewer.get(f"id-tags/{alpha.tag.public_id}"), 403)
    refused(viewer.get(f"stations/{alpha.station.identity}/authorizations"), 403)


def test_every_yes_and_no_is_in_the_authorise_log(api: Api, alpha: World) -> None:
    alpha.furnish()
    rows = api.get("stations/ALPHA-1/authorizations").json()["results"]
    assert {row["occasion"] for row in rows} == {"authorize", "start"}
    assert all(row["status"] == "Accepted" and row["id_tag"] == alpha.tag.public_id for row in rows)
    assert api.get("stations/ALPHA-1/authorizations?status=Blocked").json()["results"] == []
