"""The pages of meters and limits: what is measured, how far it is believed, and who limits the site."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cpms.accounts.roles import Role
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.limits.taking import limit_set
from smartcharging.inputs.metering.meters import meter_create
from smartcharging.inputs.metering.store import readings_store
from smartcharging.inputs.needs.learning import visits_learn
from smartcharging.inputs.needs.saying import need_of, need_set
from smartcharging.meters import Sample
from smartcharging.models import LimitEvent, SiteMeter
from smartcharging.services.circuits import circuit_create
from tests.smartcharging.inputs.scene import push_meter
from tests.smartcharging.inputs.visits import daily
from tests.worlds import World

from .conftest import client_of

pytestmark = pytest.mark.django_db

PUSH = {"name": "House", "measures": "building", "driver": "push", "line_order": "123", "highest_a": 250,
        "every_s": 10, "active": "on"}  # fmt: skip


@pytest.fixture
def boss(world: World) -> Client:
    return client_of(world.owner)


def at(world: World, part: str) -> str:
    return f"/energy/{world.site.public_id}/{part}"


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def meter_of(world: World, **fields: Any) -> SiteMeter:
    return meter_create(
        world.site, SYSTEM, **{"name": "House", "driver": "push", "measures": "building"} | fields
    )


def test_without_a_meter_the_page_says_what_one_is_good_for(boss: Client, world: World) -> None:
    assert "No meter yet" in read(boss, at(world, "meters/"))


def test_a_meter_is_added_changed_and_removed(boss: Client, world: World) -> None:
    assert boss.post(at(world, "meters/new/"), PUSH).status_code == 302
    meter = SiteMeter.objects.get()
    page = read(boss, at(world, "meters/"))
    assert "House" in page
    assert "No reading yet" in page
    boss.post(f"/energy/meters/{meter.public_id}/", PUSH | {"name": "Cellar", "line_order": "231"})
    meter.refresh_from_db()
    assert (meter.name, meter.line_order) == ("Cellar", "231")
    boss.post(f"/energy/meters/{meter.public_id}/remove/")
    assert not SiteMeter.objects.exists()


def test_a_driver_without_its_settings_is_refused_beside_the_field(boss: Client, world: World) -> None:
    response = boss.post(
        at(world, "meters/new/"), PUSH | {"driver": "modbus", "address": "modbus://192.0.2.7"}
    )
    assert response.status_code == 422
    assert "has to be an object" in response.content.decode()
    assert not SiteMeter.objects.exists()


def test_a_secret_is_kept_when_the_field_stays_empty_and_never_shown(boss: Client, world: World) -> None:
    settings = '{"values": {"l1_a": {"path": "a"}}}'
    fields = PUSH | {
        "driver": "pull",
        "address": "http://192.0.2.7/",
        "settings": settings,
        "line_order": "1",
    }
    boss.post(at(world, "meters/new/"), fields | {"secret": "s3cr3t-word"})
    meter = SiteMeter.objects.get()
    assert "s3cr3t-word" not in read(boss, f"/energy/meters/{meter.public_id}/")
    boss.post(f"/energy/meters/{meter.public_id}/", fields | {"name": "Other"})
    sealed = meter.sealed_secret
    meter.refresh_from_db()
    assert (meter.name, meter.sealed_secret) == ("Other", sealed)
    elsewhere = fields | {"address": "http://192.0.2.9/"}
    assert boss.post(f"/energy/meters/{meter.public_id}/", elsewhere).status_code == 422


def test_what_a_meter_says_and_how_far_it_is_believed_is_shown(boss: Client, world: World) -> None:
    meter = meter_of(world)
    readings_store(meter, [Sample({"l1_a": 12.5, "l2_a": 9.0, "l3_a": 10.0})], clock.now())
    page = read(boss, at(world, "meters/"))
    assert "Measured now" in page
    assert "12.5 A" in page
    readings_store(meter, [Sample({"l1_a": 1e6, "l2_a": 9.0, "l3_a": 10.0})], clock.now())
    page = read(boss, at(world, "meters/"))
    assert "Highest of the last hour" in page
    assert "another unit?" in page
    assert "1 not believed so far" in page


def test_a_limit_is_set_shown_and_ended(boss: Client, world: World) -> None:
    assert "Nobody limits this site" in read(boss, at(world, "limits/"))
    circuit_create(world.site, SYSTEM, name="Grid", limit_a=[63.0] * 3)
    fields = {"scope": "chargers", "limit_kw": 4.2, "hours": 2, "source": "Harbour grid"}
    assert boss.post(at(world, "limits/new/"), fields).status_code == 302
    limit = LimitEvent.objects.get()
    assert limit.limit_w == 4200.0
    page = read(boss, at(world, "limits/"))
    assert "Harbour grid" in page
    assert "In force" in page
    assert "4.2 kW" in page
    boss.post(f"/energy/limits/{limit.public_id}/end/")
    assert "Ended early" in read(boss, at(world, "limits/"))


def test_who_may_only_look_changes_nothing(world: World) -> None:
    viewer = client_of(world.person(Role.VIEWER))
    meter = meter_of(world)
    limit, _ = limit_set(
        world.site, "Grid", "D-1", SYSTEM, limit_a=10.0, ends_at=clock.now() + timedelta(hours=1)
    )
    assert "Add meter" not in read(viewer, at(world, "meters/"))
    assert "End now" not in read(viewer, at(world, "limits/"))
    for path in (
        at(world, "meters/new/"), at(world, "limits/new/"), f"/energy/meters/{meter.public_id}/",
        f"/energy/meters/{meter.public_id}/remove/", f"/energy/limits/{limit.public_id}/end/",
    ):  # fmt: skip
        assert viewer.post(path, PUSH).status_code == 403
    assert LimitEvent.objects.get().ended_at is None


def test_what_a_car_needs_is_said_shown_with_whose_word_it_is_and_taken_back(
    boss: Client, world: World
) -> None:
    address = f"/transactions/{world.transaction.public_id}/"
    assert "shares the power evenly" in read(boss, address)
    need_set(world.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=12_000)
    fields = {"energy_kwh": 40, "soon_kwh": 5, "priority": "high"}
    assert boss.post(f"{address}need/", fields).status_code == 302
    page = read(boss, address)
    assert "The driver" in page
    assert "The operator" in page
    wanted = need_of(world.transaction, clock.now())
    assert (wanted.energy_wh, wanted.soon_wh, wanted.charge_now) == (12_000, 5000, False)
    boss.post(f"{address}need/remove/")
    assert need_of(world.transaction, clock.now()).soon_wh is None
    assert boss.post(f"{address}need/", {"departs_at": "2020-01-01T00:00"}).status_code == 422


def test_only_the_sun_is_said_where_a_solar_meter_is(boss: Client, world: World) -> None:
    address = f"/transactions/{world.transaction.public_id}/"
    refused = boss.post(f"{address}need/", {"sun_only": "on"})
    assert refused.status_code == 422
    assert "needs a solar meter at the site" in refused.content.decode()
    push_meter(world, measures="pv", name="roof")
    assert boss.post(f"{address}need/", {"sun_only": "on"}).status_code == 302
    assert "The sun only" in read(boss, address)
    need_set(world.transaction, NeedSource.DRIVER, SYSTEM, departs_at=clock.now() + timedelta(hours=8))
    assert "The sun, as far as it is ready in time" in read(boss, address)


def test_an_estimate_is_shown_as_one_with_what_it_stands_on(boss: Client, world: World) -> None:
    daily(world, clock.now() - timedelta(days=20), 11)
    visits_learn(world.site, clock.now())
    page = read(boss, f"/transactions/{world.transaction.public_id}/")
    assert 'about <span class="nowrap">18.50' in page
    assert "estimated from 11 earlier sessions of this ID tag at about this hour" in page
    assert "Nobody said it" in page
    need_set(world.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=12_000)
    assert 'about <span class="nowrap">12.00' not in read(
        boss, f"/transactions/{world.transaction.public_id}/"
    )


def test_who_may_only_look_says_nothing_of_needs(world: World) -> None:
    viewer = client_of(world.person(Role.VIEWER))
    address = f"/transactions/{world.transaction.public_id}/"
    assert "Say it" not in read(viewer, address)
    assert viewer.post(f"{address}need/", {"energy_kwh": 4}).status_code == 403
