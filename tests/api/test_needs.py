"""What cars need, over the API: said for a session, scheduled by a fleet, usual for a tag or a group."""

from datetime import timedelta
from typing import Any

import pytest

from chargers.choices import TransactionState
from chargers.models import Transaction
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.learning import visits_learn
from smartcharging.inputs.needs.saying import need_set, needs_for
from smartcharging.models import FleetNeed, Need, NeedDefault
from tests.api.conftest import Api, refused
from tests.conftest import Events
from tests.smartcharging.inputs.scene import push_meter
from tests.smartcharging.inputs.visits import daily
from tests.worlds import World

pytestmark = pytest.mark.django_db


def later(**span: float) -> str:
    return (clock.now() + timedelta(**span)).isoformat()


def path(world: World) -> str:
    return f"transactions/{world.transaction.public_id}/need"


def test_what_is_said_is_taken_over_and_taken_back(api: Api, alpha: World, events: Events) -> None:
    assert api.get(path(alpha)).json()["confidence"] == 0.0
    said = api.patch(
        path(alpha), {"energy_wh": 40_000, "departs_at": later(hours=9), "priority": "high"}
    ).json()
    assert (said["energy_wh"], said["priority"]) == (40_000, "high")
    assert set(said["sources"].values()) == {"operator"}
    kept = api.patch(path(alpha), {"energy_wh": None, "charge_now": True}).json()
    assert (kept["energy_wh"], kept["priority"], kept["charge_now"]) == (None, "high", True)
    assert len(events.of("site.needs_changed")) == 2
    assert api.delete(path(alpha)).json()["sources"] == {}


def test_an_estimate_says_what_it_stands_on(api: Api, alpha: World) -> None:
    daily(alpha, clock.now() - timedelta(days=20), 11)
    visits_learn(alpha.site, clock.now())
    found = api.get(path(alpha)).json()
    assert (found["energy_wh"], found["confidence"]) == (18_500, 0.3)
    assert found["sources"] == dict.fromkeys(("departs_at", "energy_wh", "soon_wh"), "history")
    assert found["bases"]["departs_at"] == {"visits": 11, "of": "user and hour"}


def test_the_drivers_word_counts_more_than_the_operators(api: Api, alpha: World) -> None:
    need_set(alpha.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=10_000)
    said = api.patch(path(alpha), {"energy_wh": 40_000, "soon_wh": 5000}).json()
    assert (said["energy_wh"], said["soon_wh"]) == (10_000, 5000)
    assert said["sources"] == {"energy_wh": "driver", "soon_wh": "operator"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"energy_wh": 0}, "energy_wh"),
        ({"energy_wh": 2_000_000}, "energy_wh"),
        ({"energy_wh": 1.5}, "energy_wh"),
        ({"departs_at": "2020-01-01T00:00:00Z"}, "departs_at"),
        ({"energy_wh": 1000, "soon_wh": 2000}, "soon_wh"),
        ({"priority": "queen"}, "priority"),
        ({"when": "now"}, "when"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    api: Api, alpha: World, body: dict[str, Any], field: str
) -> None:
    refused(api.patch(path(alpha), body), 422, field)
    assert not Need.objects.exists()


def test_a_session_that_is_over_needs_nothing(api: Api, alpha: World) -> None:
    Transaction.objects.filter(pk=alpha.transaction.pk).update(
        state=TransactionState.ENDED, ended_at=clock.now()
    )
    refused(api.patch(path(alpha), {"energy_wh": 1000}), 409)


def test_what_is_usual_for_a_tag_counts_more_than_for_its_group(api: Api, alpha: World) -> None:
    by = (clock.now() + timedelta(hours=6)).strftime("%H:%M")
    group = {"group": alpha.group.public_id, "energy_wh": 8000, "departs_by": by, "priority": "low"}
    assert api.post("need-defaults", group).status_code == 201
    tag = {"id_tag": alpha.tag.public_id, "energy_wh": 12_000}
    made = api.post("need-defaults", tag)
    assert made.status_code == 201
    assert api.post("need-defaults", tag | {"energy_wh": 13_000}).json()["id"] == made.json()["id"]
    said = api.get(path(alpha)).json()
    assert (said["energy_wh"], said["priority"], said["confidence"]) == (13_000, "low", 0.5)
    assert said["departs_at"][11:16] == by
    api.delete(f"need-defaults/{made.json()['id']}")
    assert api.get(path(alpha)).json()["energy_wh"] == 8000


def test_the_next_departure_of_a_fleet_counts(api: Api, alpha: World) -> None:
    for hours, energy in ((20, 30_000), (8, 20_000)):
        body = {"id_tag": alpha.tag.public_id, "departs_at": later(hours=hours), "energy_wh": energy}
        assert api.post("fleet-needs", body).status_code == 201
    assert api.get(path(alpha)).json()["energy_wh"] == 20_000
    (need,) = needs_for(alpha.site, clock.now())
    assert (need.transaction, need.wanted.confidence) == (alpha.transaction, 0.8)
    first = api.get("fleet-needs").json()["results"][0]
    assert api.delete(f"fleet-needs/{first['id']}").status_code == 204
    assert api.get(path(alpha)).json()["energy_wh"] == 30_000


def test_the_same_departure_said_again_is_one(api: Api, alpha: World) -> None:
    body = {"id_tag": alpha.tag.public_id, "departs_at": later(hours=8)}
    one = api.post("fleet-needs", body).json()
    two = api.post("fleet-needs", body | {"energy_wh": 5000}).json()
    assert (one["id"], FleetNeed.objects.get().energy_wh) == (two["id"], 5000)
    refused(api.post("fleet-needs", body | {"departs_at": "2020-01-01T00:00:00Z"}), 422, "departs_at")


def test_a_default_is_of_a_tag_or_of_a_group(api: Api, alpha: World) -> None:
    both = {"id_tag": alpha.tag.public_id, "group": alpha.group.public_id}
    refused(api.post("need-defaults", both), 422, "id_tag")
    refused(api.post("need-defaults", {"energy_wh": 5}), 422, "id_tag")
    refused(
        api.post("need-defaults", {"id_tag": alpha.tag.public_id, "departs_by": "25:00"}), 422, "departs_by"
    )
    assert not NeedDefault.objects.exists()


def test_nobody_speaks_for_cars_of_others(api: Api, alpha: World, beta: World) -> None:
    refused(api.patch(path(beta), {"energy_wh": 1}), 404)
    refused(api.get(path(beta)), 404)
    refused(api.post("fleet-needs", {"id_tag": beta.tag.public_id, "departs_at": later(hours=1)}), 404)
    refused(api.post("need-defaults", {"group": beta.group.public_id}), 404)
    looking = Api(alpha.key("transactions.view", "tags.view"))
    assert looking.get(path(alpha)).status_code == 200
    refused(looking.patch(path(alpha), {"energy_wh": 1}), 403)
    refused(looking.post("fleet-needs", {"id_tag": alpha.tag.public_id, "departs_at": later(hours=1)}), 403)


def test_only_the_sun_is_asked_for_where_there_is_any(api: Api, alpha: World) -> None:
    refused(api.patch(path(alpha), {"sun_only": True}), 422, "sun_only")
    push_meter(alpha, measures="pv")
    said = api.patch(path(alpha), {"sun_only": True}).json()
    assert (said["sun_only"], said["sources"]) == (True, {"sun_only": "operator"})
    refused(api.patch(path(alpha), {"charge_now": True}), 422, "sun_only")
    assert api.patch(path(alpha), {"sun_only": None}).json()["sun_only"] is False


def test_a_fleet_asks_for_the_sun_first(api: Api, alpha: World) -> None:
    body = {"id_tag": alpha.tag.public_id, "departs_at": later(hours=8), "energy_wh": 20_000}
    assert api.post("fleet-needs", body).json()["sun_only"] is False
    assert api.post("fleet-needs", body | {"sun_only": True}).json()["sun_only"] is True
    assert api.get(path(alpha)).json()["sources"]["sun_only"] == "fleet"
