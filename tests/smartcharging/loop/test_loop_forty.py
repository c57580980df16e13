"""Forty chargers behind 100 A and a building that moves, while processes are killed and Redis is away."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from chargers.simulator import Car
from chargers.simulator.car import ONE_PHASE
from cpms.core import clock
from smartcharging.models import InstalledProfile
from tests.faults.proxy import FaultProxy
from tests.gateway.process import Gateway, eventually

from .conftest import Launch, through
from .garage import QUICK, Garage, Moment

pytestmark = pytest.mark.fleet

LIMIT_A, WORST_A, COUNT = 100.0, 40.0, 40
QUIET = replace(QUICK, meter_interval_s=5.0, tick_s=0.5)


def moving(garage: Garage, stop: threading.Event) -> None:
    """A building between 4 and 36 A: small noise, now and then a machine."""
    dice = random.Random(7)
    base = 12.0
    while not stop.wait(1.0):
        if dice.random() < 0.05:
            base = dice.uniform(6, 32)
        garage.building_a = min(max(base + dice.gauss(0, 0.8), 4.0), 36.0)


def averages(moments: list[Moment], span_s: float) -> list[float]:
    """The mean load over every stretch of so many seconds."""
    count = round(span_s / 0.1)
    loads = [moment.highest_a for moment in moments]
    return [sum(loads[i : i + count]) / count for i in range(0, len(loads) - count, 10)]


def test_forty_chargers_keep_100_a_through_kills_of_the_loop_the_gateway_and_redis(
    open_garage: Callable[..., Garage], launch: Launch, frail: Gateway, redis_line: FaultProxy
) -> None:
    """Four give direct current, eight speak OCPP 2.0.1. Every second of the load counts."""
    garage = open_garage(
        LIMIT_A, COUNT, at=frail, worst_a=WORST_A, habits=[QUIET] * COUNT, rotate=True, building_a=12.0,
        versions=["2.0.1"] * 8, direct=frozenset({0, 3, 12, 15}),
    )  # fmt: skip
    garage.measure()
    first = launch(through(redis_line))
    garage.trusted()
    stop = threading.Event()
    threading.Thread(target=moving, args=(garage, stop), daemon=True).start()
    start = time.monotonic()
    for number in range(24):
        arrive(garage, number)
    garage.settled(lambda now: sum(one >= 6 for one in now) >= 8, 60)
    first.kill()
    time.sleep(6)
    launch(through(redis_line))
    time.sleep(14)
    frail.kill()
    time.sleep(3)
    frail.start()
    eventually(lambda: all(one.connected for one in garage.simulated), 60)
    time.sleep(10)
    redis_line.cut()
    away_at = clock.now()
    for number in range(24, 30):
        arrive(garage, number)
    eventually(lambda: InstalledProfile.objects.filter(confirmed_at__gt=away_at, purpose="tx").exists(), 60)
    time.sleep(10)
    redis_line.mend()
    time.sleep(15)
    eventually(lambda: max(garage.drawn_a()) > 20, 90)
    stop.set()
    seen = [moment for moment in garage.moments if moment.at >= start]
    assert max(averages(seen, 60.0)) <= LIMIT_A
    assert max(averages(seen, 10.0)) <= LIMIT_A * 1.02


def arrive(garage: Garage, number: int) -> None:
    """Two of three cars charge on one line; those at direct current on none of their own."""
    on_one = number % 3 and number not in garage.direct
    garage.arrive(number, car=Car(max_power_w=22_000, **({"wires": ONE_PHASE} if on_one else {})))
