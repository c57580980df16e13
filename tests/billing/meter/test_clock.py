"""Which times are believed, and the order that follows."""

import pytest

from billing.pricing.meter import Flag
from tests.billing.meter.sessions import EIGHT, HOUR, cleaned, minute, reading, told

CLOCK = Flag.CLOCK_ERROR
BEFORE_2015 = (1_420_070_399 - EIGHT) / 60
IN_2015 = (1_420_070_400 - EIGHT) / 60


def test_readings_are_ordered_by_the_stations_time() -> None:
    found = cleaned(reading(45, 9500), reading(15, 4000), reading(30, 7000))
    assert told(found) == (11000, {Flag.OUT_OF_ORDER}, False)
    assert [point.energy_wh for point in found.curve] == [0, 3000, 6000, 8500, 11000]


def test_a_repeat_that_comes_late_is_out_of_order_and_dropped() -> None:
    found = cleaned(reading(15, 4000), reading(30, 7000), reading(15, 4000))
    assert told(found) == (11000, {Flag.OUT_OF_ORDER, Flag.DUPLICATE}, False)


def test_readings_of_one_time_in_order_are_in_order() -> None:
    found = cleaned(reading(15, 4000), reading(15, 4000))
    assert told(found) == (11000, {Flag.DUPLICATE}, False)


@pytest.mark.parametrize(("first", "second", "kept"), [(4000, 4100, 3000), (4100, 4000, 3100)])
def test_of_two_values_for_one_time_the_first_received_stays(first: int, second: int, kept: int) -> None:
    found = cleaned(reading(15, first), reading(15, second))
    assert told(found) == (11000, {Flag.CONFLICTING_DUPLICATE}, False)
    assert found.curve[1].energy_wh == kept


@pytest.mark.parametrize("minutes", [BEFORE_2015, -6, -5.1, 65.1, 10_000, None])
def test_a_time_that_cannot_be_keeps_its_rank(minutes: float | None) -> None:
    found = cleaned(reading(15, 4000), reading(minutes, 7000), reading(45, 9500))
    assert told(found) == (11000, {CLOCK}, False)
    assert [point.at for point in found.curve] == [minute(0), minute(15), minute(45), minute(60)]


@pytest.mark.parametrize("minutes", [-5, -1, 0])
def test_a_reading_up_to_five_minutes_before_the_start_is_believed(minutes: float) -> None:
    assert told(cleaned(reading(minutes, 1050), reading(30, 6000))) == (11000, set(), False)


def test_a_reading_of_before_the_start_that_counts_less_belongs_to_no_session() -> None:
    assert told(cleaned(reading(-2, 900), reading(-1, 1000))) == (11000, set(), False)


def test_a_reading_of_before_the_start_that_counts_more_has_to_fit() -> None:
    found = cleaned(reading(-2, 1101), stop=1500)
    assert told(found) == (399, {Flag.IMPLAUSIBLE_JUMP}, True)


def test_a_low_reading_at_the_start_is_a_dip() -> None:
    assert told(cleaned(reading(0, 999))) == (11000, {Flag.DIP}, False)


@pytest.mark.parametrize("minutes", [60.05, 65])
def test_a_reading_just_after_the_stop_is_ignored(minutes: float) -> None:
    for value in (11_000, 12_000, 13_000):
        found = cleaned(reading(30, 6000), reading(minutes, value))
        assert told(found) == (11000, {Flag.READING_AFTER_STOP}, False)


def test_a_reading_at_the_stop_is_one_of_the_session() -> None:
    assert told(cleaned(reading(60, 12000))) == (11000, set(), False)


@pytest.mark.parametrize("value", [12_000, 12_500])
def test_readings_that_go_on_after_the_stop_are_ignored(value: int) -> None:
    found = cleaned(reading(45, 9000), reading(75, value), reading(90, value), reading(60 + 24 * 60, value))
    assert told(found) == (11000, {Flag.READING_AFTER_STOP}, False)


def test_a_later_reading_below_the_stop_has_a_wrong_clock() -> None:
    assert told(cleaned(reading(45, 9000), reading(75, 11_999))) == (11000, {CLOCK}, False)


def test_a_later_reading_before_others_has_a_wrong_clock() -> None:
    found = cleaned(reading(75, 12_000), reading(45, 12_000))
    assert told(found) == (11000, {CLOCK}, False)


def test_a_reading_of_more_than_a_day_later_has_a_wrong_clock() -> None:
    found = cleaned(reading(45, 9000), reading(61 + 24 * 60, 12_000))
    assert told(found) == (11000, {CLOCK}, False)


def test_later_readings_are_ignored_whatever_they_say_if_the_stop_says_nothing() -> None:
    found = cleaned(reading(45, 9000), reading(75, 10), stop=None)
    assert told(found) == (8000, {Flag.READING_AFTER_STOP, Flag.MISSING_STOP}, False)


def test_a_stuck_clock_makes_no_conflict() -> None:
    found = cleaned(reading(BEFORE_2015, 4000), reading(BEFORE_2015, 7000), reading(BEFORE_2015, 7000))
    assert told(found) == (11000, {CLOCK, Flag.DUPLICATE}, False)


def test_readings_without_any_time_are_no_repeats() -> None:
    assert told(cleaned(reading(None, 4000), reading(None, 4000))) == (11000, {CLOCK}, False)


def test_a_repeat_does_not_move_a_reading_without_a_time() -> None:
    found = cleaned(
        reading(15, 4000), reading(30, 7000), reading(None, 8000), reading(45, 9500), reading(15, 4000)
    )
    assert told(found) == (11000, {CLOCK, Flag.DUPLICATE, Flag.OUT_OF_ORDER}, False)


def test_a_reading_without_a_time_fits_into_the_span_of_its_neighbours() -> None:
    spike = cleaned(reading(10, 2000), reading(None, 9000), reading(20, 3000))
    assert told(spike) == (11000, {CLOCK, Flag.IMPLAUSIBLE_JUMP}, False)
    fits = cleaned(reading(10, 2000), reading(None, 5900), reading(20, 5900))
    assert told(fits) == (11000, {CLOCK}, False)


def test_a_start_of_1970_counts_without_its_time() -> None:
    found = cleaned(reading(15, 4000), started_at=300)
    assert told(found) == (11000, {CLOCK}, False)
    assert found.curve[0].at == minute(15)


def test_a_start_of_2015_is_believed() -> None:
    assert told(cleaned(started_at=1_420_070_400)) == (11000, set(), False)


def test_a_stop_before_its_start_counts_without_its_time() -> None:
    found = cleaned(reading(30, 6000), stopped=minute(-1))
    assert told(found) == (11000, {CLOCK}, False)
    assert found.ended_at == minute(30)


def test_a_stop_at_its_start_is_believed() -> None:
    assert told(cleaned(stop=1000, stopped=minute(0))) == (0, {Flag.ZERO_ENERGY}, False)


def test_a_stop_of_1970_with_more_than_is_proven_is_held() -> None:
    found = cleaned(reading(15, 4000), stop=9000, stopped=60)
    assert told(found) == (8000, {CLOCK, Flag.DURATION_UNKNOWN}, True)


def test_a_last_reading_without_a_time_with_more_than_is_proven_is_held() -> None:
    found = cleaned(reading(15, 4000), reading(None, 9000), stop=None, stopped=None)
    assert told(found) == (8000, {CLOCK, Flag.DURATION_UNKNOWN, Flag.MISSING_STOP}, True)


def test_a_session_without_any_time_is_held() -> None:
    found = cleaned(reading(None, 4000), started_at=0, stopped=60)
    assert told(found) == (11000, {CLOCK, Flag.DURATION_UNKNOWN}, True)
    assert (found.curve, found.ended_at) == ((), None)


def test_a_session_without_any_time_and_without_a_limit_is_not() -> None:
    assert told(cleaned(started_at=None, stopped=None, max_power_w=None)) == (11000, set(), False)


def test_nothing_is_taken_from_the_future() -> None:
    found = cleaned(reading(15, 4000), reading(40, 6000), stop=None, stopped=None, now=minute(30))
    assert told(found)[1] == {CLOCK, Flag.MISSING_STOP}
    assert found.ended_at == minute(15)


def test_now_is_not_the_future() -> None:
    found = cleaned(reading(30, 6000), stop=None, stopped=None, now=minute(30))
    assert told(found) == (5000, {Flag.MISSING_STOP}, False)


def test_a_stop_in_the_future_counts_without_its_time() -> None:
    found = cleaned(reading(30, 6000), now=minute(59))
    assert told(found) == (11000, {CLOCK}, False)


def test_later_readings_in_the_future_have_a_wrong_clock() -> None:
    found = cleaned(reading(30, 6000), reading(75, 12_000), now=minute(70))
    assert told(found) == (11000, {CLOCK}, False)


def test_a_now_before_the_start_judges_nothing() -> None:
    assert told(cleaned(reading(30, 6000), now=minute(-1))) == (11000, set(), False)
    assert told(cleaned(reading(30, 6000), started_at=EIGHT, now=EIGHT + 2 * HOUR)) == (11000, set(), False)


def test_a_start_without_a_time_leaves_the_duration_open() -> None:
    found = cleaned(started_at=300)
    assert told(found) == (11000, {CLOCK, Flag.DURATION_UNKNOWN}, True)
    only_stop_time = cleaned(reading(None, 4000), started_at=None, stop=None)
    assert told(only_stop_time) == (3000, {CLOCK, Flag.DURATION_UNKNOWN, Flag.MISSING_STOP}, True)


def test_a_reading_without_a_time_does_not_make_those_after_the_stop_early() -> None:
    found = cleaned(reading(45, 9000), reading(75, 12_000), reading(None, 12_000))
    assert told(found) == (11000, {CLOCK, Flag.READING_AFTER_STOP}, False)


def test_now_judges_a_session_without_a_start_too() -> None:
    found = cleaned(reading(0, 1000), reading(30, 6000), started_at=None, now=minute(30))
    assert told(found) == (11000, {CLOCK}, False)
