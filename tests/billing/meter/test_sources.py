"""One source a session, the best there is, and nothing of the others."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from billing.pricing.meter import Flag, Measurand, RawReading, RawRegister, Source, clean
from tests.billing.meter.sessions import cleaned, minute, reading, session, told

POWER, INTERVAL = Measurand.IMPORT_POWER, Measurand.IMPORT_INTERVAL


def signed(minutes: float, value: Any, context: str = "", **fields: Any) -> RawReading:
    return reading(minutes, value, signed=True, context=context, **fields)


def phases(minutes: float, *values: Any) -> list[RawReading]:
    return [reading(minutes, value, phase=f"L{n}") for n, value in enumerate(values, 1)]


PAIR = (signed(1, 1100, "Transaction.Begin"), signed(59, 11_900, "Transaction.End"))


def test_a_signed_pair_is_the_best_source() -> None:
    found = cleaned(*PAIR, reading(30, 5))
    assert (found.source, *told(found)) == (Source.SIGNED, 10_800, set(), False)
    assert [point.at for point in found.curve] == [minute(0), minute(1), minute(59), minute(60)]


def test_signed_readings_between_are_part_of_it() -> None:
    found = cleaned(*PAIR, signed(30, 6000), signed(31, "NaN"))
    assert told(found) == (10_800, {Flag.UNREADABLE_VALUE}, False)
    assert len(found.curve) == 5


def test_a_signed_end_whose_time_cannot_be_has_the_time_of_the_stop() -> None:
    found = cleaned(PAIR[0], signed(500, 11_900, "Transaction.End"))
    assert (told(found), found.curve[-1].at) == ((10_800, set(), False), minute(60))


@pytest.mark.parametrize(
    "readings",
    [
        PAIR[:1],
        PAIR[1:],
        (PAIR[0], signed(59, "NaN", "Transaction.End")),
        (PAIR[0], reading(59, 11_900, context="Transaction.End")),
    ],
)
def test_half_a_signed_pair_is_none(readings: tuple[RawReading, ...]) -> None:
    found = cleaned(*readings)
    assert (found.source, found.billable_wh) == (Source.SESSION, 11_000)


def test_registers_of_the_transaction_come_before_phases_and_power() -> None:
    found = cleaned(*phases(0, 1, 1, 1), *phases(60, 2, 2, 2), reading(30, 5000, measurand=POWER))
    assert (found.source, found.billable_wh) == (Source.SESSION, 11_000)


def test_without_a_start_the_register_of_the_outlet_counts() -> None:
    found = cleaned(reading(0, 1000), reading(30, 6000), start=None)
    assert (found.source, *told(found)) == (Source.REGISTER, 11_000, {Flag.MISSING_START}, True)


@pytest.mark.parametrize("start", ["NaN", "Infinity", "-Infinity", "four", "1" * 16, "1e50", "", True, 1.5])
def test_a_start_that_is_no_number_is_none(start: Any) -> None:
    found = cleaned(reading(15, 4000), start=start)
    assert told(found) == (8000, {Flag.MISSING_START, Flag.UNREADABLE_VALUE}, True)


def test_a_start_in_another_unit_is_converted() -> None:
    kwh = replace(session(), start=RawRegister("1.0", "kWh"), stop=RawRegister("12", " KWH "))
    assert told(clean(kwh)) == (11_000, {Flag.UNIT_CONVERTED}, False)
    odd = replace(session(), start=RawRegister(1000, "J"))
    assert told(clean(odd))[1] == {Flag.MISSING_START, Flag.UNREADABLE_VALUE}


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "sNaN", None, "4,0", "4000".zfill(41), 10**15 + 1, -(10**15) - 1]
)
def test_a_reading_that_is_no_number_is_refused(value: Any) -> None:
    assert told(cleaned(reading(15, value))) == (11_000, {Flag.UNREADABLE_VALUE}, False)


@pytest.mark.parametrize("unit", ["kvarh", "W", "Celsius"])
def test_a_reading_in_no_unit_of_energy_is_refused(unit: str) -> None:
    assert told(cleaned(reading(15, 4000, unit=unit))) == (11_000, {Flag.UNREADABLE_VALUE}, False)


@pytest.mark.parametrize(
    ("value", "unit"), [("4", "kWh"), ("4000.0", "Wh"), (" 4e3 ", None), (4000, ""), ("4000".zfill(40), "")]
)
def test_units_are_those_of_each_value(value: Any, unit: str | None) -> None:
    found = cleaned(reading(15, value, unit=unit))
    assert (found.curve[1].energy_wh, Flag.UNIT_CONVERTED in found.flags) == (3000, unit == "kWh")


def test_parts_of_a_watt_hour_are_kept() -> None:
    found = cleaned(start="1000.125", stop="1001.5")
    assert found.billable_wh == Fraction(11, 8)


@pytest.mark.parametrize("location", ["Inlet", "EV", "Body", "Cable"])
def test_what_is_not_counted_at_the_outlet_is_left_aside(location: str) -> None:
    assert told(cleaned(reading(15, 7, location=location))) == (11_000, set(), False)


def test_other_measurands_are_left_aside() -> None:
    assert told(cleaned(reading(15, 80, measurand="SoC"))) == (11_000, set(), False)


def test_three_phases_are_summed() -> None:
    found = cleaned(
        *phases(0, 100, 200, 300),
        *phases(30, 1100, 1200, 1300),
        *phases(60, 2100, 2200, 2300),
        start=None,
        stop=None,
    )
    assert (found.source, *told(found)) == (
        Source.PHASES,
        6000,
        {Flag.MISSING_START, Flag.MISSING_STOP},
        True,
    )
    assert [point.energy_wh for point in found.curve] == [0, 3000, 6000]


def test_an_instant_with_two_of_three_phases_is_left_out() -> None:
    found = cleaned(*phases(0, 1, 1, 1), *phases(30, 9, 9), *phases(60, 2, 2, 2), start=None, stop=None)
    assert (found.source, found.billable_wh) == (Source.PHASES, 3)


def test_phases_are_named_as_against_neutral_too() -> None:
    readings = [reading(m, v, phase=f"L{n}-N") for m, v in ((0, 0), (60, 1000)) for n in (1, 2, 3)]
    assert cleaned(*readings, start=None).billable_wh == 3000


def test_phases_keep_their_flags_and_their_order() -> None:
    rows = [*phases(60, 500, 500, 500), *phases(0, 0, 0, 0), *phases(0, 0, 0, 0)]
    found = cleaned(*rows, reading(None, 1, phase="L1"), start=None, stop=None)
    assert set(found.flags) == {
        Flag.MISSING_START,
        Flag.MISSING_STOP,
        Flag.OUT_OF_ORDER,
        Flag.DUPLICATE,
        Flag.CLOCK_ERROR,
    }
    assert found.billable_wh == 1500


def test_phases_that_are_never_read_together_are_no_source() -> None:
    found = cleaned(*phases(0, 1, 1), reading(30, 1, phase="L3"), start=None, stop=None)
    assert (found.source, *told(found)) == (Source.NONE, 0, {Flag.MISSING_START, Flag.MISSING_STOP}, True)


def test_energies_of_intervals_are_added() -> None:
    found = cleaned(
        reading(0, 777, measurand=INTERVAL),
        reading(-1, 777, measurand=INTERVAL),
        reading(30, 4, unit="kWh", measurand=INTERVAL),
        reading(15, 3000, measurand=INTERVAL),
        start=None,
        stop=None,
    )
    assert (found.source, *told(found)) == (
        Source.INTERVAL,
        7000,
        {Flag.OUT_OF_ORDER, Flag.UNIT_CONVERTED},
        False,
    )
    assert [point.energy_wh for point in found.curve] == [0, 3000, 7000, 7000]


def test_an_interval_with_too_much_or_less_than_nothing_is_dropped() -> None:
    values = [(15, 3000), (30, 5876), (45, -1), (60, 5875)]
    found = cleaned(*(reading(m, v, measurand=INTERVAL) for m, v in values), start=None, stop=None)
    assert told(found) == (8875, {Flag.IMPLAUSIBLE_JUMP, Flag.DIP}, False)


def test_intervals_without_the_time_of_a_stop_miss_it() -> None:
    found = cleaned(reading(15, 3000, measurand=INTERVAL), start=None, stop=None, stopped=None)
    assert told(found) == (3000, {Flag.MISSING_STOP}, False)
    assert found.ended_at == minute(15)


def test_intervals_without_any_time_are_added_and_held() -> None:
    values = [reading(None, 3000, measurand=INTERVAL), reading(None, 3000, measurand=INTERVAL)]
    found = cleaned(*values, start=None, stop=None, started_at=None, stopped=None)
    flags = {Flag.CLOCK_ERROR, Flag.MISSING_STOP, Flag.DURATION_UNKNOWN}
    assert told(found) == (6000, flags, True)


def test_an_interval_without_a_time_is_added_in_its_rank() -> None:
    values = [(15, 3000), (None, 2000), (45, 3000)]
    found = cleaned(*(reading(m, v, measurand=INTERVAL) for m, v in values), start=None, stop=None)
    assert told(found) == (8000, {Flag.CLOCK_ERROR}, False)


def test_power_is_integrated_and_held() -> None:
    values = [(0, 0), (15, 8000), (30, 8000), (None, 9), (60, 4000)]
    found = cleaned(*(reading(m, v, measurand=POWER) for m, v in values), start=None, stop=None)
    assert (found.source, *told(found)) == (Source.POWER, 6000, {Flag.ESTIMATED, Flag.CLOCK_ERROR}, True)
    assert [point.energy_wh for point in found.curve] == [0, 1000, 3000, 6000]


def test_power_that_is_too_much_is_dropped_and_what_flows_back_is_nothing() -> None:
    values = [(-3, 9), (0, 10_000), (15, 23_101), (30, 10_000), (45, -10_000), (60, -10_000)]
    found = cleaned(*(reading(m, v, measurand=POWER) for m, v in values), start=None, stop=None)
    assert told(found) == (6250, {Flag.ESTIMATED, Flag.IMPLAUSIBLE_JUMP}, True)


def test_the_most_power_there_is_and_unlimited_power_are_integrated() -> None:
    most = [reading(m, "23.1", unit="kW", measurand=POWER) for m in (0, 60)]
    assert cleaned(*most, start=None, stop=None).billable_wh == 23_100
    more = [reading(m, 300_000, measurand=POWER) for m in (0, 60)]
    assert cleaned(*more, start=None, stop=None, max_power_w=None).billable_wh == 300_000


def test_power_without_the_time_of_a_stop_misses_it() -> None:
    found = cleaned(reading(15, 3000, measurand=POWER), start=None, stop=None, stopped=None)
    assert told(found) == (0, {Flag.MISSING_STOP, Flag.ESTIMATED}, True)


def test_no_source_at_all_is_held() -> None:
    found = cleaned(start=None, stop=None, started_at=None, stopped=None)
    assert (found.source, *told(found)) == (Source.NONE, 0, {Flag.MISSING_START, Flag.MISSING_STOP}, True)


def test_what_a_vehicle_gives_back_is_never_taken_off() -> None:
    export = Measurand.EXPORT_REGISTER
    found = cleaned(
        reading(10, 500, measurand=export),
        reading(40, 1500, measurand=export),
        reading(41, 1, measurand=export),
    )
    assert told(found) == (11_000, set(), False)
    assert found.exported_wh == 1000
    assert [(point.at, point.energy_wh) for point in found.export_curve][-1] == (minute(60), 1000)
    assert cleaned().export_curve == ()
