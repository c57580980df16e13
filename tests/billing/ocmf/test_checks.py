"""What genuine records still have to fulfil before they are billed by; said apart from the signature."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from billing.ocmf import Unreadable
from billing.ocmf.checks import Expected, findings
from billing.ocmf.readings import readings_of
from tests.billing.ocmf.meters import DATA, GOOD, READING, parsed

BEGIN = {**READING, **GOOD}
END = {"TM": "2026-03-02T09:00:00,000+0000 S", "TX": "E", "RV": 12.5}


def codes(*readings: dict[str, Any], expected: Expected | None = None, **changes: Any) -> list[str]:
    found = findings([parsed(*readings, **changes)], expected or Expected())
    assert all(finding.sentence.endswith(".") for finding in found)
    return [finding.code for finding in found]


def test_a_sound_session_has_no_findings() -> None:
    known = Expected("M1", "G1", billed_wh=11_000, is_time_billed=True)
    assert codes(expected=known) == []


def test_fields_that_are_left_out_repeat_from_the_reading_before() -> None:
    first, last = readings_of(parsed())
    assert (last.register, last.unit, last.status, last.errors) == ("1-b:1.8.0", "kWh", "G", "")
    assert (first.energy_wh, last.energy_wh) == (1500, 12_500)
    assert (first.at.isoformat(), first.clock, first.reason) == ("2026-03-02T08:00:00+00:00", "S", "B")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ("BE", []),
        ("BCSTE", []),
        ("BCL", []),
        ("BR", []),
        ("BA", []),
        ("BP", []),
        ("CE", ["no_begin"]),
        ("BC", ["no_end"]),
        ("EB", ["no_begin", "no_end", "reading_order"]),
        ("BECE", ["reading_order"]),
        ("BCBE", ["reading_order"]),
        ("BBE", []),
        ("BXE", ["exception"]),
    ],
)
def test_readings_have_an_order(reasons: str, expected: list[str]) -> None:
    readings = [{**BEGIN, "TX": reason} for reason in reasons]
    assert codes(*readings) == expected


def test_order_is_one_of_a_register() -> None:
    billing = {**BEGIN, "RI": "1-0:98.8.0.FF"}
    later = {"TM": "2026-03-02T09:00:00,000+0000 S", "TX": "E"}
    assert codes(BEGIN, {**BEGIN, **later}, billing, {**billing, **later}) == []
    assert codes({**BEGIN, "RU": "sec"}, {"TX": "E"}) == ["no_energy_register"]


@pytest.mark.parametrize(
    "register",
    ["1-b:1.8.0", "1-0:1.8.0*198", "01-00:01.08.00.FF", "1-0:98.8.0.FF", "01-00:B2.08.00*FF", "1.8.0"],
)
def test_registers_of_import_and_for_billing_count(register: str) -> None:
    assert codes({**BEGIN, "RI": register}, END) == []


@pytest.mark.parametrize(
    "register", ["1-0:2.8.0", "1-0:1.7.0", "01-00:C2.08.00*FF", "11.8.0", "1.8.", "", "x"]
)
def test_other_registers_do_not(register: str) -> None:
    assert codes({**BEGIN, "RI": register}, END) == ["no_energy_register"]


def test_records_of_two_meters_are_no_session() -> None:
    first, second = parsed(BEGIN), parsed({**BEGIN, **END}, PG="T8", MS="M2", GS="G2")
    found = [finding.code for finding in findings([first, second], Expected(meter_serial="M1"))]
    assert found == ["meter_changed", "other_meter", "gateway_changed"]
    assert codes(expected=Expected(gateway_serial="G2")) == ["other_gateway"]


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        (["T7", "T8", "T9"], []),
        (["T7", "T9", "T10"], ["page_gap"]),
        (["T8", "T7", "T6"], ["page_gap"]),
        (["T7", "T7", "T7"], ["page_gap"]),
        (["F7", "F8", "F9"], ["no_transaction"]),
        (["T7", "F8", "F9"], ["no_transaction", "page_gap"]),
        (["T7", "T08", "T8"], ["no_page"]),
        (["T7", 5, "T8"], ["no_page"]),
        (["T0", "T1", "T2"], []),
    ],
)
def test_pages_follow_each_other(pages: list[Any], expected: list[str]) -> None:
    readings = [BEGIN, {**BEGIN, "TX": "C"}, {**BEGIN, **END}]
    records = [parsed(reading, PG=page) for reading, page in zip(readings, pages, strict=True)]
    assert [finding.code for finding in findings(records, Expected())] == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ST": "M"}, ["meter_status"]),
        ({"ST": 5}, ["meter_status"]),
        ({"EF": "E"}, ["energy_unusable"]),
        ({"EF": "t"}, ["time_unusable"]),
        ({"EF": "Et"}, ["energy_unusable", "time_unusable"]),
        ({"EF": "Q"}, ["unknown_error"]),
        ({"TM": "yesterday"}, ["no_time"]),
        ({"TM": 5}, ["no_time"]),
        ({"TM": "2026-13-02T09:00:00,000+0000 S"}, ["no_time"]),
        ({"TM": "2026-03-02T07:59:59,999+0000 S"}, ["time_backwards"]),
        ({"TM": "2026-03-02T08:30:00,000+0100 S"}, ["time_backwards"]),
        ({"TM": "2026-03-02T08:00:00Z"}, []),
        ({"RV": 1.4}, ["energy_backwards"]),
        ({"RV": "  12.5 "}, []),
    ],
)
def test_each_reading_is_judged(change: dict[str, Any], expected: list[str]) -> None:
    assert codes(BEGIN, {**END, **change}) == expected


def test_a_finding_is_said_once() -> None:
    assert codes({**BEGIN, "ST": "M"}, END) == ["meter_status"]


@pytest.mark.parametrize(
    ("clock", "legal"), [(" S", True), (" R", True), (" I", False), (" U", False), ("", False)]
)
def test_time_is_billed_by_legal_clocks_only(clock: str, legal: bool) -> None:
    begin = {**BEGIN, "TM": f"2026-03-02T08:00:00,000+0000{clock}"}
    billed = Expected(is_time_billed=True)
    assert codes(begin, END, expected=billed) == ([] if legal else ["clock_informative"])
    assert codes(begin, END) == []


def test_the_signed_energy_is_the_billed_one() -> None:
    assert codes(expected=Expected(billed_wh=10_999)) == ["other_energy"]
    wh = [{**BEGIN, "RV": 1500, "RU": "Wh"}, {**END, "RV": 12_500}]
    assert codes(*wh, expected=Expected(billed_wh=11_000)) == []
    none = [{**BEGIN, "RI": "x"}, END]
    assert codes(*none, expected=Expected(billed_wh=11_000)) == ["no_energy_register"]


@pytest.mark.parametrize("value", ["NaN", "1,5", "", None, True, [], "1" * 21])
def test_a_value_that_is_no_number_is_none(value: Any) -> None:
    (reading,) = readings_of(parsed({**BEGIN, "RV": value}))
    assert (reading.value, reading.energy_wh) == (None, None)


def test_numbers_of_absurd_size_are_none() -> None:
    record = parsed(BEGIN)
    for value in (Decimal("1e21"), Decimal("1e-21"), Decimal("NaN")):
        (reading,) = readings_of(replace(record, data={"RD": [{**BEGIN, "RV": value}]}))
        assert reading.value is None
    for value in (Decimal("1e20"), Decimal("1e-20")):
        (reading,) = readings_of(replace(record, data={"RD": [{**BEGIN, "RV": value}]}))
        assert reading.value == value


@pytest.mark.parametrize("readings", [None, {}, [1], ["x"], "text"])
def test_a_record_without_readings_is_refused(readings: Any) -> None:
    with pytest.raises(Unreadable, match="the payload has no list of readings"):
        findings([parsed(RD=readings)], Expected())


def test_no_readings_are_no_transaction() -> None:
    record = replace(parsed(), data={**DATA, "RD": []})
    found = [finding.code for finding in findings([record], Expected())]
    assert found == ["no_begin", "no_end", "no_energy_register"]
