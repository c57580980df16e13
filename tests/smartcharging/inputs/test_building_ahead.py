"""What a building will draw, and the voltage that makes watts of its amperes."""

from datetime import timedelta

import numpy as np
import pytest

from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.balancing.planning import plan_is_due, site_plan
from smartcharging.engine.plan import even_grid
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.limits.taking import limit_set
from smartcharging.inputs.metering.building_ahead import bent, building_forecast
from smartcharging.inputs.metering.store import readings_store
from smartcharging.inputs.metering.volts import line_volts
from smartcharging.inputs.needs.saying import need_set
from smartcharging.meters import Sample
from smartcharging.models import LoadMinute, LoadReading, Outlet, SiteMeter
from smartcharging.picture import drawn
from smartcharging.services import installing
from smartcharging.services.circuits import outlet_set, policy_set
from tests.smartcharging.balancing.scene import answer, granted, managed, round_of, trusted
from tests.worlds import World

from .scene import amps, push_meter, told
from .test_sun_ahead import DAY, HOUR, NOW, quarters

pytestmark = pytest.mark.django_db


def drew(meter: SiteMeter, amps_a: float, at: list) -> None:
    """So much on each line in these quarters of an hour."""
    lines = dict.fromkeys(("l1_a", "l2_a", "l3_a", "other_l1_a", "other_l2_a", "other_l3_a"), amps_a)
    LoadMinute.objects.bulk_create(LoadMinute(meter=meter, minute=one, **lines) for one in at)


def test_a_building_draws_what_it_drew_at_that_time_of_the_last_days(world: World) -> None:
    """What is unusual now fades. Seen failing with the load of now all day."""
    meter = push_meter(world)
    night, day = (
        quarters(NOW.replace(hour=8, minute=0) - DAY, 2),
        quarters(NOW.replace(hour=10, minute=0) - DAY, 8),
    )
    drew(meter, 5.0, night)
    drew(meter, 20.0, day)
    told(meter, amps(5, 5, 5), NOW)
    flat = 15 * 230.0
    ahead = building_forecast(world.site, flat, even_grid(6, 3600), NOW)
    assert ahead.tolist() == pytest.approx([flat, flat + 45 * 230 / 12, *[60 * 230] * 4], rel=0.01)
    more = building_forecast(world.site, flat + 3_000, even_grid(6, 3600), NOW)
    unusual = (more - ahead).tolist()
    assert unusual[0] > 2_500
    assert unusual[-1] < 700
    assert sorted(unusual, reverse=True) == unusual


def test_hours_nobody_saw_are_taken_to_be_as_now(world: World) -> None:
    told(push_meter(world), amps(4, 4, 4), NOW)
    assert building_forecast(world.site, 2_760.0, even_grid(3, 3600), NOW).tolist() == [2_760.0] * 3


def test_beside_a_silent_meter_the_worst_case_lasts(world: World) -> None:
    """Seen failing with the days before believed without a word of now."""
    meter = push_meter(world)
    drew(meter, 1.0, quarters(NOW - DAY, 12))
    told(meter, amps(1, 1, 1), NOW - HOUR)
    assert building_forecast(world.site, 41_400.0, even_grid(3, 3600), NOW).tolist() == [41_400.0] * 3


def test_what_is_usual_less_than_what_is_missing_now_is_nothing() -> None:
    assert bent(500.0, 4_000.0, 0.0, timedelta(0)) == 0.0


@pytest.fixture
def american(world: World) -> World:
    """Chargers between two lines of 208 V: 120 V to neutral."""
    managed(world)
    evse = world.station.evses.get()
    outlet_set(
        evse, SYSTEM, circuit=Outlet.objects.get(evse=evse).circuit, between=True, lines=[0, 1], volts=208.0
    )
    return world


def test_watts_of_a_meter_are_amperes_at_the_voltage_of_the_site(american: World) -> None:
    """2160 W of a line of 120 V at a power factor of 0.9 are 20 A, not the 10 A they are in Europe.

    Seen failing with 230 V everywhere: half of the building was given away to cars.
    """
    assert line_volts(american.site) == pytest.approx(120.09, abs=0.01)
    meter = push_meter(american)
    readings_store(meter, [Sample(dict.fromkeys(("l1_w", "l2_w", "l3_w"), 2_160.0))], NOW)
    reading = LoadReading.objects.get()
    assert [reading.l1_a, reading.l2_a, reading.l3_a] == pytest.approx([20.0] * 3, rel=0.01)
    told(meter, amps(10, 10, 10), NOW + timedelta(seconds=10))
    assert LoadReading.objects.latest("read_at").power_w == pytest.approx(3_600, rel=0.01)


def test_a_site_without_chargers_has_230_volts(world: World) -> None:
    assert line_volts(world.site) == 230.0


def planned(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A car that has four hours for 10 kWh behind 32 A."""
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    granted(managed(world))
    until = clock.now() + timedelta(hours=4)
    need_set(world.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=10_000, departs_at=until)


def test_a_limit_that_comes_is_planned_with(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing from the third slot on: what is possible comes before. Seen failing with the limits of now alone."""
    planned(world, monkeypatch)
    now = clock.now()
    begin, end = now + timedelta(minutes=11), now + timedelta(hours=5)
    limit_set(world.site, "Grid", "D-1", SYSTEM, limit_w=0.0, starts_at=begin, ends_at=end)
    plan = site_plan(world.site.pk)
    told_w = [(slot.cars_w, slot.limit_w) for slot in drawn(plan).slots]
    assert [cars_w for cars_w, _ in told_w[2:]] == pytest.approx([0.0] * len(told_w[2:]), abs=1)
    assert all(cars_w > 20_000 for cars_w, _ in told_w[:2])
    assert [limit_w for _, limit_w in told_w[:3]] == [22_080.0, 22_080.0, 0.0]
    assert plan.solver["unmet"]


@pytest.mark.parametrize("scope", ["all", "chargers"])
def test_a_limit_is_over_at_its_end(world: World, monkeypatch: pytest.MonkeyPatch, scope: str) -> None:
    """Nothing for an hour, then enough time is left. Seen failing with the limits of now all day: nothing was left."""
    planned(world, monkeypatch)
    now = clock.now()
    limit_set(world.site, "Grid", "D-1", SYSTEM, scope=scope, limit_a=0.0, ends_at=now + HOUR)
    plan = site_plan(world.site.pk)
    slots = drawn(plan).slots
    assert sum(
        slot.cars_w for slot in slots if slot.begins_at < now + timedelta(minutes=59)
    ) == pytest.approx(0, abs=1)
    assert sum(slot.cars_w for slot in slots) > 0
    assert not plan.solver["unmet"]
    assert slots[0].limit_w == (0.0 if scope == "all" else 22_080.0)


def test_a_limit_of_one_line_still_holds_in_plans(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where limits give the wires another shape, those of now hold all day."""
    planned(world, monkeypatch)
    root = world.site.circuits.get()
    root.limit_a = [32.0, 20.0, 32.0]
    root.save()
    limit_set(world.site, "Grid", "D-1", SYSTEM, limit_a=10.0, ends_at=clock.now() + 6 * HOUR)
    most = max(slot.cars_w for slot in drawn(site_plan(world.site.pk)).slots)
    assert most == pytest.approx(10 * 3 * 230, abs=5)


def test_a_plan_keeps_what_it_expects_of_the_building(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    planned(world, monkeypatch)
    policy_set(world.site, SYSTEM, building_worst_a=[10.0] * 3)
    plan = site_plan(world.site.pk)
    assert set(plan.inputs["building_w"]) == {6_900.0}
    push_meter(world)
    policy_set(world.site, SYSTEM, building_worst_a=[0.0] * 3)
    assert site_plan(world.site.pk).inputs["building_w"] is None


def test_a_car_whose_charger_becomes_ours_to_lead_is_planned_at_once(world: World) -> None:
    """Seen failing with the cars that are there compared alone: for five minutes nothing was planned."""
    _ = managed(world).transaction
    until = clock.now() + timedelta(hours=4)
    need_set(world.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=10_000, departs_at=until)
    assert site_plan(world.site.pk).powers_w == {}
    assert not plan_is_due(world.site.pk, clock.now())
    trusted(world)
    assert plan_is_due(world.site.pk, clock.now())
    assert len(site_plan(world.site.pk).powers_w) == 1
    assert np.isfinite(drawn(site_plan(world.site.pk)).highest_w)
    for command in round_of(world):
        answer(command)
