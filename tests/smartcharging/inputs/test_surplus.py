"""What the sun leaves beside the building: only what live meters saw flow out while nobody took it."""

import pytest

from cpms.core.actors import SYSTEM
from smartcharging.inputs.sun.surplus import Surplus, has_sun, surplus_of
from smartcharging.meters import Sample
from smartcharging.models import SiteMeter
from smartcharging.services.circuits import circuit_create, policy_set
from tests.worlds import World

from .scene import NOON, after, amps, charging, push_meter, told

pytestmark = pytest.mark.django_db
# At 230 V on three lines.
PER_A = 690.0


@pytest.fixture
def grid(world: World) -> SiteMeter:
    """A roof of 12 kW and a meter of everything."""
    told(push_meter(world, name="roof", measures="pv"), Sample({"power_w": 12_000.0}), NOON)
    return push_meter(world, measures="whole")


def flowed(meter: SiteMeter, *out_a: float, every_s: float = 60.0) -> None:
    """So much flowed out on each line, the last of it now."""
    for step, value in enumerate(reversed(out_a)):
        at = after(seconds=-every_s * step)
        told(meter, amps(-value, -value, -value, at), NOON)


def test_the_least_and_the_mean_of_the_last_five_minutes_count(world: World, grid: SiteMeter) -> None:
    flowed(grid, 17, 12, 8, 10, 12, 10)
    assert surplus_of(world.site, NOON) == Surplus(pytest.approx(8 * PER_A), pytest.approx(52 / 5 * PER_A))


def test_who_spoke_for_a_minute_lets_nobody_begin(world: World, grid: SiteMeter) -> None:
    flowed(grid, 10, 10)
    assert surplus_of(world.site, NOON) == Surplus(0.0, pytest.approx(10 * PER_A))


def test_what_cars_take_is_left_by_the_building_all_the_same(world: World, grid: SiteMeter) -> None:
    charging(world, after(seconds=-20), 6.0, 6.0, 6.0)
    flowed(grid, 4, every_s=10)
    assert surplus_of(world.site, NOON).mean_w == pytest.approx(10 * PER_A)


@pytest.mark.parametrize("silent", ["grid", "roof", "feeder"])
def test_beside_a_silent_meter_nothing_is_left(world: World, grid: SiteMeter, silent: str) -> None:
    """Seen failing with the meters that speak alone."""
    if silent == "feeder":
        root = circuit_create(world.site, SYSTEM, name="Grid", limit_a=[100.0] * 3)
        feeder = circuit_create(world.site, SYSTEM, name="Feeder", limit_a=[50.0] * 3, parent=root)
        push_meter(world, name="feeder", circuit=feeder)
    flowed(grid, *[10.0] * 6)
    now = NOON if silent == "feeder" else after(minutes=2)
    if silent == "grid":
        told(SiteMeter.objects.get(name="roof"), Sample({"power_w": 12_000.0}), now)
    if silent == "roof":
        told(grid, amps(-10, -10, -10), now)
    assert surplus_of(world.site, now).least_w <= 0
    assert surplus_of(world.site, now).mean_w <= 0


def test_a_meter_of_a_feeder_alone_says_nothing_of_the_site(world: World) -> None:
    told(push_meter(world, name="roof", measures="pv"), Sample({"power_w": 12_000.0}), NOON)
    root = circuit_create(world.site, SYSTEM, name="Grid", limit_a=[100.0] * 3)
    feeder = circuit_create(world.site, SYSTEM, name="Feeder", limit_a=[50.0] * 3, parent=root)
    flowed(push_meter(world, circuit=feeder), *[10.0] * 6)
    assert surplus_of(world.site, NOON) == Surplus()


def test_a_building_that_takes_more_than_the_sun_gives_leaves_less_than_nothing(
    world: World, grid: SiteMeter
) -> None:
    policy_set(world.site, SYSTEM, building_worst_a=[10.0] * 3)
    flowed(grid, *[-2.0] * 6)
    assert surplus_of(world.site, NOON).mean_w == pytest.approx(-2 * PER_A)


def test_a_site_has_sun_while_a_solar_meter_is_read(world: World) -> None:
    assert not has_sun(world.site)
    roof = push_meter(world, measures="pv")
    assert has_sun(world.site)
    SiteMeter.objects.filter(pk=roof.pk).update(active=False)
    assert not has_sun(world.site)
