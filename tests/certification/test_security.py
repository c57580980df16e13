"""The security extension: passwords, certificates, security events, TLS, and the handshake."""

import pytest
from cryptography import x509
from websockets.exceptions import ConnectionClosed

from tests import pki as make
from tests.gateway.charger import KEY, basic, dial, refusal
from tests.gateway.process import eventually

from .stage import Json, Stage, Station, certified

HASH: Json = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "ab" * 32,
    "issuerKeyHash": "cd" * 32,
    "serialNumber": "1f",
}


def test_tc_077_invalid_charge_point_certificate(stage: Stage) -> None:
    """InvalidChargePointCertificate acknowledged, listed as critical until somebody has seen to it, told as an
    alert."""
    stage.alarmed_by("InvalidChargePointCertificate")


def test_tc_078_invalid_central_system_certificate(stage: Stage) -> None:
    """InvalidCentralSystemCertificate acknowledged, listed as critical until somebody has seen to it, told as an
    alert."""
    stage.alarmed_by("InvalidCentralSystemCertificate")


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
    certificate for the key of the request, signed by the chain behind it; Accepted is shown as delivered."""
    stage.post("certificate-authorities", {}, 201)
    key, _ = certified(stage)
    (shown,) = stage.rows("certificates")
    assert (shown["common_name"], shown["station"]) == (stage.identity, stage.id)
    leaf = x509.load_pem_x509_certificate(shown["certificate"].encode())
    assert leaf.public_key() == key.public_key()


def _installed(stage: Stage, use: str) -> Json:
    """A root is handed out and taken, then the station is asked what it holds: its line on the station's page."""
    pem = make.root().pem
    root = stage.post("root-certificates", {"name": "A root", "use": use, "certificate": pem}, 201)["id"]
    stage.post(_path(stage), {"action": "install_root", "root": root}, 202)
    frame = stage.charger.expect("InstallCertificate")
    assert (frame[3]["certificateType"], frame[3]["certificate"].strip()) == (use, pem.strip())
    stage.charger.answer(frame, {"status": "Accepted"})
    _read(stage, {use: [HASH]})
    (line,) = stage.rows(_path(stage))
    assert (line["use"], line["serial_number"]) == (use, HASH["serialNumber"])
    return line


def _path(stage: Stage) -> str:
    return f"stations/{stage.identity}/certificates"


def _read(stage: Stage, held: dict[str, list[Json]]) -> None:
    """The station is asked for its roots of either use, and tells those."""
    commands = stage.post(_path(stage), {"action": "read_roots"}, 202)["results"]
    for _ in commands:
        frame = stage.charger.expect("GetInstalledCertificateIds")
        found = held.get(frame[3]["certificateType"], [])
        answer = {"status": "Accepted", "certificateHashData": found} if found else {"status": "NotFound"}
        stage.charger.answer(frame, answer)
    for command in commands:
        stage.final(command["id"])


def test_tc_075_1_install_a_manufacturer_root(stage: Stage) -> None:
    """InstallCertificate ManufacturerRootCertificate sent with the root of the repository and Accepted;
    GetInstalledCertificateIds of that use sent, the hash data shown with the station."""
    _installed(stage, "ManufacturerRootCertificate")


def test_tc_075_2_install_a_central_system_root(stage: Stage) -> None:
    """InstallCertificate CentralSystemRootCertificate sent with the root of the repository and Accepted;
    GetInstalledCertificateIds of that use sent, the hash data shown with the station."""
    _installed(stage, "CentralSystemRootCertificate")


def test_tc_076_delete_a_certificate(stage: Stage) -> None:
    """GetInstalledCertificateIds sent; the last root of this system is deleted only when that is confirmed;
    DeleteCertificate sent with the hash data of the answer, Accepted takes it off the station's page."""
    line = _installed(stage, "CentralSystemRootCertificate")
    wish = {"action": "delete_root", "installed": line["id"]}
    assert "no other root" in stage.post(_path(stage), wish, 409)["detail"]
    stage.post(_path(stage), wish | {"last": True}, 202)
    frame = stage.charger.expect("DeleteCertificate")
    assert frame[3] == {"certificateHashData": HASH}
    stage.charger.answer(frame, {"status": "Accepted"})
    eventually(lambda: stage.rows(_path(stage)) == [])


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("InstallCertificate", {"certificateType": "ManufacturerRootCertificate", "certificate": "PEM"}),
        ("GetInstalledCertificateIds", {"certificateType": "CentralSystemRootCertificate"}),
        ("DeleteCertificate", {"certificateHashData": HASH}),
        ("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}),
        ("ChangeConfiguration", {"key": "SecurityProfile", "value": "2"}),
    ],
)
def test_security_can_be_sent_by_hand_too(stage: Stage, action: str, payload: Json) -> None:
    """Any schema-valid payload of these goes out as it is, and the raw answer is shown."""
    stage.accepted(action, payload)
