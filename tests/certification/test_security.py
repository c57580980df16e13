"""The security extension: passwords, certificates, security events, TLS, and the handshake."""

import pytest
from websockets.exceptions import ConnectionClosed

from tests.gateway.charger import KEY, basic, dial, refusal

from .stage import Json, Stage, at

NEW_KEY = "another-password-20c"
HASH: Json = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "ab" * 32,
    "issuerKeyHash": "cd" * 32,
    "serialNumber": "1f",
}


def _event(stage: Stage, kind: str) -> None:
    """A security event is acknowledged and shown in the log."""
    assert stage.charger.call("SecurityEventNotification", {"type": kind, "timestamp": at()}) == {}
    assert kind in stage.messages("SecurityEventNotification")[0]["request"]


def test_tc_077_invalid_charge_point_certificate(stage: Stage) -> None:
    """InvalidChargePointCertificate acknowledged and logged."""
    _event(stage, "InvalidChargePointCertificate")


def test_tc_078_invalid_central_system_certificate(stage: Stage) -> None:
    """InvalidCentralSystemCertificate acknowledged and logged."""
    _event(stage, "InvalidCentralSystemCertificate")


def test_tc_085_basic_authentication(stage: Stage) -> None:
    """101 with the identity as user and the right password; 401 with a wrong password, a wrong user, or none."""
    gateway, identity = stage.gateway, stage.identity
    for headers in (basic(identity, KEY + "x"), basic("SOMEBODY", KEY), basic(identity, ""), {}):
        refused = refusal(gateway, identity, headers=headers, subprotocols=["ocpp1.6"])
        assert refused.response.status_code == 401
    assert dial(gateway, identity, headers=basic(identity, KEY), subprotocols=["ocpp1.6"]).response


def test_tc_088_subprotocol_negotiation(stage: Stage) -> None:
    """ocpp1.6 chosen out of a list and echoed; with nothing in common no subprotocol is echoed and the socket is
    closed."""
    headers = basic(stage.identity, KEY)
    chosen = dial(stage.gateway, stage.identity, headers=headers, subprotocols=["ocpp1.5", "ocpp1.6"])
    assert chosen.subprotocol == "ocpp1.6"
    other = dial(stage.gateway, stage.identity, headers=headers, subprotocols=["ocpp1.5"])
    assert other.subprotocol is None
    with pytest.raises(ConnectionClosed):
        other.recv(timeout=5)
