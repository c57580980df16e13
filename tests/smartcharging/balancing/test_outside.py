"""Rounds under what comes from outside: a limit for a while, and a meter that goes silent."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.inputs.limits.taking import limit_end, limit_set
from smartcharging.inputs.metering.meters import meter_create
from smartcharging.inputs.metering.store import readings_store
from smartcharging.meters import Sample
from smartcharging.models import Grant, LimitEvent
from smartcharging.services import installing
from smartcharging.services.circuits import policy_set
from tests.worlds import World

from .scene import answer, granted, limits, managed, round_of


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """One station behind 32 A that is managed and charges a car with all of it."""
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    managed(world)
    granted(world)
    assert granted_a() == 32.0
    return world


def granted_a() -> float:
    return Grant.objects.get().amps


def test_a_limit_from_outside_lowers_grants_at_once_and_is_kept_when_the_station_agreed(site: World) -> None:
    """Seen failing with the wires taken without their limits."""
    until = clock.now() + timedelta(hours=1)
    limit, _ = limit_set(site.site, "Grid", "D-1", SYSTEM, scope="chargers", limit_a=10.0, ends_at=until)
    (lowered,) = round_of(site)
    assert limits(lowered)[0] <= 10.0
    assert LimitEvent.objects.get().kept_at is None
    answer(lowered)
    round_of(site)
    kept_at = LimitEvent.objects.get().kept_at
    assert kept_at is not None
    assert kept_at >= limit.acknowledged_at
    assert granted_a() <= 10.0


def test_after_the_limit_the_wires_count_again(site: World) -> None:
    until = clock.now() + timedelta(hours=1)
    limit, _ = limit_set(site.site, "Grid", "D-1", SYSTEM, limit_w=3 * 230.0 * 8, ends_at=until)
    (lowered,) = round_of(site)
    answer(lowered)
    assert granted_a() <= 8.0
    limit_end(limit, SYSTEM)
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=False):
        round_of(site)
    assert granted_a() == 32.0


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_limit_that_is_no_finite_number_is_refused_by_its_place(world: World, value: float) -> None:
    with pytest.raises(ValidationError, match=r"limit_w.*finite"):
        limit_set(world.site, "Grid", "D-1", SYSTEM, limit_w=value, ends_at=clock.now() + timedelta(hours=1))


def test_a_limit_does_not_touch_what_holds_in_silence(site: World) -> None:
    until = clock.now() + timedelta(hours=1)
    limit_set(site.site, "Grid", "D-1", SYSTEM, limit_a=0.0, ends_at=until)
    purposes = [command.payload["csChargingProfiles"]["chargingProfilePurpose"] for command in round_of(site)]
    assert purposes == ["TxProfile"]


def test_a_meter_that_goes_silent_leaves_the_car_what_the_worst_case_leaves(site: World) -> None:
    policy_set(site.site, SYSTEM, building_worst_a=[20.0, 20.0, 20.0])
    meter = meter_create(site.site, SYSTEM, name="House", driver="push", measures="building")
    readings_store(meter, [Sample({"l1_a": 4.0, "l2_a": 4.0, "l3_a": 4.0})], clock.now())
    round_of(site)
    assert granted_a() == 28.0
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        round_of(site)
    assert granted_a() <= 12.0
