"""The curves and hashes of OCMF's signature algorithms (OCMF 1.2, table 22), and those seen beside it."""

import re
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from .errors import Unreadable


@dataclass(frozen=True, slots=True)
class Curve:
    """`oid` is the DER content of its object identifier, `size` the bytes of a coordinate.

    `library` is None where `cryptography` does not know the curve.
    """

    name: str
    oid: bytes
    size: int
    library: ec.EllipticCurve | None


@dataclass(frozen=True, slots=True)
class Algorithm:
    curve: Curve
    hash: hashes.HashAlgorithm

    @property
    def name(self) -> str:
        return f"ECDSA-{self.curve.name}-{self.hash.name.upper()}"


CURVES = (
    Curve("secp192k1", bytes.fromhex("2b8104001f"), 24, None),
    Curve("secp256k1", bytes.fromhex("2b8104000a"), 32, ec.SECP256K1()),
    Curve("secp192r1", bytes.fromhex("2a8648ce3d030101"), 24, ec.SECP192R1()),
    Curve("secp256r1", bytes.fromhex("2a8648ce3d030107"), 32, ec.SECP256R1()),
    Curve("brainpool256r1", bytes.fromhex("2b2403030208010107"), 32, ec.BrainpoolP256R1()),
    Curve("secp384r1", bytes.fromhex("2b81040022"), 48, ec.SECP384R1()),
    Curve("brainpool384r1", bytes.fromhex("2b240303020801010b"), 48, ec.BrainpoolP384R1()),
    Curve("secp521r1", bytes.fromhex("2b81040023"), 66, ec.SECP521R1()),
)
_BY_NAME = {curve.name: curve for curve in CURVES}
_SYNONYMS = {
    "prime192v1": "secp192r1",
    "prime256v1": "secp256r1",
    "brainpoolp256r1": "brainpool256r1",
    "brainpoolp384r1": "brainpool384r1",
}
_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_NAME = re.compile(r"ecdsa-([a-z0-9]{9,16})-(sha[0-9]{3})", re.ASCII)
DEFAULT = "ECDSA-secp256r1-SHA256"


def algorithm(name: str) -> Algorithm:
    """The algorithm of an OCMF name such as `ECDSA-brainpool256r1-SHA256`. Raises `Unreadable`."""
    found = _NAME.fullmatch(name.strip().lower())
    if found is not None:
        curve = _BY_NAME.get(_SYNONYMS.get(found[1], found[1]))
        hash_algorithm = _HASHES.get(found[2])
        if curve is not None and hash_algorithm is not None:
            return Algorithm(curve, hash_algorithm)
    raise Unreadable(f"the signature algorithm {name[:40]!r} is not known")


def curve_of(oid: bytes) -> Curve:
    """The curve of an object identifier. Raises `Unreadable`."""
    for curve in CURVES:
        if curve.oid == oid:
            return curve
    raise Unreadable("the key is on a curve that OCMF does not know")
