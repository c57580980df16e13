"""Security profiles 2 and 3: the gateway with TLS of its own, looked at and driven through the public API."""

import ssl
from pathlib import Path

import pytest

from chargers import pki
from tests import pki as make
from tests.gateway.charger import KEY, basic, refusal
from tests.gateway.process import Gateway, eventually
from tests.gateway.test_profiles import direct, home, refused, server_files, server_root, tls_process
from tests.gateway.tls import TlsGateway, dial
from tests.worlds import World

from .stage import Stage, Station, certified

__all__ = ["direct", "home", "server_files", "server_root", "tls_process"]


@pytest.fixture
def secure(direct: TlsGateway, world: World) -> Stage:
    """A station registered over the API, whose charger has not come yet."""
    return Stage(direct, world.key()).register()


def _comes(stage: Stage, gateway: TlsGateway, context: ssl.SSLContext, key: str | None = KEY) -> Station:
    """The charger comes over TLS, with its password unless it has a certificate, and boots."""
    headers = None if key is None else basic(stage.identity, key)
    socket = dial(gateway.port, stage.identity, context, headers, gateway.sockets)
    stage.charger = Station.over(socket, stage.identity)
    stage.charger.boot()
    return stage.charger


def _security(stage: Stage, **expected: object) -> None:
    """What the station's page says of its security."""
    stage.shows(lambda: stage.get(f"stations/{stage.identity}/security"), **expected)


def _raised(stage: Stage, profile: int) -> None:
    """The operator has the station go up; it agrees, and nothing is changed before it has come back."""
    path, now = f"stations/{stage.identity}/security", profile - 1
    assert stage.post(path, {"profile": profile, "anyway": True}, 202)["state"] == "asked"
    frame = stage.charger.expect("ChangeConfiguration")
    assert frame[3] == {"key": "SecurityProfile", "value": str(profile)}
    stage.charger.answer(frame, {"status": "Accepted"})
    eventually(lambda: [c["state"] for c in stage.get(path)["changes"]] == ["waiting"])
    assert stage.get(path)["profile_floor"] == now


def test_tc_083_upgrade_the_security_profile(
    stage: Stage, gateway: Gateway, direct: TlsGateway, server_root: pki.Authority
) -> None:
    """ChangeConfiguration SecurityProfile sent with the higher profile and Accepted; it holds once the station has come
    back with it, and from then on it gets in with nothing less, which is an alert; down it goes only confirmed."""
    _raised(stage, 2)
    _comes(stage, direct, make.client_context(server_root.pem))
    _security(stage, profile_floor=2, profile_reached=2, changes=[])
    headers = basic(stage.identity, KEY)
    less = refusal(gateway, stage.identity, headers=headers, subprotocols=["ocpp1.6"])
    assert less.response.status_code == 403
    assert [alert["payload"]["kind"] for alert in stage.events("security.alert")] == ["SecurityProfileTooLow"]
    stage.post(f"stations/{stage.identity}/security", {"profile": 1}, 422)
    _security(stage, profile_floor=2, profile_reached=2)


def test_tc_086_server_side_certificate(
    secure: Stage, direct: TlsGateway, server_root: pki.Authority
) -> None:
    """A station that trusts the server's root gets in over TLS 1.2 and newer with its password and is shown with
    profile 2; one that trusts another root ends TLS itself, and older TLS is not spoken."""
    _comes(secure, direct, make.client_context(server_root.pem))
    _security(secure, profile_reached=2)
    headers = basic(secure.identity, KEY)
    with pytest.raises(ssl.SSLCertVerificationError):
        dial(direct.port, secure.identity, make.client_context(make.root().pem), headers)
    old = make.client_context(server_root.pem)
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError, match=r"(?i)ssl|tls|version"):
        dial(direct.port, secure.identity, old, headers)


def test_tc_087_client_side_certificate(
    secure: Stage, direct: TlsGateway, server_root: pki.Authority, tmp_path: Path
) -> None:
    """A station with profile 2 gets a certificate and is raised to profile 3: the certificate opens the socket without
    a password and is shown as in use; the password alone opens it no more."""
    authority = secure.post("certificate-authorities", {}, 201)
    plain = make.client_context(server_root.pem)
    _comes(secure, direct, plain)
    key, chain = certified(secure)
    _raised(secure, 2)
    _comes(secure, direct, plain)
    _raised(secure, 3)
    direct.wait_for_trust(authority["fingerprint"])
    files = tmp_path / "own.pem", tmp_path / "own.key"
    files[0].write_text(chain)
    files[1].write_text(pki.key_text(key))
    _comes(secure, direct, make.client_context(server_root.pem, files), key=None)
    _security(secure, profile_floor=3, profile_reached=3, changes=[])
    secure.shows(lambda: secure.rows("certificates")[0], state="in_use")
    assert refused(lambda: dial(direct.port, secure.identity, plain, basic(secure.identity, KEY))) == 403
