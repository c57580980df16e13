"""Habits: how likely a car is still there, from visits that are alike."""

import numpy as np
import pytest

from smartcharging.engine.estimate import Habits, Likeness, Stay

HOUR, DAY = 3600.0, 86_400.0
# Nobody else's visits, and none is too old.
OWN = Likeness(site=0.0, half_life_s=1e12)


def habits(*stays: Stay, likeness: Likeness = OWN) -> Habits:
    made = Habits(likeness)
    for stay in stays:
        made.add(stay)
    return made


def stay(day: int, hour: float, hours: float, kwh: float = 10.0, user: str | None = "ada") -> Stay:
    return Stay(day * DAY + hour * HOUR, hours * HOUR, kwh * 1000, user)


def test_where_nobody_ever_came_nothing_is_said() -> None:
    assert habits().prospect(0.0, 0.0) is None


def test_who_comes_later_than_usual_still_leaves_at_the_usual_hour() -> None:
    seen = habits(stay(0, 18, 13), stay(1, 18, 13))
    found = seen.prospect(2 * DAY + 22 * HOUR, 2 * DAY + 22 * HOUR, user="ada")
    assert found is not None
    assert found.leaves_s.tolist() == [9 * HOUR, 9 * HOUR]
    assert found.there(np.array([0.0, 8.9 * HOUR, 9 * HOUR])).tolist() == pytest.approx([1, 1, 0])


def test_who_stayed_beyond_a_usual_hour_leaves_at_a_later_one() -> None:
    seen = habits(stay(0, 18, 3), stay(1, 18, 13))
    begin = 2 * DAY + 18 * HOUR
    first = seen.prospect(begin, begin, user="ada")
    later = seen.prospect(begin, begin + 4 * HOUR, user="ada")
    assert first is not None
    assert later is not None
    assert first.there(np.array([4 * HOUR])).tolist() == pytest.approx([0.5])
    assert later.there(np.array([4 * HOUR])).tolist() == pytest.approx([1.0])
    assert later.leaves_s.tolist() == [9 * HOUR]


def test_who_stays_beyond_every_visit_known_may_leave_at_any_time() -> None:
    assert habits(stay(0, 18, 3)).prospect(DAY + 18 * HOUR, DAY + 22 * HOUR, user="ada") is None


def test_the_night_before_a_free_day_is_unlike_others() -> None:
    seen = habits(stay(1, 18, 12), stay(4, 18, 18), likeness=Likeness(other_day=0.0, site=0.0))
    for day, hours in ((2, 12), (11, 18)):
        begin = day * DAY + 18 * HOUR
        found = seen.prospect(begin, begin, user="ada")
        assert found is not None
        assert found.leaves_s.tolist() == [hours * HOUR]


def test_visits_at_the_same_time_of_day_count_more_and_old_ones_less() -> None:
    begin = 100 * DAY + 18 * HOUR
    near = habits(stay(99, 18, 2), stay(99, 8, 13)).prospect(begin, begin, user="ada")
    young = habits(stay(99, 18, 2), stay(1, 18, 5), likeness=Likeness(half_life_s=10 * DAY, site=0.0))
    recent = young.prospect(begin, begin, user="ada")
    assert near is not None
    assert recent is not None
    assert near.gone[0] > 0.9
    assert recent.gone[0] > 0.9


def test_the_need_is_a_careful_quantile_of_what_is_still_missing() -> None:
    seen = habits(*(stay(0, 18, 12, kwh) for kwh in range(1, 11)))
    begin = DAY + 18 * HOUR
    fresh, charged = (seen.prospect(begin, begin, had, user="ada") for had in (0.0, 6500.0))
    assert fresh is not None
    assert charged is not None
    assert fresh.need_wh == 7000
    # Of 7, 8, 9 and 10 kWh it is 9.
    assert charged.need_wh == 2500


def test_a_stranger_is_judged_by_all_others() -> None:
    seen = habits(stay(0, 18, 12, user="bob"), likeness=Likeness())
    found = seen.prospect(DAY + 18 * HOUR, DAY + 18 * HOUR, user="eve")
    assert found is not None
    assert found.leaves_s.tolist() == [12 * HOUR]
