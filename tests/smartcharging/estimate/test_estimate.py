"""Estimates: whose visits count, how careful they are, and that nobody is promised the past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcharging.engine.estimate import Caution, Estimate, History, Source, Visit, need_from_soc

HOUR = 3600.0


def visits(
    count: int, hour: int = 8, stay_h: float = 8.0, kwh: float = 10.0, user: str | None = None
) -> list[Visit]:
    """Visits that stay one, two and so on tenths of an hour longer."""
    return [Visit(hour, (stay_h + step / 10) * HOUR, (kwh + step) * 1000, user) for step in range(count)]


def test_departure_is_early_and_need_is_high() -> None:
    found = History(visits(11)).estimate(hour=8)
    assert found.left_s == pytest.approx(8.15 * HOUR)
    assert (found.need_wh, found.guaranteed_wh) == pytest.approx((18_500, 16_000))
    assert found.source is Source.HOUR


def test_a_user_is_known_from_five_visits_on() -> None:
    crowd = visits(20, stay_h=2.0)
    four = History([*crowd, *visits(4, hour=15, stay_h=9.0, user="ada")])
    five = History([*crowd, *visits(5, hour=15, stay_h=9.0, user="ada")])
    assert four.estimate(8, user="ada").source is Source.HOUR
    assert five.estimate(8, user="ada").source is Source.USER
    assert five.estimate(8, user="ada").left_s > 9 * HOUR
    assert five.estimate(8, user="bob").left_s < 5 * HOUR


def test_a_habit_of_the_hour_tells_more_than_the_user() -> None:
    history = History(
        [*visits(9, hour=12, stay_h=1.0, user="ada"), *visits(5, hour=18, stay_h=12.0, user="ada")]
    )
    evening = history.estimate(19, user="ada")
    assert evening.source is Source.HABIT
    assert evening.left_s > 12 * HOUR


def test_midnight_has_neighbours_too() -> None:
    assert History(visits(5, hour=23)).estimate(0).source is Source.HOUR


def test_an_hour_nobody_came_at_is_judged_by_the_site() -> None:
    assert History(visits(5, hour=8)).estimate(20).source is Source.SITE


def test_who_stays_longer_than_most_is_compared_with_those_who_did_too() -> None:
    history = History([*visits(20, stay_h=1.0), *visits(5, stay_h=10.0)])
    assert history.estimate(8, stayed_s=5 * HOUR).left_s > 5 * HOUR


def test_where_nothing_is_known_a_car_leaves_soon_and_needs_much() -> None:
    caution = Caution(stay_s=1800.0, energy_wh=30_000.0)
    found = History(caution=caution).estimate(8, stayed_s=HOUR, delivered_wh=5000.0)
    assert found == Estimate(1800.0, 30_000.0, 25_000.0, Source.NOTHING)


def test_what_everybody_gets_first_ends_when_it_was_delivered() -> None:
    history = History(visits(11))
    assert history.estimate(8, delivered_wh=9_000.0).guaranteed_wh == pytest.approx(7_000)
    assert history.estimate(8, delivered_wh=16_500.0).guaranteed_wh == 0.0


seen_visits = st.lists(st.tuples(st.integers(0, 23), st.floats(1, 1e5), st.floats(1, 1e5)), max_size=30)


@given(seen_visits, st.floats(0, 2e5), st.floats(0, 2e5))
def test_nothing_is_left_below_zero(seen: list[tuple[int, float, float]], stayed: float, had: float) -> None:
    found = History(Visit(*one) for one in seen).estimate(8, stayed, had)
    assert found.left_s > 0
    assert found.need_wh > 0
    assert found.guaranteed_wh >= 0


def test_a_state_of_charge_says_the_need() -> None:
    assert need_from_soc(30, 60_000) == pytest.approx(50 / 100 * 60_000 / 0.9)
    assert need_from_soc(85, 60_000) == 0.0


@pytest.mark.parametrize(
    ("soc", "battery", "target", "efficiency"),
    [(-1, 6e4, 80, 0.9), (50, 6e4, 101, 0.9), (50, 0, 80, 0.9), (50, 6e4, 80, 0), (50, 6e4, 80, 1.1)],
)
def test_an_impossible_battery_is_refused(
    soc: float, battery: float, target: float, efficiency: float
) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 100|holds more"):
        need_from_soc(soc, battery, target, efficiency)
