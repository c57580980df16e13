"""Times and numbers as chargers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.ocpp.values import ValueNote, event_time, format_time, parse_decimal, parse_time

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        ("2026-03-01T12:00:00Z", NOON, None),
        ("2026-03-01T13:00:00+01:00", NOON, None),
        ("2026-03-01T12:00:00.250Z", NOON.replace(microsecond=250_000), None),
        ("2026-03-01T12:00:00.123456789Z", NOON.replace(microsecond=123_456), None),
        ("2026-03-01T11:59:60Z", NOON - timedelta(seconds=1), None),
        ("2026-03-01T12:00:00", NOON, ValueNote.TIMESTAMP_NO_ZONE),
        ("2026-03-01 12:00:00", NOON, ValueNote.TIMESTAMP_NO_ZONE),
        ("2026-03-01T14:00:00+02", NOON, ValueNote.TIMESTAMP_FORMAT),
        ("2026-03-01T14:00:00+0200", NOON, ValueNote.TIMESTAMP_FORMAT),
        ("2026-03-01 12:00:00Z", NOON, ValueNote.TIMESTAMP_FORMAT),
        ("2026-03-01T12:00Z", NOON, ValueNote.TIMESTAMP_FORMAT),
        ("2026-03-01t12:00:00z", NOON, ValueNote.TIMESTAMP_FORMAT),
        (" 2026-03-01T12:00:00,5Z\n", NOON.replace(microsecond=500_000), ValueNote.TIMESTAMP_FORMAT),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC), ValueNote.TIMESTAMP_IMPLAUSIBLE),
    ],
)
def test_a_time_is_read_leniently(text: str, expected: datetime, note: ValueNote | None) -> None:
    assert parse_time(text) == (expected, note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1000000",
        "not a date",
        "2026-02-30T00:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01T12:00:00+25:00",
        "2026-03-01",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "２０２６-03-01T12:00:00Z",
        "2026-03-01T12:00:00.Z",
        "2026-W01-1T00:00:00Z",
        "x" * 100_000,
        None,
        1_700_000_000,
        [],
    ],
)
def test_what_is_no_time_is_none(text: object) -> None:
    assert parse_time(text) == (None, ValueNote.TIMESTAMP_INVALID)


@given(st.datetimes(datetime(2010, 1, 2), datetime(2100, 1, 1), timezones=st.timezones()))
def test_a_written_time_reads_back(at: datetime) -> None:
    assert parse_time(format_time(at)) == (at.astimezone(UTC).replace(microsecond=0), None)


def test_times_are_written_in_utc_without_fraction_or_offset() -> None:
    at = datetime(2026, 3, 1, 13, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert format_time(at) == "2026-03-01T12:00:00Z"


def test_a_time_without_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="no zone"):
        format_time(datetime(2026, 3, 1, 12, 0, 0))


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        ("2026-02-01T12:00:00Z", NOON - timedelta(days=28), None),
        ("2025-03-02T12:00:00Z", NOON - timedelta(days=364), None),
        ("2026-03-01T12:04:59Z", NOON + timedelta(seconds=299), None),
        ("2026-03-01T12:05:01Z", NOON, ValueNote.TIMESTAMP_IMPLAUSIBLE),
        ("2024-03-01T12:00:00Z", NOON, ValueNote.TIMESTAMP_IMPLAUSIBLE),
        ("1970-01-01T00:00:00Z", NOON, ValueNote.TIMESTAMP_IMPLAUSIBLE),
        ("9999-01-01T00:00:00Z", NOON, ValueNote.TIMESTAMP_IMPLAUSIBLE),
        ("2026-03-01 11:00:00", NOON - timedelta(hours=1), ValueNote.TIMESTAMP_NO_ZONE),
        ("", NOON, ValueNote.TIMESTAMP_INVALID),
    ],
)
def test_an_event_happened_when_the_charger_says_if_it_can_have(
    text: str, expected: datetime, note: ValueNote | None
) -> None:
    assert event_time(text, NOON) == (expected, note)


@pytest.mark.parametrize(
    ("value", "expected", "note"),
    [
        ("1234.50", "1234.50", None),
        ("-0.5", "-0.5", None),
        ("+7", "7", None),
        (" 12 ", "12", None),
        (".5", "0.5", None),
        ("12.", "12", None),
        ("12,5", "12.5", ValueNote.DECIMAL_COMMA),
        (12, "12", None),
        (0.1, "0.1", None),
        (1e16, "10000000000000000", None),
        (2.220446049250313e-16, "2.22E-16", None),
        ("9" * 18, "9" * 18, None),
    ],
)
def test_a_reading_is_read_exactly(value: object, expected: str, note: ValueNote | None) -> None:
    assert parse_decimal(value) == (Decimal(expected), note)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "NaN",
        "Infinity",
        "1e5",
        "0x10",
        "1_000",
        "1.2.3",
        "12,5,0",
        "١٢",
        "--1",
        "9" * 19,
        "1." + "1" * 19,
        "1" * 1_000_000,
        float("nan"),
        float("inf"),
        1e18,
        10**18,
        True,
        None,
        [],
        ".",
    ],
)
def test_what_is_no_plain_decimal_is_none(value: object) -> None:
    assert parse_decimal(value) == (None, ValueNote.NUMBER_INVALID)


@given(st.decimals(-(10**17), 10**17, allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_reads_back(number: Decimal) -> None:
    assert parse_decimal(format(number, "f")) == (number, None)
