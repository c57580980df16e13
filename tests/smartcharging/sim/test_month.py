"""The simulated garage: physics, rules of others, foresight, and what a plan gains on invented days."""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from smartcharging.engine.network import line_phasors
from smartcharging.sim.garage import CAR_W, VOLTS, garage
from smartcharging.sim.knowledge import Statistics, told
from smartcharging.sim.month import Rolling, offline
from smartcharging.sim.rules import (
    EqualShare,
    earliest_deadline,
    first_come,
    follow,
    least_laxity,
    uncontrolled,
)
from smartcharging.sim.score import Month, score
from smartcharging.sim.sessions import CALTECH_START, STEPS_OF_DAY, Session, Tariff, read_caltech, read_tariff
from smartcharging.sim.stepped import CONTINUING, Stepped
from tests.billing.meter.sessions import SHARED, needs_shared

PAIRS = ((0, 1), (1, 2), (2, 0))


def sessions(count: int = 12, hours: int = 6, kwh: float = 9.0) -> list[Session]:
    """Cars that come every ten minutes and stay as long; every fourth is in a pod and hangs on the first pair."""
    found = []
    for i in range(count):
        pair, pod = (PAIRS[0], "AV") if i % 4 == 0 else (PAIRS[i % 3], "")
        found.append(Session(f"s{i}", f"CA-{i}", pair, pod, 2 * i, 2 * i + hours * 12, kwh * 1000))
    return found


def tariff(steps: int = 400) -> Tariff:
    return Tariff(np.where(np.arange(steps) < 40, 0.2, 0.1), 15.0)


def over(month: Month, capacity_w: float) -> float:
    """How far the worst line is over its round limit, as a share of it."""
    network = garage(month.sessions, capacity_w)
    place = {outlet.id: index for index, outlet in enumerate(network.outlets)}
    amps = np.zeros((len(network.outlets), month.granted.shape[1]))
    for session, watts in zip(month.sessions, month.watts, strict=True):
        amps[place[session.station]] += watts / VOLTS
    lengths = np.abs(line_phasors(network) @ amps)
    limits = np.array([circuit.limit_a for circuit in network.circuits])
    return float((lengths / limits[:, :, None]).max() - 1)


@pytest.mark.parametrize(
    "kind", ["planned", "stepped", "unsaid", "offline", "equal", "first", "deadline", "laxity"]
)
def test_no_line_of_the_transformer_is_overloaded_and_no_car_gets_more_than_it_needs(kind: str) -> None:
    cars, capacity_w = sessions(), 15_000.0
    network = garage(cars, capacity_w)
    rolling = Rolling(cars, network, tariff())
    month = {
        "planned": rolling.run,
        "stepped": Rolling(cars, network, tariff(), weights=CONTINUING, grant=Stepped(cars, network)).run,
        "unsaid": Rolling(
            cars, network, tariff(), knowledge=Statistics(cars), grant=Stepped(cars, network)
        ).run,
        "offline": lambda: offline(cars, network, tariff()),
        "equal": lambda: follow(cars, network, EqualShare(network)),
        "first": lambda: follow(cars, network, first_come(network)),
        "deadline": lambda: follow(cars, network, earliest_deadline(network)),
        "laxity": lambda: follow(cars, network, least_laxity(network)),
    }[kind]()
    assert over(month, capacity_w) < 1e-6
    got = month.watts.sum(axis=1) / 12
    assert (got <= [one.need_wh + 1e-3 for one in cars]).all()
    assert got.sum() > 0.5 * sum(one.need_wh for one in cars)
    assert month.watts.max() <= CAR_W + 1e-6
    for one, watts in zip(cars, month.watts, strict=True):
        assert not watts[: one.arrival].any()
        assert not watts[one.departure :].any()


def test_nobody_does_better_than_foresight_and_the_plan_comes_close() -> None:
    cars, capacity_w = sessions(), 15_000.0
    network = garage(cars, capacity_w)
    best = score(offline(cars, network, tariff()), tariff())
    planned = score(Rolling(cars, network, tariff()).run(), tariff())
    first = score(follow(cars, network, first_come(network)), tariff())
    assert first.energy <= planned.energy <= best.energy + 1e-9
    assert planned.energy > 0.93 * best.energy


def test_uncontrolled_cars_all_charge_at_once_and_pay_for_the_peak() -> None:
    cars = sessions(count=6, hours=8)
    network = garage(cars, 70_000.0)
    month = follow(cars, network, uncontrolled)
    free, planned = score(month, tariff()), score(Rolling(cars, network, tariff()).run(), tariff())
    assert free.energy == pytest.approx(1.0)
    assert planned.energy == pytest.approx(1.0)
    assert planned.bill < 0.7 * free.bill
    assert over(month, 10_000.0) > 0


def test_stepped_grants_are_whole_amperes_from_six_on() -> None:
    cars = sessions()
    network = garage(cars, 15_000.0)
    month = Rolling(cars, network, tariff(), weights=CONTINUING, grant=Stepped(cars, network)).run()
    amps = month.granted / VOLTS
    assert np.allclose(amps, np.round(amps))
    assert amps[amps > 0].min() >= 6


def test_cycles_and_messages_count_every_change() -> None:
    one = Session("s", "CA-1", (0, 1), "", 0, 12, 3000.0)
    watts = np.array([[6000.0, 6000, 0, 0, 6000, 6000, 6000, 0, 0, 0, 0, 0]])
    found = score(Month((one,), watts, watts), tariff())
    assert (found.cycles, found.messages) == (2.0, 4.0)
    assert (found.energy, found.fifth_percentile) == pytest.approx((2500 / 3000, 2500 / 3000))
    assert found.demand_cost == pytest.approx(90.0)


def test_statistics_know_the_visits_that_ended_before_and_nothing_of_later_ones() -> None:
    yesterday = [Session(f"y{i}", f"CA-{i}", (0, 1), "", 100, 124, 5000.0) for i in range(6)]
    today = Session("t", "CA-9", (0, 1), "", STEPS_OF_DAY + 100, STEPS_OF_DAY + 200, 50_000.0)
    later = [
        Session(f"l{i}", f"CA-{i}", (0, 1), "", STEPS_OF_DAY + 99, STEPS_OF_DAY + 300, 90_000.0)
        for i in range(9)
    ]
    found = Statistics([*later, *yesterday, today])(today, STEPS_OF_DAY + 100, 0.0)
    assert (found.left_s, found.left_wh) == (24 * 300, 5000.0)
    unknown = Statistics([*yesterday, *later])(yesterday[0], 123, 1000.0)
    assert (unknown.left_s, unknown.left_wh) == (3600, 20_000.0)
    assert told(today, STEPS_OF_DAY + 100, 1000.0).left_wh == 49_000.0


@needs_shared
def test_the_files_of_the_month_are_read_in_local_time() -> None:
    data: Path = SHARED / "smartcharging"
    cars = read_caltech(data / "sessions_caltech_2019_03.csv", days=2)
    prices = read_tariff(data / "tariffs/sce_tou_ev_4_march_2019.json", 12 * STEPS_OF_DAY)
    assert (
        CALTECH_START.astimezone(ZoneInfo("America/Los_Angeles")).isoformat() == "2019-03-01T00:00:00-08:00"
    )
    assert len(read_caltech(data / "sessions_caltech_2019_03.csv")) == 954
    assert {one.pod for one in cars} <= {"", "AV", "CC"}
    assert prices.demand_price == 15.51
    assert prices.price[[0, 8 * 12, 12 * 12, 23 * 12]].tolist() == [0.06087, 0.07492, 0.0869, 0.06087]
    # Saturday, and Monday after the clocks went forward.
    assert prices.price[STEPS_OF_DAY + 150] == 0.06087
    assert prices.price[10 * STEPS_OF_DAY + 7 * 12] == 0.07492
