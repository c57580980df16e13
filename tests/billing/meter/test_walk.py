"""What is taken along a register, and what is a spike, a gap, a dip, a rollover or a reset."""

import pytest

from billing.pricing.meter import Flag, RawReading
from tests.billing.meter.sessions import cleaned, minute, reading, told

JUMP, DIP, RESET, ROLLOVER = Flag.IMPLAUSIBLE_JUMP, Flag.DIP, Flag.REGISTER_RESET, Flag.ROLLOVER


def test_the_most_that_fits_a_quarter_of_an_hour_is_taken() -> None:
    """5775 Wh at 22 kW and five per cent, 100 Wh of slack."""
    assert told(cleaned(reading(15, 1000 + 5875))) == (11000, set(), False)


def test_one_watt_hour_more_is_a_spike() -> None:
    found = cleaned(reading(15, 1000 + 5876), reading(30, 6000))
    assert told(found) == (11000, {JUMP}, False)


def test_what_a_meter_without_a_known_charger_says_is_taken() -> None:
    assert told(cleaned(stop=9_000_000, max_power_w=None)) == (8_999_000, set(), False)


def test_the_slack_counts_for_each_reading_not_for_the_session() -> None:
    assert told(cleaned(stop=1090, stopped=minute(0.1))) == (38, {Flag.ABOVE_MAXIMUM}, False)


def test_a_value_that_stands_still_is_no_dip() -> None:
    assert told(cleaned(reading(15, 1000), reading(30, 1000), stop=1000)) == (0, {Flag.ZERO_ENERGY}, False)


def test_a_new_level_is_confirmed_by_a_later_value_that_continues_it() -> None:
    found = cleaned(reading(15, 4000), reading(30, 50_000), stop=55_000)
    assert told(found) == (8000, {JUMP}, True)


def test_a_new_level_that_stands_still_is_confirmed() -> None:
    assert told(cleaned(reading(15, 4000), reading(30, 50_000), stop=50_000)) == (3000, {JUMP}, True)


def test_a_level_is_no_new_one_if_a_later_value_is_where_the_old_one_led() -> None:
    found = cleaned(reading(10, 4000), reading(20, 50_000), reading(30, 51_000), reading(40, 9000))
    assert told(found) == (11000, {JUMP}, False)


def test_a_value_too_far_above_a_new_level_does_not_confirm_it() -> None:
    found = cleaned(reading(15, 4000), reading(30, 50_000), reading(45, 90_000), stop=94_000)
    assert told(found) == (7000, {JUMP}, True)


def test_the_old_level_itself_disproves_a_new_one() -> None:
    found = cleaned(reading(15, 4000), reading(30, 50_000), reading(45, 4000), stop=4000)
    assert told(found) == (3000, {JUMP}, False)


@pytest.mark.parametrize("late", [14_000, 15_000])
def test_a_late_value_that_fits_both_levels_confirms_the_new_one(late: int) -> None:
    """Ten kWh in a quarter of an hour are too much, in an hour they are not: a person decides."""
    found = cleaned(reading(15, 4000), reading(30, 14_000), reading(60, late), stop=late)
    assert told(found) == (3000 + late - 14_000, {JUMP}, True)


def test_the_gap_before_a_new_level_flows_nowhere_in_time() -> None:
    found = cleaned(reading(15, 4000), reading(30, 50_000), stop=55_000)
    assert [(point.at, point.energy_wh) for point in found.curve] == [
        (minute(0), 0),
        (minute(15), 3000),
        (minute(30), 3000),
        (minute(60), 8000),
    ]


def test_two_dips_in_a_row_are_dropped() -> None:
    found = cleaned(reading(15, 4000), reading(30, 0), reading(40, 10), reading(50, 9000))
    assert told(found) == (11000, {DIP}, False)


def test_a_dip_is_one_if_a_later_value_is_just_the_last_good_one() -> None:
    assert told(cleaned(reading(15, 4000), reading(30, 10), stop=4000)) == (3000, {DIP}, False)


def test_a_low_value_before_a_new_level_is_a_dip() -> None:
    found = cleaned(reading(15, 4000), reading(30, 0), reading(45, 80_000), stop=82_000)
    assert told(found) == (5000, {DIP, JUMP}, True)


def test_a_later_value_only_slightly_below_the_last_good_one_is_no_return() -> None:
    found = cleaned(reading(15, 4000), reading(30, 10), stop=3999)
    assert told(found) == (3000 + 3989, {RESET}, True)


def test_a_reset_to_a_value_that_rises_beyond_the_old_one_is_a_dip() -> None:
    """The rule asks for any later value; less is billed, and the flag shows it."""
    found = cleaned(reading(15, 2000), reading(20, 0), reading(40, 1500), stop=2500)
    assert told(found) == (1500, {DIP}, False)


def test_two_resets_leave_three_runs() -> None:
    found = cleaned(
        reading(10, 3000), reading(20, 5), reading(30, 2000), reading(40, 3), reading(50, 1000), stop=1500
    )
    assert told(found) == (2000 + 1995 + 1497, {RESET}, True)


def test_signed_values_are_not_held_for_a_reset() -> None:
    found = cleaned(
        reading(0, 9000, context="Transaction.Begin", signed=True),
        reading(30, 0, signed=True),
        reading(60, 5000, context="Transaction.End", signed=True),
    )
    assert told(found) == (5000, {RESET}, False)


def test_a_signed_reset_does_not_release_what_is_held() -> None:
    found = cleaned(
        reading(0, 9000, context="Transaction.Begin", signed=True),
        reading(10, 90_000, signed=True),
        reading(20, 91_000, signed=True),
        reading(30, 0, signed=True),
        reading(60, 5000, context="Transaction.End", signed=True),
    )
    assert told(found) == (6000, {JUMP, RESET}, True)


@pytest.mark.parametrize("wrap", [2**31, 2**32, 10**7, 10**8, 10**9])
def test_registers_roll_over_at_five_points(wrap: int) -> None:
    found = cleaned(reading(30, wrap - 1000), start=wrap - 5000, stop=3000)
    assert told(found) == (8000, {ROLLOVER}, False)


def test_a_register_that_rolled_over_goes_on() -> None:
    found = cleaned(
        reading(30, 10**7 - 1000), reading(40, 2), reading(50, 1000), start=10**7 - 5000, stop=3000
    )
    assert told(found) == (8000, {ROLLOVER}, False)


def test_one_per_cent_from_the_wrap_point_is_near() -> None:
    found = cleaned(start=9_900_000, stop=10, max_power_w=None)
    assert told(found) == (100_010, {ROLLOVER}, False)


@pytest.mark.parametrize(
    ("last", "value"), [(9_899_999, 10), (9_999_999, 100_000), (10**7, 5), (10**7 + 1, 5)]
)
def test_farther_from_the_wrap_point_it_is_no_rollover(last: int, value: int) -> None:
    found = cleaned(reading(30, value), start=last, stop=value, max_power_w=None)
    assert told(found) == (0, {RESET, Flag.ZERO_ENERGY}, True)


def test_just_below_one_per_cent_after_the_wrap_point_is_a_rollover() -> None:
    found = cleaned(reading(30, 99_999), start=9_999_999, stop=99_999, max_power_w=None)
    assert told(found) == (100_000, {ROLLOVER}, False)


def test_a_value_below_zero_is_no_rollover() -> None:
    found = cleaned(reading(30, 10**7 - 1), reading(40, -5), start=10**7 - 2, stop=95)
    assert told(found) == (1 + 100, {RESET}, True)


def test_a_stop_below_the_last_value_after_a_rollover_is_used() -> None:
    found = cleaned(reading(30, 10**7 - 1000), reading(50, 1000), start=10**7 - 5000, stop=400)
    assert told(found) == (5400, {ROLLOVER, Flag.STOP_BEFORE_LAST_READING}, True)


def test_a_stop_at_the_start_below_the_last_reading_is_used() -> None:
    found = cleaned(reading(30, 5000), stop=1000)
    assert told(found) == (0, {Flag.STOP_BEFORE_LAST_READING, Flag.ZERO_ENERGY}, True)


def test_a_stop_below_start_and_readings_is_nothing() -> None:
    found = cleaned(reading(30, 5000), stop=999)
    assert told(found) == (0, {Flag.NEGATIVE}, True)
    assert {point.energy_wh for point in found.curve} == {0}


def test_a_stop_that_is_too_high_is_not_used() -> None:
    found = cleaned(reading(30, 5000), stop=5000 + 11_651)
    assert told(found) == (4000, {JUMP, Flag.MISSING_STOP}, False)
    assert found.ended_at == minute(60)


def test_a_stop_at_the_edge_of_what_fits_is_used() -> None:
    assert told(cleaned(reading(30, 5000), stop=5000 + 11_650)) == (15_650, set(), False)


def test_a_dip_after_a_new_level_does_not_disprove_it() -> None:
    found = cleaned(reading(15, 4000), reading(30, 50_000), reading(40, 51_000), reading(45, 0), stop=55_000)
    assert told(found) == (8000, {JUMP, DIP}, True)


@pytest.mark.parametrize(("seconds", "billable", "hold"), [(199, 3000, False), (200, 3000 + 2000, True)])
def test_two_hundred_values_speak_against_a_new_level(seconds: int, billable: int, hold: bool) -> None:
    """A wild meter of thousands of readings must not cost minutes; the last value always counts."""
    level = [RawReading(minute(15) + second, 50_000) for second in range(1, seconds + 2)]
    back = RawReading(minute(15) + seconds + 2, 4000)
    found = cleaned(RawReading(minute(15), 4000), *level, back, stop=52_000)
    assert (found.billable_wh, found.hold) == (billable, hold)
