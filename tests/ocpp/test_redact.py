"""No secret reaches the log, and nothing else is lost from it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.ocpp.adapters import ADAPTERS
from chargers.ocpp.redact import ACTIONS, is_secret, redact
from chargers.ocpp.rpc import Version
from chargers.ocpp.schemas import actions
from tests.ocpp.payloads import nonsense, valid

SECRET = "hunter2hunter2"
PEM = f"-----BEGIN EC PRIVATE KEY-----\n{SECRET}\n-----END EC PRIVATE KEY-----\n"
PASSWORD = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
VPN = {"server": "vpn", "user": "u", "password": SECRET, "key": SECRET, "type": "IKEv2"}
APN = {"apn": "net", "apnUserName": "u", "apnPassword": SECRET, "simPin": 1234, "apnAuthentication": "PAP"}


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET}),
        ("ChangeConfiguration", {"key": "authorizationkey ", "value": SECRET}),
        ("ChangeConfiguration", {"key": "Vendor_WiFi-Password", "value": SECRET}),
        (
            "GetConfiguration",
            {"configurationKey": [{"key": "AuthorizationKey", "readonly": False, "value": SECRET}]},
        ),
        ("SetVariables", {"setVariableData": [{"attributeValue": SECRET, **PASSWORD}]}),
        (
            "GetVariables",
            {"getVariableResult": [{"attributeStatus": "Accepted", "attributeValue": SECRET, **PASSWORD}]},
        ),
        ("NotifyReport", {"reportData": [{**PASSWORD, "variableAttribute": [{"value": SECRET}]}]}),
        ("NotifyEvent", {"eventData": [{**PASSWORD, "actualValue": SECRET}]}),
        ("SetNetworkProfile", {"configurationSlot": 1, "connectionData": {"vpn": VPN, "apn": APN}}),
        ("SetNetworkProfile", {"connectionData": {"basicAuthPassword": SECRET, "identity": "CS1"}}),
        ("InstallCertificate", {"certificateType": "CSMSRootCertificate", "certificate": PEM}),
        ("CertificateSigned", {"certificateChain": f"-----BEGIN PRIVATE KEY-----\n{SECRET}"}),
        (
            "DataTransfer",
            {"vendorId": "v", "data": orjson.dumps({"key": "AuthorizationKey", "value": SECRET}).decode()},
        ),
        ("DataTransfer", {"vendorId": "v", "data": {"wifi": [{"password": SECRET}]}}),
        (
            "DataTransfer",
            {
                "vendorId": "v",
                "data": orjson.dumps({"inner": orjson.dumps({"psk": SECRET}).decode()}).decode(),
            },
        ),
        ("DataTransfer", {"status": "Accepted", "data": PEM}),
        ("DataTransfer", {"vendorId": "v", "data": f"ssid=home;password={SECRET}"}),
        ("DataTransfer", {"vendorId": "v", "data": f'{{"psk": "{SECRET}"'}),
        ("GetDiagnostics", {"location": f"ftp://user:{SECRET}@files.example/logs"}),
        ("GetLog", {"log": {"remoteLocation": f"https://user:{SECRET}@files.example/logs"}}),
        ("UpdateFirmware", {"firmware": {"location": f"https://user:{SECRET}@files.example/fw"}}),
    ],
)
def test_secrets_are_replaced(action: str, payload: dict[str, Any]) -> None:
    redacted = orjson.dumps(redact(action, payload)).decode()
    assert SECRET not in redacted
    assert "***" in redacted


def test_only_the_secret_goes() -> None:
    payload = {
        "configurationKey": [
            {"key": "AuthorizationKey", "value": SECRET},
            {"key": "HeartbeatInterval", "value": "60"},
        ]
    }
    kept = redact("GetConfiguration", payload)["configurationKey"]
    assert kept == [{"key": "AuthorizationKey", "value": "***"}, {"key": "HeartbeatInterval", "value": "60"}]


def test_the_payload_itself_is_not_changed() -> None:
    payload = {"key": "AuthorizationKey", "value": SECRET}
    redact("ChangeConfiguration", payload)
    assert payload["value"] == SECRET


def test_a_url_keeps_its_user_and_place() -> None:
    redacted = redact("GetDiagnostics", {"location": f"ftp://user:{SECRET}@files.example:2121/logs"})
    assert redacted == {"location": "ftp://user:***@files.example:2121/logs"}


@pytest.mark.parametrize("data", ['{"a": 1}', "[1, 2", "{}", '{"a":1,"b":[]} ', "plain"])
def test_vendor_data_without_a_secret_stays_as_it_was_written(data: str) -> None:
    assert redact("DataTransfer", {"vendorId": "v", "data": data})["data"] == data


@pytest.mark.parametrize("depth", [900, 1_100])
def test_json_nested_beyond_reason_is_masked_as_a_whole(depth: int) -> None:
    deep = "[" * depth + f'{{"password": "{SECRET}"}}' + "]" * depth
    assert redact("DataTransfer", {"vendorId": "v", "data": deep})["data"] == "***"


@pytest.mark.parametrize(
    "name", ["HeartbeatInterval", "MeterValueSampleInterval", "ConnectionTimeOut", "", None, 5]
)
def test_ordinary_keys_are_no_secrets(name: Any) -> None:
    assert not is_secret(name)


def test_traffic_without_secrets_is_not_even_copied() -> None:
    payload: dict[str, Any] = {"connectorId": 1, "meterValue": []}
    assert redact("MeterValues", payload) is payload


def test_every_action_that_can_carry_a_secret_exists() -> None:
    known = {action for version in Version for action in actions(version)}
    assert known >= ACTIONS


@given(st.data())
def test_redacting_keeps_the_shape_of_every_payload(data: st.DataObject) -> None:
    adapter = data.draw(st.sampled_from(list(ADAPTERS.values())))
    action = data.draw(st.sampled_from(actions(adapter.version)))
    payload = data.draw(valid(adapter.version, action))
    assert list(adapter.redact(action, payload)) == list(payload)


@given(st.data())
def test_a_payload_of_any_shape_can_be_redacted(data: st.DataObject) -> None:
    adapter = data.draw(st.sampled_from(list(ADAPTERS.values())))
    action = data.draw(st.sampled_from(sorted(ACTIONS & set(actions(adapter.version)))))
    payload = data.draw(nonsense(adapter.version, action))
    assert list(adapter.redact(action, payload)) == list(payload)
