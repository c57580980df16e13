"""Making certificates and revocation lists. Everything of ours is ECDSA P-256 with SHA-256: small and fast."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Clocks of chargers are not exact.
SLACK = timedelta(hours=1)
MAX_NAME = 64


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def root_make(name: str, now: datetime, lifetime: timedelta) -> Authority:
    """A new root that may have one step of authorities below it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name, f"{name[:50]} root CA")
    built = _base(subject, subject, key.public_key(), now, lifetime, key.public_key())
    return Authority(_as_authority(built, path_length=1).sign(key, hashes.SHA256()), key)


def intermediate_make(root: Authority, organisation: str, now: datetime, lifetime: timedelta) -> Authority:
    """A new authority of an organisation: path length 0, never beyond the end of its root."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(organisation, f"{organisation[:45]} stations CA")
    lifetime = min(lifetime, root.certificate.not_valid_after_utc - now)
    issuer = root.certificate
    built = _base(subject, issuer.subject, key.public_key(), now, lifetime, root.key.public_key())
    return Authority(_as_authority(built, path_length=0).sign(root.key, hashes.SHA256()), key)


def certificate_issue(
    authority: Authority,
    identity: str,
    key: CertificatePublicKeyTypes,
    now: datetime,
    lifetime: timedelta,
    crl_url: str = "",
) -> x509.Certificate:
    """A station's client certificate: O of the authority, CN its identity, a random serial number."""
    issuer = authority.certificate.subject
    organisation = str(issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)
    lifetime = min(lifetime, authority.certificate.not_valid_after_utc - now)
    subject = _name(organisation, identity)
    built = _base(subject, issuer, key, now, lifetime, authority.key.public_key())
    built = _as_end(built, ExtendedKeyUsageOID.CLIENT_AUTH)
    if crl_url:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
        built = built.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return built.sign(authority.key, hashes.SHA256())


def server_certificate(
    authority: Authority, names: list[str], now: datetime, lifetime: timedelta
) -> Authority:
    """A server's certificate for these host names and addresses, with its key; for development."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate.subject
    built = _base(
        _name("Development", names[0]), issuer, key.public_key(), now, lifetime, authority.key.public_key()
    )
    built = _as_end(built, ExtendedKeyUsageOID.SERVER_AUTH).add_extension(
        x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
    )
    return Authority(built.sign(authority.key, hashes.SHA256()), key)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def crl_issue(
    authority: Authority,
    revoked: Iterable[tuple[int, datetime, str]],
    number: int,
    now: datetime,
    next_update: datetime,
) -> x509.CertificateRevocationList:
    """The list of revoked serial numbers, each with its time and reason (words of RFC 5280 in snake case)."""
    built = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now)
        .next_update(next_update)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
    )
    for serial, at, reason in revoked:
        built = built.add_revoked_certificate(_revoked(serial, at, reason))
    return built.sign(authority.key, hashes.SHA256())


def _revoked(serial: int, at: datetime, reason: str) -> x509.RevokedCertificate:
    built = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
    flag = x509.ReasonFlags[reason]
    if flag is not x509.ReasonFlags.unspecified:
        built = built.add_extension(x509.CRLReason(flag), critical=False)
    return built.build()


def key_text(key: ec.EllipticCurvePrivateKey, passphrase: str = "") -> str:
    """A private key as PEM (PKCS #8), encrypted when there is a passphrase."""
    protection = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, protection).decode()


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:MAX_NAME]),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:MAX_NAME]),
        ]
    )


def _base(
    subject: x509.Name,
    issuer: x509.Name,
    key: CertificatePublicKeyTypes,
    now: datetime,
    lifetime: timedelta,
    issuer_key: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    built = built.serial_number(x509.random_serial_number())
    built = built.not_valid_before(now - SLACK).not_valid_after(now + lifetime)
    own, theirs = x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier
    built = built.add_extension(own.from_public_key(key), critical=False)
    return built.add_extension(theirs.from_issuer_public_key(issuer_key), critical=False)


def _as_authority(built: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    return built.add_extension(_usage(signs_certificates=True), critical=True)


def _as_end(built: x509.CertificateBuilder, purpose: x509.ObjectIdentifier) -> x509.CertificateBuilder:
    built = built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    built = built.add_extension(_usage(signs_certificates=False), critical=True)
    return built.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
