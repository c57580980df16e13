"""The sun in plans: what solar meters gave in the last days, by slots, and cars charged while it shines."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.core.exceptions import ValidationError

from billing.models import PriceSeries
from billing.services.tariffs.market import prices_put, series_create
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.balancing.planning import site_plan
from smartcharging.engine.plan import even_grid
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.saying import need_set
from smartcharging.inputs.sun.ahead import building_ahead, sun_ahead
from smartcharging.meters import Sample
from smartcharging.models import LoadMinute, SiteMeter
from smartcharging.picture import drawn
from smartcharging.services import installing
from smartcharging.services.circuits import circuit_create, policy_set
from tests.smartcharging.balancing.scene import granted, managed
from tests.worlds import World

from .scene import amps, push_meter, told

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 21, 8, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def roof(world: World, longitude: float = 11.0) -> SiteMeter:
    """A solar meter of a site near the equator, where every day is like the one before."""
    world.site.latitude, world.site.longitude = 1.0, longitude
    world.site.save(update_fields=["latitude", "longitude"])
    return push_meter(world, name="roof", measures="pv")


def gave(meter: SiteMeter, watts: float, quarters: Iterable[datetime]) -> None:
    """One reading in each of these quarters of an hour."""
    LoadMinute.objects.bulk_create(
        LoadMinute(meter=meter, minute=quarter, power_sum_w=watts, power_count=1) for quarter in quarters
    )


def day_of(world: World, price: str, now: datetime) -> PriceSeries:
    """The same price for a day."""
    series = series_create(
        world.organisation, SYSTEM, name="Flat", currency="SEK", time_zone="UTC", resolution_minutes=60
    )
    begun = now.replace(minute=0, second=0, microsecond=0)
    prices_put(series, [(begun + hour * HOUR, Decimal(price)) for hour in range(26)], SYSTEM)
    return series


def noon_at(moment: datetime) -> float:
    """Where the sun is in the south then, degrees east."""
    return (12 - moment.hour - moment.minute / 60 + 12) % 24 * 15 - 180


def quarters(begin: datetime, hours: int) -> list[datetime]:
    begun = begin.replace(minute=begin.minute // 15 * 15, second=0, microsecond=0)
    return [begun + step * HOUR / 4 for step in range(hours * 4)]


def test_the_roof_gives_what_it_gave_yesterday_at_that_time(world: World) -> None:
    meter = roof(world)
    gave(meter, 6_000.0, quarters(NOW.replace(hour=10, minute=0) - DAY, 3))
    sun = sun_ahead(world.site, even_grid(6, 3600), NOW)
    assert sun is not None
    # Slots begin five minutes past the hour, the sun shone from ten to one.
    assert sun.tolist() == pytest.approx([0, 500, 6_000, 6_000, 5_500, 0], abs=60)


def test_two_roofs_give_both_and_what_is_measured_now_bends_the_next_hours(world: World) -> None:
    for meter in (roof(world), push_meter(world, name="carport", measures="pv")):
        gave(meter, 1_000.0, quarters(NOW - DAY, 3))
    before = sun_ahead(world.site, even_grid(2, 3600), NOW)
    assert before is not None
    assert before.tolist() == pytest.approx([2_000, 2_000], abs=40)
    told(meter, Sample({"power_w": 2_000.0}), NOW)
    bent = sun_ahead(world.site, even_grid(2, 3600), NOW)
    assert bent is not None
    assert 2_600 < bent[1] < bent[0] < 3_000
    silent = sun_ahead(world.site, even_grid(2, 3600), NOW + HOUR / 4)
    assert silent is not None
    assert silent.tolist() == pytest.approx([2_000, 2_000], abs=40)


def test_without_a_roof_or_a_place_nothing_is_expected(world: World) -> None:
    assert sun_ahead(world.site, even_grid(2, 3600), NOW) is None
    push_meter(world, measures="pv")
    assert sun_ahead(world.site, even_grid(2, 3600), NOW) is None


def test_the_building_is_what_it_draws_now_or_its_worst(world: World) -> None:
    policy_set(world.site, SYSTEM, building_worst_a=[10.0, 20.0, 30.0])
    dark = np.zeros(2)
    assert building_ahead(world.site, dark, NOW).tolist() == [60 * 230] * 2
    meter = push_meter(world)
    told(meter, amps(1, 2, 3), NOW)
    assert building_ahead(world.site, dark, NOW).tolist() == [6 * 230] * 2
    assert building_ahead(world.site, dark, NOW + HOUR).tolist() == [60 * 230] * 2


def test_what_flows_out_was_the_suns_and_is_left_for_cars(world: World) -> None:
    """Seen failing without the sun added to what the meter of everything says."""
    sun = np.array([9_000.0, 7_000.0])
    told(push_meter(world, name="roof", measures="pv"), Sample({"power_w": 9_000.0}), NOW)
    told(push_meter(world, measures="whole"), amps(-8, -8, -8), NOW)
    building = building_ahead(world.site, sun, NOW)
    assert (sun - building).tolist() == pytest.approx([24 * 230, 24 * 230 - 2_000])


def test_beside_a_silent_solar_meter_the_building_takes_what_is_expected_of_the_sun(world: World) -> None:
    """What flows out is then not believed. Seen failing with measured sun only: all of it was left for cars."""
    push_meter(world, name="roof", measures="pv")
    told(push_meter(world, measures="whole"), amps(-8, -8, -8), NOW)
    assert building_ahead(world.site, np.array([9_000.0, 7_000.0]), NOW).tolist() == [9_000] * 2


@pytest.mark.parametrize("wrong", [-0.01, float("nan"), float("inf")])
def test_what_solar_energy_earns_is_a_number(world: World, wrong: float) -> None:
    with pytest.raises(ValidationError):
        policy_set(world.site, SYSTEM, feed_in_price=wrong)


def test_a_meter_of_a_feeder_does_not_speak_for_the_rest_of_the_building(world: World) -> None:
    root = circuit_create(world.site, SYSTEM, name="Grid", limit_a=[100.0] * 3)
    feeder = circuit_create(world.site, SYSTEM, name="Feeder", limit_a=[50.0] * 3, parent=root)
    policy_set(world.site, SYSTEM, building_worst_a=[10.0, 20.0, 30.0])
    told(push_meter(world, circuit=feeder), amps(1, 2, 3), NOW)
    assert building_ahead(world.site, np.zeros(2), NOW).tolist() == [66 * 230] * 2


def test_of_an_unknown_building_no_sun_is_left(world: World) -> None:
    push_meter(world)
    assert building_ahead(world.site, np.zeros(1), NOW).tolist() == [1e9]


def test_sun_widens_no_wire(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """12 A are left beside the building, however much the roof gives. Seen failing with the sun taken off the load."""
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    granted(managed(world))
    now = clock.now()
    gave(roof(world, noon_at(now)), 50_000.0, quarters(now - DAY, 12))
    policy_set(world.site, SYSTEM, building_worst_a=[20.0] * 3)
    need_set(world.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=80_000, departs_at=now + 8 * HOUR)
    most = max(slot.cars_w for slot in drawn(site_plan(world.site.pk)).slots)
    assert most == pytest.approx(12 * 3 * 230, abs=1)


@pytest.mark.parametrize(
    ("price", "earned", "share"), [(None, 0.05, 1.0), (None, 0.4, 0.0), ("20", 5.0, 1.0), ("20", 20.0, 0.0)]
)
def test_a_car_is_charged_while_the_sun_shines_unless_feeding_in_earns_as_much(
    world: World, monkeypatch: pytest.MonkeyPatch, price: str | None, earned: float, share: float
) -> None:
    """Eight hours to stay, sun from the third to the fifth; without a price a kWh counts as 0.30.

    Seen failing without the sun in the outlook, and with the feed-in price not scaled as prices are.
    """
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    granted(managed(world))
    now = clock.now()
    gave(roof(world, noon_at(now + 2 * HOUR)), 8_000.0, quarters(now - DAY + 2 * HOUR, 3))
    series = None if price is None else day_of(world, price, now)
    policy_set(world.site, SYSTEM, feed_in_price=earned, price_series=series)
    need_set(world.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=9_000, departs_at=now + 8 * HOUR)
    plan = site_plan(world.site.pk)
    slots = drawn(plan).slots
    energy = [slot.cars_w * (slot.ends_at - slot.begins_at).total_seconds() for slot in slots]
    sunny = [one for one, slot in zip(energy, slots, strict=True) if (slot.sun_w or 0) > 1_000]
    assert drawn(plan).sun_w
    assert sum(sunny) / sum(energy) == pytest.approx(share, abs=0.05)
