"""Cars that charge only from the sun, at real chargers under the real control loop."""

import time
from collections.abc import Callable

import pytest

from chargers.choices import OPEN_STATES
from chargers.models import Transaction
from cpms.core.actors import SYSTEM
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.saying import need_set
from smartcharging.models import Grant
from smartcharging.picture.words import why
from tests.gateway.process import eventually

from .conftest import Launch
from .garage import Garage

pytestmark = pytest.mark.fleet


def sunny(open_garage: Callable[..., Garage], launch: Launch, sun_a: float) -> tuple[Garage, Transaction]:
    """A car beside a roof that leaves so much; its driver wants nothing but the sun.

    The feeder is wide: its meter sees a car begin before the charger tells of it, which widens the margin for a while.
    """
    garage = open_garage(100, 1, sun_a=sun_a)
    garage.shine()
    launch(BALANCE_MINIMUM_ON=2)
    garage.trusted()
    garage.arrive()
    session = eventually(lambda: Transaction.objects.filter(state__in=OPEN_STATES).first(), 20)
    assert session
    need_set(session, NeedSource.DRIVER, SYSTEM, sun_only=True)
    return garage, session


def test_a_car_follows_the_sun_and_takes_nothing_from_the_grid(
    open_garage: Callable[..., Garage], launch: Launch
) -> None:
    """Seen failing without `by_sun` in what cars ask for: 32 A, half of them from the grid."""
    garage, _ = sunny(open_garage, launch, 16.4)
    garage.settled(lambda now: 14 <= now[0] <= 16.4)
    since = time.monotonic()
    time.sleep(5)
    assert garage.highest_since(since) <= 16.4
    garage.sun_a = 12.4
    garage.settled(lambda now: 10 <= now[0] <= 12.4)
    since = time.monotonic()
    time.sleep(5)
    assert garage.highest_since(since) <= 12.4


def test_a_car_waits_for_the_sun_and_goes_on_where_its_driver_wants_to_leave(
    open_garage: Callable[..., Garage], launch: Launch
) -> None:
    """5 A are too little for any car. Seen failing without `by_sun` in what cars ask for: it charged at once."""
    garage, session = sunny(open_garage, launch, 5.0)
    garage.settled(lambda now: now[0] == 0)
    assert why(eventually(lambda: Grant.objects.get(amps=0).reason, 20), {}).startswith("waits for the sun")
    need_set(session, NeedSource.DRIVER, SYSTEM, sun_only=False, charge_now=True)
    assert garage.settled(lambda now: now[0] >= 30)
