"""What the control loop knows of cars beside their plugs: estimates, urgency, classes, and what they leave unused."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from chargers.models import ChargingStation, Command, Evse, MeterValue, Transaction
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.balancing.cars import car_of
from smartcharging.balancing.place import Place
from smartcharging.balancing.planning import plan_is_due, site_plan
from smartcharging.balancing.snapshot import Snapshot, read
from smartcharging.engine.fill import Car
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.learning import visits_learn
from smartcharging.inputs.needs.saying import need_clear, need_set
from smartcharging.inputs.needs.usual import need_default_set
from smartcharging.models import Circuit, Grant, InstalledProfile
from smartcharging.picture import drawn
from smartcharging.services import installing
from smartcharging.services.circuits import circuit_update, outlet_set
from tests.smartcharging.inputs.visits import daily
from tests.worlds import World

from .scene import answer, granted, limits, managed, round_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """One station behind 32 A; its car follows at once, and runs."""
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    granted(managed(world))
    return world


def snapshot_of(world: World) -> tuple[Snapshot, Place]:
    found = read(world.site.pk, clock.now())
    return found, next(place for place in found.places if place.transaction == world.transaction)


def seen(world: World) -> Car:
    """The car of the world as the fill knows it."""
    found, place = snapshot_of(world)
    return car_of(place, found, False)


def draws(world: World, amps: float, seconds: float, transaction: Transaction | None = None) -> list[Command]:
    """A reading so many seconds from now, and the round that sees it."""
    row, at = transaction or world.transaction, clock.now() + timedelta(seconds=seconds)
    MeterValue.objects.create(
        station=row.station, transaction=row, evse_no=1, taken_at=at, received_at=at, current_a=amps,
        energy_wh=2_000, digest=int(at.timestamp()) + row.pk,
    )  # fmt: skip
    return round_of(world)


def second(world: World) -> tuple[ChargingStation, Transaction]:
    """Another trusted station on the same circuit, with a car that came now."""
    station = world.connected_station(f"{world.mark}-2")
    outlet_set(Evse.objects.get(station=station), SYSTEM, circuit=Circuit.objects.get())
    for command in round_of(world):
        answer(command)
    now = clock.now()
    transaction = Transaction.objects.create(
        organisation=world.organisation, station=station, reference="77", natural_key="77", evse_no=1, connector_no=1,
        state="charging", started_at=now, start_received_at=now, meter_start_wh=0,
    )  # fmt: skip
    return station, transaction


def obeyed(world: World) -> dict[str, list[float]]:
    """Rounds whose commands are all accepted, until nothing more is sent; the last limits by station."""
    told: dict[str, list[float]] = {}
    for _ in range(6):
        commands = round_of(world)
        for command in commands:
            answer(command)
            told[command.station.identity] = limits(command)
        if not commands:
            return told
    raise AssertionError("it never came to rest")


def granted_now() -> dict[int, float]:
    return {one.evse.station_id: one.amps for one in Grant.objects.select_related("evse")}


# Estimates


def test_a_car_of_which_nobody_said_anything_is_planned_by_its_habits(site: World) -> None:
    """Seen failing without claims of earlier visits: no plan for it."""
    assert site_plan(site.site.pk).powers_w == {}
    daily(site, clock.now() - timedelta(days=20), 11)
    visits_learn(site.site, clock.now())
    plan = site_plan(site.site.pk)
    (watts,) = plan.powers_w.values()
    lengths = [end - start for start, end in pairwise(plan.slots_s)]
    # The 85 % quantile less the 50 Wh it had.
    energy_wh = sum(watt * length / 3600 for watt, length in zip(watts, lengths, strict=True))
    assert energy_wh == pytest.approx(18_500 - 50, rel=0.01)
    (car,) = drawn(plan).cars
    assert car.is_estimated
    assert car.leaves_at is not None
    assert car.leaves_at - site.transaction.started_at == pytest.approx(
        timedelta(hours=8.15), abs=timedelta(minutes=2)
    )
    need_set(
        site.transaction,
        NeedSource.DRIVER,
        SYSTEM,
        energy_wh=4_000,
        departs_at=clock.now() + timedelta(hours=4),
    )
    (said,) = drawn(site_plan(site.site.pk)).cars
    assert (said.is_estimated, round(said.energy_wh, -1)) == (False, 3950)


def test_a_word_of_the_driver_is_planned_with_at_once_and_so_is_its_end(site: World) -> None:
    """Seen failing with only the cars that are there compared."""
    site_plan(site.site.pk)
    assert not plan_is_due(site.site.pk, clock.now())
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=4_000)
    assert plan_is_due(site.site.pk, clock.now())
    site_plan(site.site.pk)
    assert not plan_is_due(site.site.pk, clock.now())
    need_clear(site.transaction, NeedSource.DRIVER, SYSTEM)
    assert plan_is_due(site.site.pk, clock.now())


def test_who_could_not_wait_longer_must_run(site: World) -> None:
    """11 kWh at 22 kW take half an hour."""
    for minutes, urgent in ((40, False), (33, True)):
        leaves = clock.now() + timedelta(minutes=minutes)
        need_set(site.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=11_090, departs_at=leaves)
        assert seen(site).must_run is urgent
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=40)
    assert not seen(site).must_run


def test_laxity_knows_the_estimate_of_the_newest_plan(site: World) -> None:
    """Seen failing with stated needs alone."""
    plan = site_plan(site.site.pk)
    (known,) = plan.inputs["needs"].values()
    known |= {"energy_wh": 11_090, "departs_at": (clock.now() + timedelta(minutes=33)).isoformat()}
    plan.save()
    assert seen(site).must_run
    known["transaction"] = "txn_of_another_car"
    plan.save()
    assert not seen(site).must_run


def test_what_shall_come_as_fast_as_possible_makes_a_car_run(site: World) -> None:
    need_set(site.transaction, NeedSource.OPERATOR, SYSTEM, energy_wh=9_000, soon_wh=1_000)
    assert seen(site).must_run
    MeterValue.objects.update(energy_wh=2_500)
    assert not seen(site).must_run


# Classes


def test_charge_now_and_classes_reach_the_fill(site: World) -> None:
    group = site.group
    need_default_set(group, SYSTEM, priority="low")
    assert (seen(site).priority, seen(site).weight, seen(site).must_run) == (-2, 0.25, False)
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, charge_now=True)
    now = seen(site)
    assert (now.priority, now.must_run, now.planned_a) == (-1, True, None)
    assert now.weight == pytest.approx(0.25 * 22.08)
    need_set(site.transaction, NeedSource.OPERATOR, SYSTEM, priority="high")
    assert seen(site).priority == 3


def test_the_more_important_of_two_gets_the_place_that_there_is(site: World) -> None:
    """10 A carry one car. Seen failing without `priority`."""
    station, transaction = second(site)
    need_set(transaction, NeedSource.OPERATOR, SYSTEM, priority="high")
    circuit_update(Circuit.objects.get(), SYSTEM, limit_a=[10.0] * 3)
    # The first has run for longer than its quarter of an hour.
    grant = Grant.objects.get(evse__station=site.station)
    grant.memory["switched_at"] = (clock.now() - timedelta(hours=1)).isoformat()
    grant.save()
    obeyed(site)
    assert granted_now() == {station.pk: 10.0, site.station.pk: 0.0}


# Pauses that were not chosen


def test_who_had_to_pause_goes_on_when_there_is_room_but_not_again_and_again(site: World) -> None:
    """Seen failing without `may_go_on`: it rests for five minutes although all is free again."""
    for room_a, amps in ((5.0, 0.0), (32.0, 32.0), (5.0, 0.0), (32.0, 0.0)):
        circuit_update(Circuit.objects.get(), SYSTEM, limit_a=[room_a] * 3)
        Grant.objects.update(memory=Grant.objects.get().memory | {"raised_at_s": 0.0})
        InstalledProfile.objects.update(sent_at=clock.now() - timedelta(minutes=1))
        obeyed(site)
        assert set(granted_now().values()) == {amps}
    assert Grant.objects.get().reason["why"] == "rests"


# What is not used


@pytest.fixture
def quick(settings: Any) -> None:
    """Without any patience."""
    at_once = dict.fromkeys(("UNUSED_AFTER", "MESSAGE_EVERY", "INCREASE_EVERY", "MINIMUM_OFF"), 0)
    settings.BALANCE = settings.BALANCE | at_once


def test_a_grant_that_is_not_used_is_given_to_another_car_and_taken_back(quick: None, site: World) -> None:
    """32 A for two. Seen failing without `offered_a`: 16 each for ever."""
    station, _ = second(site)
    obeyed(site)
    assert granted_now() == {site.station.pk: 16.0, station.pk: 16.0}
    # It draws 8 A, and keeps 10.
    assert draws(site, 8.0, 1) == []
    (lower,) = round_of(site)
    assert (lower.station, limits(lower)) == (site.station, [10.0, 6.0])
    assert round_of(site) == []
    answer(lower)
    (higher,) = round_of(site)
    assert (higher.station, limits(higher)) == (station, [22.0, 6.0])
    answer(higher)
    # It rises into what it kept: both have the same again, and first the other one gives back.
    assert draws(site, 9.8, 2) == []
    (back,) = round_of(site)
    assert (back.station, limits(back)) == (station, [16.0, 6.0])
    assert round_of(site) == []
    answer(back)
    (more,) = round_of(site)
    assert (more.station, limits(more)) == (site.station, [16.0, 6.0])


def test_one_reading_tells_nothing_twice(site: World, settings: Any) -> None:
    """Seen failing without the comparison of readings: a silent meter looks like a car that takes little."""
    settings.BALANCE = settings.BALANCE | {"UNUSED_AFTER": 30, "MESSAGE_EVERY": 0}
    draws(site, 8.0, 1)
    grant = Grant.objects.get()
    since = grant.memory["unused"]["low_since_s"]
    grant.memory["unused"]["low_since_s"] = since - 60
    grant.save()
    assert round_of(site) == round_of(site) == []
    assert draws(site, 8.0, 2) == []
    assert len(round_of(site)) == 1


def test_what_a_rectifier_uses_is_told_by_its_power(site: World) -> None:
    """A car at 400 V direct current takes 20 A of it, and less than 14 A of each line."""
    outlet_set(Evse.objects.get(), SYSTEM, circuit=Circuit.objects.get(), direct_current=True, loss=1.1)
    draws(site, 20.0, 1)
    assert snapshot_of(site)[1].used_a is None
    MeterValue.objects.update(power_w=8_000.0)
    assert snapshot_of(site)[1].used_a == pytest.approx(8_000 / 690)


def test_a_car_that_had_enough_is_planned_no_more_and_takes_no_turns(site: World) -> None:
    need_set(
        site.transaction,
        NeedSource.DRIVER,
        SYSTEM,
        energy_wh=9_000,
        departs_at=clock.now() + timedelta(hours=1),
    )
    grant = Grant.objects.get()
    for idle_s, powers, deficit in ((500, 1, 1.0), (700, 0, 0.0)):
        grant.memory["idle_since_s"] = clock.now().timestamp() - idle_s
        grant.save()
        assert len(site_plan(site.site.pk).powers_w) == powers
        assert seen(site).deficit == deficit
    assert not seen(site).must_run
