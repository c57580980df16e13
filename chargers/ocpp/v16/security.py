"""The security extension of OCPP 1.6 (security whitepaper, edition 3): certificates, keys, profiles, events."""

from typing import Final

from chargers.domain import (
    CertificateAsked,
    CertificateHash,
    DeleteRoot,
    DeliverCertificate,
    InstallRoot,
    KeyTaken,
    ProfileTaken,
    ReadRoots,
    Report,
    RootDeleted,
    RootInstalled,
    RootsListed,
    SetKey,
    SetSecurityProfile,
)
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import elements, text
from chargers.ocpp.reports import Handler, security_event

from . import settings

KEY_SETTING: Final = "AuthorizationKey"
PROFILE_SETTING: Final = "SecurityProfile"


def _asked(payload: Payload, message_id: str) -> Report:
    return CertificateAsked(text(payload.get("csr"), 2**20))


HANDLERS: Final[dict[str, Handler]] = {
    "SecurityEventNotification": security_event,
    "SignCertificate": _asked,
}


def agreed(payload: Payload, result: Payload) -> Report:
    """The station took a ChangeConfiguration; keys ignore case."""
    name, value = text(payload.get("key")).lower(), text(payload.get("value"))
    if name == KEY_SETTING.lower():
        return KeyTaken(value)
    if name == PROFILE_SETTING.lower() and value in ("1", "2", "3"):
        return ProfileTaken(int(value))
    return settings.agreed(payload, result)


def listed(payload: Payload, result: Payload) -> Report:
    """The roots of a GetInstalledCertificateIds answer."""
    entries = elements(result.get("certificateHashData"))
    return RootsListed(text(payload.get("certificateType")), tuple(_hash(entry) for entry in entries))


def installed(payload: Payload, result: Payload) -> Report:
    """The station took an InstallCertificate."""
    return RootInstalled(text(payload.get("certificateType")), text(payload.get("certificate"), 10_000))


def deleted(payload: Payload, result: Payload) -> Report:
    """The station did a DeleteCertificate."""
    data = payload.get("certificateHashData")
    return RootDeleted(_hash(data if isinstance(data, dict) else {}))


def _hash(entry: Payload) -> CertificateHash:
    return CertificateHash(
        text(entry.get("hashAlgorithm"), 10),
        text(entry.get("issuerNameHash"), 128).lower(),
        text(entry.get("issuerKeyHash"), 128).lower(),
        text(entry.get("serialNumber"), 40).lower(),
    )


def set_key(request: SetKey) -> tuple[str, Payload]:
    """A password goes as hexadecimal text (§2.2, AuthorizationKey)."""
    return "ChangeConfiguration", {"key": KEY_SETTING, "value": request.key}


def set_profile(request: SetSecurityProfile) -> tuple[str, Payload]:
    """§2.2, SecurityProfile: a station refuses a lower value."""
    return "ChangeConfiguration", {"key": PROFILE_SETTING, "value": str(request.profile)}


def deliver(request: DeliverCertificate) -> tuple[str, Payload]:
    """§4.2."""
    return "CertificateSigned", {"certificateChain": request.chain}


def install(request: InstallRoot) -> tuple[str, Payload]:
    """§4.9."""
    return "InstallCertificate", {"certificateType": request.use, "certificate": request.certificate}


def delete(request: DeleteRoot) -> tuple[str, Payload]:
    """§4.3."""
    certificate = request.certificate
    data = {
        "hashAlgorithm": certificate.algorithm,
        "issuerNameHash": certificate.issuer_name_hash,
        "issuerKeyHash": certificate.issuer_key_hash,
        "serialNumber": certificate.serial_number,
    }
    return "DeleteCertificate", {"certificateHashData": data}


def read(request: ReadRoots) -> tuple[str, Payload]:
    """§4.7."""
    return "GetInstalledCertificateIds", {"certificateType": request.use}
