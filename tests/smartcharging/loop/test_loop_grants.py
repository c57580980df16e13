"""Grants reach chargers and are obeyed, on the running system."""

import time
from collections.abc import Callable

import pytest

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
