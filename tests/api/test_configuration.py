"""Settings, templates, pushes and local lists through the API."""

from typing import Any

import pytest

from chargers.models import (
    Command,
    ConfigurationPush,
    StationConfiguration,
    StationConnection,
    StationList,
    StationSetting,
)
from cpms.core import clock
from tests.api.conftest import Api, refused
from tests.worlds import World


def known(world: World, name: str, reported: str, **more: Any) -> StationSetting:
    """A setting the world's station has reported."""
    return StationSetting.objects.create(
        station=world.station, name=name, reported=reported, known=True, checked_at=clock.now(), **more
    )


def entries(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def template(api: Api, **changes: object) -> dict[str, object]:
    body = {"name": "All", "entries": entries(HeartbeatInterval="60")} | changes
    made = api.post("configuration-templates", body)
    assert made.status_code == 201, made.content
    return made.json()  # type: ignore[no-any-return]


def test_settings_are_listed_by_name_and_narrowed(api: Api, alpha: World) -> None:
    known(alpha, "WebSocketPingInterval", "60")
    known(alpha, "HeartbeatInterval", "300")
    path = f"stations/{alpha.station.identity}/configuration"
    rows = api.get(path).json()["results"]
    assert [row["name"] for row in rows] == ["HeartbeatInterval", "WebSocketPingInterval"]
    assert [r["reported"] for r in api.get(f"{path}?search=heart").json()["results"]] == ["300"]
    assert api.get(f"{path}?state=drifted").json()["results"] == []
    refused(api.get(f"{path}?colour=red"), 400, "colour")


def test_a_wish_is_stored_and_sent_at_once_to_a_station_that_is_there(api: Api, alpha: World) -> None:
    known(alpha, "HeartbeatInterval", "300")
    path = f"stations/{alpha.station.identity}/configuration"
    row = api.patch(path, {"values": {"heartbeatinterval": "60"}}).json()["results"][0]
    assert (row["name"], row["desired"], row["answer"], row["state"]) == (
        "HeartbeatInterval", "60", "sent", "waiting",
    )  # fmt: skip
    sent = Command.objects.get(station=alpha.station, action="ChangeConfiguration")
    assert sent.payload == {"key": "HeartbeatInterval", "value": "60"}
    row = api.patch(path, {"values": {"HeartbeatInterval": None}}).json()["results"][0]
    assert (row["desired"], row["answer"]) == (None, "")


def test_a_wish_for_a_station_that_is_away_waits(api: Api, alpha: World) -> None:
    StationConnection.objects.filter(station=alpha.station).update(closed_at=clock.now())
    path = f"stations/{alpha.station.identity}/configuration"
    assert (
        api.patch(path, {"values": {"HeartbeatInterval": "60"}}).json()["results"][0]["answer"] == "waiting"
    )
    assert not Command.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"AuthorizationKey": "a-password-of-20-char"}, "AuthorizationKey"),
        ({"HeartbeatInterval": "6\u00070"}, "HeartbeatInterval"),
        ({"HeartbeatInterval": 60}, "values.HeartbeatInterval"),
        ({"": "1"}, "name"),
        ({}, "values"),
        ({"x": "9" * 501}, "values.x"),
    ],
)
def test_a_wish_no_station_could_take_is_refused(
    api: Api, alpha: World, values: dict[str, object], field: str
) -> None:
    refused(api.patch(f"stations/{alpha.station.identity}/configuration", {"values": values}), 422, field)
    assert not Command.objects.exists()
    assert not StationSetting.objects.exists()


def test_reading_is_begun_once(api: Api, alpha: World) -> None:
    path = f"stations/{alpha.station.identity}/configuration"
    assert [api.post(path).json()["begun"] for _ in range(2)] == [True, False]
    assert Command.objects.filter(action="GetConfiguration").count() == 1


def test_a_station_that_never_connected_cannot_be_read(api: Api, alpha: World) -> None:
    StationConnection.objects.filter(station=alpha.station).update(opened_at=None)
    refused(api.post(f"stations/{alpha.station.identity}/configuration"), 409)


def test_the_drift_list_has_what_differs_and_nothing_else(api: Api, alpha: World, beta: World) -> None:
    for world in (alpha, beta):
        known(world, "HeartbeatInterval", "300", desired="60", state="drifted")
    known(alpha, "WebSocketPingInterval", "60")
    rows = api.get("configuration-drift").json()["results"]
    assert [(row["station_identity"], row["name"]) for row in rows] == [("ALPHA-1", "HeartbeatInterval")]


def test_a_template_is_made_changed_and_removed(api: Api) -> None:
    made = template(api, vendor="ACME*", priority=5)
    path = f"configuration-templates/{made['id']}"
    assert api.get(path).json()["entries"] == [
        {"name": "HeartbeatInterval", "value": "60", "optional": False}
    ]
    changed = api.patch(path, {"entries": [{"name": "A", "value": "1", "optional": True}]}).json()
    assert changed["entries"] == [{"name": "A", "value": "1", "optional": True}]
    assert (changed["vendor"], changed["priority"]) == ("ACME*", 5)
    assert api.delete(path).status_code == 204
    refused(api.get(path), 404)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        entries(A="1", a="2"),
        entries(AuthorizationKey="1234567890123456"),
        [{"name": "A"}],
        [{"value": "1"}],
    ],
)
def test_a_template_that_makes_no_sense_is_refused(api: Api, wrong: list[object]) -> None:
    problem = refused(api.post("configuration-templates", {"name": "All", "entries": wrong}), 422)
    assert "entries" in problem["errors"][0]["field"]


def test_a_dry_run_says_what_would_happen_and_does_nothing(api: Api, alpha: World) -> None:
    known(alpha, "HeartbeatInterval", "300")
    known(alpha, "NumberOfConnectors", "2", read_only=True)
    known(alpha, "ResetRetries", "3")
    values = entries(HeartbeatInterval="60", NumberOfConnectors="4", ResetRetries="3", New="1")
    body = {"entries": values, "stations": [alpha.station.public_id], "dry_run": True}
    answer = api.post("configuration-pushes", body)
    assert answer.status_code == 200
    plan = answer.json()["stations"][0]
    assert {c["name"]: (c["plan"], c["before"]) for c in plan["changes"]} == {
        "HeartbeatInterval": ("change", "300"),
        "NumberOfConnectors": ("read_only", "2"),
        "ResetRetries": ("same", "3"),
        "New": ("unread", None),
    }
    assert (plan["online"], plan["to_set"], plan["left_alone"]) == (True, 2, 1)
    assert not Command.objects.exists()
    assert not ConfigurationPush.objects.exists()


def test_a_template_is_for_its_kind_and_the_higher_priority_decides(api: Api, alpha: World) -> None:
    alpha.station.vendor, alpha.station.model = "Acme Inc", "Duo 22"
    alpha.station.save()
    low = template(api, name="Low", vendor="acme*")
    template(
        api, name="High", vendor="*", model="duo ??", priority=9, entries=entries(HeartbeatInterval="10")
    )
    other = template(api, name="Other", vendor="Volt*")
    plan = api.post("configuration-pushes", {"template": low["id"], "dry_run": True}).json()["stations"][0]
    assert plan["changes"][0]["plan"] == "overruled"
    problem = refused(api.post("configuration-pushes", {"template": other["id"]}), 422, "stations")
    assert "0 stations match" in problem["detail"]


def test_a_push_reads_a_station_that_was_never_read_before_it_sets_anything(api: Api, alpha: World) -> None:
    push = api.post("configuration-pushes", {"template": template(api)["id"], "site": _site(alpha)})
    assert push.status_code == 202
    assert [c.action for c in Command.objects.all()] == ["GetConfiguration"]
    assert (push.json()["state"], push.json()["results"][0]["changes"]) == ("waiting", [])


def test_a_push_sets_what_is_known_and_is_done_once_for_a_repeated_request(api: Api, alpha: World) -> None:
    known(alpha, "HeartbeatInterval", "300")
    StationConfiguration.objects.create(station=alpha.station, checked_at=clock.now())
    body = {"template": template(api)["id"]}
    first, again = (api.post("configuration-pushes", body, Idempotency_Key="push-1") for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert Command.objects.filter(purpose="setting").count() == 1
    shown = api.get(f"configuration-pushes/{first.json()['id']}").json()
    assert (shown["state"], shown["results"][0]["changes"][0]["answer"]) == ("running", "waiting")


def _site(world: World) -> str:
    return str(world.station.site.public_id)  # type: ignore[union-attr]


def test_a_push_needs_values_and_a_place(api: Api, alpha: World) -> None:
    refused(api.post("configuration-pushes", {}), 422, "template")
    refused(api.post("configuration-pushes", {"entries": entries(A="1")}), 422, "stations")


def test_somebody_elses_template_and_stations_are_not_there(api: Api, beta: World) -> None:
    theirs = template(Api(beta.key()))
    refused(api.post("configuration-pushes", {"template": theirs["id"]}), 404)
    body = {"entries": entries(A="1"), "stations": [beta.station.public_id]}
    refused(api.post("configuration-pushes", body), 404)


def test_who_may_only_look_changes_nothing(alpha: World) -> None:
    looking = Api(alpha.key("stations.view", "tags.view"))
    path = f"stations/{alpha.station.identity}/configuration"
    assert looking.get(path).status_code == 200
    for answer in (
        looking.post(path),
        looking.patch(path, {"values": {"A": "1"}}),
        looking.post("configuration-templates", {"name": "A", "entries": entries(A="1")}),
        looking.post("configuration-pushes", {}),
        looking.post("local-lists", {"name": "A"}),
    ):
        refused(answer, 403)


def test_a_list_of_a_site_is_carried_by_its_stations_unless_they_are_named(api: Api, alpha: World) -> None:
    other = alpha.connected_station("ALPHA-2")
    _ = alpha.tag
    by_site = api.post("local-lists", {"name": "Site", "sites": [_site(alpha)]}).json()
    named = api.post("local-lists", {"name": "Named", "stations": [other.public_id]}).json()
    carried = {
        made["name"]: [
            r["station_identity"] for r in api.get(f"local-lists/{made['id']}/stations").json()["results"]
        ]
        for made in (by_site, named)
    }
    assert carried == {"Site": ["ALPHA-1"], "Named": ["ALPHA-2"]}


def test_a_list_is_sent_when_asked_and_says_so(api: Api, alpha: World) -> None:
    made = api.post(
        "local-lists", {"name": "Site", "sites": [_site(alpha)], "groups": [alpha.group.public_id]}
    )
    path = f"local-lists/{made.json()['id']}"
    assert (made.status_code, made.json()["groups"]) == (201, [alpha.group.public_id])
    assert api.post(f"{path}/sync").json() == {"stations": 1}
    assert StationList.objects.get().wanted_since is not None
    assert api.patch(path, {"name": "New", "sites": []}).json()["sites"] == []
    assert api.get(f"{path}/stations").json()["results"] == []
    assert api.delete(path).status_code == 204


def test_a_list_names_nothing_of_somebody_else(api: Api, beta: World) -> None:
    for links in (
        {"sites": [_site(beta)]},
        {"stations": [beta.station.public_id]},
        {"groups": [beta.group.public_id]},
        {"tags": [beta.tag.public_id]},
    ):
        refused(api.post("local-lists", {"name": "A"} | links), 404)


def test_bodies_name_stations_by_identity_too(api: Api, alpha: World, beta: World) -> None:
    """Seen failing with stations in bodies looked up by public id alone."""
    identity, expected = alpha.station.identity, [alpha.station.public_id]
    made = api.post("local-lists", {"name": "Named", "stations": [identity]})
    assert made.json()["stations"] == expected
    path = f"local-lists/{made.json()['id']}"
    api.patch(path, {"stations": []})
    assert api.patch(path, {"stations": [identity]}).json()["stations"] == expected
    assert api.post(f"{path}/sync", {"stations": [identity]}).json() == {"stations": 1}
    entries = [{"name": "HeartbeatInterval", "value": "60"}]
    push = {"entries": entries, "stations": [identity], "dry_run": True}
    tried = api.post("configuration-pushes", push).json()
    assert [plan["station"] for plan in tried["stations"]] == expected
    for body in ({"name": "B", "stations": [beta.station.identity]}, {"name": "B", "stations": ["NOBODY"]}):
        refused(api.post("local-lists", body), 404)
