"""The month's peak in plans: what meters say it was, cars kept below it, needs before it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from cpms.core.actors import SYSTEM
from smartcharging.balancing.planning import ceiling_w, site_plan
from smartcharging.balancing.snapshot import read
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.metering.peaks import month_peak_w
from smartcharging.inputs.needs.saying import need_set
from smartcharging.models import LoadMinute, SiteMeter, SitePlan
from smartcharging.picture import drawn
from smartcharging.picture.plan import Peak
from smartcharging.services import installing
from smartcharging.services.circuits import circuit_create, policy_set
from tests.smartcharging.balancing.scene import granted, managed
from tests.worlds import World

from .scene import amps, push_meter, told

pytestmark = pytest.mark.django_db
NOW = datetime(2031, 6, 17, 8, 5, tzinfo=UTC)
BEGIN = datetime(2031, 6, 1, tzinfo=UTC)
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)


def drew(meter: SiteMeter, watts: float, begin: datetime, minutes: int = 15) -> None:
    """So much in each of these minutes, told twice in each."""
    LoadMinute.objects.bulk_create(
        LoadMinute(
            meter=meter,
            minute=begin + step * timedelta(minutes=1),
            power_sum_w=2 * watts,
            power_count=2,
        )
        for step in range(minutes)
    )


def test_the_highest_quarter_of_the_month_counts_and_nothing_shorter(world: World) -> None:
    """Seen failing with minutes in place of quarters: 90 kW."""
    meter = push_meter(world, measures="whole")
    drew(meter, 40_000.0, NOW.replace(hour=6, minute=0), 5)
    drew(meter, 90_000.0, NOW.replace(hour=6, minute=5), 1)
    drew(meter, 40_000.0, NOW.replace(hour=6, minute=6), 9)
    assert month_peak_w(world.site, NOW) == pytest.approx(40_000 + 50_000 / 15)


def test_what_is_not_a_whole_quarter_of_this_month_by_the_sites_clock_counts_for_nothing(
    world: World,
) -> None:
    meter = push_meter(world, measures="whole")
    drew(meter, 70_000.0, NOW.replace(hour=6, minute=0), 7)
    drew(meter, 80_000.0, NOW.replace(minute=0), 15)
    drew(meter, 20_000.0, BEGIN)
    drew(meter, 60_000.0, BEGIN - HOUR)
    assert month_peak_w(world.site, NOW) == 20_000
    world.site.time_zone = "Europe/Berlin"
    assert month_peak_w(world.site, NOW) == 60_000
    drew(meter, -5_000.0, BEGIN + HOUR)
    assert month_peak_w(world.site, BEGIN + 3 * HOUR) == 60_000
    assert month_peak_w(world.site, BEGIN + timedelta(days=31)) == 0


def test_meters_at_the_grid_connection_count_together_and_no_others(world: World) -> None:
    root = circuit_create(world.site, SYSTEM, name="Grid", limit_a=[100.0] * 3)
    feeder = circuit_create(world.site, SYSTEM, name="Feeder", limit_a=[50.0] * 3, parent=root)
    for name, fields in (
        ("building", {"measures": "building"}), ("roof", {"measures": "pv"}),
        ("below", {"measures": "whole", "circuit": feeder}), ("off", {"measures": "whole", "active": False}),
    ):  # fmt: skip
        drew(push_meter(world, name=name, **fields), 90_000.0, BEGIN)
    assert month_peak_w(world.site, NOW) is None
    for line, circuit in (("1", None), ("2", root)):
        meter = push_meter(world, name=line, measures="whole", circuit=circuit, line_order=line)
        drew(meter, 12_000.0, BEGIN)
    assert month_peak_w(world.site, NOW) == 24_000


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A car that may take all of 32 A, beside a building of 3 kW, in a month whose highest quarter was 8 kW."""
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    with time_machine.travel(NOW, tick=False):
        granted(managed(world))
        meter = push_meter(world, measures="whole")
        drew(meter, 8_000.0, BEGIN + HOUR)
        told(meter, amps(3_000 / 690, 3_000 / 690, 3_000 / 690), NOW)
        yield world


def planned(site: World, energy_wh: int, hours: int, price: float) -> tuple[SitePlan, float]:
    """A plan for a need, and the most the cars take by it."""
    policy_set(site.site, SYSTEM, peak_price=price)
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=energy_wh, departs_at=NOW + hours * HOUR)
    plan = site_plan(site.site.pk)
    return plan, max(slot.cars_w for slot in drawn(plan).slots)


def test_cars_stay_below_the_peak_of_the_month_where_that_is_enough(site: World) -> None:
    """Five kilowatts beside the building. Seen failing without the demand in the outlook: 19 kW."""
    free, most = planned(site, 20_000, 6, 0.0)
    assert most == pytest.approx(19_080, abs=1)
    assert (free.inputs["peak"], drawn(free).peak) == ({}, None)
    plan, most = planned(site, 20_000, 6, 15.0)
    assert most == pytest.approx(5_000, abs=1)
    assert drawn(plan).peak == Peak(8_000.0, 8_000.0)
    SitePlan.objects.exclude(pk=plan.pk).delete()
    assert ceiling_w(read(site.site.pk, NOW)) == pytest.approx(5_000, abs=1)
    assert not plan.solver["unmet"]


@pytest.mark.parametrize("price", [1.0, 15.0, 400.0])
def test_needs_win_over_the_peak_which_rises_no_higher_than_they_ask(site: World, price: float) -> None:
    """20 kWh in two hours are 10 kW, 13 kW with the building. Seen failing with the usual prices of what is missing."""
    plan, most = planned(site, 20_000, 2, price)
    assert not plan.solver["unmet"]
    assert most == pytest.approx(10_000, abs=30)
    peak = drawn(plan).peak
    assert peak == Peak(8_000.0, pytest.approx(13_000, abs=30))
    assert peak.is_raised


def test_a_last_quarter_of_an_hour_is_worth_its_peak_too(site: World) -> None:
    policy_set(site.site, SYSTEM, peak_price=15.0)
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=4_000, departs_at=NOW + QUARTER)
    assert not site_plan(site.site.pk).solver["unmet"]


def test_without_a_meter_of_everything_the_price_is_not_reckoned_with(site: World) -> None:
    SiteMeter.objects.update(measures="building")
    plan, most = planned(site, 20_000, 6, 15.0)
    assert most == pytest.approx(19_080, abs=1)
    assert plan.inputs["peak"] == {"price_per_kw": 15.0, "so_far_w": None}


def test_beside_a_building_nobody_knows_no_peak_is_kept(site: World) -> None:
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        LoadMinute.objects.filter(minute__gte=NOW - HOUR).update(
            other_l1_a=None, other_l2_a=None, other_l3_a=None
        )
        plan, _ = planned(site, 10_000, 9, 15.0)
    assert plan.inputs["peak"]["so_far_w"] is None


@pytest.mark.parametrize("wrong", [-0.01, float("nan"), float("inf")])
def test_the_price_of_a_peak_is_a_number(world: World, wrong: float) -> None:
    with pytest.raises(ValidationError):
        policy_set(world.site, SYSTEM, peak_price=wrong)
