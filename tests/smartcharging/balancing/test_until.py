"""Until when a car is held back: the end of a limit, another car's departure, the plan."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chargers.models import Evse
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.engine.fill import Why
from smartcharging.inputs.limits.taking import limit_set
from smartcharging.models import Circuit, Grant, SitePlan
from smartcharging.picture import Until, picture
from smartcharging.services import installing
from tests.worlds import World

from .scene import granted, managed

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(world: World, monkeypatch: pytest.MonkeyPatch) -> Circuit:
    """The circuit of a car that was granted something."""
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    granted(managed(world))
    return Circuit.objects.get()


def held(world: World, why: Why, **reason: Any) -> Until | None:
    """The hint for the car of the world, held back like this."""
    Grant.objects.update(reason={"why": str(why), "used": 32.0, "limit": 32.0, "unit": "A", **reason})
    return picture(world.site, clock.now()).spots[0].until


def soon(minutes: int) -> datetime:
    return clock.now() + timedelta(minutes=minutes)


def test_nobody_knows_until_when_without_plan_limit_or_departure(world: World, root: Circuit) -> None:
    assert held(world, Why.WAITS, circuit=root.public_id, line=0) is None


def test_a_limit_from_outside_holds_back_until_it_ends(world: World, root: Circuit) -> None:
    ends_at = soon(40)
    limit_set(world.site, "Grid operator", "D-1", SYSTEM, limit_a=10.0, ends_at=ends_at)
    until = held(world, Why.CIRCUIT, circuit=root.public_id, line=0)
    assert until == Until(ends_at, "the limit of Grid operator ends")


def test_the_plan_says_when_a_paused_car_charges(world: World, root: Circuit) -> None:
    evse, now = Evse.objects.get(station=world.station), clock.now()
    SitePlan.objects.create(
        site=world.site, made_at=now, starts_at=now, slots_s=[0, 600, 1200],
        powers_w={evse.public_id: [0.0, 7000.0]},
    )  # fmt: skip
    until = held(world, Why.PAUSED_BY_PLAN)
    assert until == Until(now + timedelta(seconds=600), "by the plan")


def test_a_car_that_is_about_to_get_more_waits_for_no_hour(world: World, root: Circuit) -> None:
    limit_set(world.site, "Grid operator", "D-1", SYSTEM, limit_a=10.0, ends_at=soon(40))
    assert held(world, Why.CIRCUIT, circuit=root.public_id, line=0, rises=True, next_a=9.0) is None
