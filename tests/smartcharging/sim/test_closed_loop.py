"""A site under control for some hours: the limit holds, whatever the meters and stations do."""

from pathlib import Path

import numpy as np
import pytest

from smartcharging.sim.building import STEPS_A_DAY, building_day, hourly_kw
from smartcharging.sim.closed_loop import Outcome, Scenario, simulated, together


@pytest.fixture
def year(tmp_path: Path) -> Path:
    """A building that draws most in the morning."""
    hours = [30 + 60 * (7 <= hour % 24 < 18) for hour in range(8760)]
    file = tmp_path / "year.csv"
    file.write_text("hour_of_year,electricity_kw\n" + "".join(f"{i},{kw}\n" for i, kw in enumerate(hours)))
    return file


def test_no_minute_is_over_the_limit_while_cars_charge(year: Path) -> None:
    """Seen failing with the building load forgotten in the budget."""
    outcome = simulated(Scenario(3, outlets=10, hours=9.5, limit_kw=115.0), year)
    assert (outcome.minutes_over, outcome.samples) == (0, 3420)
    assert outcome.overshoot <= 0.02
    assert outcome.energy > 0.05


def test_no_minute_is_over_with_old_readings_and_bad_stations_at_once(year: Path) -> None:
    scenario = Scenario(4, outlets=10, hours=9.5, limit_kw=115.0, age_s=60, offline=0.1, disobedient=0.08)
    outcome = simulated(scenario, year)
    assert outcome.minutes_over == 0
    assert outcome.energy > 0.02


def test_the_same_seed_gives_the_same_day_and_another_another(year: Path) -> None:
    first, again, other = (simulated(Scenario(seed, outlets=2, hours=9), year) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_site_with_room_for_all_gives_all_they_can_take(year: Path) -> None:
    wide = simulated(Scenario(1, outlets=2, hours=16, limit_kw=500.0), year)
    tight = simulated(Scenario(1, outlets=2, hours=16, limit_kw=100.0), year)
    assert wide.energy > 0.9
    assert tight.energy < wide.energy


def test_a_building_follows_its_hours_with_noise_and_machines(year: Path) -> None:
    day = building_day(hourly_kw(year)[:24], np.random.default_rng(1))
    watts = day.sum(axis=1) * 230
    assert day.shape == (STEPS_A_DAY, 3)
    assert watts[360 * 8 : 360 * 17].mean() > watts[: 360 * 6].mean()
    assert watts.min() >= 0
    assert watts.max() <= 96_000 * 1.15


def test_days_are_summed_and_their_worst_kept() -> None:
    days = [Outcome(10, 1, 2, 0.1, 0.5, 2.0), Outcome(20, 0, 3, 0.2, 1.0, 4.0)]
    assert together(days) == Outcome(30, 1, 5, 0.2, 0.75, 3.0)
