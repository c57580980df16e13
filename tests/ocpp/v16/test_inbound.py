"""OCPP 1.6: what a station says becomes a report, however badly it says it."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargers import domain
from chargers.choices import ConnectorStatus, TransactionEventKind
from chargers.ocpp.normalise import accept
from chargers.ocpp.rpc import Role, Version
from chargers.ocpp.schemas import actions
from chargers.ocpp.v16.adapter import ADAPTER
from tests.ocpp.payloads import nonsense, valid

START = {"connectorId": 2, "idTag": "abc", "meterStart": 100, "timestamp": "2026-01-01T10:00:00Z"}
STOP = {"transactionId": 77, "meterStop": 900, "timestamp": "2026-01-01T11:00:00Z"}


def inbound(action: str, payload: dict[str, Any]) -> Any:
    return ADAPTER.inbound(action, payload, "m1")


def start(**changes: Any) -> domain.TransactionReported:
    report = inbound("StartTransaction", {**START, **changes})
    assert isinstance(report, domain.TransactionReported)
    return report


def stop(**changes: Any) -> domain.TransactionReported:
    report = inbound("StopTransaction", {**STOP, **changes})
    assert isinstance(report, domain.TransactionReported)
    return report


def test_a_boot_tells_who_the_station_is() -> None:
    report = inbound(
        "BootNotification",
        {
            "chargePointVendor": "ACME",
            "chargePointModel": "One",
            "chargePointSerialNumber": "S1",
            "firmwareVersion": "1.2",
            "iccid": "89",
            "imsi": "262",
            "meterType": "M",
            "meterSerialNumber": "MS",
        },
    )
    assert report == domain.Booted("ACME", "One", "S1", "1.2", "89", "262", "M", "MS")


def test_the_serial_number_of_the_box_stands_in_for_that_of_the_station() -> None:
    payload = {"chargePointVendor": "A", "chargePointModel": "B", "chargeBoxSerialNumber": "BOX"}
    assert inbound("BootNotification", payload).serial_number == "BOX"


def test_a_connector_is_an_evse_with_one_connector() -> None:
    status = {
        "connectorId": 2,
        "errorCode": "GroundFailure",
        "status": "Faulted",
        "info": "i",
        "vendorErrorCode": "E7",
    }
    report = inbound("StatusNotification", status)
    assert report == domain.StatusReported(
        domain.Place(2, 1),
        ConnectorStatus.FAULTED,
        None,
        error_code="GroundFailure",
        info="i",
        vendor_error_code="E7",
    )


def test_connector_0_is_the_station_itself() -> None:
    report = inbound("StatusNotification", {"connectorId": 0, "errorCode": "NoError", "status": "Available"})
    assert report.place == domain.Place(0, None)


@pytest.mark.parametrize("connector_id", [-1, 10_000, 10**9])
def test_the_status_of_a_connector_no_station_can_have_is_only_acknowledged(connector_id: int) -> None:
    payload = {"connectorId": connector_id, "errorCode": "NoError", "status": "Available"}
    assert inbound("StatusNotification", payload) == domain.Acknowledged("StatusNotification")


def test_an_id_tag_loses_control_characters_and_nothing_else() -> None:
    assert inbound("Authorize", {"idTag": "AbC:1\x00\r\n\x85 "}) == domain.AuthorizeAsked(
        domain.Token("AbC:1")
    )


def test_a_start_has_no_reference_yet() -> None:
    report = start(reservationId=9)
    assert report.kind == TransactionEventKind.STARTED
    assert report.reference is None
    assert (report.at, report.message_id) == (datetime(2026, 1, 1, 10, tzinfo=UTC), "m1")
    assert (report.place, report.token) == (domain.Place(2, 1), domain.Token("abc"))
    assert (report.meter_wh, report.reservation_id, report.notes) == (100, 9, ())


def test_a_repeated_start_has_the_same_fingerprint_whatever_the_case_of_its_tag() -> None:
    assert start().fingerprint == start(idTag="ABC").fingerprint == start(reservationId=1).fingerprint


@pytest.mark.parametrize(
    "change",
    [{"connectorId": 1}, {"idTag": "abd"}, {"meterStart": 101}, {"timestamp": "2026-01-01T10:00:01Z"}],
)
def test_another_start_has_another_fingerprint(change: dict[str, Any]) -> None:
    assert start(**change).fingerprint != start().fingerprint


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"timestamp": "1000000"}, "timestamp_invalid"),
        ({"timestamp": "2026-02-30T00:00:00Z"}, "timestamp_invalid"),
        ({"timestamp": 5}, "timestamp_invalid"),
        ({"timestamp": "1970-01-01T00:00:10Z"}, "timestamp_implausible"),
        ({"meterStart": -1}, "meter_invalid"),
        ({"meterStart": 10**13}, "meter_invalid"),
        ({"meterStart": "many"}, "meter_invalid"),
        ({"meterStart": math.nan}, "meter_invalid"),
        ({"connectorId": 0}, "connector_invalid"),
        ({"connectorId": -5}, "connector_invalid"),
        ({"connectorId": 10**9}, "connector_invalid"),
        ({"connectorId": None}, "connector_invalid"),
    ],
)
def test_nonsense_in_a_start_is_noted_and_not_used(change: dict[str, Any], note: str) -> None:
    report = start(**change)
    assert report.notes == (note,)
    assert {
        "timestamp_invalid": report.at,
        "meter_invalid": report.meter_wh,
        "connector_invalid": report.place,
    }.get(note) is None


def test_a_start_with_nothing_in_it_is_still_a_start() -> None:
    report = inbound("StartTransaction", {})
    assert report.kind == TransactionEventKind.STARTED
    assert set(report.notes) == {"timestamp_invalid", "meter_invalid", "connector_invalid", "token_missing"}


def test_a_stop_names_its_transaction_by_text() -> None:
    report = stop()
    assert (report.kind, report.reference, report.meter_wh) == (TransactionEventKind.ENDED, "77", 900)
    assert (report.token, report.place, report.notes) == (None, None, ())


@pytest.mark.parametrize(
    ("id_tag", "expected"), [("ABC", domain.Token("ABC")), ("", None), (" \n", None), ({}, None)]
)
def test_a_stop_has_a_token_only_if_one_was_held_up(id_tag: Any, expected: domain.Token | None) -> None:
    assert stop(idTag=id_tag).token == expected


def test_a_reason_left_out_is_local() -> None:
    assert stop().stop_reason == "Local"
    assert stop(reason="EVDisconnected").stop_reason == "EVDisconnected"


@pytest.mark.parametrize(
    ("transaction_id", "reference"), [(-1, "-1"), (0, "0"), (None, ""), ("x", ""), ({}, ""), (True, "")]
)
def test_a_stop_of_a_transaction_we_never_numbered_says_so(transaction_id: Any, reference: str) -> None:
    report = stop(transactionId=transaction_id)
    assert (report.reference, report.notes) == (reference, ("transaction_id_invalid",))


def test_a_stop_brings_its_readings() -> None:
    data = [
        {
            "timestamp": "2026-01-01T10:00:00Z",
            "sampledValue": [{"value": "100", "context": "Transaction.Begin"}],
        },
        {"timestamp": "2026-01-01T11:00:00Z", "sampledValue": [{"value": "0.9", "unit": "kWh"}]},
        {"timestamp": "2026-01-01T11:00:00Z", "sampledValue": []},
    ]
    report = stop(transactionData=data)
    assert [(one.energy_wh, one.context) for one in report.readings] == [
        (100, "Transaction.Begin"),
        (900, "Sample.Periodic"),
    ]


def test_meter_values_belong_to_a_transaction_and_a_place() -> None:
    sampled = [
        {"value": "15.5", "measurand": "Current.Import", "unit": "A", "phase": "L1"},
        {"value": "16.5", "measurand": "Current.Import", "unit": "A", "phase": "L2"},
        {"value": "7.2", "measurand": "Power.Active.Import", "unit": "kW", "location": "Outlet"},
        {"value": "DEADBEEF", "format": "SignedData"},
    ]
    payload = {
        "connectorId": 1,
        "transactionId": 5,
        "meterValue": [{"timestamp": "2026-01-01T10:00:00Z", "sampledValue": sampled}],
    }
    report = inbound("MeterValues", payload)
    assert (report.place, report.reference) == (domain.Place(1, 1), "5")
    (reading,) = report.readings
    assert (reading.current_a, reading.power_w, reading.energy_wh) == (16.5, 7200, None)
    assert len(reading.samples) == 4


@pytest.mark.parametrize("transaction_id", [None, 0, -1, "x", 2**31, 2**63 - 1])
def test_meter_values_of_no_transaction_have_no_reference(transaction_id: Any) -> None:
    payload = {"connectorId": 1, "transactionId": transaction_id, "meterValue": []}
    notes = () if transaction_id is None else ("transaction_id_invalid",)
    assert inbound("MeterValues", payload) == domain.MeterReported(domain.Place(1, 1), None, (), notes)


def test_meter_values_of_a_transaction_survive_a_wrong_connector() -> None:
    report = inbound("MeterValues", {"connectorId": -3, "transactionId": 5, "meterValue": []})
    assert report == domain.MeterReported(domain.Place(0, None), "5", ())


def test_meter_values_from_nowhere_are_only_acknowledged() -> None:
    assert inbound("MeterValues", {"connectorId": -3, "meterValue": []}) == domain.Acknowledged("MeterValues")


def test_words_that_are_no_text_are_read_as_left_out() -> None:
    sampled = [{"value": "5", "measurand": ["x"], "unit": 5, "phase": {}, "location": None, "context": 1}]
    payload = {
        "connectorId": 1,
        "meterValue": [{"timestamp": "2026-01-01T10:00:00Z", "sampledValue": sampled}],
    }
    assert inbound("MeterValues", payload).readings[0].energy_wh == 5


def test_samples_without_a_value_are_nothing() -> None:
    sampled = [{"unit": "Wh"}, {"value": None}, {}, None, 5]
    payload = {
        "connectorId": 1,
        "meterValue": [{"timestamp": "2026-01-01T10:00:00Z", "sampledValue": sampled}],
    }
    assert inbound("MeterValues", payload).readings == ()


def test_vendor_data_is_passed_on_unread() -> None:
    report = inbound("DataTransfer", {"vendorId": "v", "messageId": "m", "data": '{"a":1}'})
    assert report == domain.DataReceived("v", "m", '{"a":1}')


def test_progress_is_told_in_the_words_of_the_station() -> None:
    assert inbound("FirmwareStatusNotification", {"status": "Installing"}) == domain.FirmwareProgress(
        "Installing"
    )
    assert inbound("DiagnosticsStatusNotification", {"status": "Uploaded"}) == domain.LogProgress("Uploaded")


def test_everything_a_station_may_send_is_understood() -> None:
    assert set(actions(Version.V16, Role.STATION)) == ADAPTER.inbound_actions


@given(st.data())
def test_a_valid_request_gives_a_report_that_can_be_stored(data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(sorted(ADAPTER.inbound_actions)))
    assert_storable(inbound(action, data.draw(valid(Version.V16, action))))


@settings(max_examples=300)
@given(st.data())
def test_no_nonsense_breaks_a_transaction_message(data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(["StartTransaction", "StopTransaction", "MeterValues"]))
    payload = data.draw(nonsense(Version.V16, action))
    assert_storable(inbound(action, payload))
    mended, _ = accept(Version.V16, action, payload)
    assert_storable(inbound(action, mended))


def assert_storable(report: domain.Report) -> None:
    """Everything fits its column: no naive time, no negative register, no endless text."""
    if isinstance(report, domain.TransactionReported):
        assert report.at is None or report.at.tzinfo is not None
        assert report.meter_wh is None or 0 <= report.meter_wh <= 10**12
        assert report.place is None or 1 <= report.place.evse_no <= 9_999
        assert report.token is None or len(report.token.uid) <= 255
    if isinstance(report, domain.TransactionReported | domain.MeterReported):
        for reading in report.readings:
            assert reading.at is None or reading.at.tzinfo is not None
            assert orjson.dumps(reading.samples)
