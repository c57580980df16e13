"""Meters that sign: keys of our own on every curve, and records made with them."""

import json
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from ecdsa import SigningKey
from ecdsa.util import sigencode_der, sigencode_string

from billing.ocmf import Record, read_record
from billing.ocmf.curves import CURVES, Curve
from billing.ocmf.signature import SECP192K1

NAMES = [curve.name for curve in CURVES]
SECRET = 0x1D2C3B4A59687786958473625140
READING = {"TM": "2026-03-02T08:00:00,000+0000 S", "TX": "B", "RV": 1.5, "RI": "1-b:1.8.0", "RU": "kWh"}
GOOD = {"EF": "", "ST": "G"}
DATA: dict[str, Any] = {
    "FV": "1.1",
    "GS": "G1",
    "PG": "T7",
    "MS": "M1",
    "ID": "a {curly} | barred \\" + '" id',
    "RD": [
        {**READING, **GOOD},
        {"TM": "2026-03-02T09:00:00,000+0000 S", "TX": "E", "RV": 12.5},
    ],
}
PAYLOAD = json.dumps(DATA)


class Meter:
    """A signing key on one of the curves."""

    def __init__(self, curve_name: str = "secp256r1", secret: int = SECRET) -> None:
        self.curve: Curve = next(curve for curve in CURVES if curve.name == curve_name)
        self.algorithm = f"ECDSA-{curve_name}-SHA256"
        if self.curve.library is None:
            self._signer = SigningKey.from_secret_exponent(secret, SECP192K1)
        else:
            self._key = ec.derive_private_key(secret, self.curve.library)

    def sign(self, payload: str, *, raw: bool = False, hash_name: str = "SHA256") -> bytes:
        algorithm = getattr(hashes, hash_name)()
        if self.curve.library is None:
            digest = hashes.Hash(algorithm)
            digest.update(payload.encode())
            encode = sigencode_string if raw else sigencode_der
            signed: bytes = self._signer.sign_digest_deterministic(
                digest.finalize(), sigencode=encode, allow_truncate=True
            )
            return signed
        der = self._key.sign(payload.encode(), ec.ECDSA(algorithm))
        return self.raw(der) if raw else der

    def raw(self, der: bytes) -> bytes:
        size = self.curve.size
        return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(der))

    def point(self, *, compressed: bool = False) -> bytes:
        if self.curve.library is None:
            point: bytes = self._signer.verifying_key.to_string(
                "compressed" if compressed else "uncompressed"
            )
            return point
        form = serialization.PublicFormat
        return self._key.public_key().public_bytes(
            serialization.Encoding.X962, form.CompressedPoint if compressed else form.UncompressedPoint
        )

    def info(self, *, compressed: bool = False) -> bytes:
        """SubjectPublicKeyInfo, put together by hand: no library writes that of secp192k1."""
        names = element(6, bytes.fromhex("2a8648ce3d0201")) + element(6, self.curve.oid)
        return element(0x30, element(0x30, names) + element(3, b"\0" + self.point(compressed=compressed)))

    def record(self, payload: str = PAYLOAD, signature: str | None = None, **section: Any) -> str:
        """A record as this meter sends it; `section` changes or, by None, removes fields of the signature."""
        facts = {"SA": self.algorithm, "SD": signature or self.sign(payload).hex(), **section}
        return (
            f"OCMF|{payload}|{json.dumps({key: value for key, value in facts.items() if value is not None})}"
        )


def element(tag: int, content: bytes) -> bytes:
    length = len(content)
    head = (
        [length]
        if length < 0x80
        else [0x81, length]
        if length < 0x100
        else [0x82, length >> 8, length & 0xFF]
    )
    return bytes([tag, *head]) + content


METER = Meter()
KEY = METER.info().hex()


def parsed(*readings: dict[str, Any], **changes: Any) -> Record:
    """A record with these readings; what it says matters, not who signed it."""
    data = {**DATA, "RD": list(readings) or DATA["RD"], **changes}
    return read_record(f'OCMF|{json.dumps(data)}|{{"SD":"00"}}')
