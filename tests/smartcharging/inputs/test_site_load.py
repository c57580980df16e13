"""What the building is taken to draw, whatever its meter does: a limit must hold with a meter that lies."""

from datetime import timedelta
from math import inf, nan
from typing import Any

import pytest

from chargers.models import Site
from cpms.core.actors import SYSTEM
from smartcharging.inputs.choices import LoadSource, MeterHealth
from smartcharging.inputs.metering.combining import BuildingLoad
from smartcharging.inputs.metering.keeping import readings_thin
from smartcharging.inputs.metering.load import building_load, meter_verdict
from smartcharging.inputs.metering.store import readings_store
from smartcharging.meters import Sample
from smartcharging.models import LoadMinute, LoadReading, MeterStanding, SiteMeter
from smartcharging.services.circuits import circuit_create, policy_set
from tests.conftest import Events
from tests.smartcharging.inputs.scene import NOON, after, amps, charging, push_meter, told
from tests.worlds import World

pytestmark = pytest.mark.django_db


def load(site: Site, **span: float) -> BuildingLoad:
    (found,) = building_load(site, after(**span))
    return found


def fresh(meter: SiteMeter) -> MeterStanding:
    return MeterStanding.objects.get(meter=meter)


def test_a_site_without_a_meter_has_no_measured_load(world: World) -> None:
    assert building_load(world.site, NOON) == []


def test_a_fresh_reading_is_the_load_and_its_history_goes_with_it(world: World) -> None:
    meter = push_meter(world)
    for second, current in ((0, 10.0), (10, 12.0), (20, 11.0)):
        told(meter, amps(current, 1, 2, after(seconds=second)), after(seconds=second + 1))
    found = load(world.site, seconds=25)
    assert (found.source, found.amps, found.age_s) == (LoadSource.METER, (11.0, 1.0, 2.0), 5.0)
    assert [point.amps[0] for point in found.points] == [10.0, 12.0, 11.0]
    assert found.points[0].at == NOON
    assert (found.reason, found.circuit) == ("", None)


def test_after_thirty_seconds_the_highest_of_the_last_hour_counts(world: World) -> None:
    meter = push_meter(world)
    told(meter, amps(70, 5, 5, after(minutes=-70)), after(minutes=-70))
    told(meter, amps(40, 5, 5, after(minutes=-50)), after(minutes=-50))
    told(meter, amps(10, 9, 5, NOON), NOON)
    assert load(world.site, seconds=30).source == LoadSource.METER
    late = load(world.site, seconds=31)
    assert (late.source, late.amps, late.points) == (LoadSource.LAST_HOUR, (40.0, 9.0, 5.0), ())
    assert "31 s" in late.reason


def test_after_five_minutes_the_worst_case_of_the_policy_counts(world: World) -> None:
    policy_set(world.site, SYSTEM, building_worst_a=[60.0, 50.0, 8.0])
    meter = push_meter(world)
    told(meter, amps(70, 5, 5, after(minutes=-70)), after(minutes=-70))
    told(meter, amps(10, 5, 9, NOON), NOON)
    assert load(world.site, minutes=5).source == LoadSource.LAST_HOUR
    silent = load(world.site, minutes=5, seconds=1)
    # Of each line the policy's word, or what was measured that day if that was more.
    assert (silent.source, silent.amps) == (LoadSource.WORST_CASE, (70.0, 50.0, 9.0))
    assert "5 min" in silent.reason


def test_of_a_meter_that_never_spoke_nothing_is_known(world: World) -> None:
    push_meter(world)
    found = load(world.site)
    assert (found.source, found.amps, found.age_s) == (LoadSource.UNKNOWN, (inf, inf, inf), None)
    policy_set(world.site, SYSTEM, building_worst_a=[60.0, 50.0, 40.0])
    assert load(world.site).amps == (60.0, 50.0, 40.0)


@pytest.mark.parametrize(
    ("sample", "word"),
    [
        (amps(nan, 1, 1), "no number"),
        (amps(inf, 1, 1), "no number"),
        (amps(12_000, 1, 1), "another unit"),
        (Sample({"l1_a": 10.0, "l2_a": 10.0}), "2 of 3 lines"),
        (Sample({"power_w": 5000.0}), "0 of 3 lines"),
        (Sample({"l1_a": 1.0, "l2_a": 1.0, "l3_a": 1.0, "power_w": 9e9}), "another unit"),
        (amps(1, 1, 1, after(seconds=10 + 6)), "future"),
        (amps(0, 0, 0), "exactly 0 A"),
    ],
)
def test_a_reading_that_cannot_be_true_is_told_and_the_highest_of_the_hour_kept(
    world: World, sample: Sample, word: str
) -> None:
    meter = push_meter(world)
    told(meter, amps(40, 2, 2, after(minutes=-1)), after(minutes=-1))
    told(meter, amps(15, 2, 2, NOON), NOON)
    kept = told(meter, sample, after(seconds=10))
    assert (kept.kept, len(kept.refused)) == (0, 1)
    assert word in kept.refused[0].reason
    found = load(world.site, seconds=11)
    assert (found.source, found.amps) == (LoadSource.LAST_HOUR, (40.0, 2.0, 2.0))
    assert word in found.reason
    assert (fresh(meter).refused_count, LoadReading.objects.count()) == (1, 2)


def test_a_meter_is_believed_again_as_soon_as_it_makes_sense(world: World) -> None:
    meter = push_meter(world)
    told(meter, amps(15, 2, 2), NOON)
    told(meter, amps(0, 0, 0), after(seconds=10))
    told(meter, amps(14, 2, 2), after(seconds=20))
    assert load(world.site, seconds=21).source == LoadSource.METER


def test_a_time_in_the_future_never_makes_a_meter_look_fresh(world: World) -> None:
    meter = push_meter(world)
    told(meter, amps(15, 2, 2, NOON), NOON)
    told(meter, amps(1, 1, 1, after(hours=2)), after(seconds=1))
    assert load(world.site, seconds=40).source == LoadSource.LAST_HOUR
    assert load(world.site, minutes=10).source == LoadSource.WORST_CASE
    assert "in the future" in fresh(meter).refusal


def test_an_old_reading_is_history_and_not_news(world: World) -> None:
    meter = push_meter(world)
    told(meter, amps(15, 2, 2, NOON), NOON)
    told(meter, amps(50, 2, 2, after(minutes=-20)), after(seconds=5))
    found = load(world.site, seconds=6)
    assert found.amps == (15.0, 2.0, 2.0)
    assert load(world.site, seconds=45).amps == (50.0, 2.0, 2.0)
    kept = told(meter, amps(1, 1, 1, after(days=-3)), after(seconds=7))
    assert "two days" in kept.refused[0].reason


def test_a_meter_that_repeats_itself_is_taken_for_the_worst_case(world: World) -> None:
    policy_set(world.site, SYSTEM, building_worst_a=[60.0, 50.0, 40.0])
    meter = push_meter(world)
    for minute in range(17):
        told(meter, amps(15, 2, 2, after(minutes=minute)), after(minutes=minute))
    found = load(world.site, minutes=16)
    assert (found.source, found.amps) == (LoadSource.WORST_CASE, (60.0, 50.0, 40.0))
    assert "stuck" in found.reason
    told(meter, amps(15, 2, 2.1, after(minutes=17)), after(minutes=17))
    assert load(world.site, minutes=17).source == LoadSource.METER


def test_what_the_chargers_draw_is_taken_off_line_by_line(world: World) -> None:
    meter = push_meter(world, measures="whole")
    charging(world, after(seconds=-5), 16.0, 10.0, 0.0, rotated=True)
    told(meter, amps(20, 30, 40, NOON), NOON)
    # The car's first line is the site's second one.
    assert load(world.site).amps == (20.0, 14.0, 30.0)
    assert LoadReading.objects.get().l2_a == 30.0


def test_a_charger_that_has_not_spoken_for_a_minute_counts_as_building(world: World) -> None:
    meter = push_meter(world, measures="whole")
    charging(world, after(seconds=-61), 16.0, 16.0, 16.0)
    told(meter, amps(20, 20, 20, NOON), NOON)
    assert load(world.site).amps == (20.0, 20.0, 20.0)


def test_a_dead_meter_never_gives_away_more_than_the_limit(world: World) -> None:
    """Without the floor, the less it said, the more the chargers would get."""
    meter = push_meter(world, measures="whole")
    charging(world, after(seconds=-5), 16.0, 16.0, 16.0)
    told(meter, amps(0.1, 0, 0.2, NOON), NOON)
    assert load(world.site).amps == (0.0, 0.0, 0.0)


def test_less_than_nothing_is_believed_as_far_as_the_sun_was_measured(world: World) -> None:
    meter = push_meter(world)
    sun = push_meter(world, name="Roof", measures="pv")
    told(meter, amps(-30, -5, 2, NOON), NOON)
    assert load(world.site, seconds=1).amps == (0.0, 0.0, 2.0)
    told(sun, Sample({"power_w": 6900.0}, NOON), NOON)
    assert load(world.site, seconds=1).amps == pytest.approx((-10.0, -5.0, 2.0))
    # The sun's meter is late: what it said is worth nothing, the building's word still is.
    told(meter, amps(-30, -5, 2, after(seconds=40)), after(seconds=40))
    assert load(world.site, seconds=41).amps == (0.0, 0.0, 2.0)


def test_meters_of_lines_and_of_buildings_add_up(world: World) -> None:
    policy_set(world.site, SYSTEM, building_worst_a=[5.0, 6.0, 7.0])
    house = push_meter(world, name="House", line_order="1")
    shop = push_meter(world, name="Shop", line_order="231")
    told(house, Sample({"l1_a": 10.0}, NOON), NOON)
    # The shop has not spoken yet: its lines carry the worst case, on top of the house.
    assert load(world.site, seconds=1).amps == (15.0, 6.0, 7.0)
    told(shop, amps(1, 2, 3, after(seconds=2)), after(seconds=2))
    found = load(world.site, seconds=3)
    # The shop's own lines 1, 2, 3 are the site's 2, 3, 1.
    assert (found.source, found.amps, found.age_s) == (LoadSource.METER, (13.0, 1.0, 2.0), 3.0)
    assert [(point.at, point.amps) for point in found.points] == [(after(seconds=2), (13.0, 1.0, 2.0))]


def test_each_circuit_with_a_meter_has_its_own_load(world: World) -> None:
    root = circuit_create(world.site, SYSTEM, name="Grid", limit_a=[100.0] * 3)
    shed = circuit_create(world.site, SYSTEM, name="Shed", limit_a=[32.0] * 3, parent=root)
    told(push_meter(world, name="Main", circuit=root), amps(30, 30, 30, NOON), NOON)
    told(push_meter(world, name="Shed", circuit=shed), amps(3, 3, 3, NOON), NOON)
    found = {one.circuit: one.amps[0] for one in building_load(world.site, NOON)}
    assert found == {None: 30.0, shed.public_id: 3.0}


def test_a_repeat_adds_nothing_and_minutes_keep_the_highest(world: World) -> None:
    meter = push_meter(world)
    batch = [amps(10, 1, 1, NOON), amps(12, 1, 1, after(seconds=10)), amps(9, 1, 1, after(seconds=70))]
    first = readings_store(meter, batch, after(seconds=71))
    assert (first.kept, first.repeated) == (3, 0)
    again = readings_store(meter, batch, after(seconds=75))
    assert (again.kept, again.repeated) == (0, 3)
    minutes = list(LoadMinute.objects.values_list("minute", "l1_a", "power_count"))
    assert minutes == [(NOON, 12.0, 2), (after(minutes=1), 9.0, 1)]


def test_a_jump_is_noted_and_believed_and_wakes_the_site(world: World, events: Events) -> None:
    meter = push_meter(world)
    told(meter, amps(10, 1, 1, NOON), NOON)
    told(meter, amps(10, 30, 1, after(seconds=10)), after(seconds=10))
    standing = fresh(meter)
    assert (standing.jump_a, standing.jumped_at) == (29.0, after(seconds=10))
    assert load(world.site, seconds=11).amps == (10.0, 30.0, 1.0)
    (jumped,) = events.of("site.load_jumped")
    assert (jumped.subject, jumped.payload["step_a"]) == (world.site.public_id, 29.0)


def test_watts_become_rather_too_many_amperes(world: World) -> None:
    meter = push_meter(world, reversed=True)
    told(meter, Sample({"l1_w": -2070.0, "l2_w": -207.0, "l3_w": 0.0}, NOON), NOON)
    assert load(world.site).amps == pytest.approx((10.0, 1.0, 0.0))


def test_a_meter_that_is_switched_off_counts_for_nothing(world: World) -> None:
    meter = push_meter(world, active=False)
    assert building_load(world.site, NOON) == []
    assert meter_verdict(meter, NOON).health == MeterHealth.OFF


@pytest.mark.parametrize("minutes", [1, 4, 6, 60, 60 * 30])
def test_a_silence_never_lowers_the_load(world: World, minutes: int) -> None:
    policy_set(world.site, SYSTEM, building_worst_a=[20.0, 20.0, 20.0])
    meter = push_meter(world)
    told(meter, amps(15, 2, 2, NOON), NOON)
    before: Any = load(world.site, seconds=1).amps
    later = load(world.site, minutes=minutes).amps
    assert all(new >= old for new, old in zip(later, before, strict=True))
    assert after(minutes=minutes) - NOON == timedelta(minutes=minutes)


def test_readings_are_kept_two_days_and_their_minutes_longer(world: World) -> None:
    meter = push_meter(world)
    told(meter, amps(1, 1, 1, after(days=-3)), after(days=-3))
    told(meter, amps(2, 2, 2, after(hours=-48)), after(hours=-48))
    assert readings_thin(NOON) == 1
    assert [row.l1_a for row in LoadReading.objects.all()] == [2.0]
    assert LoadMinute.objects.count() == 2
    assert readings_thin(after(days=401)) == 3
