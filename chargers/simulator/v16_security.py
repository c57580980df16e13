"""The security extension of OCPP 1.6 (security whitepaper, edition 3), carried out with real keys and certificates."""

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chargers import pki
from chargers.ocpp.rpc import Payload

from . import orders
from .dialect import Order, Reply, wire_time

if TYPE_CHECKING:
    from .station import SimulatedStation

PROFILE_SETTING: Final = "SecurityProfile"
CSMS_ROOT: Final = "CentralSystemRootCertificate"
TRIGGERED: Final = {"BootNotification", "Heartbeat", "MeterValues", "StatusNotification"}
SIGN: Final = "SignChargePointCertificate"
NEEDS_ROOT: Final = 2
MOST_ROOTS: Final = 8


class CertificateStore:
    """A station's own key with its certificate, and the roots it trusts, by use."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.chain = ""
        self.roots: dict[str, list[x509.Certificate]] = {}

    def request(self, identity: str) -> str:
        """A signing request with a new key (whitepaper A02.FR.01)."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Operator"),
                x509.NameAttribute(NameOID.COMMON_NAME, identity),
            ]
        )
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(self.key, hashes.SHA256())
        return request.public_bytes(serialization.Encoding.PEM).decode()

    def take(self, chain: str) -> bool:
        """Keep a chain that begins with a certificate for our key and hangs together."""
        try:
            certificates = x509.load_pem_x509_certificates(chain.encode())
            for one, above in itertools.pairwise(certificates):
                one.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature):
            return False
        if not certificates or certificates[0].public_key() != self.key.public_key():
            return False
        self.chain = chain
        return True


def _sign(station: "SimulatedStation") -> orders.Then:
    async def ask() -> None:
        await station.call("SignCertificate", {"csr": station.certificates.request(station.identity)})

    return ask


def _trigger(station: "SimulatedStation", payload: Payload) -> Reply:
    wanted = payload["requestedMessage"]
    if wanted == SIGN:
        return Reply({"status": "Accepted"}, _sign(station))
    if wanted not in TRIGGERED:
        return Reply({"status": "NotImplemented"})
    then = orders.trigger(station, wanted, payload.get("connectorId"))
    return Reply({"status": "Accepted" if then else "Rejected"}, then)


def _signed(station: "SimulatedStation", payload: Payload) -> Reply:
    if station.certificates.take(payload["certificateChain"]):
        return Reply({"status": "Accepted"})
    return Reply({"status": "Rejected"}, lambda: event(station, "InvalidChargePointCertificate"))


async def event(station: "SimulatedStation", kind: str, text: str = "") -> None:
    """SecurityEventNotification."""
    payload = {"type": kind, "timestamp": wire_time(station.now())}
    await station.call("SecurityEventNotification", payload | ({"techInfo": text} if text else {}))


def _install(station: "SimulatedStation", payload: Payload) -> Reply:
    roots = station.certificates.roots.setdefault(payload["certificateType"], [])
    try:
        certificate = pki.root_read(payload["certificate"], datetime.now(UTC))
    except pki.BadCertificate:
        return Reply({"status": "Rejected"}, lambda: event(station, "InvalidCentralSystemCertificate"))
    if len(roots) >= MOST_ROOTS:
        return Reply({"status": "Failed"})
    if certificate not in roots:
        roots.append(certificate)
    return Reply({"status": "Accepted"})


def _delete(station: "SimulatedStation", payload: Payload) -> Reply:
    wanted = {name: value.lower() for name, value in payload["certificateHashData"].items()}
    algorithm = payload["certificateHashData"]["hashAlgorithm"]
    for roots in station.certificates.roots.values():
        for certificate in roots:
            named = pki.hash_data(certificate, algorithm).payload()
            if {name: value.lower() for name, value in named.items()} == wanted:
                roots.remove(certificate)
                return Reply({"status": "Accepted"})
    return Reply({"status": "NotFound"})


def _list(station: "SimulatedStation", payload: Payload) -> Reply:
    roots = station.certificates.roots.get(payload["certificateType"], [])
    if not roots:
        return Reply({"status": "NotFound"})
    named = [pki.hash_data(certificate).payload() for certificate in roots]
    return Reply({"status": "Accepted", "certificateHashData": named})


def write_profile(station: "SimulatedStation", value: str) -> str:
    """SecurityProfile only rises, and TLS needs a root to check the server with (whitepaper A05)."""
    now = int(station.settings[PROFILE_SETTING])
    if value not in ("1", "2", "3") or int(value) <= now:
        return "Rejected"
    if int(value) >= NEEDS_ROOT and not station.certificates.roots.get(CSMS_ROOT):
        return "Rejected"
    station.settings[PROFILE_SETTING] = value
    return "Accepted"


ORDERS: Final[dict[str, Order]] = {
    "CertificateSigned": _signed,
    "DeleteCertificate": _delete,
    "ExtendedTriggerMessage": _trigger,
    "GetInstalledCertificateIds": _list,
    "InstallCertificate": _install,
}
