"""Sampled values become readings in Wh, W, A, V and percent, or stay visible without being used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.domain import Reading
from chargers.ocpp.readings import Sampled, reading, readings

AT = datetime(2026, 1, 1, tzinfo=UTC)
ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
CURRENT = "Current.Import"


def taken(*sampled: Sampled) -> Reading:
    result = reading(AT, sampled)
    assert result is not None
    return result


def lines(measurand: str, unit: str, values: dict[str, str]) -> list[Sampled]:
    return [Sampled(value, measurand, unit, phase) for phase, value in values.items()]


def test_a_bare_value_is_imported_energy_in_wh() -> None:
    result = taken(Sampled("1234"))
    assert (result.energy_wh, result.context) == (1234, "Sample.Periodic")
    assert result.samples == [{"measurand": ENERGY, "unit": "Wh", "value": 1234}]


@pytest.mark.parametrize(
    ("value", "unit", "expected_wh"),
    [
        ("12.3456", "kWh", 12346),
        ("0.1", "kWh", 100),
        ("1234.5", "Wh", 1234),
        ("1235.5", "Wh", 1236),
        ("12,5", "kwh", 12500),
        ("0", "Wh", 0),
        (" 7 ", "Wh", 7),
        ("999999999.999", "kWh", 999_999_999_999),
    ],
)
def test_energy_is_counted_exactly_in_whole_wh(value: str, unit: str, expected_wh: int) -> None:
    assert taken(Sampled(value, ENERGY, unit)).energy_wh == expected_wh


@pytest.mark.parametrize(
    "value", ["", "NaN", "Infinity", "1e5", "0x10", "٣", "-1", "1000000000001", "12.3.4", "x" * 10**6]
)
def test_a_value_that_is_no_possible_register_is_kept_but_not_used(value: str) -> None:
    result = taken(Sampled(value, ENERGY, "Wh"))
    assert result.energy_wh is None
    assert len(str(result.samples[0]["value"])) <= 255


@pytest.mark.parametrize("unit", ["W", "banana", "A", "kvarh"])
def test_energy_in_a_unit_that_is_none_of_energy_is_kept_as_text_and_not_used(unit: str) -> None:
    result = taken(Sampled("5", ENERGY, unit))
    assert result.energy_wh is None
    assert result.samples[0]["unit"] == ("varh" if unit == "kvarh" else unit)


def test_power_is_w_whatever_the_station_counts_in() -> None:
    assert taken(Sampled("10.807", POWER, "kW")).power_w == 10807
    assert taken(Sampled("10807", POWER, "W")).power_w == 10807
    assert taken(Sampled("10807", POWER)).power_w == 10807


def test_a_multiplier_is_a_power_of_ten() -> None:
    assert taken(Sampled(1.5, ENERGY, "Wh", multiplier=3)).energy_wh == 1500
    assert taken(Sampled(1.5, ENERGY, "kWh", multiplier=-3)).energy_wh == 2


@pytest.mark.parametrize("multiplier", [13, -13, 2**31, -(2**31)])
def test_a_value_with_an_absurd_multiplier_is_not_used(multiplier: int) -> None:
    result = taken(Sampled(1.5, ENERGY, "Wh", multiplier=multiplier))
    assert (result.energy_wh, result.samples[0]["value"]) == (None, "1.5")


def test_phases_are_summed_when_there_is_no_total() -> None:
    each = {"L1": "1.1", "L2": "2.2", "L3": "3.3"}
    assert taken(*lines(POWER, "kW", each)).power_w == 6600
    assert taken(*lines(ENERGY, "kWh", each)).energy_wh == 6600


def test_a_total_is_not_counted_twice() -> None:
    each = lines(POWER, "W", {"L1": "100", "L2": "100", "L3": "100"})
    assert taken(*each, Sampled("290", POWER, "W")).power_w == 290


def test_the_highest_line_current_counts_because_a_fuse_sees_lines() -> None:
    each = lines(CURRENT, "A", {"L1": "15.5", "L2": "16", "L3": "0", "N": "40"})
    assert taken(*each).current_a == 16
    assert taken(Sampled("31.5", CURRENT, "A"), *each).current_a == 16
    assert taken(Sampled("31.5", CURRENT, "A")).current_a == 31.5


def test_line_currents_labelled_to_neutral_are_line_currents() -> None:
    assert taken(*lines(CURRENT, "A", {"L1-N": "6", "L2-N": "7"})).current_a == 7


def test_voltage_is_the_mean_of_the_lines_to_neutral() -> None:
    assert taken(*lines("Voltage", "V", {"L1-N": "230", "L2-N": "231", "L3-N": "232"})).voltage_v == 231
    assert taken(*lines("Voltage", "V", {"L1": "230", "L1-L2": "400"})).voltage_v == 230
    assert taken(*lines("Voltage", "V", {"L1-L2": "400", "L2-L3": "402"})).voltage_v == 401


def test_the_outlet_comes_before_other_places() -> None:
    inlet = Sampled("900", ENERGY, "Wh", location="Inlet")
    assert taken(inlet, Sampled("500", ENERGY, "Wh", location="Outlet")).energy_wh == 500
    assert taken(inlet, Sampled("500", ENERGY, "Wh")).energy_wh == 500
    assert taken(inlet).energy_wh == 900


def test_state_of_charge_is_between_0_and_100() -> None:
    assert taken(Sampled("55", "SoC", "Percent", location="EV")).soc_percent == 55
    assert taken(Sampled("55", "SoC", "%")).soc_percent == 55
    assert taken(Sampled("101", "SoC", "Percent")).soc_percent is None


def test_stray_white_space_around_words_is_forgiven() -> None:
    assert taken(Sampled("5", "Current.Import\n", "A ")).current_a == 5


def test_signed_data_stays_text_and_is_never_counted() -> None:
    result = taken(Sampled("12345", ENERGY, "Wh", encoding="SignedData"))
    assert result.energy_wh is None
    assert result.samples == [{"measurand": ENERGY, "unit": "Wh", "format": "SignedData", "value": "12345"}]


def test_a_signature_beside_a_number_is_kept() -> None:
    result = taken(Sampled(5, signed={"signedMeterData": "MEUCIQ", "publicKey": ""}))
    assert (result.energy_wh, result.samples[0]["signed"]["signedMeterData"]) == (5, "MEUCIQ")


def test_the_context_of_a_reading_is_that_of_its_first_sample() -> None:
    assert taken(Sampled("1", context="Transaction.End")).context == "Transaction.End"


def test_no_samples_make_no_reading() -> None:
    assert reading(AT, []) is None


def test_a_repeat_has_the_same_digest_and_another_value_has_not() -> None:
    first, again, other = taken(Sampled("5")), taken(Sampled("5")), taken(Sampled("6"))
    assert first.digest == again.digest != other.digest


def test_digests_do_not_depend_on_how_a_number_was_written() -> None:
    assert taken(Sampled("5", unit="kWh")).digest == taken(Sampled("5000.0", unit="Wh")).digest


texts = st.text(max_size=12)
words = st.one_of(
    texts, st.sampled_from([ENERGY, POWER, CURRENT, "Voltage", "SoC", "kWh", "kW", "L1", "L1-N", "EV"])
)
values = st.one_of(
    texts, st.integers(-(10**18), 10**18), st.floats(allow_nan=False), st.decimals(allow_nan=True).map(str)
)


@given(
    st.lists(
        st.builds(Sampled, values, words, words, words, words, words, words, st.integers(-40, 40)), min_size=1
    )
)
def test_whatever_is_sampled_a_reading_can_be_stored(sampled: list[Sampled]) -> None:
    result = taken(*sampled)
    assert orjson.loads(orjson.dumps(result.samples)) == result.samples
    assert 0 <= result.digest < 2**63
    assert result.energy_wh is None or (type(result.energy_wh) is int and 0 <= result.energy_wh <= 3 * 10**12)
    assert result.soc_percent is None or 0 <= result.soc_percent <= 100


@pytest.mark.parametrize("nonsense", [None, 5, "text", {}, [], [None], [5], [{}], [{"sampledValue": 5}]])
def test_what_is_no_list_of_meter_values_has_no_readings(nonsense: Any) -> None:
    assert readings(nonsense, lambda _: []) == ()
