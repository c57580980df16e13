"""Certificate signing requests: what a station may ask for, and nothing more."""

from collections.abc import Collection

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .reading import common_name

# SignCertificate, `csr` (OCPP 1.6 security whitepaper §4.15).
MAX_REQUEST = 5_500
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 4096
_CURVES = (ec.SECP256R1, ec.SECP384R1)
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class BadRequest(Exception):
    """A signing request that is refused; the text says why."""


def request_read(pem: str, names: Collection[str]) -> x509.CertificateSigningRequest:
    """A request that may be signed for one of these common names. Raises BadRequest.

    Its subject is only checked, never copied, and of its extensions nothing is taken over.
    """
    request = _load(pem)
    _check_signature(request)
    _check_key(request)
    if common_name(request.subject) not in {name for name in names if name}:
        raise BadRequest("its common name is not the station's")
    _check_wishes(request)
    return request


def _load(pem: str) -> x509.CertificateSigningRequest:
    if len(pem) > MAX_REQUEST:
        raise BadRequest(f"longer than {MAX_REQUEST} characters")
    try:
        return x509.load_pem_x509_csr(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise BadRequest("it is no signing request in PEM form") from None


def _check_signature(request: x509.CertificateSigningRequest) -> None:
    try:
        algorithm, right = request.signature_hash_algorithm, request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        raise BadRequest("its signature cannot be checked") from None
    if not isinstance(algorithm, _HASHES):
        raise BadRequest("it is signed with a hash that is not safe any more")
    if not right:
        raise BadRequest("it is not signed with its own key")


def _check_key(request: x509.CertificateSigningRequest) -> None:
    try:
        key = request.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise BadRequest("its key cannot be read") from None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return
    if isinstance(key, rsa.RSAPublicKey) and MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        return
    raise BadRequest("its key is neither P-256, P-384 nor RSA of 2048 to 4096 bits")


def _check_wishes(request: x509.CertificateSigningRequest) -> None:
    """Whoever asks for more than a station's certificate is not taken for a station."""
    try:
        wishes = [extension.value for extension in request.extensions]
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise BadRequest("its extensions cannot be read") from None
    for wish in wishes:
        if isinstance(wish, x509.BasicConstraints) and wish.ca:
            raise BadRequest("it asks for the certificate of an authority")
        if isinstance(wish, x509.SubjectAlternativeName) and any("*" in str(name.value) for name in wish):
            raise BadRequest("it asks for a wildcard name")


def request_digest(request: x509.CertificateSigningRequest) -> str:
    """What makes a request the same one when it comes again; hex."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(request.public_bytes(serialization.Encoding.DER))
    return digest.finalize().hex()
