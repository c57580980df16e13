"""OCPP 2.0.1: every wish becomes a valid CALL, and what would show its effect is known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers import domain
from chargers.choices import Availability, TokenType
from chargers.ocpp.adapter import Unsupported
from chargers.ocpp.rpc import Role, Version
from chargers.ocpp.schemas import actions, validate
from chargers.ocpp.v201.adapter import ADAPTER
from tests.ocpp.payloads import follows_order, valid

CONNECTOR = domain.Place(2, 1)
EVSE = domain.Place(2, None)
STATION = domain.Place(0, None)
INTERVAL = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
PASSWORD = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}


@pytest.mark.parametrize(
    ("wish", "action", "payload"),
    [
        (
            domain.RemoteStart(domain.Token("ABC", TokenType.CENTRAL), 2, 7),
            "RequestStartTransaction",
            {"evseId": 2, "idToken": {"idToken": "ABC", "type": "Central"}, "remoteStartId": 7},
        ),
        (
            domain.RemoteStart(domain.Token("ABC"), None, 8),
            "RequestStartTransaction",
            {"idToken": {"idToken": "ABC", "type": "ISO14443"}, "remoteStartId": 8},
        ),
        (domain.RemoteStop("tx-1"), "RequestStopTransaction", {"transactionId": "tx-1"}),
        (domain.Reset(), "Reset", {"type": "OnIdle"}),
        (domain.Reset(hard=True), "Reset", {"type": "Immediate"}),
        (domain.Unlock(CONNECTOR), "UnlockConnector", {"evseId": 2, "connectorId": 1}),
        (domain.Unlock(EVSE), "UnlockConnector", {"evseId": 2, "connectorId": 1}),
        (
            domain.SetAvailability(CONNECTOR, Availability.INOPERATIVE),
            "ChangeAvailability",
            {"evse": {"id": 2, "connectorId": 1}, "operationalStatus": "Inoperative"},
        ),
        (
            domain.SetAvailability(EVSE, Availability.OPERATIVE),
            "ChangeAvailability",
            {"evse": {"id": 2}, "operationalStatus": "Operative"},
        ),
        (
            domain.SetAvailability(STATION, Availability.OPERATIVE),
            "ChangeAvailability",
            {"operationalStatus": "Operative"},
        ),
        (
            domain.Trigger("StatusNotification", EVSE),
            "TriggerMessage",
            {"evse": {"id": 2, "connectorId": 1}, "requestedMessage": "StatusNotification"},
        ),
        (
            domain.Trigger("MeterValues", EVSE),
            "TriggerMessage",
            {"evse": {"id": 2}, "requestedMessage": "MeterValues"},
        ),
        (domain.Trigger("Heartbeat"), "TriggerMessage", {"requestedMessage": "Heartbeat"}),
        (
            domain.ReadSettings(("OCPPCommCtrlr.HeartbeatInterval",)),
            "GetVariables",
            {"getVariableData": [INTERVAL]},
        ),
        (
            domain.WriteSetting("OCPPCommCtrlr.HeartbeatInterval", "60"),
            "SetVariables",
            {"setVariableData": [{"attributeValue": "60", **INTERVAL}]},
        ),
    ],
)
def test_a_wish_in_the_words_of_the_station(
    wish: domain.Request, action: str, payload: dict[str, Any]
) -> None:
    assert ADAPTER.outbound(wish) == (action, payload)
    validate(Version.V201, action, "request", payload)
    assert follows_order(ADAPTER.outbound(wish)[1], Version.V201, action)


@pytest.mark.parametrize(
    "wish",
    [
        domain.Request(),
        domain.Unlock(STATION),
        domain.Trigger("DiagnosticsStatusNotification"),
        domain.ReadSettings(),
        domain.ReadSettings(("HeartbeatInterval",)),
        domain.WriteSetting(".HeartbeatInterval", "60"),
        domain.WriteSetting("OCPPCommCtrlr.", "60"),
    ],
)
def test_a_wish_the_version_cannot_express_is_refused(wish: domain.Request) -> None:
    with pytest.raises(Unsupported):
        ADAPTER.outbound(wish)


def setting(data: dict[str, Any]) -> dict[str, Any]:
    return {"setVariableData": [{"attributeValue": "60", **data}]}


@pytest.mark.parametrize(
    ("action", "payload", "expected"),
    [
        (
            "RequestStartTransaction",
            {"idToken": {"idToken": "ABC", "type": "Central"}, "remoteStartId": 7},
            {"kind": "transaction_started", "uid": "ABC", "evse_no": None, "remote_start_id": 7},
        ),
        ("RequestStopTransaction", {"transactionId": "tx"}, {"kind": "transaction_ended", "reference": "tx"}),
        ("Reset", {"type": "OnIdle"}, {"kind": "booted"}),
        ("Reset", {"type": "OnIdle", "evseId": 1}, {}),
        (
            "ChangeAvailability",
            {"operationalStatus": "Inoperative"},
            {"kind": "availability", "evse_no": 0, "connector_no": None, "availability": "Inoperative"},
        ),
        (
            "ChangeAvailability",
            {"evse": {"id": 2, "connectorId": 1}, "operationalStatus": "Operative"},
            {"kind": "availability", "evse_no": 2, "connector_no": 1, "availability": "Operative"},
        ),
        (
            "SetVariables",
            setting(INTERVAL),
            {"kind": "setting", "name": "OCPPCommCtrlr.HeartbeatInterval", "value": "60"},
        ),
        ("SetVariables", setting(PASSWORD), {}),
        ("SetVariables", setting({**INTERVAL, "attributeType": "MaxSet"}), {}),
        ("SetVariables", setting({**INTERVAL, "component": {"name": "EVSE", "evse": {"id": 1}}}), {}),
        (
            "TriggerMessage",
            {"requestedMessage": "MeterValues", "evse": {"id": 2}},
            {"kind": "message", "message": "MeterValues", "evse_no": 2},
        ),
        (
            "TriggerMessage",
            {"requestedMessage": "Heartbeat"},
            {"kind": "message", "message": "Heartbeat", "evse_no": None},
        ),
        ("ClearCache", {}, {}),
    ],
)
def test_the_effect_of_a_command_can_be_watched_for(
    action: str, payload: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert ADAPTER.expectation(action, payload) == expected


@given(st.data())
def test_every_valid_command_has_an_expectation(data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(actions(Version.V201, Role.CSMS)))
    assert isinstance(ADAPTER.expectation(action, data.draw(valid(Version.V201, action))), dict)


def test_a_variable_is_read_back_by_its_name_in_any_case() -> None:
    read = {"attributeStatus": "Accepted", "attributeValue": "60", **INTERVAL}
    unknown = {"attributeStatus": "UnknownVariable", **PASSWORD}
    result = {"getVariableResult": [unknown, read]}
    assert ADAPTER.setting_value("ocppcommctrlr.heartbeatinterval", result) == "60"
    assert ADAPTER.setting_value("SecurityCtrlr.BasicAuthPassword", result) is None
    assert ADAPTER.setting_value("Other.Variable", {}) is None


def test_the_menu_offers_what_can_be_sent() -> None:
    offered = [command.action for command in ADAPTER.commands]
    assert sorted(offered) == [
        "ChangeAvailability",
        "GetVariables",
        "RequestStartTransaction",
        "RequestStopTransaction",
        "Reset",
        "SetVariables",
        "TriggerMessage",
        "UnlockConnector",
    ]
    assert set(offered) <= set(actions(Version.V201, Role.CSMS))


@pytest.mark.parametrize("action", ["Reset", "UnlockConnector", "ChangeAvailability", "SetVariables"])
def test_what_can_do_harm_says_so(action: str) -> None:
    (command,) = [command for command in ADAPTER.commands if command.action == action]
    assert command.danger
