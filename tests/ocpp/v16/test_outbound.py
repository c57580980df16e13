"""OCPP 1.6: every wish becomes a valid CALL, and what would show its effect is known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers import domain
from chargers.choices import Availability
from chargers.ocpp.adapter import Unsupported
from chargers.ocpp.rpc import Role, Version
from chargers.ocpp.schemas import actions, validate
from chargers.ocpp.v16.adapter import ADAPTER
from tests.ocpp.payloads import follows_order, valid

CONNECTOR = domain.Place(2, 1)
STATION = domain.Place(0, None)


@pytest.mark.parametrize(
    ("request_", "action", "payload"),
    [
        (
            domain.RemoteStart(domain.Token("ABC"), 2, 7),
            "RemoteStartTransaction",
            {"connectorId": 2, "idTag": "ABC"},
        ),
        (domain.RemoteStart(domain.Token("ABC")), "RemoteStartTransaction", {"idTag": "ABC"}),
        (domain.RemoteStop("77"), "RemoteStopTransaction", {"transactionId": 77}),
        (domain.Reset(), "Reset", {"type": "Soft"}),
        (domain.Reset(hard=True), "Reset", {"type": "Hard"}),
        (domain.Unlock(CONNECTOR), "UnlockConnector", {"connectorId": 2}),
        (
            domain.SetAvailability(CONNECTOR, Availability.INOPERATIVE),
            "ChangeAvailability",
            {"connectorId": 2, "type": "Inoperative"},
        ),
        (
            domain.SetAvailability(STATION, Availability.OPERATIVE),
            "ChangeAvailability",
            {"connectorId": 0, "type": "Operative"},
        ),
        (
            domain.Trigger("MeterValues", CONNECTOR),
            "TriggerMessage",
            {"requestedMessage": "MeterValues", "connectorId": 2},
        ),
        (domain.Trigger("Heartbeat", STATION), "TriggerMessage", {"requestedMessage": "Heartbeat"}),
        (
            domain.Trigger("SignCertificate"),
            "ExtendedTriggerMessage",
            {"requestedMessage": "SignChargePointCertificate"},
        ),
        (
            domain.Trigger("LogStatusNotification"),
            "ExtendedTriggerMessage",
            {"requestedMessage": "LogStatusNotification"},
        ),
        (domain.ReadSettings(), "GetConfiguration", {}),
        (domain.ReadSettings(("A", "B")), "GetConfiguration", {"key": ["A", "B"]}),
        (domain.WriteSetting("A", "1"), "ChangeConfiguration", {"key": "A", "value": "1"}),
    ],
)
def test_a_wish_in_the_words_of_the_station(
    request_: domain.Request, action: str, payload: dict[str, Any]
) -> None:
    assert ADAPTER.outbound(request_) == (action, payload)
    validate(Version.V16, action, "request", payload)
    assert follows_order(payload, Version.V16, action)


@pytest.mark.parametrize(
    "request_",
    [
        domain.Request(),
        domain.RemoteStop("orphan:0123"),
        domain.RemoteStop("-1"),
        domain.Unlock(STATION),
        domain.Trigger("TransactionEvent"),
    ],
)
def test_a_wish_the_version_cannot_express_is_refused(request_: domain.Request) -> None:
    with pytest.raises(Unsupported):
        ADAPTER.outbound(request_)


@pytest.mark.parametrize(
    ("action", "payload", "expected"),
    [
        (
            "RemoteStartTransaction",
            {"idTag": "ABC"},
            {"kind": "transaction_started", "uid": "ABC", "evse_no": None, "remote_start_id": None},
        ),
        ("RemoteStopTransaction", {"transactionId": 7}, {"kind": "transaction_ended", "reference": "7"}),
        ("Reset", {"type": "Soft"}, {"kind": "booted"}),
        (
            "ChangeAvailability",
            {"connectorId": 0, "type": "Inoperative"},
            {"kind": "availability", "evse_no": 0, "connector_no": None, "availability": "Inoperative"},
        ),
        (
            "ChangeAvailability",
            {"connectorId": 2, "type": "Operative"},
            {"kind": "availability", "evse_no": 2, "connector_no": 1, "availability": "Operative"},
        ),
        (
            "ChangeConfiguration",
            {"key": "HeartbeatInterval", "value": "60"},
            {"kind": "setting", "name": "HeartbeatInterval", "value": "60"},
        ),
        ("ChangeConfiguration", {"key": "AuthorizationKey", "value": "hunter2"}, {}),
        (
            "TriggerMessage",
            {"requestedMessage": "StatusNotification", "connectorId": 2},
            {"kind": "message", "message": "StatusNotification", "evse_no": 2},
        ),
        (
            "ExtendedTriggerMessage",
            {"requestedMessage": "SignChargePointCertificate"},
            {"kind": "message", "message": "SignCertificate", "evse_no": None},
        ),
        (
            "ExtendedTriggerMessage",
            {"requestedMessage": "FirmwareStatusNotification"},
            {
                "kind": "message",
                "message": "SignedFirmwareStatusNotification",
                "also": "FirmwareStatusNotification",
                "evse_no": None,
            },
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
    action = data.draw(st.sampled_from(actions(Version.V16, Role.CSMS)))
    assert isinstance(ADAPTER.expectation(action, data.draw(valid(Version.V16, action))), dict)


def test_a_setting_is_read_back_by_its_name_in_any_case() -> None:
    result = {
        "configurationKey": [
            {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
            {"key": "Empty", "readonly": False},
        ],
        "unknownKey": ["Other"],
    }
    assert ADAPTER.setting_value("heartbeatinterval", result) == "60"
    assert ADAPTER.setting_value("Empty", result) == ""
    assert ADAPTER.setting_value("Other", result) is None
    assert ADAPTER.setting_value("Other", {}) is None


def test_the_menu_offers_every_command_once() -> None:
    offered = [command.action for command in ADAPTER.commands]
    assert sorted(offered) == sorted(actions(Version.V16, Role.CSMS))


@pytest.mark.parametrize("action", ["Reset", "UnlockConnector", "ClearCache", "ChangeAvailability"])
def test_what_can_do_harm_says_so(action: str) -> None:
    (command,) = [command for command in ADAPTER.commands if command.action == action]
    assert command.danger
