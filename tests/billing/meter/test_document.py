"""Sessions as JSON: what is read, and what is refused with its place."""

from fractions import Fraction
from typing import Any

import pytest

from billing.pricing.errors import Refused
from billing.pricing.meter import Flag, RawReading, RawRegister, Source, clean
from billing.pricing.meter.document import MAX_READINGS, read, session_of
from tests.billing.meter.sessions import EIGHT, minute

HOUR = {
    "max_power_kw": 22,
    "session_start": "2026-03-02T08:00:00Z",
    "meter_start_wh": 1000,
    "meter_stop": {"t": "2026-03-02T09:00:00Z", "wh": 12000},
    "readings": [],
}
READ_AT_HALF_PAST = {"t": "2026-03-02T08:30:00Z", "wh": 8000}


def test_all_fields_of_a_session_are_read() -> None:
    text = """{"max_power_kw": 7.4, "session_start": "2026-03-02T09:00:00+01:00", "meter_start_wh": "1000",
        "meter_stop": {"t": "2026-03-02T09:00:00", "wh": 12.0, "unit": "kWh"}, "readings": [
        {"t": "2026-03-02T08:15:00.5Z", "value": 4, "unit": "kWh", "measurand": "SoC", "phase": "L1",
        "location": "Body", "context": "Sample.Clock", "signed": true}]}"""
    found = session_of(read(text), now=5)
    assert found.readings == (
        RawReading(EIGHT + Fraction(1801, 2), 4, "kWh", "SoC", "L1", "Body", "Sample.Clock", True),
    )
    assert (found.start, found.started_at, found.now) == (RawRegister("1000"), EIGHT, 5)
    assert (found.stop, found.stopped_at) == (RawRegister(read("12.0"), "kWh"), minute(60))
    assert found.max_power_w == 7400


def test_nothing_is_needed() -> None:
    found = session_of({"meter_stop": {}, "readings": [{}]})
    assert found == session_of({"meter_stop": None, "readings": [{"t": None, "wh": None}]})
    assert (found.start, found.stop, found.max_power_w) == (None, None, None)
    assert session_of({}).readings == ()


def test_a_time_of_a_reading_that_is_none_is_a_clock_error() -> None:
    found = clean(session_of({**HOUR, "readings": [{"t": "yesterday", "wh": 4000}]}))
    assert (found.billable_wh, found.flags) == (11000, (Flag.CLOCK_ERROR,))


@pytest.mark.parametrize("stopped", ["1970-01-01T00:12:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_stop_of_a_clock_that_was_never_set_is_a_stop_without_a_time(stopped: str) -> None:
    """Seen failing when such years refused the whole session, of which then nothing could be billed."""
    document = {**HOUR, "meter_stop": {"t": stopped, "wh": 9000}, "readings": [READ_AT_HALF_PAST]}
    found = clean(session_of(document, now=minute(1000)))
    assert (found.billable_wh, found.flags, found.ended_at) == (8000, (Flag.CLOCK_ERROR,), minute(30))


def test_a_start_of_a_clock_that_was_never_set_is_a_start_without_a_time() -> None:
    document = {**HOUR, "session_start": "1970-01-01T00:00:00Z", "readings": [READ_AT_HALF_PAST]}
    found = clean(session_of(document, now=minute(1000)))
    assert found.billable_wh == 11000
    assert Flag.CLOCK_ERROR in found.flags


def test_a_repeat_under_a_clock_that_was_never_set_is_a_repeat() -> None:
    """Seen failing when times of 1970 were lost before repeats were told apart."""
    early = {"t": "1970-01-01T00:05:00Z", "wh": 6000}
    found = clean(session_of({**HOUR, "readings": [early, early]}))
    assert (found.billable_wh, found.flags) == (11000, (Flag.CLOCK_ERROR, Flag.DUPLICATE))


def test_a_value_that_is_no_number_is_no_reading() -> None:
    text = '{"meter_start_wh": NaN, "readings": [{"wh": 1}, {"wh": -Infinity}]}'
    assert Flag.UNREADABLE_VALUE in clean(session_of(read(text))).flags


def test_a_session_can_be_signed_as_a_whole() -> None:
    reset = [{"t": "2026-03-02T08:15:00Z", "wh": 4000}, {"t": "2026-03-02T08:30:00Z", "wh": 3}]
    stop = {"t": "2026-03-02T09:00:00Z", "wh": 503}
    found = clean(session_of({**HOUR, "meter_stop": stop, "readings": reset, "signed": True}))
    assert (found.source, found.billable_wh, found.hold) == (Source.SIGNED, 3500, False)
    plain = clean(session_of({**HOUR, "meter_stop": stop, "readings": reset, "signed": False}))
    assert (plain.source, plain.billable_wh, plain.hold) == (Source.SESSION, 3500, True)


@pytest.mark.parametrize("missing", ["meter_stop", "meter_start_wh"])
def test_a_signed_session_without_both_ends_is_like_any_other(missing: str) -> None:
    document = {
        **HOUR,
        "readings": [{"t": "2026-03-02T08:15:00Z", "wh": 4000}],
        "signed": True,
        missing: None,
    }
    assert clean(session_of(document)).source is Source.REGISTER


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"readings": {}}, "readings"),
        ({"readings": [1]}, "readings[0]"),
        ({"readings": [{"t": 5}]}, "readings[0].t"),
        ({"readings": [{"wh": []}]}, "readings[0].wh"),
        ({"readings": [{"wh": True}]}, "readings[0].wh"),
        ({"readings": [{"unit": 5}]}, "readings[0].unit"),
        ({"readings": [{"signed": "yes"}]}, "readings[0].signed"),
        ({"readings": [{}] * (MAX_READINGS + 1)}, "readings"),
        ({"meter_stop": 5}, "meter_stop"),
        ({"meter_stop": {"t": "noon"}}, "meter_stop.t"),
        ({"meter_start_wh": {}}, "meter_start_wh"),
        ({"session_start": "noon"}, "session_start"),
        ({"max_power_kw": 0}, "max_power_kw"),
        ({"max_power_kw": -1}, "max_power_kw"),
        ({"max_power_kw": "much"}, "max_power_kw"),
        ({"signed": 1}, "signed"),
    ],
)
def test_what_is_no_session_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(Refused) as refused:
        session_of({**HOUR, **change})
    assert refused.value.place == place


@pytest.mark.parametrize("document", [[], 5, None, "text"])
def test_what_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(Refused):
        session_of(document)


def test_a_charger_may_be_small() -> None:
    assert session_of({"max_power_kw": read("0.5")}).max_power_w == 500


def test_as_many_readings_as_allowed_are_read() -> None:
    assert len(session_of({"readings": [{}] * MAX_READINGS}).readings) == MAX_READINGS
