"""OCPP 2.0.1: what a station says becomes a report, however badly it says it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargers import domain
from chargers.choices import ConnectorStatus, TokenType, TransactionEventKind
from chargers.ocpp.normalise import accept
from chargers.ocpp.rpc import Role, Version
from chargers.ocpp.schemas import actions, is_valid
from chargers.ocpp.v201.adapter import ADAPTER
from tests.ocpp.payloads import nonsense, valid

AT = "2026-01-01T10:00:00Z"
EVENT = {
    "eventType": "Started",
    "timestamp": AT,
    "triggerReason": "Authorized",
    "seqNo": 0,
    "transactionInfo": {"transactionId": "tx-1", "chargingState": "EVConnected", "remoteStartId": 9},
    "evse": {"id": 2, "connectorId": 1},
    "idToken": {"idToken": "ABC", "type": "eMAID"},
    "reservationId": 4,
    "offline": True,
}


def inbound(action: str, payload: dict[str, Any]) -> Any:
    return ADAPTER.inbound(action, payload, "m1")


def event(**changes: Any) -> domain.TransactionReported:
    payload = {name: value for name, value in {**EVENT, **changes}.items() if value is not ...}
    report = inbound("TransactionEvent", payload)
    assert isinstance(report, domain.TransactionReported)
    return report


def measured(*values: tuple[float, str]) -> list[dict[str, Any]]:
    """One meter value for each pair of register and context."""
    return [{"timestamp": AT, "sampledValue": [{"value": wh, "context": context}]} for wh, context in values]


def test_a_boot_tells_who_the_station_is_and_why_it_booted() -> None:
    station = {
        "vendorName": "ACME",
        "model": "Two",
        "serialNumber": "S2",
        "firmwareVersion": "2.3",
        "modem": {"iccid": "89", "imsi": "262"},
    }
    report = inbound("BootNotification", {"reason": "PowerUp", "chargingStation": station})
    assert report == domain.Booted("ACME", "Two", "S2", "2.3", "89", "262", reason="PowerUp")


@pytest.mark.parametrize("word", ["Available", "Occupied", "Reserved", "Unavailable", "Faulted"])
def test_the_states_of_a_connector_keep_their_names(word: str) -> None:
    payload = {"timestamp": AT, "connectorStatus": word, "evseId": 2, "connectorId": 1}
    report = inbound("StatusNotification", payload)
    at = datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert report == domain.StatusReported(domain.Place(2, 1), ConnectorStatus(word), at)


@pytest.mark.parametrize("evse_id", [-1, 10_000, 10**9])
def test_the_status_of_an_evse_no_station_can_have_is_only_acknowledged(evse_id: int) -> None:
    payload = {"timestamp": AT, "connectorStatus": "Available", "evseId": evse_id, "connectorId": 1}
    assert inbound("StatusNotification", payload) == domain.Acknowledged("StatusNotification")


@pytest.mark.parametrize("kind", [*TokenType])
def test_a_token_keeps_its_type(kind: TokenType) -> None:
    report = inbound("Authorize", {"idToken": {"idToken": "ABC\n", "type": str(kind)}})
    assert report == domain.AuthorizeAsked(domain.Token("ABC", kind))


def test_a_transaction_event_is_told_whole() -> None:
    assert event() == domain.TransactionReported(
        kind=TransactionEventKind.STARTED,
        reference="tx-1",
        at=datetime(2026, 1, 1, 10, tzinfo=UTC),
        message_id="m1",
        place=domain.Place(2, 1),
        token=domain.Token("ABC", TokenType.EMAID),
        seq_no=0,
        trigger="Authorized",
        charging_state="EVConnected",
        offline=True,
        remote_start_id=9,
        reservation_id=4,
    )


def test_free_vend_brings_a_token_without_a_uid() -> None:
    report = event(idToken={"idToken": "", "type": "NoAuthorization"})
    assert report.token == domain.Token("", TokenType.NO_AUTHORIZATION)


def test_an_event_may_leave_out_place_and_token() -> None:
    report = event(eventType="Updated", evse=..., idToken=...)
    assert (report.place, report.token, report.notes) == (None, None, ())


def test_an_evse_without_a_connector_is_the_whole_evse() -> None:
    assert event(evse={"id": 2}).place == domain.Place(2, None)


def test_a_reason_left_out_of_an_end_is_local() -> None:
    ended = {"transactionId": "tx-1"}
    assert event(eventType="Ended", transactionInfo=ended).stop_reason == "Local"
    assert event(eventType="Updated", transactionInfo=ended).stop_reason == ""
    assert (
        event(eventType="Ended", transactionInfo=ended | {"stoppedReason": "Remote"}).stop_reason == "Remote"
    )


@pytest.mark.parametrize(
    ("kind", "values", "expected_wh"),
    [
        ("Started", [(100, "Sample.Clock"), (105, "Transaction.Begin"), (110, "Sample.Periodic")], 105),
        ("Started", [(100, "Sample.Clock"), (110, "Sample.Periodic")], 100),
        ("Ended", [(900, "Transaction.End"), (950, "Sample.Clock")], 900),
        ("Ended", [(900, "Sample.Periodic"), (950, "Sample.Periodic")], 950),
        ("Updated", [(900, "Transaction.End"), (950, "Sample.Periodic")], 950),
        ("Updated", [], None),
    ],
)
def test_the_register_of_an_event_is_the_one_taken_for_it(
    kind: str, values: list[tuple[float, str]], expected_wh: int | None
) -> None:
    report = event(eventType=kind, meterValue=measured(*values))
    assert (report.meter_wh, report.notes) == (expected_wh, ())
    assert len(report.readings) == len(values)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"timestamp": "not a date"}, "timestamp_invalid"),
        ({"timestamp": ...}, "timestamp_invalid"),
        ({"eventType": "Paused"}, "event_type_invalid"),
        ({"seqNo": -5}, "seq_no_invalid"),
        ({"seqNo": 2**40}, "seq_no_invalid"),
        ({"seqNo": None}, "seq_no_invalid"),
        ({"evse": {"id": 0}}, "connector_invalid"),
        ({"evse": {"id": -1}}, "connector_invalid"),
        ({"evse": 5}, "connector_invalid"),
        ({"idToken": 5}, "token_invalid"),
        ({"meterValue": measured((-1, "Transaction.Begin"))}, "meter_invalid"),
    ],
)
def test_nonsense_in_an_event_is_noted_and_not_used(change: dict[str, Any], note: str) -> None:
    report = event(**change)
    assert report.notes == (note,)
    unused = {
        "timestamp_invalid": report.at,
        "seq_no_invalid": report.seq_no,
        "meter_invalid": report.meter_wh,
    }
    assert unused.get(note) is None


@pytest.mark.parametrize("info", [..., None, 5, {}, {"transactionId": ""}, {"transactionId": {}}])
def test_an_event_of_no_transaction_is_only_acknowledged(info: Any) -> None:
    payload = {name: value for name, value in {**EVENT, "transactionInfo": info}.items() if value is not ...}
    assert inbound("TransactionEvent", payload) == domain.Acknowledged("TransactionEvent")


def test_meter_values_come_from_an_evse_outside_any_transaction() -> None:
    sampled = {
        "value": 1.5,
        "measurand": "Power.Active.Import",
        "unitOfMeasure": {"unit": "W", "multiplier": 3},
        "signedMeterValue": {
            "signedMeterData": "T0NNRg==",
            "signingMethod": "ECDSA",
            "encodingMethod": "OCMF",
            "publicKey": "oca:base16:1",
        },
    }
    payload = {"evseId": 2, "meterValue": [{"timestamp": AT, "sampledValue": [sampled]}]}
    report = inbound("MeterValues", payload)
    assert (report.place, report.reference) == (domain.Place(2, None), None)
    (reading,) = report.readings
    assert reading.power_w == 1500
    assert reading.samples[0]["signed"] == sampled["signedMeterValue"]


@pytest.mark.parametrize("multiplier", [99, 0.5, "x", None])
def test_a_nonsense_multiplier_keeps_a_value_from_being_used(multiplier: Any) -> None:
    sampled = {"value": 1.5, "unitOfMeasure": {"unit": "Wh", "multiplier": multiplier}}
    payload = {"evseId": 2, "meterValue": [{"timestamp": AT, "sampledValue": [sampled]}]}
    assert inbound("MeterValues", payload).readings[0].energy_wh is None


def test_words_that_are_no_text_are_read_as_left_out() -> None:
    sampled = [
        {"value": "5", "measurand": ["x"], "unitOfMeasure": "Wh", "phase": {}, "location": None, "context": 1}
    ]
    payload = {"evseId": 1, "meterValue": [{"timestamp": "2026-01-01T10:00:00Z", "sampledValue": sampled}]}
    assert inbound("MeterValues", payload).readings[0].energy_wh == 5


def test_samples_without_a_value_are_nothing() -> None:
    sampled = [{"unit": "Wh"}, {"value": None}, {}, None, 5]
    payload = {"evseId": 1, "meterValue": [{"timestamp": "2026-01-01T10:00:00Z", "sampledValue": sampled}]}
    assert inbound("MeterValues", payload).readings == ()


def test_vendor_data_of_any_shape_is_passed_on_unread() -> None:
    report = inbound("DataTransfer", {"vendorId": "v", "data": {"a": [1]}})
    assert report == domain.DataReceived("v", "", {"a": [1]})


def test_what_is_only_acknowledged_may_be_answered_with_nothing() -> None:
    for action in ADAPTER.inbound_actions:
        if isinstance(inbound(action, {}), domain.Acknowledged):
            assert is_valid(Version.V201, action, "response", {})


def test_requests_that_need_a_real_answer_are_not_pretended_to_be_understood() -> None:
    assert set(actions(Version.V201, Role.STATION)) - ADAPTER.inbound_actions == {
        "Get15118EVCertificate",
        "GetCertificateStatus",
        "NotifyEVChargingSchedule",
        "SignCertificate",
    }


@given(st.data())
def test_a_valid_request_gives_a_report_that_can_be_stored(data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(sorted(ADAPTER.inbound_actions)))
    assert_storable(inbound(action, data.draw(valid(Version.V201, action))))


@settings(max_examples=300)
@given(st.data())
def test_no_nonsense_breaks_a_transaction_message(data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(["TransactionEvent", "MeterValues"]))
    payload = data.draw(nonsense(Version.V201, action))
    assert_storable(inbound(action, payload))
    mended, _ = accept(Version.V201, action, payload)
    assert_storable(inbound(action, mended))


def assert_storable(report: domain.Report) -> None:
    """Everything fits its column: no naive time, no negative register, no endless text."""
    if isinstance(report, domain.TransactionReported):
        assert report.reference
        assert report.at is None or report.at.tzinfo is not None
        assert report.meter_wh is None or report.meter_wh >= 0
        assert report.seq_no is None or 0 <= report.seq_no < 2**31
        assert report.place is None or 1 <= report.place.evse_no <= 9_999
    if isinstance(report, domain.TransactionReported | domain.MeterReported):
        for reading in report.readings:
            assert reading.at is None or reading.at.tzinfo is not None
            assert orjson.dumps(reading.samples)
