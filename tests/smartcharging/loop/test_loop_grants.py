"""Grants reach chargers and are obeyed, on the running system."""

import time
from collections.abc import Callable

import pytest

from chargers.simulator import Car
from smartcharging.models import Grant, InstalledProfile

from .conftest import Launch
from .garage import Garage

pytestmark = pytest.mark.fleet


def test_three_cars_share_a_feeder_that_carries_one(
    open_garage: Callable[..., Garage], launch: Launch
) -> None:
    garage = open_garage(32, 3)
    launch()
    garage.trusted()
    garage.arrive()
    shared = garage.settled(lambda now: sum(now) > 29 and min(now) >= 6)
    assert sum(shared) <= 32
    held_from = time.monotonic()
    time.sleep(5)
    assert garage.highest_since(held_from) <= 32.01
    assert {grant.amps for grant in Grant.objects.all()} <= {10.0, 11.0}
    assert InstalledProfile.objects.filter(purpose="tx", state="confirmed").count() == 3


def test_what_a_car_leaves_goes_to_another_and_comes_back(
    open_garage: Callable[..., Garage], launch: Launch
) -> None:
    """A car of 10 A and one of 32 A behind 32 A."""
    garage = open_garage(32, 2)
    launch(BALANCE_UNUSED_AFTER=3)
    garage.trusted()
    garage.arrive(0, car=Car(max_power_w=6_900))
    garage.arrive(1, car=Car(max_power_w=22_000))
    shared_from = time.monotonic()
    assert garage.settled(lambda now: 9 <= now[0] <= 11 and now[1] >= 19)[1] <= 21
    small = garage.simulated[0].outlets[1].car
    assert small is not None
    small.max_power_w = 22_000
    both = garage.settled(lambda now: min(now) >= 15)
    assert sum(both) <= 32
    assert garage.highest_since(shared_from) <= 32.01
