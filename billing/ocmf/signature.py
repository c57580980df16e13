"""ECDSA over the payload, by `cryptography`, and by `ecdsa` on the one curve which the former does not know."""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from ecdsa import BadSignatureError, VerifyingKey
from ecdsa.curves import Curve as NamedCurve
from ecdsa.ellipticcurve import CurveFp, PointJacobi
from ecdsa.errors import MalformedPointError

from . import der
from .curves import Algorithm
from .errors import Unreadable

_WHAT = "the signature"
# SEC 2 §2.2.1, version 1.0.
_P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFEE37
_N = 0xFFFFFFFFFFFFFFFFFFFFFFFE26F2FC170F69466A74DEFD8D
_G = (
    0xDB4FF10EC057E9AE26B07D0280B7F4341DA5D1B1EAE06C7D,
    0x9B2F2F6D9C5628A7844163D015BE86344082AA88D95E2F9D,
)
_FIELD = CurveFp(_P, 0, 3, 1)
SECP192K1 = NamedCurve(
    "SECP192k1", _FIELD, PointJacobi(_FIELD, *_G, 1, _N, generator=True), (1, 3, 132, 0, 31)
)


def is_genuine(algorithm: Algorithm, point: bytes, payload: bytes, signature: bytes) -> bool:
    """Whether the holder of the key signed exactly these bytes. Raises `Unreadable` for what cannot be judged."""
    numbers = _numbers(signature, algorithm.curve.size)
    library = algorithm.curve.library
    try:
        if library is None:
            return _is_genuine_secp192k1(algorithm, point, payload, numbers)
        key = ec.EllipticCurvePublicKey.from_encoded_point(library, point)
        key.verify(encode_dss_signature(*numbers), payload, ec.ECDSA(algorithm.hash))
    except (InvalidSignature, BadSignatureError):
        return False
    except (ValueError, UnsupportedAlgorithm, MalformedPointError):
        raise Unreadable(f"the public key is no point on {algorithm.curve.name}") from None
    return True


def _numbers(signature: bytes, size: int) -> tuple[int, int]:
    """r and s of a DER sequence, or of the two in a row, as some meters send them."""
    try:
        r, rest = der.unsigned(der.only(signature, der.SEQUENCE, _WHAT), _WHAT)
        s, rest = der.unsigned(rest, _WHAT)
        if rest:
            raise Unreadable(f"{_WHAT} has more than two numbers")
    except Unreadable:
        if len(signature) != 2 * size:
            raise
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    return r, s


def _is_genuine_secp192k1(
    algorithm: Algorithm, point: bytes, payload: bytes, numbers: tuple[int, int]
) -> bool:
    digest = hashes.Hash(algorithm.hash)
    digest.update(payload)
    key = VerifyingKey.from_string(point, curve=SECP192K1)
    return bool(key.verify_digest(b"", digest.finalize(), sigdecode=lambda *_: numbers, allow_truncate=True))
