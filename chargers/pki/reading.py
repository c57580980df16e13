"""Reading certificates that people or stations bring: shown before they are trusted, refused with a reason."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

# The longest certificate an InstallCertificate carries (OCPP 1.6 security whitepaper §4.6).
MAX_PEM = 5_500
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}


class BadCertificate(Exception):
    """What was brought is not one usable certificate; the text says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What people look at before they trust a certificate. `fingerprint` is SHA-256 in hex."""

    subject: str
    issuer: str
    fingerprint: str
    serial_number: str
    starts_at: datetime
    expires_at: datetime
    key_type: str


@dataclass(frozen=True, slots=True)
class HashData:
    """How OCPP names a certificate (security whitepaper, CertificateHashDataType); all hex, as in RFC 6960 §4.1.1."""

    hash_algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str

    def payload(self) -> dict[str, str]:
        """In the words of the wire."""
        return {
            "hashAlgorithm": self.hash_algorithm,
            "issuerNameHash": self.issuer_name_hash,
            "issuerKeyHash": self.issuer_key_hash,
            "serialNumber": self.serial_number,
        }


def certificate_read(pem: str) -> x509.Certificate:
    """The one certificate in a PEM text. Raises BadCertificate: private keys, several, none, unreadable."""
    if len(pem) > MAX_PEM:
        raise BadCertificate(f"longer than {MAX_PEM} characters")
    if "PRIVATE KEY" in pem:
        raise BadCertificate("it holds a private key, which must never leave its owner")
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise BadCertificate("it is no certificate in PEM form") from None
    if len(found) != 1:
        raise BadCertificate(f"it holds {len(found)} certificates, and one is wanted")
    return found[0]


def root_read(pem: str, now: datetime) -> x509.Certificate:
    """A certificate that may be trusted as a root: a CA's, signed by itself, valid now. Raises BadCertificate."""
    certificate = certificate_read(pem)
    if not _is_authority(certificate):
        raise BadCertificate("it is not the certificate of an authority (CA:TRUE is missing)")
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise BadCertificate("it is not signed by itself, so it is no root") from None
    if certificate.not_valid_after_utc <= now:
        raise BadCertificate(f"it expired on {certificate.not_valid_after_utc:%Y-%m-%d}")
    if certificate.not_valid_before_utc > now:
        raise BadCertificate(f"it is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}")
    return certificate


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def seen(certificate: x509.Certificate) -> Seen:
    """A certificate in words for people."""
    return Seen(
        subject=certificate.subject.rfc4514_string()[:255],
        issuer=certificate.issuer.rfc4514_string()[:255],
        fingerprint=fingerprint(certificate),
        serial_number=serial_text(certificate.serial_number),
        starts_at=certificate.not_valid_before_utc,
        expires_at=certificate.not_valid_after_utc,
        key_type=key_type(certificate.public_key()),
    )


def key_type(key: object) -> str:
    """`P-256`, `RSA 2048`, or the name of anything else."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return {"secp256r1": "P-256", "secp384r1": "P-384"}.get(key.curve.name, key.curve.name)[:20]
    return f"RSA {key.key_size}" if isinstance(key, rsa.RSAPublicKey) else type(key).__name__[:20]


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 in hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def serial_text(number: int) -> str:
    """A serial number in hex, as OCPP writes it: no leading zeros."""
    return f"{number:x}"


def hash_data(certificate: x509.Certificate, algorithm: str = "SHA256") -> HashData:
    """The hash data of a certificate signed by itself, whose issuer's key is its own."""
    return HashData(
        algorithm,
        _digest(algorithm, certificate.issuer.public_bytes()),
        _digest(algorithm, _key_bits(certificate)),
        serial_text(certificate.serial_number),
    )


def _digest(algorithm: str, data: bytes) -> str:
    digest = hashes.Hash(_HASHES[algorithm])
    digest.update(data)
    return digest.finalize().hex()


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The subject public key without tag, length and algorithm (RFC 6960 §4.1.1)."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    raise BadCertificate("its key is neither RSA nor on an elliptic curve")


def common_name(name: x509.Name) -> str:
    """The CN; "" when there is none or more than one."""
    return _only(name, NameOID.COMMON_NAME)


def organisation_name(name: x509.Name) -> str:
    """The O; "" when there is none or more than one."""
    return _only(name, NameOID.ORGANIZATION_NAME)


def _only(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if len(found) == 1 else ""
