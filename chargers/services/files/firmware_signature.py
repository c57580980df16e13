"""Whether a firmware is what its manufacturer signed. Pure: bytes of certificates and a digest in, a verdict out.

SHA-256 over the whole file, RSA-PSS or ECDSA (OCPP 1.6 security whitepaper, L01; 2.0.1 L01.FR.11, L01.FR.12).
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256

MIN_RSA_BITS, MIN_EC_BITS = 2048, 224
# What a signed update has room for (SignedUpdateFirmware.req, FirmwareType).
MAX_SIGNATURE, MAX_CERTIFICATE = 800, 5500
MAX_CHAIN = 5


class NotSigned(Exception):
    """The text says what is wrong with the signature or its certificate, for people."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Good news about a signature: who signed, and who vouches for him ("" when nobody is known to)."""

    signer: str
    root: str

    def __str__(self) -> str:
        if self.root:
            return f"Signed by {self.signer}, which chains to {self.root}."
        return f"Signed by {self.signer}. No root of this manufacturer is stored, so nobody vouches for it."


def read_certificates(pem: str) -> list[x509.Certificate]:
    """The certificates of a PEM text. Raises NotSigned."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise NotSigned("the certificate cannot be read; it must be PEM") from None
    if len(found) > MAX_CHAIN:
        raise NotSigned(f"more than {MAX_CHAIN} certificates")
    return found


def verify(digest: bytes, signature: str, pem: str, roots: Sequence[str], now: datetime) -> Verdict:
    """Check signature, certificate and chain. `digest` is the file's SHA-256. Raises NotSigned."""
    if len(signature) > MAX_SIGNATURE or len(pem) > MAX_CERTIFICATE:
        raise NotSigned(
            f"a station takes {MAX_SIGNATURE} characters of signature and {MAX_CERTIFICATE} of certificate"
        )
    chain = read_certificates(pem)
    _check_dates(chain[0], now)
    _check_signature(chain[0], _signature_bytes(signature), digest)
    return Verdict(_name(chain[0]), _root_of(chain, roots, now))


def _signature_bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise NotSigned("the signature is not base64") from None


def _check_dates(certificate: x509.Certificate, now: datetime) -> None:
    if now > certificate.not_valid_after_utc:
        raise NotSigned(
            f"the certificate {_name(certificate)} expired {certificate.not_valid_after_utc:%Y-%m-%d}"
        )
    if now < certificate.not_valid_before_utc:
        raise NotSigned(
            f"the certificate {_name(certificate)} is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}"
        )


def _check_signature(certificate: x509.Certificate, signature: bytes, digest: bytes) -> None:
    key = certificate.public_key()
    hashed = utils.Prehashed(SHA256())
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
            pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO)
            key.verify(signature, digest, pss, hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= MIN_EC_BITS:
            key.verify(signature, digest, ec.ECDSA(hashed))
        else:
            raise NotSigned(
                f"the certificate's key is neither RSA of {MIN_RSA_BITS} bits nor EC of {MIN_EC_BITS} bits or more"
            )
    except InvalidSignature:
        raise NotSigned(
            "the signature does not match the file (RSA-PSS or ECDSA with SHA-256 over the whole file)"
        ) from None


def _root_of(chain: Sequence[x509.Certificate], roots: Sequence[str], now: datetime) -> str:
    """The name of the stored root at the end of the chain; "" when none is stored. Raises NotSigned."""
    if not roots:
        return ""
    trusted = [read_certificates(pem)[0] for pem in roots]
    current = chain[0]
    for following in (*chain[1:], None):
        found = next((root for root in trusted if root == current or _issued(current, root)), None)
        if found is not None:
            _check_dates(found, now)
            return _name(found)
        if following is None or not _issued(current, following) or not _may_issue(following):
            break
        _check_dates(following, now)
        current = following
    raise NotSigned(f"{_name(chain[0])} does not chain to a stored root of this manufacturer")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _may_issue(certificate: x509.Certificate) -> bool:
    """Whether it is a certificate authority: a mere signer cannot make further signers."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()[:120] or "a certificate without a name"
