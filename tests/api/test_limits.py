"""Limits from outside over the API: acknowledged at once, kept for a while, never lost."""

from datetime import timedelta
from typing import Any

import pytest

from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.inputs.limits.taking import limits_at, limits_between, limits_kept
from smartcharging.models import LimitEvent
from smartcharging.services.circuits import circuit_create
from tests.api.conftest import Api, refused
from tests.conftest import Events
from tests.worlds import World

pytestmark = pytest.mark.django_db


def later(**span: float) -> str:
    return (clock.now() + timedelta(**span)).isoformat()


def body(world: World, **more: Any) -> dict[str, Any]:
    fields = {"site": world.site.public_id, "limit_w": 4200.0, "ends_at": later(hours=2), "source": "Grid",
              "reference": "D-1"}  # fmt: skip
    return {name: value for name, value in (fields | more).items() if value is not ...}


def test_a_limit_is_acknowledged_at_once_wakes_the_site_and_is_in_force(
    api: Api, alpha: World, events: Events
) -> None:
    before = clock.now()
    answer = api.post("limits", body(alpha, scope="chargers"))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["kept_at"], told["circuit"]) == ("active", None, None)
    assert told["acknowledged_at"] >= before.strftime("%Y-%m-%dT%H:%M:%S")
    assert events.of("site.limits_changed")[0].subject == alpha.site.public_id
    (limit,) = limits_at(alpha.site, clock.now())
    assert (limit.watts, limit.for_chargers) == (4200.0, True)
    limits_kept(alpha.site, [limit.id], clock.now())
    kept = api.get(f"limits/{told['id']}").json()["kept_at"]
    limits_kept(alpha.site, [limit.id], clock.now() + timedelta(hours=1))
    assert kept is not None
    assert api.get(f"limits/{told['id']}").json()["kept_at"] == kept


def test_the_same_reference_again_replaces_and_has_to_be_kept_anew(api: Api, alpha: World) -> None:
    first = api.post("limits", body(alpha)).json()
    limits_kept(alpha.site, [first["id"]], clock.now())
    again = api.post("limits", body(alpha, limit_w=..., limit_a=10.0))
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert (again.json()["limit_w"], again.json()["limit_a"], again.json()["kept_at"]) == (None, 10.0, None)
    assert limits_at(alpha.site, clock.now())[0].lines_a == (10.0, 10.0, 10.0)


def test_a_share_is_of_what_the_circuit_carries(api: Api, alpha: World) -> None:
    root = circuit_create(alpha.site, SYSTEM, name="Grid", limit_a=[100.0, 80.0, 60.0])
    shed = circuit_create(alpha.site, SYSTEM, name="Shed", limit_a=[32.0] * 3, parent=root)
    api.post("limits", body(alpha, limit_w=..., limit_percent=50))
    api.post("limits", body(alpha, limit_w=..., limit_percent=25, circuit=shed.public_id, reference="D-2"))
    whole, part = limits_at(alpha.site, clock.now())
    assert (whole.lines_a, whole.circuit) == ((50.0, 40.0, 30.0), None)
    assert (part.lines_a, part.circuit) == ((8.0, 8.0, 8.0), shed.public_id)


def test_limits_to_come_are_in_plans_and_those_over_are_history(api: Api, alpha: World) -> None:
    api.post("limits", body(alpha, starts_at=later(hours=1)))
    now = clock.now()
    assert limits_at(alpha.site, now) == []
    assert len(limits_between(alpha.site, now, now + timedelta(hours=12))) == 1
    assert len(limits_at(alpha.site, now + timedelta(hours=1, minutes=1))) == 1
    assert limits_at(alpha.site, now + timedelta(hours=3)) == []
    LimitEvent.objects.update(starts_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=1))
    (row,) = api.get("limits").json()["results"]
    assert row["state"] == "over"
    assert api.get("limits?open=true").json()["results"] == []
    refused(api.post("limits", body(alpha)), 409)
    refused(api.post(f"limits/{row['id']}/end"), 409)


def test_a_limit_is_ended_early(api: Api, alpha: World) -> None:
    made = api.post("limits", body(alpha)).json()
    assert api.post(f"limits/{made['id']}/end").json()["state"] == "ended"
    assert limits_at(alpha.site, clock.now()) == []
    refused(api.post(f"limits/{made['id']}/end"), 409)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"limit_w": ...}, "limit_w"),
        ({"limit_a": 6.0}, "limit_w"),
        ({"limit_w": -1.0}, "limit_w"),
        ({"limit_w": True}, "limit_w"),
        ({"limit_w": ..., "limit_percent": 101}, "limit_percent"),
        ({"ends_at": ...}, "ends_at"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2036-01-01T00:00:00Z"}, "ends_at"),
        ({"starts_at": "2036-01-01T00:00:00Z"}, "ends_at"),
        ({"scope": "moon"}, "scope"),
        ({"reference": ""}, "reference"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_at_its_field(
    api: Api, alpha: World, change: dict[str, Any], field: str
) -> None:
    refused(api.post("limits", body(alpha, **change)), 422, field)
    assert not LimitEvent.objects.exists()


def test_nobody_limits_others(api: Api, alpha: World, beta: World) -> None:
    refused(api.post("limits", body(beta)), 404)
    theirs = Api(beta.key()).post("limits", body(beta)).json()
    refused(api.get(f"limits/{theirs['id']}"), 404)
    refused(api.post(f"limits/{theirs['id']}/end"), 404)
    theirs_circuit = circuit_create(beta.site, SYSTEM, name="Grid", limit_a=[1.0] * 3)
    refused(api.post("limits", body(alpha, circuit=theirs_circuit.public_id)), 404)
    looking = Api(alpha.key("sites.view"))
    refused(looking.post("limits", body(alpha)), 403)
    grid_operator = Api(alpha.key("limits.edit", "sites.view"))
    assert grid_operator.post("limits", body(alpha)).status_code == 201
