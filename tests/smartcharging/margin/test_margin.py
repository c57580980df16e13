"""What may be handed out when meters are late, silent or wrong, and stations cannot be told."""

from math import inf, nan

import numpy as np
import pytest

from smartcharging.engine.fill import FillError, Wiring
from smartcharging.engine.margin import (
    Amps,
    Claim,
    Freshness,
    Rises,
    Trace,
    Trust,
    estimated,
    other_load,
    reserved,
    wires,
)
from smartcharging.engine.network import Circuit, Network, Outlet

WORST: Amps = (90.0, 90.0, 90.0)


def trace(*readings: tuple[float, float]) -> Trace:
    """Equal currents on three lines at some seconds."""
    made = Trace()
    for taken_s, amps in readings:
        made = made.after(taken_s, (amps, amps, amps))
    return made


def steady(amps: float, until_s: float, since_s: float = 0.0) -> Trace:
    """The same reading every ten seconds."""
    return trace(*((float(second), amps) for second in np.arange(since_s, until_s + 1, 10)))


def test_what_is_no_number_or_comes_too_late_is_no_reading() -> None:
    one = trace((10, 5.0))
    assert one.after(20, (nan, 1.0, 1.0)) == one
    assert one.after(20, (inf, 1.0, 1.0)) == one
    assert one.after(10, (7.0, 7.0, 7.0)) == one
    assert one.after(nan, (7.0, 7.0, 7.0)) == one


def test_old_readings_are_forgotten() -> None:
    assert trace((0, 1.0)).after(100, (2.0, 2.0, 2.0), keep_s=50).taken_s == (100,)


def test_only_readings_of_the_same_time_are_subtracted() -> None:
    """Seen failing with the newest reading of each instead."""
    meter = trace((0, 50.0), (60, 70.0))
    car = trace((0, 10.0))
    assert other_load(meter, [car]).amps == ((40.0, 40.0, 40.0),)
    assert other_load(meter, [car.after(60, (30.0, 30.0, 30.0))]).amps == ((40.0, 40.0, 40.0),)


def test_a_car_that_fell_silent_is_load_like_any_other() -> None:
    meter = trace((200, 70.0))
    assert other_load(meter, [trace((100, 10.0))]).amps == ((70.0, 70.0, 70.0),)


def test_without_a_meter_or_before_its_first_reading_nothing_is_known() -> None:
    assert other_load(Trace(), [trace((1, 2.0))]) == Trace()
    assert other_load(trace((100, 5.0)), [trace((50, 1.0))]) == Trace()


def test_a_car_that_was_not_there_yet_is_not_subtracted() -> None:
    assert other_load(trace((100, 50.0), (110, 50.0)), [trace((105, 9.0))]).amps == ((50.0, 50.0, 50.0),)


def test_fresh_readings_count_with_the_most_of_two_minutes() -> None:
    load = steady(40, 500).after(520, (60.0, 40.0, 40.0)).after(600, (41.0, 40.0, 40.0))
    estimate = estimated(load, 605, WORST)
    assert estimate.freshness is Freshness.FRESH
    assert estimate.other_a == (60.0, 40.0, 40.0)
    assert estimate.margin_a[0] > 0
    assert estimate.margin_a[1] == 0


def test_late_readings_count_with_the_most_of_the_hour() -> None:
    """Seen failing with the most of two minutes for both."""
    load = trace((0, 70.0), *((float(second), 40.0) for second in range(10, 1000, 10)))
    assert estimated(load, 1000, WORST).other_a == (40.0, 40.0, 40.0)
    late = estimated(load, 1030, WORST)
    assert (late.freshness, late.other_a) == (Freshness.LATE, (70.0, 70.0, 70.0))


def test_a_lost_meter_counts_with_the_worst_case_and_never_less_than_was_seen() -> None:
    """Seen failing with the limit of five minutes left out."""
    load = steady(40, 1000)
    lost = estimated(load, 1301, WORST)
    assert (lost.freshness, lost.other_a, lost.margin_a) == (Freshness.LOST, WORST, (0.0, 0.0, 0.0))
    assert estimated(load, 1301, (10.0, 10.0, 50.0)).other_a == (40.0, 40.0, 50.0)
    assert estimated(Trace(), 0, WORST).other_a == WORST


def test_too_few_readings_are_as_good_as_none() -> None:
    assert estimated(trace((0, 1.0), (10, 1.0)), 15, WORST).freshness is Freshness.LOST


def test_the_margin_grows_with_what_the_load_does_by_itself() -> None:
    wild = trace(*((float(10 * i), 40.0 + 5 * (i % 7)) for i in range(100)))
    calm = trace(*((float(10 * i), 40.0 + (i % 7)) for i in range(100)))
    assert estimated(wild, 995, WORST).margin_a[0] == pytest.approx(
        5 * estimated(calm, 995, WORST).margin_a[0]
    )


def test_what_rose_once_may_rise_again() -> None:
    load = steady(40, 600)
    rises = Rises().after(trace((0, 40.0), (10, 62.0)), 30)
    estimate = estimated(load, 605, WORST, rises)
    assert np.add(estimate.other_a, estimate.margin_a).tolist() == [62.0] * 3


def test_rises_are_kept_by_the_hour_and_for_a_day() -> None:
    rises = Rises().after(Trace(), 30)
    assert rises.highest(0, 86_400) == (0.0, 0.0, 0.0)
    rises = rises.after(trace((0, 10.0), (10, 15.0)), 30).after(trace((20, 1.0), (30, 9.0)), 30)
    rises = rises.after(trace((4000, 1.0), (4010, 3.0)), 30)
    assert len(rises.hours) == 2
    assert rises.highest(4010, 86_400) == (8.0, 8.0, 8.0)
    assert rises.highest(90_100, 86_400) == (2.0, 2.0, 2.0)
    assert rises.after(trace((90_000, 1.0)), 30).hours == ((3600.0, (2.0,) * 3), (90_000.0, (0.0,) * 3))


def test_estimates_are_put_on_the_rows_of_their_circuit() -> None:
    network = Network((Circuit("site", None, (99.0,) * 3),), (Outlet("e0", "site"),))
    rows = Wiring.of(network).rows
    other, margin = wires(rows, {"site": estimated(Trace(), 0, (1.0, 2.0, 3.0))})
    assert other.tolist() == [1.0, 2.0, 3.0]
    assert margin.tolist() == [0.0] * 3


@pytest.mark.parametrize(
    ("claim", "amps"),
    [
        (Claim("e0", Trust.TRUSTED, 6.0, 20.0, 30.0), 0.0),
        (Claim("e0", Trust.OFFLINE, 6.0), 6.0),
        (Claim("e0", Trust.OFFLINE, 6.0, 20.0), 20.0),
        (Claim("e0", Trust.OFFLINE), 32.0),
        (Claim("e0", Trust.OFFLINE, nan), 32.0),
        (Claim("e0", Trust.OFFLINE, 6.0, -1.0), 32.0),
        (Claim("e0", Trust.UNKNOWN, 6.0), 32.0),
        (Claim("e0", Trust.STARTING, 6.0), 32.0),
        (Claim("e0", Trust.DISOBEDIENT, 6.0, 10.0, 12.0), 32.0),
        (Claim("e0", Trust.DISOBEDIENT, 6.0, 10.0, 40.0), 40.0),
        (Claim("e0", Trust.UNCONFIRMED, 6.0, 20.0, 16.0), 20.0),
        (Claim("e0", Trust.UNCONFIRMED), 32.0),
    ],
)
def test_what_cannot_be_told_keeps_what_it_may_take(claim: Claim, amps: float) -> None:
    wiring = Wiring.of(Network((Circuit("site", None, (99.0,) * 3),), (Outlet("e0", "site"),)))
    assert reserved(wiring, [claim]).tolist() == [amps] * 3


def test_a_claim_of_nobody_is_refused() -> None:
    wiring = Wiring.of(Network((Circuit("site", None, (99.0,) * 3),), (Outlet("e0", "site"),)))
    with pytest.raises(FillError, match="gone"):
        reserved(wiring, [Claim("gone", Trust.OFFLINE)])
