"""Apartments: who comes home when, what prices are known, and what waiting for the night saves."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from smartcharging.sim.apartments import (
    STEPS_OF_DAY,
    Garage,
    Saving,
    Stay,
    clusters,
    prices,
    read_stays,
    saving,
)

HEAD = "session,garage,user,user_type,plug_in_local,plug_out_local,energy_kwh\n"
ROWS = (
    "1,G1,U1,Private,2018-12-01T18:10:00,2018-12-02T07:00:00,14.0\n"
    "2,G1,U2,Private,2018-12-01T17:00:00,2018-12-01T19:00:00,13.0\n"
    "3,G1,U2,Private,2018-12-03T17:00:00,2018-12-03T17:10:00,1.0\n"
    "4,G2,U3,Private,2018-12-01T17:00:00,2018-12-01T18:00:00,0.0\n"
)


def stay(user: str = "ada", arrival: int = 72, steps: int = 52, kwh: float = 14.0) -> Stay:
    return Stay(user, arrival // 4 % 24, arrival, arrival + steps, kwh * 1000, 3600.0)


def nightly(low: float = 0.1) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Cheap from two to six."""
    step = np.arange(40 * STEPS_OF_DAY) % STEPS_OF_DAY
    return np.where((step >= 8) & (step < 24), low, 0.5)


def test_sessions_get_the_least_power_that_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "stays.csv"
    file.write_text(HEAD + ROWS)
    found = read_stays(file)
    assert list(found) == ["G1"]
    assert [(one.user, one.arrival, one.power_w) for one in found["G1"]] == [
        ("U2", 68, 7200),
        ("U1", 72, 3600),
    ]


def test_stays_that_touch_no_other_stand_alone() -> None:
    stays = [stay(arrival=0, steps=10), stay(arrival=5, steps=5), stay(arrival=10, steps=2)]
    assert [len(cluster) for cluster in clusters(stays)] == [2, 1]


def test_prices_are_the_same_for_every_run_and_sometimes_below_zero() -> None:
    series = prices(200 * STEPS_OF_DAY)
    assert np.array_equal(series, prices(200 * STEPS_OF_DAY))
    assert series.min() < 0 < series.mean()
    assert series.reshape(-1, STEPS_OF_DAY)[:, 12].mean() < series.reshape(-1, STEPS_OF_DAY)[:, 72].mean()


def test_who_says_when_he_leaves_is_charged_in_the_cheap_hours() -> None:
    garage, stays = Garage(11_000.0, nightly()), [stay()]
    watts = garage.rolling(stays, told=True)
    assert garage.cost(stays, watts) == pytest.approx(1.4)
    assert garage.cost(stays, garage.offline(stays)) == pytest.approx(1.4)
    assert garage.cost(stays, garage.at_once(stays)) == pytest.approx(7.0)


def test_energy_that_never_came_saves_nothing() -> None:
    garage, stays = Garage(11_000.0, nightly()), [stay()]
    assert garage.cost(stays, np.zeros((1, 52))) == pytest.approx(7.0)


def test_the_fuse_of_the_garage_holds_for_everybody() -> None:
    stays = [stay(user) for user in ("ada", "bob", "eve")]
    garage = Garage(5000.0, nightly())
    for watts in (garage.at_once(stays), garage.offline(stays), garage.rolling(stays, told=True)):
        assert watts.sum(axis=0).max() <= 5000 + 1e-6


def test_habits_that_were_seen_move_energy_to_the_night() -> None:
    garage = Garage(11_000.0, nightly())
    unknown = garage.cost([stay()], garage.rolling([stay()], told=False))
    for day in range(6):
        garage.learn([stay(arrival=72 + day * STEPS_OF_DAY)])
    later = [stay(arrival=72 + 10 * STEPS_OF_DAY)]
    assert garage.cost(later, garage.rolling(later, told=False)) < 0.5 * unknown


def test_prices_that_are_not_published_yet_are_those_of_the_day_before() -> None:
    rising = np.repeat(np.arange(40.0), STEPS_OF_DAY)
    garage = Garage(11_000.0, rising)
    early = garage.expected(10 * STEPS_OF_DAY + 40, 3 * STEPS_OF_DAY)
    late = garage.expected(10 * STEPS_OF_DAY + 60, 2 * STEPS_OF_DAY)
    assert set(early) == {10.0}
    assert set(late) == {10.0, 11.0}


def test_the_share_of_a_saving_is_told_from_three_costs() -> None:
    assert Saving(10.0, 6.0, 7.0, 1.0, 1.0).share == pytest.approx(0.75)


def test_the_first_weeks_are_learned_from_but_not_counted(tmp_path: Path) -> None:
    file = tmp_path / "stays.csv"
    days = [datetime(2019, 1, 1, 18) + timedelta(days=day) for day in range(70)]
    lines = [f"1,G1,U1,Private,{day:%Y-%m-%dT%H:%M:%S},{day:%Y-%m-%d}T23:30:00,9.0\n" for day in days]
    file.write_text(HEAD + "".join(lines))
    counted = saving(file, told=True)
    assert 0 < counted.at_once < 11 * 9 * 1.5
    assert counted.share > 0.9
    assert saving(file, told=True, days=61).at_once < counted.at_once
