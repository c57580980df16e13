"""Security: certificates, keys, profiles and events, as wishes and reports."""

from dataclasses import dataclass
from datetime import datetime

from .answers import Answer
from .reports import Report
from .requests import Request


@dataclass(frozen=True, slots=True)
class CertificateHash:
    """A certificate as stations name it; all but the algorithm are hex."""

    algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


@dataclass(frozen=True, slots=True)
class CertificateAsked(Report):
    """SignCertificate (OCPP 1.6 security whitepaper A02): a signing request in PEM form."""

    request: str


@dataclass(frozen=True, slots=True)
class SecurityEventReported(Report):
    """SecurityEventNotification (OCPP 1.6 security whitepaper A04)."""

    type: str
    at: datetime | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class RootsListed(Report):
    """The roots a station holds for one use (GetInstalledCertificateIds)."""

    use: str
    certificates: tuple[CertificateHash, ...]


@dataclass(frozen=True, slots=True)
class RootInstalled(Report):
    """The station took a root (InstallCertificate)."""

    use: str
    certificate: str


@dataclass(frozen=True, slots=True)
class RootDeleted(Report):
    """The station deleted a certificate (DeleteCertificate)."""

    certificate: CertificateHash


@dataclass(frozen=True, slots=True)
class KeyTaken(Report):
    """The station agreed to a new password; it holds from its next connection on."""

    key: str


@dataclass(frozen=True, slots=True)
class ProfileTaken(Report):
    """The station agreed to a security profile; it holds from its next connection on."""

    profile: int


@dataclass(frozen=True, slots=True)
class CertificateAnswer(Answer):
    """Whether a signing request is looked after; the certificate itself comes in a message of its own."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class SetKey(Request):
    """Give the station a new password, as hexadecimal text."""

    key: str


@dataclass(frozen=True, slots=True)
class SetSecurityProfile(Request):
    """Have the station connect with this security profile; it can only rise."""

    profile: int


@dataclass(frozen=True, slots=True)
class DeliverCertificate(Request):
    """Give the station its certificate with the chain to the root, PEM, its own first."""

    chain: str


@dataclass(frozen=True, slots=True)
class InstallRoot(Request):
    """Have the station trust a root."""

    use: str
    certificate: str


@dataclass(frozen=True, slots=True)
class DeleteRoot(Request):
    """Have the station forget a root."""

    certificate: CertificateHash


@dataclass(frozen=True, slots=True)
class ReadRoots(Request):
    """Ask which roots the station holds for one use."""

    use: str
