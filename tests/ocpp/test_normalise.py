"""What is forgiven, what is refused, and that good payloads are left alone."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargers.ocpp.normalise import TRANSACTION_ACTIONS, Quirk, accept, normalise
from chargers.ocpp.rpc import ErrorKind, Role, Version, calls
from chargers.ocpp.schemas import SchemaViolation, UnknownActionError, validate_tolerantly

V16, V201 = Version.V16, Version.V201
TIME = "2026-01-01T00:00:00Z"
BOOT = {"chargePointVendor": "Vendor", "chargePointModel": "Model"}
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
START = {"connectorId": 1, "idTag": "TAG-001", "meterStart": 0, "timestamp": TIME}
STOP = {"transactionId": 7, "meterStop": 1000, "timestamp": TIME}
EVENT = {
    "eventType": "Updated",
    "timestamp": TIME,
    "triggerReason": "MeterValuePeriodic",
    "seqNo": 3,
    "transactionInfo": {"transactionId": "3f7c1e9a"},
}


def sampled(*samples: dict[str, Any]) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": [{"timestamp": TIME, "sampledValue": list(samples)}]}


def samples_of(payload: dict[str, Any]) -> list[dict[str, Any]]:
    samples: list[dict[str, Any]] = payload["meterValue"][0]["sampledValue"]
    return samples


@pytest.mark.parametrize(
    ("version", "action", "payload"),
    [
        (V16, "BootNotification", BOOT),
        (V16, "StartTransaction", START),
        (V16, "MeterValues", sampled({"value": "12.5", "unit": "Celcius", "measurand": "Temperature"})),
        (V201, "TransactionEvent", EVENT),
        (V16, "SignCertificate", {"csr": "-----BEGIN\nCERTIFICATE\r\nREQUEST-----\n"}),
        (
            V201,
            "BootNotification",
            {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}},
        ),
    ],
)
def test_a_good_payload_is_handed_on_untouched(
    version: Version, action: str, payload: dict[str, Any]
) -> None:
    before = copy.deepcopy(payload)
    accepted, notes = accept(version, action, payload)
    assert (accepted, notes, payload) == (before, (), before)


def test_a_mended_payload_is_a_copy() -> None:
    payload = {**START, "extra": 1}
    accept(V16, "StartTransaction", payload)
    assert payload == {**START, "extra": 1}


@pytest.mark.parametrize(
    ("action", "good", "change", "expected", "quirk"),
    [
        ("BootNotification", BOOT, {"vendorField": [1]}, {}, Quirk.EXTRA_FIELD),
        ("BootNotification", BOOT, {"iccid": None}, {}, Quirk.NULL_FIELD),
        ("BootNotification", BOOT, {"iccid": 894902}, {"iccid": "894902"}, Quirk.NUMBER_FOR_STRING),
        ("BootNotification", BOOT, {"iccid": ["x"]}, {}, Quirk.FIELD_DROPPED),
        ("BootNotification", BOOT, {"imsi": "x" * 255}, {"imsi": "x" * 255}, Quirk.STRING_TOO_LONG),
        ("BootNotification", BOOT, {"imsi": "x" * 999}, {"imsi": "x" * 255}, Quirk.STRING_TOO_LONG),
        ("StartTransaction", START, {"idTag": "TAG\x03\n"}, {"idTag": "TAG"}, Quirk.CONTROL_CHARACTERS),
        ("StartTransaction", START, {"idTag": 0.5}, {"idTag": "0.5"}, Quirk.NUMBER_FOR_STRING),
        ("StartTransaction", START, {"connectorId": "1"}, {}, Quirk.STRING_FOR_NUMBER),
        ("StartTransaction", START, {"meterStart": 0.0}, {}, Quirk.FLOAT_FOR_INTEGER),
        ("StartTransaction", START, {"meterStart": 12.6}, {"meterStart": 13}, Quirk.FRACTION_DROPPED),
        ("StartTransaction", START, {"meterStart": "12,6"}, {"meterStart": 13}, Quirk.DECIMAL_COMMA),
        ("StartTransaction", START, {"reservationId": "none"}, {}, Quirk.NUMBER_INVALID),
        ("StartTransaction", START, {"reservationId": 1.5}, {}, Quirk.FIELD_DROPPED),
        ("StartTransaction", START, {"timestamp": "2026-01-01 00:00:00"}, {}, Quirk.TIMESTAMP_NO_ZONE),
        ("StartTransaction", START, {"timestamp": "2026-01-01T02:00:00+02"}, {}, Quirk.TIMESTAMP_FORMAT),
        ("StartTransaction", START, {"timestamp": "now"}, {"timestamp": "now"}, Quirk.TIMESTAMP_INVALID),
        ("StartTransaction", START, {"timestamp": 5}, {"timestamp": "5"}, Quirk.TIMESTAMP_INVALID),
        (
            "StopTransaction",
            STOP,
            {"reason": "evdisconnected"},
            {"reason": "EVDisconnected"},
            Quirk.WRONG_CASE_ENUM,
        ),
        ("StartTransaction", START, {"reservationId": 2**70}, {}, Quirk.FIELD_DROPPED),
        ("StopTransaction", STOP, {"reason": "rfid"}, {"reason": "Other"}, Quirk.UNKNOWN_ENUM),
        ("StopTransaction", STOP, {"reason": "Tuesday"}, {"reason": "Other"}, Quirk.UNKNOWN_ENUM),
        ("StopTransaction", STOP, {"transactionData": []}, {"transactionData": []}, None),
        (
            "StatusNotification",
            STATUS,
            {"errorCode": "Error"},
            {"errorCode": "OtherError"},
            Quirk.UNKNOWN_ENUM,
        ),
        ("StatusNotification", STATUS, {"status": "Occupied"}, {"status": "Preparing"}, Quirk.ENUM_ALIAS),
        ("StatusNotification", STATUS, {"status": "Sleeping"}, {"status": "Unavailable"}, Quirk.UNKNOWN_ENUM),
        ("StatusNotification", STATUS, {"status": " Available\n"}, {}, Quirk.CONTROL_CHARACTERS),
        ("MeterValues", sampled({"value": "1"}), {"transactionId": None}, {}, Quirk.NULL_FIELD),
        (
            "MeterValues",
            sampled({"value": "1"}),
            {"meterValue": []},
            {"meterValue": []},
            Quirk.EMPTY_METER_VALUE,
        ),
    ],
)
def test_a_cosmetic_fault_is_mended(
    action: str, good: dict[str, Any], change: dict[str, Any], expected: dict[str, Any], quirk: Quirk | None
) -> None:
    accepted, notes = accept(V16, action, {**good, **change})
    assert accepted == {**good, **expected}
    assert quirk is None or quirk in notes
    assert Quirk.QUARANTINED not in notes


def test_a_key_in_the_wrong_case_is_known() -> None:
    payload = {"connectorID": 1, "ErrorCode": "NoError", "status": "Available", "STATUS": "Faulted"}
    accepted, notes = accept(V16, "StatusNotification", payload)
    assert accepted == STATUS
    assert notes == (Quirk.WRONG_CASE_FIELD, Quirk.EXTRA_FIELD)


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ({"value": 0.0}, {"value": "0.0"}),
        ({"value": 1e16}, {"value": "10000000000000000"}),
        ({"value": "5", "unit": "kwh"}, {"value": "5", "unit": "kWh"}),
        ({"value": "5", "unit": "C"}, {"value": "5", "unit": "Celsius"}),
        ({"value": "5", "unit": "Hz"}, {"value": "5", "unit": "Hertz"}),
        ({"value": "5", "unit": "furlong"}, {"value": "5", "unit": "furlong"}),
        ({"value": "5", "measurand": "Current.Import\n"}, {"value": "5", "measurand": "Current.Import"}),
        ({"value": "5", "measurand": "Mood"}, {"value": "5", "measurand": "Mood"}),
        ({"value": "5", "phase": "L1N"}, {"value": "5", "phase": "L1-N"}),
        ({"value": "5", "context": "Sample.Now"}, {"value": "5", "context": "Other"}),
    ],
)
def test_a_sample_keeps_its_meaning(sample: dict[str, Any], expected: dict[str, Any]) -> None:
    accepted, notes = accept(V16, "MeterValues", sampled(sample))
    assert samples_of(accepted) == [expected]
    assert notes


@pytest.mark.parametrize(
    "sample", [{}, {"value": None}, {"value": "5", "measurand": 5.5, "unit": []}, "5", None]
)
def test_a_sample_that_says_nothing_is_left_out_and_its_neighbours_stay(sample: Any) -> None:
    accepted, notes = accept(V16, "MeterValues", sampled(sample, {"value": "7"}))
    assert samples_of(accepted) == [{"value": "7"}]
    assert Quirk.ITEM_DROPPED in notes


def test_a_sample_without_its_measurand_would_be_energy_and_is_left_out() -> None:
    accepted, _ = accept(V16, "MeterValues", sampled({"value": "230", "measurand": ["Voltage"]}))
    assert samples_of(accepted) == []


def test_a_missing_time_is_an_empty_one() -> None:
    accepted, notes = accept(
        V16, "MeterValues", {"connectorId": 1, "meterValue": [{"sampledValue": [{"value": "1"}]}]}
    )
    assert accepted["meterValue"] == [{"timestamp": "", "sampledValue": [{"value": "1"}]}]
    assert notes == (Quirk.TIMESTAMP_MISSING,)


def test_newer_versions_are_mended_by_their_own_schemas() -> None:
    unit = {"unit": "kWh"}
    payload = {
        **EVENT,
        "triggerReason": "Moon",
        "seqNo": "3",
        "customData": {"noVendor": 1},
        "offline": "true",
        "transactionInfo": {"transactionId": 12, "stoppedReason": "moon", "chargingState": "Dreaming"},
        "idToken": {"idToken": "TAG\x00", "type": "RFID"},
        "meterValue": [{"timestamp": TIME, "sampledValue": [{"value": "12,5", "unitOfMeasure": unit}]}],
    }
    accepted, notes = accept(V201, "TransactionEvent", payload)
    assert accepted == {
        **EVENT,
        "triggerReason": "ChargingStateChanged",
        "offline": True,
        "transactionInfo": {"transactionId": "12", "stoppedReason": "Other"},
        "idToken": {"idToken": "TAG", "type": "ISO14443"},
        "meterValue": [{"timestamp": TIME, "sampledValue": [{"value": 12.5, "unitOfMeasure": unit}]}],
    }
    assert {Quirk.DECIMAL_COMMA, Quirk.STRING_FOR_BOOLEAN, Quirk.ENUM_ALIAS, Quirk.FIELD_DROPPED} <= set(
        notes
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"offline": False, "seqNo": "3"}, {"offline": False}),
        ({"offline": 1}, {"offline": True}),
        ({"offline": "perhaps"}, {}),
        ({"cableMaxCurrent": "32"}, {"cableMaxCurrent": 32}),
        ({"evse": {"id": 1, "connectorId": "x"}}, {"evse": {"id": 1}}),
        ({"evse": {"connectorId": 1}}, {}),
        ({"evse": "1"}, {}),
        ({"meterValue": {"timestamp": TIME}}, {}),
    ],
)
def test_optional_parts_of_an_event_are_mended_or_left_out(
    change: dict[str, Any], expected: dict[str, Any]
) -> None:
    accepted, notes = accept(V201, "TransactionEvent", {**EVENT, **change})
    assert accepted == {**EVENT, **expected}
    assert notes
    assert Quirk.QUARANTINED not in notes


def test_plain_numbers_stay_as_they_are() -> None:
    payload = {
        "evseId": 1,
        "meterValue": [{"timestamp": TIME, "sampledValue": [{"value": 1.5}, {"value": 2}]}],
    }
    accepted, notes = accept(V201, "MeterValues", {**payload, "extra": 1})
    assert (accepted, notes) == (payload, (Quirk.EXTRA_FIELD,))


def test_custom_data_is_handed_on() -> None:
    payload = {**EVENT, "customData": {"vendorId": "x", "anything": {"a": [None]}}, "extra": 1}
    accepted, notes = accept(V201, "TransactionEvent", payload)
    assert accepted["customData"] == payload["customData"]
    assert notes == (Quirk.EXTRA_FIELD,)


def test_an_older_connector_state_is_known_to_newer_versions() -> None:
    payload = {"timestamp": TIME, "connectorStatus": "SuspendedEV", "evseId": 1, "connectorId": 1}
    accepted, notes = accept(V201, "StatusNotification", payload)
    assert (accepted["connectorStatus"], notes) == ("Occupied", (Quirk.ENUM_ALIAS,))


@pytest.mark.parametrize(
    ("action", "payload", "kind", "path"),
    [
        ("Authorize", {}, ErrorKind.OCCURRENCE, "idTag"),
        ("Authorize", {"idTag": None}, ErrorKind.OCCURRENCE, "idTag"),
        ("Authorize", {"idTag": ["x"]}, ErrorKind.TYPE, "idTag"),
        ("StatusNotification", {**STATUS, "connectorId": True}, ErrorKind.TYPE, "connectorId"),
        ("StatusNotification", {**STATUS, "connectorId": 1.5}, ErrorKind.TYPE, "connectorId"),
        ("Reset", {"type": "Medium"}, ErrorKind.PROPERTY, "type"),
        ("DataTransfer", {"data": "x"}, ErrorKind.OCCURRENCE, "vendorId"),
    ],
)
def test_what_cannot_be_mended_is_refused_with_its_place(
    action: str, payload: dict[str, Any], kind: ErrorKind, path: str
) -> None:
    with pytest.raises(SchemaViolation) as caught:
        accept(V16, action, payload)
    assert (caught.value.kind, caught.value.path) == (kind, path)


@pytest.mark.parametrize(
    "payload", [{}, {**START, "connectorId": True}, {**START, "meterStart": -(2**70)}, {"a": {}}]
)
def test_a_transaction_message_is_never_refused_but_quarantined(payload: dict[str, Any]) -> None:
    _, notes = accept(V16, "StartTransaction", payload)
    assert Quirk.QUARANTINED in notes


def test_an_unusable_required_value_stays_to_be_seen() -> None:
    accepted, notes = accept(V16, "StartTransaction", {**START, "connectorId": [1]})
    assert accepted["connectorId"] == [1]
    assert notes == (Quirk.NUMBER_INVALID, Quirk.FIELD_INVALID, Quirk.QUARANTINED)


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("BootNotification", {**BOOT, "extra": 1}),
        ("StartTransaction", {**START, "connectorId": "1"}),
        ("StartTransaction", {}),
        ("MeterValues", {"connectorId": 1, "meterValue": []}),
    ],
)
def test_a_strict_station_is_refused_where_a_tolerant_one_is_forgiven(
    action: str, payload: dict[str, Any]
) -> None:
    accept(V16, action, payload)
    with pytest.raises(SchemaViolation):
        accept(V16, action, payload, strict=True)


def test_a_strict_station_with_a_good_payload_is_accepted() -> None:
    assert accept(V16, "StartTransaction", START, strict=True) == (START, ())


def test_answers_of_stations_are_mended_but_never_quarantined() -> None:
    accepted, notes = accept(V16, "Reset", {"status": "accepted"}, direction="response")
    assert (accepted, notes) == ({"status": "Accepted"}, (Quirk.WRONG_CASE_ENUM,))
    with pytest.raises(SchemaViolation):
        accept(V16, "StartTransaction", {}, direction="response")
    with pytest.raises(SchemaViolation):
        accept(V16, "DataTransfer", {"status": 1}, direction="response")


def test_an_unknown_action_cannot_be_accepted() -> None:
    with pytest.raises(UnknownActionError):
        accept(V16, "Nonsense", {})


FIELDS = [
    *("meterValue", "sampledValue", "value", "unit", "transactionData", "idToken", "customData", "vendorId"),
    *{**START, **STOP, **STATUS, **BOOT, **EVENT},
]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "1", "1,5", "x" * 300, "Available", "occupied", "\x07", "2026-01-01", TIME, "true"]
    )
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "unit", "timestamp", "sampledValue", "vendorId", "a"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
requests = st.sampled_from(
    [(version, action) for version in Version for action in sorted(calls(version, Role.STATION))]
)
FIELDS = [
    *START,
    *STOP,
    *STATUS,
    *BOOT,
    *EVENT,
    "meterValue",
    "idToken",
    "customData",
    "evse",
    "data",
    "transactionData",
]


@settings(max_examples=800, deadline=None)
@given(requests, st.dictionaries(st.sampled_from(FIELDS), values, max_size=6))
def test_any_payload_is_accepted_or_refused_and_mending_twice_changes_nothing(
    request: tuple[Version, str], payload: dict[str, Any]
) -> None:
    version, action = request
    before = copy.deepcopy(payload)
    mended, _ = normalise(version, action, payload)
    assert payload == before
    assert normalise(version, action, mended)[0] == mended
    try:
        accepted, notes = accept(version, action, payload)
    except SchemaViolation:
        assert action not in TRANSACTION_ACTIONS
        return
    if Quirk.QUARANTINED not in notes:
        validate_tolerantly(version, action, "request", accepted)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.lists(values, min_size=1, max_size=3))
def test_a_spoiled_transaction_event_is_always_accepted(seed: int, replacements: list[Any]) -> None:
    source = random.Random(seed)
    payload: dict[str, Any] = copy.deepcopy(EVENT) | {
        "evse": {"id": 1},
        "idToken": {"idToken": "T", "type": "Local"},
    }
    for value in replacements:
        holder = source.choice(
            [part for part in (payload, *payload.values()) if isinstance(part, dict) and part]
        )
        holder[source.choice(list(holder))] = value
    _, notes = accept(V201, "TransactionEvent", payload)
    assert set(notes) <= set(Quirk)
