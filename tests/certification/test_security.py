"""The security extension: passwords, certificates, security events, TLS, and the handshake."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.exceptions import ConnectionClosed

from tests import pki as make
from tests.gateway.charger import KEY, basic, dial, refusal

from .stage import Json, Stage, Station, at

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


def test_tc_073_update_the_password(stage: Stage) -> None:
    """ChangeConfiguration AuthorizationKey sent with a new random key and Accepted; once the station has come back with
    it the old password is refused."""
    stage.post(f"stations/{stage.identity}/key-rotation", {}, 202)
    frame = stage.charger.expect("ChangeConfiguration")
    key = frame[3]["value"]
    assert (frame[3]["key"], len(bytes.fromhex(key))) == ("AuthorizationKey", 20)
    stage.charger.answer(frame, {"status": "Accepted"})
    assert stage.charger.close_code()
    assert Station(stage.gateway, stage.identity, bytes.fromhex(key)).call("Heartbeat", {})
    refused = refusal(
        stage.gateway, stage.identity, headers=basic(stage.identity, KEY), subprotocols=["ocpp1.6"]
    )
    assert refused.response.status_code == 401


def test_tc_074_update_the_charge_point_certificate(stage: Stage) -> None:
    """ExtendedTriggerMessage for SignChargePointCertificate sent; SignCertificate Accepted; CertificateSigned carries a
    certificate for the key of the request, signed by the chain behind it."""
    stage.post("certificate-authorities", {}, 201)
    stage.accepted("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, stage.identity),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "OURS energy"),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(names).sign(key, hashes.SHA256())
    csr = request.public_bytes(serialization.Encoding.PEM).decode()
    assert stage.charger.call("SignCertificate", {"csr": csr}) == {"status": "Accepted"}
    frame = stage.charger.expect("CertificateSigned")
    leaf, issuer = x509.load_pem_x509_certificates(frame[3]["certificateChain"].encode())[:2]
    assert leaf.public_key() == key.public_key()
    leaf.verify_directly_issued_by(issuer)
    stage.charger.answer(frame, {"status": "Accepted"})


def _installed(stage: Stage, use: str) -> None:
    root = make.root()
    pem = root.certificate.public_bytes(serialization.Encoding.PEM).decode()
    stage.accepted("InstallCertificate", {"certificateType": use, "certificate": pem})
    answer = {"status": "Accepted", "certificateHashData": [HASH]}
    stage.accepted("GetInstalledCertificateIds", {"certificateType": use}, answer)


def test_tc_075_1_install_a_manufacturer_root(stage: Stage) -> None:
    """InstallCertificate ManufacturerRootCertificate sent and Accepted; GetInstalledCertificateIds of that use sent,
    the hash data kept."""
    _installed(stage, "ManufacturerRootCertificate")


def test_tc_075_2_install_a_central_system_root(stage: Stage) -> None:
    """InstallCertificate CentralSystemRootCertificate sent and Accepted; GetInstalledCertificateIds of that use sent,
    the hash data kept."""
    _installed(stage, "CentralSystemRootCertificate")


def test_tc_076_delete_a_certificate(stage: Stage) -> None:
    """GetInstalledCertificateIds sent; DeleteCertificate sent with the hash data of the answer, Accepted shown."""
    _installed(stage, "ManufacturerRootCertificate")
    stage.accepted("DeleteCertificate", {"certificateHashData": HASH})


def test_tc_083_upgrade_the_security_profile(stage: Stage) -> None:
    """ChangeConfiguration SecurityProfile sent with the higher profile; Accepted is shown."""
    path = f"stations/{stage.identity}/security"
    assert stage.api.post(path, {"profile": 2}).status_code == 202
    frame = stage.charger.expect("ChangeConfiguration")
    assert frame[3] == {"key": "SecurityProfile", "value": "2"}
    stage.charger.answer(frame, {"status": "Accepted"})
    (command,) = stage.rows(f"stations/{stage.identity}/commands")
    assert stage.final(command["id"])["state"] == "accepted"
