"""Forty chargers behind 100 A and a building that moves, while processes are killed."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from chargers.simulator import Car
from chargers.simulator.car import ONE_PHASE
from tests.gateway.process import Gateway, eventually

from .conftest import Launch
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


def test_forty_chargers_keep_100_a_through_kills(
    open_garage: Callable[..., Garage], launch: Launch, mortal: Gateway
) -> None:
    garage = open_garage(
        LIMIT_A, COUNT, at=mortal, worst_a=WORST_A, habits=[QUIET] * COUNT, rotate=True, building_a=12.0
    )
    garage.measure()
    first = launch()
    garage.trusted()
    stop = threading.Event()
    threading.Thread(target=moving, args=(garage, stop), daemon=True).start()
    start = time.monotonic()
    for number in range(24):
        wires = {"wires": ONE_PHASE} if number % 3 else {}
        garage.arrive(number, car=Car(max_power_w=22_000, **wires))
    garage.settled(lambda now: sum(one >= 6 for one in now) >= 8, 60)
    launch()
    first.kill()
    time.sleep(20)
    mortal.kill()
    time.sleep(3)
    mortal.start()
    eventually(lambda: all(one.connected for one in garage.simulated), 60)
    time.sleep(30)
    stop.set()
    seen = [moment for moment in garage.moments if moment.at >= start]
    assert max(averages(seen, 60.0)) <= LIMIT_A
    assert max(averages(seen, 10.0)) <= LIMIT_A * 1.02
    assert max(garage.drawn_a()) > 20
